package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// TestFoldErrors: what is wrong with a ruleset is told once in an application, and at
// length once in a plan; nothing else is cut.
func TestFoldErrors(t *testing.T) {
	const (
		unread   = unreadSummary + `ruleset "edge"`
		problems = "edge.cfg:1: one\nedge.cfg:2: two\nedge.cfg:3: three"
		unmet    = "The flow is wanted allowed:\n  a rule"
	)
	application := func() (diags diag.Diagnostics) {
		diags.AddWarning("a warning", problems)
		for _, flow := range []string{"a", "b", "c"} {
			diags.AddAttributeError(path.Root("flows").AtMapKey(flow), unread, problems)
		}
		diags.AddError("Flow is not allowed", unmet)
		return diags
	}
	s := &session{}
	for i, want := range [][]string{
		{problems, problems + "\n\nThe same goes for 2 more of its flows.", unmet},
		{problems, "edge.cfg:1: one\n… and 2 more lines, to be found in another error.\n\nThe same goes for 2 more of its flows.", unmet},
	} {
		got := s.foldErrors(application())
		if len(got) != len(want) {
			t.Fatalf("application %d: %d diagnostics, want %d", i, len(got), len(want))
		}
		for j, d := range got {
			if d.Detail() != want[j] {
				t.Errorf("application %d: %q, want %q", i, d.Detail(), want[j])
			}
		}
	}
}

// TestUnreadIsShort: the warning of a refresh leaves the length to the plan.
func TestUnreadIsShort(t *testing.T) {
	var diags diag.Diagnostics
	unread{"edge.cfg:1: one\nedge.cfg:2: two": {"web"}, `no name; did you mean "x"?`: {"db", "ssh"}}.warn(&diags, "Shop")
	want := "db, ssh: no name; did you mean \"x\"?\nweb: edge.cfg:1: one (and one more line).\n\n"
	if len(diags) != 1 || !strings.HasPrefix(diags[0].Detail(), want) {
		t.Errorf("got %v, want %q", diags, want)
	}
}
