package provider

import (
	"strings"
	"testing"
)

// The deny of one flow goes to the first ruleset on its path and blocks another flow
// there, which crosses that one alone: after the last write the apply says so.
func TestAccConfirm(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
provider "acl" {
  rulesets = {
    edge = { path = "base.json", additions = "edge.additions.json" }
    core = { path = "base.json", additions = "core.additions.json" }
  }
}
resource "acl_application" "a" {
  name = "A"
  flows = {
    one = { rulesets = ["edge"], sources = ["10.0.0.1"], destinations = ["10.1.0.1"], services = ["tcp/22"] }
    two = { rulesets = ["edge", "core"], sources = ["10.0.0.0/24"], destinations = ["10.1.0.1"], services = ["tcp/22"], action = "deny" }
  }
}
-- base.json --
[{"action": "permit"}]
`)
	out := w.Run(1, "apply")
	contains(t, out, `Flow "A/one" is not allowed`, "until the rules of the application's other flows were written", "edge.additions.json")
	w.owned("edge.additions.json")
	if len(w.State()) != 0 {
		t.Errorf("the state has %v", w.State())
	}

	// The same in an update: the state has the truth.
	w.Edit("main.tf", `tcp/22"], action`, `tcp/23"], action`)
	w.Apply(0)
	w.Edit("main.tf", `tcp/23"], action`, `tcp/22"], action`)
	contains(t, w.Run(1, "apply"), `Flow "A/one" is not allowed`)
	if got := indented(t, w.State()["acl_application.a"]); !strings.Contains(got, `"status": "blocked"`) || strings.Contains(got, `"status": "allowed"`) {
		t.Errorf("the state is\n%s", got)
	}
}
