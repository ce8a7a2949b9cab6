package examples_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

const keptKey = `terraform_data.ingress["10.2.0.0/24 6/443"]`

// One declared flow is checked and built; a source more is a rule more, and touches
// no other rule.
func TestAccComposeKeepsKeys(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, "compose")
	p := w.plan(2)
	if status := p.changes["acl_flow.web"]["status"]; status != "allowed" {
		t.Errorf("the flow is %v", status)
	}
	if got := asJSON(t, p.changes[keptKey]["input"]); got != asJSON(t, map[string]any{"cidr_ipv4": "10.2.0.0/24", "ip_protocol": "tcp", "from_port": 443.0, "to_port": 443.0}) {
		t.Errorf("%s is built as %s", keptKey, got)
	}
	w.settle()

	w.Edit("main.tf", `["10.1.0.0/24", "10.2.0.0/24"]`, `["10.0.5.0/24", "10.1.0.0/24", "10.2.0.0/24"]`)
	p = w.plan(2)
	want := []string{"acl_flow.web", `terraform_data.ingress["10.0.5.0/24 6/443"]`, `terraform_data.ingress["10.0.5.0/24 6/8443"]`}
	if got := slices.Sorted(maps.Keys(p.changes)); !slices.Equal(got, want) {
		t.Errorf("a source more changes %v, want %v", got, want)
	}
	p.wants(t, "Plan: 2 to add, 1 to change, 0 to destroy.")
	w.apply()

	w.Edit("main.tf", `["10.0.5.0/24", "10.1.0.0/24", "10.2.0.0/24"]`, `["10.2.0.0/24", "10.0.5.0/24"]`)
	p = w.plan(2)
	p.wants(t, "Plan: 0 to add, 1 to change, 2 to destroy.")
	if _, ok := p.changes[keptKey]; ok {
		t.Errorf("%s changes when another source goes", keptKey)
	}
	w.apply()

	// What no firewall on the way permits is built all the same, and reported.
	w.Edit("main.tf", `["tcp/443", "tcp/8443"]`, `["tcp/443", "tcp/22"]`)
	p = w.plan(2)
	if missing, _ := p.changes["acl_flow.web"]["missing"].([]any); len(missing) != 1 || !strings.Contains(asJSON(t, missing), "tcp/22") {
		t.Errorf("missing is planned as %s", asJSON(t, missing))
	}
}

// The module's own tests: against the real provider, and against a mock of it.
func TestAccModuleTests(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, "module")
	out := w.Run(0, "test")
	if !strings.Contains(out, "Success! 4 passed, 0 failed.") {
		t.Errorf("terraform test prints\n%s", out)
	}
	w.Edit("firewall/edge.json", `"tcp/443"`, `"tcp/80"`)
	out = w.Run(1, "test", "-filter=tests/real.tftest.hcl")
	if !strings.Contains(terraformtest.Flatten(out), "the web flow is blocked") {
		t.Errorf("a ruleset that blocks the web flow fails no test:\n%s", out)
	}
}
