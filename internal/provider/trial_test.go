package provider

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

// managed_rules can be pasted, also of a flow that crosses several rulesets: no text has
// the ruleset's name before it. Files of one name are told apart by their folders.
func TestAccRulesToPaste(t *testing.T) {
	terraformtest.Need(t)
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = {
    a = { path = "fw-a/running-config.txt", additions = "a.json" }
    b = { path = "fw-b/running-config.txt", additions = "b.json" }
  }
}
resource "acl_application" "s" {
  name     = "S"
  rulesets = ["a", "b"]
  flows    = { one = { sources = ["10.0.0.1-10.0.0.6"], destinations = ["172.16.0.1"], services = ["tcp/443"] } }
}
data "acl_match" "q" {
  rulesets     = ["a", "b"]
  sources      = ["10.0.0.1"]
  destinations = ["172.16.0.1"]
  services     = ["tcp/443"]
}
output "blocked_by" {
  value = join("; ", data.acl_match.q.missing[*].blocked_by)
}
-- fw-a/running-config.txt --
hostname a
access-list x extended permit udp any any eq 53
access-list x extended deny ip any any
-- fw-b/running-config.txt --
[{"name": "rest", "action": "deny"}]
`)
	p := w.PlanJSON(2)
	results := p.Change(t, "acl_application.s").Change.After["results"].(map[string]any)
	managed := results["one"].(map[string]any)["managed_rules"].([]any)
	if len(managed) != 2 {
		t.Fatalf("managed_rules are %v", managed)
	}
	if first := managed[0].(string); !strings.HasPrefix(first, "object network ") || !strings.Contains(first, "\naccess-list x line 2 extended permit tcp object ") {
		t.Errorf("the ASA gets\n%s", first)
	}
	if second := managed[1].(string); !strings.HasPrefix(second, `{"name":"acl-`) {
		t.Errorf("the list gets %s", second)
	}
	contains(t, p.OutputChanges["blocked_by"].After.(string), "fw-a/running-config.txt:3 access-list x", "fw-b/running-config.txt:1 ")
}
