package provider

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

// An estate of 200 flows in 10 applications: each flow has a rule, and stays within
// what a person reads of a plan.
const (
	manyApplications = 10
	flowsEach        = 20
)

const manyConfig = `
provider "acl" {
  rulesets    = { edge = { path = "edge.json" } }
  enforcement = "apply"
}

locals {
  applications = jsondecode(file("inventory.json"))
}

resource "acl_application" "this" {
  for_each = local.applications
  name     = each.key
  flows    = each.value
}
`

const manyReport = `
output "report" {
  value = provider::acl::report(acl_application.this)
}
`

// manyEdge writes the ruleset, one rule on a line, without those of the flows that
// are named.
func manyEdge(without ...string) string {
	var rules []string
	for a := range manyApplications {
		for f := range flowsEach {
			id := fmt.Sprintf("app-%02d/flow-%02d", a, f)
			if strings.Contains(strings.Join(without, " "), id) {
				continue
			}
			rules = append(rules, fmt.Sprintf(`{"name": %q, "src_ip": "10.%d.%d.0/24", "dst_ip": "172.16.%d.%d", "dst_port": "tcp/443", "action": "permit"}`, id, a, f, a, f))
		}
	}
	return "[\n" + strings.Join(append(rules, `{"name": "rest", "action": "deny"}`), ",\n") + "\n]\n"
}

func manyInventory(t *testing.T) string {
	t.Helper()
	all := map[string]map[string]any{}
	for a := range manyApplications {
		flows := map[string]any{}
		for f := range flowsEach {
			flows[fmt.Sprintf("flow-%02d", f)] = map[string][]string{
				"sources": {fmt.Sprintf("10.%d.%d.0/24", a, f)}, "destinations": {fmt.Sprintf("172.16.%d.%d", a, f)}, "services": {"tcp/443"},
			}
		}
		all[fmt.Sprintf("app-%02d", a)] = flows
	}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestAccReadableWithManyFlows: among 200 flows the plan shows the one that drifted, in advisory
// mode a line for each flow of its application, and the report fits into a comment.
func TestAccReadableWithManyFlows(t *testing.T) {
	terraformtest.Need(t)
	t.Parallel()
	w := newWorkspace(t, "")
	w.Write("main.tf", manyConfig)
	w.Write("inventory.json", manyInventory(t))
	w.Write("edge.json", manyEdge())
	w.Apply(0)

	var b strings.Builder
	fmt.Fprintf(&b, "One of 200 flows drifted.\n\n")
	w.Write("edge.json", manyEdge("app-03/flow-07"))
	drifted := w.Plan(2, "-parallelism=1")
	b.WriteString(strings.TrimSpace(drifted))

	fmt.Fprintf(&b, "\n\nThe same, enforcement = \"advisory\".\n\n")
	w.Edit("main.tf", `"apply"`, `"advisory"`)
	advisory := w.Plan(0, "-parallelism=1")
	b.WriteString(strings.TrimSpace(advisory) + "\n")
	for name, text := range map[string]string{"apply": drifted, "advisory": advisory} {
		// OpenTofu unfolds a change that is JSON, which takes a few lines more.
		if n := strings.Count(text, "\n"); n > 90 {
			t.Errorf("the plan with %s has %d lines", name, n)
		}
	}

	w.Write("report.tf", manyReport)
	w.Write("edge.json", "[]\n")
	p := w.PlanJSON(2)
	report, _ := p.OutputChanges["report"].After.(string)
	if len(report) == 0 || len(report) > 64_000 || !strings.Contains(report, "200 of 200 flows are not as wanted") {
		t.Errorf("the report has %d bytes and begins with\n%.300s", len(report), report)
	}

	terraformtest.Golden(t, "testdata/many-flows.golden", b.String(), *updateFlag)
}
