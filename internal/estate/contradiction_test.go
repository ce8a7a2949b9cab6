package estate

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestDeclare(t *testing.T) {
	e := func() *Estate {
		return New(Config{Rulesets: map[string]RulesetConfig{"edge": {Content: "[]"}, "core": {Content: "[]"}}, Addresses: map[string][]string{"hr": {"10.0.0.1", "10.0.0.2"}}})
	}
	for _, c := range []struct {
		name, allow, deny string
		contradict        bool
	}{
		{"the same", "A/p 10.0.0.1 10.1.0.1 tcp/22", "A/n 10.0.0.1 10.1.0.1 tcp/22 deny", true},
		{"a part, by name, of another application", "A/p hr 10.1.0.1 tcp/1-100", "B/n 10.0.0.2 10.1.0.0/24 tcp/22 deny", true},
		{"another service", "A/p 10.0.0.1 10.1.0.1 tcp/22", "A/n 10.0.0.1 10.1.0.1 tcp/23 deny", false},
		{"other addresses", "A/p 10.0.0.1 10.1.0.1 tcp/22", "A/n 10.0.0.2 10.1.0.1 tcp/22 deny", false},
		{"cannot be resolved", "A/p nobody 10.1.0.1 tcp/22", "A/n 10.0.0.2 10.1.0.1 tcp/22 deny", false},
	} {
		for _, order := range [][]string{{c.allow, c.deny}, {c.deny, c.allow}} {
			e := e()
			var last error
			for _, text := range order {
				f := parseFlow(text)
				f.Rulesets = []string{"edge"}
				last = e.Declare(f)
			}
			if errors.Is(last, ErrContradiction) != c.contradict {
				t.Errorf("%s: %v", c.name, last)
			}
			if c.contradict && (!strings.Contains(last.Error(), "/p") || !strings.Contains(last.Error(), "/n")) {
				t.Errorf("%s: %v does not name both flows", c.name, last)
			}
		}
	}
}

// What one ruleset may deny another can permit, and what one zone gets is not what
// another gets. A flow that is declared anew is the new one only.
func TestDeclareElsewhere(t *testing.T) {
	allow, deny := parseFlow("A/p 10.0.0.1 10.1.0.1 tcp/22"), parseFlow("A/n 10.0.0.1 10.1.0.1 tcp/22 deny")
	for name, c := range map[string]struct {
		change     func(allow, deny *Flow)
		contradict bool
	}{
		"path of one":       {func(a, d *Flow) { a.Rulesets, d.Rulesets = []string{"edge", "core"}, []string{"core"} }, true},
		"path of both":      {func(a, d *Flow) { a.Rulesets, d.Rulesets = []string{"edge"}, []string{"core", "edge"} }, false},
		"zones":             {func(a, d *Flow) { a.SourceZone, d.SourceZone = "lan", "guests" }, false},
		"every zone":        {func(a, d *Flow) { a.SourceZone = "lan" }, true},
		"expired":           {func(a, d *Flow) { a.Expires = "2020-01-01" }, false},
		"changed, declared": {func(a, d *Flow) { a.Name, a.Deny = "n", true }, false},
	} {
		e := New(Config{Rulesets: map[string]RulesetConfig{"edge": {Content: "[]"}, "core": {Content: "[]"}}, Now: time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)})
		a, d := allow, deny
		a.Rulesets, d.Rulesets = []string{"edge"}, []string{"edge"}
		c.change(&a, &d)
		if err := errors.Join(e.Declare(a), e.Declare(d)); errors.Is(err, ErrContradiction) != c.contradict {
			t.Errorf("%s: %v", name, err)
		}
	}
}
