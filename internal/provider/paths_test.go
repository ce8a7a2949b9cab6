package provider

import (
	"fmt"
	"strings"
	"testing"
)

// A path's rulesets all have to permit; which they are is never guessed.
func TestAccPaths(t *testing.T) {
	t.Parallel()
	const config = `
-- main.tf --
provider "acl" {
  rulesets = {
    edge = { path = "edge.json" }
    core = { path = "core.json" }
    lab  = { content = jsonencode([{ name = "all", action = "permit" }]) }
  }
  details = "full"
}
resource "acl_application" "shop" {
  name     = "Shop"
  rulesets = ["edge", "core"]
  flows = {
    both     = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/80", "tcp/443"] }
    edge     = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/80"], rulesets = ["edge"] }
    core     = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/80"], rulesets = ["core"] }
    lab      = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/80"], rulesets = ["lab"] }
    isolated = { sources = ["10.0.0.3"], destinations = ["10.0.0.2"], services = ["tcp/80"], action = "deny" }
  }
}
data "acl_match" "bulk" {
  rulesets = ["edge", "core"]
  flows = {
    both = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/443"] }
    lab  = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/80"], rulesets = ["lab"] }
  }
}
output "bulk" { value = { for k, v in data.acl_match.bulk.results : k => v.status } }
-- edge.json --
[{"name": "web", "dst_port": ["tcp/80", "tcp/443"], "action": "permit"}]
-- core.json --
[{"name": "tls", "dst_port": "tcp/443", "action": "permit"}]
`
	w := newWorkspace(t, config)
	p := w.PlanJSON(2)
	results := p.Change(t, "acl_application.shop").Change.After["results"].(map[string]any)
	for name, want := range map[string]string{"both": "partial", "edge": "allowed", "core": "blocked", "lab": "allowed", "isolated": "blocked"} {
		r := results[name].(map[string]any)
		if r["status"] != want {
			t.Errorf("%s is %v, want %s", name, r["status"], want)
		}
		if name == "both" {
			m := fmt.Sprint(r["missing"])
			if !strings.Contains(m, "ruleset:core") || strings.Contains(m, "ruleset:edge") || !strings.Contains(m, "tcp/80") || strings.Contains(m, "tcp/443") {
				t.Errorf("missing of both is %s", m)
			}
			if got := len(r["decisions"].([]any)); got != 3 {
				t.Errorf("both has %d decisions, want one of edge and two of core", got)
			}
		}
	}
	if got := fmt.Sprint(p.OutputChanges["bulk"].After); got != "map[both:allowed lab:allowed]" {
		t.Errorf("the data source says %s", got)
	}
}

func TestAccPathErrors(t *testing.T) {
	t.Parallel()
	const two = `provider "acl" {
  rulesets = {
    edge = { content = "[]" }
    core = { content = "[]" }
  }
}
`
	const flow = `
resource "acl_flow" "f" {
  application  = "Shop"
  name         = "web"
  sources      = ["10.0.0.1"]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
}
`
	for _, c := range []struct{ name, config, want string }{
		{"none named", two + flow, `the provider has "core", "edge"; name those that it crosses in rulesets, in order`},
		{"unknown", two + strings.Replace(flow, "sources ", "rulesets = [\"edge\", \"eddge\"]\n  sources ", 1), `Unknown ruleset "eddge": the provider has "core", "edge"`},
		{"no provider block", flow, "the provider has none; add one to its rulesets"},
		{"application", two + `
resource "acl_application" "a" {
  name  = "Shop"
  flows = { web = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/443"] } }
}`, `Unable to match flow "Shop/web"`},
		{"data source", two + `
data "acl_match" "m" {
  sources      = ["10.0.0.1"]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
}`, `the provider has "core", "edge"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t, "-- main.tf --\n"+c.config)
			contains(t, w.Plan(1), c.want)
		})
	}
}

// A path on which only some rulesets can be written: what can be is written, the
// rest is named.
func TestAccPathPartlyWritable(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = {
    edge = { path = "edge.json", additions = "edge.additions.json" }
    core = { path = "core.json" }
    dmz  = { path = "dmz.json", additions = "dmz.additions.json" }
  }
}
resource "acl_flow" "f" {
  application  = "Shop"
  name         = "web"
  sources      = ["10.0.0.1"]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
  rulesets     = ["edge", "core", "dmz"]
}
-- edge.json --
[]
-- core.json --
[]
-- dmz.json --
[]
`)
	contains(t, w.Apply(1), `ruleset "core"`, "The ruleset is read-only, since it has no additions file")
	w.Write("core.json", `[{"name": "all", "action": "permit"}]`)
	w.Apply(0)
	w.Settled()
	w.owned("edge.additions.json", "Shop/web")
	w.owned("dmz.additions.json", "Shop/web")
	if got := fmt.Sprint(w.State()["acl_flow.f"]["managed_rules"]); strings.Count(got, "acl-") != 2 || strings.Contains(got, "edge: ") {
		t.Errorf("managed_rules is %s", got)
	}
	// A deny is written once, in the first ruleset that can be written.
	w.Edit("main.tf", `services     = ["tcp/443"]`, "services     = [\"tcp/443\"]\n  action       = \"deny\"")
	w.Write("edge.json", `[{"name": "all", "action": "permit"}]`)
	w.Write("dmz.json", `[{"name": "all", "action": "permit"}]`)
	w.Apply(0)
	w.Settled()
	w.owned("edge.additions.json", "Shop/web")
	w.owned("dmz.additions.json")
}
