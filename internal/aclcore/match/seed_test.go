package match_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// rules reads "permit SRC -> DST SVC" lines, each list separated by blanks.
func rules(t *testing.T, text string) *match.Index {
	t.Helper()
	rs := &rule.Ruleset{Name: "fw", Source: "fw.txt"}
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		line = strings.TrimSpace(line)
		action, rest, _ := strings.Cut(line, " ")
		a, err := rule.ParseAction(action)
		if err != nil {
			t.Fatal(err)
		}
		rs.Rules = append(rs.Rules, rule.Rule{Line: i + 1, Text: line, Action: a, Traffic: product(t, rest)})
	}
	return match.New(rs)
}

func product(t *testing.T, text string) traffic.Product {
	t.Helper()
	f := parseFlow(t, text)
	var p traffic.Product
	for _, l := range f.Sources {
		p.Sources = p.Sources.Union(l.Set)
	}
	for _, l := range f.Destinations {
		p.Destinations = p.Destinations.Union(l.Set)
	}
	for _, l := range f.Services {
		p.Services = p.Services.Union(l.Set)
	}
	return p
}

// parseFlow reads "SRC… -> DST… SVC…"; a service is what holds a slash after a
// letter, or "any" at the end.
func parseFlow(t *testing.T, text string) *flow.Flow {
	t.Helper()
	names, err := flow.NewNames(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	left, right, _ := strings.Cut(text, " -> ")
	var dst, svc []string
	for _, w := range strings.Fields(right) {
		if _, err := addr.Parse(w); err == nil && (w != "any" || len(dst) == 0) {
			dst = append(dst, w)
		} else {
			svc = append(svc, w)
		}
	}
	f, err := flow.New(names, strings.Fields(left), dst, svc)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func check(t *testing.T, x *match.Index, text string) match.Finding {
	t.Helper()
	return match.Check([]match.Matcher{x}, match.Request{Region: parseFlow(t, text).Region(), Want: rule.Permit})
}

func missingTexts(f match.Finding) string {
	var out []string
	for _, m := range f.Missing {
		out = append(out, m.Product.String()+" | "+m.By)
	}
	return strings.Join(out, "\n")
}

func TestCheckSingleRuleset(t *testing.T) {
	for _, tt := range []struct{ name, rules, flow, verdict, missing string }{
		{"union of rules", "permit 10.1.0.0/17 -> any any\npermit 10.1.128.0/17 -> any any", "10.1.0.0/16 -> 10.9.9.9 tcp/80", "allowed", ""},
		{"half", "permit 10.1.0.0/17 -> any any", "10.1.0.0/16 -> 10.9.9.9 tcp/80", "partial",
			"10.1.128.0/17 -> 10.9.9.9 tcp/80 | fw.txt: default deny, no rule matches"},
		{"deny above permit", "deny 10.1.0.42 -> any any\npermit 10.1.0.0/17 -> any any", "10.1.0.0/17 -> 10.9.9.9 tcp/80", "partial",
			"10.1.0.42 -> 10.9.9.9 tcp/80 | fw.txt:1 deny 10.1.0.42 -> any any"},
		{"deny alone", "deny 10.1.0.42 -> any any\npermit 10.1.0.0/17 -> any any", "10.1.0.42 -> 10.9.9.9 tcp/80", "blocked",
			"10.1.0.42 -> 10.9.9.9 tcp/80 | fw.txt:1 deny 10.1.0.42 -> any any"},
		{"ports are intervals", "permit any -> any tcp/80-90", "10.0.0.1 -> 10.0.0.2 tcp/85", "allowed", ""},
		{"port residual", "permit any -> any tcp/80-90", "10.0.0.1 -> 10.0.0.2 tcp/85-95", "partial",
			"10.0.0.1 -> 10.0.0.2 tcp/91-95 | fw.txt: default deny, no rule matches"},
		{"families apart", "permit 0.0.0.0/0 -> 0.0.0.0/0 any", "2001:db8::1 -> 2001:db8::2 tcp/80", "blocked",
			"2001:db8::1 -> 2001:db8::2 tcp/80 | fw.txt: default deny, no rule matches"},
		{"mixed families are no traffic", "permit any -> any any", "2001:db8::1 -> 10.0.0.1 tcp/80", "blocked",
			"2001:db8::1 -> 10.0.0.1 tcp/80 | "},
		{"dual stack pairs up", "permit 10.0.0.0/8 -> 10.0.0.0/8 any\npermit 2001:db8::/32 -> 2001:db8::/32 any", "10.0.0.1 2001:db8::1 -> 10.0.0.2 2001:db8::2 tcp/80", "allowed", ""},
		{"every rest joins", "permit any -> any tcp/80", "10.0.0.0/25 10.0.0.128/25 -> 10.1.0.0/24 tcp/80 tcp/443", "partial",
			"10.0.0.0/24 -> 10.1.0.0/24 tcp/443 | fw.txt: default deny, no rule matches"},
		{"host to itself", "permit any -> any any", "10.0.0.1 -> 10.0.0.1 tcp/80", "blocked", "10.0.0.1 -> 10.0.0.1 tcp/80 | "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := check(t, rules(t, tt.rules), tt.flow)
			if f.Verdict.String() != tt.verdict || missingTexts(f) != tt.missing {
				t.Errorf("got %s, missing:\n%s\nwant %s, missing:\n%s", f.Verdict, missingTexts(f), tt.verdict, tt.missing)
			}
			if f.Satisfied != (len(f.Missing) == 0) {
				t.Errorf("satisfied is %t beside %d missing", f.Satisfied, len(f.Missing))
			}
		})
	}
}

func TestCheckUndecidable(t *testing.T) {
	for _, tt := range []struct {
		name, rules string
		unknown     int // 0-based rule that cannot be decided
		verdict     string
	}{
		{"permit alone", "permit any -> any any", 0, "indeterminate"},
		{"permit before permit", "permit any -> any any\npermit any -> any any", 0, "allowed"},
		{"deny before permit", "deny any -> any any\npermit any -> any any", 0, "indeterminate"},
		{"deny before deny", "deny any -> any any\ndeny any -> any any", 0, "blocked"},
		{"behind a permit", "permit any -> any any\ndeny any -> any any", 1, "allowed"},
		{"behind a deny", "deny any -> any any\npermit any -> any any", 1, "blocked"},
		{"elsewhere", "deny 10.7.0.0/16 -> any any\npermit any -> any any", 0, "allowed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := rules(t, tt.rules)
			x.Ruleset().Rules[tt.unknown].Unknown = []string{"time-range NIGHT"}
			f := check(t, match.New(x.Ruleset()), "10.0.0.1 -> 10.0.0.2 tcp/80")
			if f.Verdict.String() != tt.verdict {
				t.Errorf("got %s, want %s", f.Verdict, tt.verdict)
			}
		})
	}
}
