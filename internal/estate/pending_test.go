package estate

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestPending: what only the additions decide as wanted is pending until the ruleset
// itself does.
func TestPending(t *testing.T) {
	const (
		flow      = "Shop/web 10.0.0.1 10.1.0.1 tcp/443"
		deny      = "Shop/no 10.0.0.1 10.1.0.1 tcp/443 deny"
		permitted = `[{"src_ip": "10.0.0.1", "dst_ip": "10.1.0.1", "dst_port": "tcp/443", "action": "permit"}]`
		half      = `[{"src_ip": "10.0.0.1", "dst_ip": "10.1.0.1", "dst_port": "tcp/1-443", "action": "permit"}]`
		everybody = `[{"src_ip": "10.0.0.0/8", "action": "permit"}]`
		elsewhere = `[{"src_ip": "10.9.0.0/16", "action": "permit"}]`
	)
	for _, c := range []struct {
		name, edge, additions, flow string
		effective                   bool
		want                        string
	}{
		{"in the ruleset", permitted, "", flow, false, "allowed → allowed, settled"},
		{"nowhere", "[]", "", flow, false, "blocked → pending, open; permit 10.0.0.1 -> 10.1.0.1 tcp/443"},
		{"nowhere, the device runs the additions", "[]", "", flow, true, "blocked → allowed, open; permit 10.0.0.1 -> 10.1.0.1 tcp/443"},
		{"in part", half, "", "Shop/web 10.0.0.1 10.1.0.1 tcp/443-444", false, "partial → pending, open; permit 10.0.0.1 -> 10.1.0.1 tcp/444"},
		{"by hand in the additions", "[]", everybody, flow, false, "pending → pending, settled"},
		{"by hand in additions that the device runs", "[]", everybody, flow, true, "allowed → allowed, settled"},
		{"in both", permitted, everybody, flow, false, "allowed → allowed, settled"},
		{"additions for others", permitted, elsewhere, flow, false, "allowed → allowed, settled"},
		{"denied by hand", permitted, `[{"action": "deny", "src_ip": "10.0.0.1"}]`, flow, false, "blocked → blocked, open"},
		{"must stay blocked", everybody, "", deny, false, "allowed → pending, open; deny 10.0.0.1 -> 10.1.0.1 tcp/443"},
		{"stays blocked", "[]", "", deny, false, "blocked → blocked, settled"},
		{"stays blocked by hand", everybody, `[{"action": "deny", "src_ip": "10.0.0.1"}]`, deny, false, "pending → pending, settled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t, c.edge, c.additions)
			s.effective = c.effective
			s.reopen(nil)
			if got := describe(s.assess(true, c.flow)); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// One ruleset of a path whose device lacks a rule is enough.
func TestPendingOnAPath(t *testing.T) {
	dir := t.TempDir()
	for want, effective := range map[string][2]bool{"allowed": {true, true}, "pending": {true, false}} {
		e := New(Config{Rulesets: map[string]RulesetConfig{
			"edge": {Content: "[]", Additions: filepath.Join(dir, want+"edge.json"), AdditionsEffective: effective[0]},
			"core": {Content: "[]", Additions: filepath.Join(dir, want+"core.json"), AdditionsEffective: effective[1]},
		}})
		f := parseFlow("Shop/web 10.0.0.1 10.1.0.1 tcp/443")
		f.Rulesets = []string{"edge", "core"}
		a, err := e.AssessNew(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		if a, err = e.Deliver(t.Context(), f, a); err != nil || a.Now.Status.String() != want || !a.Settled {
			t.Errorf("%v: %s, settled %t, want %s", err, a.Now.Status, a.Settled, want)
		}
	}
}

// TestUnneeded: once the ruleset has the rule, the addition is named, and dropped where
// that is asked for.
func TestUnneeded(t *testing.T) {
	const flow = "Shop/web 10.0.0.1 10.1.0.1 tcp/443"
	s := newSite(t, "[]", "")
	s.effective = false
	s.reopen(nil)
	if a := s.deliver(flow); a.Now.Status.String() != "pending" || len(a.Now.Unneeded) > 0 {
		t.Fatalf("delivered: %s, unneeded %q", a.Now.Status, a.Now.Unneeded)
	}
	s.write("edge.json", webRule)
	s.reopen(nil)
	a := s.assess(false, flow)
	if a.Now.Status.String() != "allowed" || !a.Settled || len(a.Now.Unneeded) != 1 || !strings.Contains(a.Now.Unneeded[0], "acl-") {
		t.Errorf("implemented: %s, settled %t, unneeded %q", a.Now.Status, a.Settled, a.Now.Unneeded)
	}
	s.prune = true
	s.reopen(nil)
	a = s.assess(false, flow)
	if got, want := describe(a), "allowed → allowed, open, owns a rule that the ruleset has made needless"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	after, err := s.Deliver(t.Context(), parseFlow(flow), a)
	if err != nil || !after.Settled || strings.Contains(s.additions(), "acl-") {
		t.Errorf("%v, settled %t; the file is\n%s", err, after.Settled, s.additions())
	}
}
