package provider

import (
	"context"
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

// drifted expects that the refresh found a resource's attribute to have changed.
type drifted struct {
	address, attribute string
	before, after      any
}

// CheckPlan implements plancheck.PlanCheck.
func (d drifted) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	for _, c := range req.Plan.ResourceDrift {
		if c.Address != d.address {
			continue
		}
		before, after := c.Change.Before.(map[string]any)[d.attribute], c.Change.After.(map[string]any)[d.attribute]
		if before != d.before || after != d.after {
			resp.Error = fmt.Errorf("%s.%s drifted from %v to %v, want %v to %v", d.address, d.attribute, before, after, d.before, d.after)
		}
		return
	}
	resp.Error = fmt.Errorf("%s has not drifted", d.address)
}

const (
	twoRules = `[
  {"name": "web", "src_ip": "10.0.0.1", "dst_ip": "10.0.0.2", "dst_port": "tcp/443", "action": "permit"},
  {"name": "dns", "src_ip": "10.0.0.1", "dst_ip": "10.0.0.53", "dst_port": "udp/53", "action": "permit"}
]`
	dnsRule = `[
  {"name": "dns", "src_ip": "10.0.0.1", "dst_ip": "10.0.0.53", "dst_port": "udp/53", "action": "permit"}
]`
	webFlow = `
resource "acl_flow" "web" {
  application  = "Shop"
  name         = "web"
  sources      = ["10.0.0.1"]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
}
`
)

func TestAccDriftReadOnly(t *testing.T) {
	t.Parallel()
	file, quoted := rulesetFile(t, twoRules)
	config := `provider "acl" { rulesets = { edge = { path = ` + quoted + ` } } }` + webFlow
	status := func(want string) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("acl_flow.web", tfjsonpath.New("status"), knownvalue.StringExact(want))
	}
	noop := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
	acceptance(t,
		resource.TestStep{
			Config: config, ConfigStateChecks: []statecheck.StateCheck{status("allowed")},
			ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
		},
		resource.TestStep{
			PreConfig: func() { rewrite(t, file, dnsRule) },
			Config:    config,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				drifted{"acl_flow.web", "status", "allowed", "blocked"},
				plancheck.ExpectResourceAction("acl_flow.web", plancheck.ResourceActionUpdate),
				plancheck.ExpectKnownValue("acl_flow.web", tfjsonpath.New("status"), knownvalue.StringExact("allowed")),
			}},
			ExpectError: regexp.MustCompile(`(?s)Flow "Shop/web" is not allowed.*no rule permits it: edge.json: default deny`),
		},
		resource.TestStep{
			PreConfig: func() { rewrite(t, file, twoRules) },
			Config:    config, ConfigPlanChecks: noop, ConfigStateChecks: []statecheck.StateCheck{status("allowed")},
		},
		resource.TestStep{
			PreConfig:    func() { rewrite(t, file, `[{"action": "deny"}]`) },
			RefreshState: true, ExpectNonEmptyPlan: true,
		},
	)
}

// A rule that is added elsewhere, and one that moves, leave nothing to do.
func TestAccDriftWithoutConsequence(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "edge.json" } }
}
`+webFlow+`
-- edge.json --
`+twoRules)
	w.Apply(0)
	w.Edit("edge.json", "[", `[
  {"name": "new", "src_ip": "10.7.7.7", "action": "permit"},`)
	w.Settled()
	w.Plan(2, "-refresh-only")
	w.Write("edge.json", `[{"name": "everything", "action": "permit"}]`)
	w.Settled()
	w.Apply(0, "-refresh-only")
	if got := w.State()["acl_flow.web"]["summary"]; got != "allowed by edge.json:1 everything" {
		t.Errorf("the summary is %v", got)
	}
	w.Settled()
}

// A plan rests on what the refresh found; an apply that finds something else stops
// before it writes.
func TestAccStalePlan(t *testing.T) {
	t.Parallel()
	const config = `
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "edge.json", additions = "edge.additions.json" } }
}
` + webFlow + `
-- edge.json --
`
	t.Run("drifted flow", func(t *testing.T) {
		t.Parallel()
		w := newWorkspace(t, config+twoRules)
		w.Apply(0)
		w.Write("edge.json", dnsRule)
		w.Plan(2, "-out=p")
		w.Write("edge.json", `[{"name": "freeze", "dst_ip": "10.0.0.2", "action": "deny"}]`)
		contains(t, w.Apply(1, "p"), "The ruleset edge changed after this plan was made, plan again. Nothing was written.")
		w.Absent("edge.additions.json")
		if got := w.State()["acl_flow.web"]["status"]; got != "blocked" {
			t.Errorf("the state says %v, want what the plan's refresh found", got)
		}
	})
	t.Run("foreign rule added", func(t *testing.T) {
		t.Parallel()
		w := newWorkspace(t, config+twoRules)
		w.Apply(0)
		w.Write("edge.json", dnsRule)
		w.Plan(2, "-out=p")
		const foreign = `[{"name": "by hand", "dst_ip": "10.0.0.2", "action": "deny"}]` + "\n"
		w.Write("edge.additions.json", foreign)
		contains(t, w.Apply(1, "p"), "The ruleset edge changed after this plan was made, plan again")
		if got := w.Read("edge.additions.json"); got != foreign {
			t.Errorf("the additions file is now\n%s", got)
		}
	})
	t.Run("application", func(t *testing.T) {
		t.Parallel()
		w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "edge.json", additions = "edge.additions.json" } }
}
resource "acl_application" "shop" {
  name  = "Shop"
  flows = {
    web = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/443"] }
    dns = { sources = ["10.0.0.1"], destinations = ["10.0.0.53"], services = ["udp/53"] }
  }
}
-- edge.json --
`+twoRules)
		w.Apply(0)
		w.Write("edge.json", `[]`)
		w.Plan(2, "-out=p")
		w.Write("edge.json", dnsRule)
		contains(t, w.Apply(1, "p"), "The ruleset edge changed after this plan was made, plan again")
		w.Absent("edge.additions.json")
		w.Apply(0)
		w.Settled()
		lacks(t, w.Read("edge.additions.json"), "Shop/dns")
	})
	// Nothing in a new flow's plan tells the apply what it rested on. Terraform
	// itself refuses it, since the plan comes out otherwise.
	t.Run("new flow", func(t *testing.T) {
		t.Parallel()
		w := newWorkspace(t, config+dnsRule)
		w.Plan(2, "-out=p")
		w.Write("edge.json", twoRules)
		contains(t, w.Apply(1, "p"), "Provider produced inconsistent final plan")
		w.Absent("edge.additions.json")
		if s := w.State(); len(s) != 0 {
			t.Errorf("there is a state: %v", s)
		}
		w.Apply(0)
		w.Settled()
	})
	// Where the change does not matter to the new flow, the plan still holds.
	t.Run("new flow, change elsewhere", func(t *testing.T) {
		t.Parallel()
		w := newWorkspace(t, config+dnsRule)
		w.Plan(2, "-out=p")
		w.Write("edge.json", `[]`)
		w.Apply(0, "p")
		w.Settled()
	})
}
