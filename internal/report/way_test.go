package report

import (
	"strings"
	"testing"
)

// The way of a flow that is blocked is drawn, with the list of the device in its way
// marked, and the gap names device and list.
func TestWayOfBlockedFlow(t *testing.T) {
	f := readFlow("web", map[string]any{
		"sources": []any{"10.1.5.0/24"}, "destinations": []any{"10.3.0.7"}, "services": []any{"tcp/443"},
	}, map[string]any{
		"status": "blocked",
		"missing": []any{map[string]any{
			"device": "core", "list": "FROM_WAN", "from": "users", "to": "servers",
			"sources": []any{"10.1.5.0/24"}, "destinations": []any{"10.3.0.7"}, "services": []any{"tcp/443"}, "reason": "no rule permits it",
		}},
		"path": []any{map[string]any{"from": "users", "to": "servers", "hops": []any{
			map[string]any{"device": "edge", "in": "users", "out": "wan", "lists": []any{"users_in"}},
			map[string]any{"device": "core", "in": "Gi0/0", "out": "Gi0/1", "lists": []any{"FROM_WAN", "FROM_SERVERS"}},
		}}},
	})
	if got := f.Missing[0].Ruleset; got != "core FROM_WAN" {
		t.Errorf("the gap is in %q", got)
	}
	drawn := picture(f)
	if !strings.Contains(drawn, "✗ core<br/>FROM_WAN") || strings.Contains(drawn, "✗ core<br/>FROM_SERVERS") || strings.Contains(drawn, "✗ edge") {
		t.Errorf("drawn is\n%s", drawn)
	}
}
