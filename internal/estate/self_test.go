package estate

import (
	"errors"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
)

// TestSelf: traffic of a host to itself is asked of the lists of a host, is left out and
// told of beside other traffic where it crosses no list, and is an error alone.
func TestSelf(t *testing.T) {
	content := saved("DROP", "DROP", "ACCEPT", "-A INPUT -i lo -j ACCEPT", "-A INPUT -s 10.0.0.6/32 -j ACCEPT",
		"-A FORWARD -s 10.0.0.0/24 -j ACCEPT", "-A FORWARD -d 10.0.0.0/24 -j ACCEPT")
	e := New(Config{Rulesets: map[string]RulesetConfig{
		"in": {Content: content, ACL: "INPUT"}, "out": {Content: content, ACL: "OUTPUT"}, "router": {Content: content, ACL: "FORWARD"},
	}})
	loopback := Flow{Sources: []string{"127.0.0.1"}, Destinations: []string{"127.0.0.1"}, SourceZone: "lo", DestinationZone: "lo"}
	two := Flow{Sources: []string{"10.0.0.5", "10.0.0.6"}, Destinations: []string{"10.0.0.5"}, SourceZone: "eth0"}
	for name, tt := range map[string]struct {
		flow     Flow
		deny     bool
		rulesets []string
		// status and satisfied are the answer, or err is; summary has words of the summary.
		status       string
		satisfied    bool
		summary, err string
	}{
		"by lo":                   {loopback, false, []string{"in"}, "allowed", true, "-A INPUT -i lo", ""},
		"by lo, denied":           {loopback, true, []string{"in"}, "allowed", false, "-A INPUT -i lo", ""},
		"both lists":              {loopback, false, []string{"in", "out"}, "allowed", true, "-A INPUT -i lo", ""},
		"one of several":          {two, false, []string{"in"}, "partial", false, "10.0.0.5", ""},
		"left out on a path":      {two, false, []string{"router"}, "allowed", true, "10.0.0.5 -> 10.0.0.5 tcp/6379 is from a host to itself", ""},
		"alone on a path":         {loopback, false, []string{"router"}, "", false, "", "from a host to itself (127.0.0.1)"},
		"alone on a path, denied": {loopback, true, []string{"router"}, "", false, "", "from a host to itself (127.0.0.1)"},
	} {
		t.Run(name, func(t *testing.T) {
			f := tt.flow
			f.Deny, f.Rulesets, f.Services = tt.deny, tt.rulesets, []string{"tcp/6379"}
			found, err := e.Match(t.Context(), f)
			if tt.err != "" {
				if !errors.Is(err, flow.ErrDeclared) || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if found.Status.String() != tt.status || found.Satisfied != tt.satisfied || !strings.Contains(found.Summary, tt.summary) {
				t.Errorf("%s, satisfied %t: %s", found.Status, found.Satisfied, found.Summary)
			}
		})
	}
}
