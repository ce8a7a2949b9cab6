package estate

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

const blocklist = `hostname edge
access-list outside_in extended deny ip 203.0.113.0 255.255.255.0 any log
access-list outside_in extended deny ip 10.0.0.0 255.0.0.0 any log
access-list outside_in extended deny udp any any time-range NIGHT
access-list outside_in extended permit tcp 0.0.0.0 255.0.0.0 host 172.16.0.10 eq 443
access-list outside_in extended permit tcp any host 172.16.0.10 eq 80
access-list outside_in extended deny ip any any log
`

// A flow is asked for without the traffic of the denies that it accepts; a deny of any →
// any, one that may not match, and one that decides all of the flow cannot be accepted.
func TestAccepts(t *testing.T) {
	const first, second = "access-list outside_in extended deny ip 203.0.113.0 255.255.255.0 any log", "access-list outside_in extended deny ip 10.0.0.0 255.0.0.0 any log"
	for _, c := range []struct {
		name, source, service string
		accepts               []string
		want                  match.Verdict
		says                  string
	}{
		{"nothing accepted", "any", "tcp/80", nil, match.Partial, "partial: from 10.0.0.0/8 tcp/80 denied by edge:3 outside_in line 2 (+1 more)"},
		{"one of two, by its text", "any", "tcp/80", []string{first}, match.Partial, "denied by edge:3 outside_in line 2; without what it accepts as denied by edge:2 outside_in line 1"},
		{"both, by text and name", "any", "tcp/80", []string{first, "outside_in line 2"}, match.Allowed, "allowed by edge:6 outside_in line 5; without what it accepts as denied by edge:3 outside_in line 2, edge:2 outside_in line 1"},
		{"as the summary names it", "any", "tcp/80", []string{first, "edge:3 outside_in line 2"}, match.Allowed, "allowed by"},
		{"a part of a text is no text", "any", "tcp/80", []string{"any log", "deny", first}, match.Partial, "denied by edge:3"},
		{"any to any is no intent", "192.0.2.1", "tcp/22", []string{"outside_in line 6", "access-list outside_in extended deny ip any any log"}, match.Blocked, "blocked: denied by edge:7 outside_in line 6"},
		{"a condition is no deny", "192.0.2.1", "udp/53", []string{"outside_in line 3"}, match.Blocked, "blocked"},
		{"all of the flow", "10.0.0.1", "tcp/80", []string{second}, match.Blocked, "blocked: denied by edge:3 outside_in line 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := New(Config{Rulesets: map[string]RulesetConfig{"edge": {Content: blocklist}}})
			found, err := e.Match(t.Context(), Flow{
				Application: "a", Name: "f", Sources: []string{c.source}, Destinations: []string{"172.16.0.10"}, Services: []string{c.service}, Accepts: c.accepts,
			})
			if err != nil {
				t.Fatal(err)
			}
			if found.Status != c.want || !strings.Contains(found.Summary, c.says) {
				t.Errorf("%s, want %s\n%s\nwant %s", found.Status, c.want, found.Summary, c.says)
			}
			for _, m := range found.Missing {
				if intent := strings.Contains(m.Reason, "intentional deny"); intent == (m.Change != "") {
					t.Errorf("change %q beside the reason %q", m.Change, m.Reason)
				}
			}
		})
	}
}

// What a flow accepts as denied is not written for it either, and what it owns for that
// traffic goes.
func TestAcceptsWritesNothingFor(t *testing.T) {
	dir := t.TempDir()
	list := strings.Replace(blocklist, "access-list outside_in extended permit tcp any host 172.16.0.10 eq 80\n", "", 1)
	e := New(Config{Rulesets: map[string]RulesetConfig{"edge": {Content: list, Additions: dir + "/a.json"}}})
	f := Flow{Application: "a", Name: "f", Sources: []string{"10.0.0.0/7"}, Destinations: []string{"172.16.0.10"}, Services: []string{"tcp/80"}, OverrideDeny: true}
	deliver := func() *Assessment {
		t.Helper()
		a, err := e.Assess(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		if a, err = e.Deliver(t.Context(), f, a); err != nil {
			t.Fatal(err)
		}
		return a
	}
	if a := deliver(); len(a.Now.Managed) != 1 || !strings.Contains(a.Now.Managed[0], "10.0.0.0 254.0.0.0") {
		t.Fatalf("owns %q", a.Now.Managed)
	}
	f.OverrideDeny, f.Accepts = false, []string{"outside_in line 2"}
	a, err := e.Assess(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	if a.Settled || !a.Deliverable {
		t.Errorf("settled %t, deliverable %t", a.Settled, a.Deliverable)
	}
	if a := deliver(); len(a.Now.Managed) != 1 || !strings.Contains(a.Now.Managed[0], "11.0.0.0 255.0.0.0") || !strings.HasPrefix(a.Now.Summary, "pending: allowed by a.json ") {
		t.Errorf("owns %q: %s", a.Now.Managed, a.Now.Summary)
	}
}
