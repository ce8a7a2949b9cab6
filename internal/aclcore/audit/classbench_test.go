package audit

import (
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// classBench reads a set in the format of the ClassBench generator; it has no actions,
// and every third rule denies.
func classBench(t *testing.T, name string) (rules []rule.Rule) {
	t.Helper()
	text, err := os.ReadFile(testshared.Dir(t, "corpora", "classbench", "cutsplit", name))
	if err != nil {
		t.Fatal(err)
	}
	set := func(text string) addr.Set { return addr.SetOf(addr.RangeOfPrefix(netip.MustParsePrefix(text))) }
	for line := range strings.Lines(string(text)) {
		var src, dst string
		var r service.Range
		var protocol, mask uint8
		if _, err := fmt.Sscanf(line, "@%s %s %d : %d %d : %d 0x%x/0x%x", &src, &dst, &r.SrcFrom, &r.SrcTo, &r.DstFrom, &r.DstTo, &protocol, &mask); err != nil {
			t.Fatalf("%v: %q", err, line)
		}
		r.ProtoFrom, r.ProtoTo = protocol&mask, protocol|^mask
		one := rule.Rule{Action: rule.Permit, Traffic: traffic.Product{Sources: set(src), Destinations: set(dst), Services: service.SetOf(r)}}
		if len(rules)%3 == 0 {
			one.Action = rule.Deny
		}
		rules = append(rules, one)
	}
	return rules
}

// tenThousand puts rules of a set after each other in ten networks, and what says the same
// everywhere once only.
func tenThousand(rules []rule.Rule) (out []rule.Rule) {
	for n := range 10 {
		for _, r := range rules {
			move := func(s addr.Set) addr.Set {
				from, to := s.Ranges()[0].From.As4(), s.Ranges()[0].To.As4()
				if from[0] == to[0] {
					from[0], to[0] = from[0]+byte(17*n), to[0]+byte(17*n)
				}
				return addr.SetOf(addr.RangeOf(netip.AddrFrom4(from), netip.AddrFrom4(to)))
			}
			r.Traffic.Sources, r.Traffic.Destinations = move(r.Traffic.Sources), move(r.Traffic.Destinations)
			out = append(out, r)
		}
	}
	return out
}

// left returns what of the traffic no rule takes before the bound, plainly: rule by rule,
// each taken from all pieces that are left. It gives up past many pieces.
func left(pieces []traffic.Product, rules []rule.Rule) (rest []traffic.Product, known bool) {
	for i := range rules {
		var next []traffic.Product
		for _, p := range pieces {
			if p.Overlaps(rules[i].Traffic) {
				next = append(next, p.Subtract(rules[i].Traffic)...)
			} else {
				next = append(next, p)
			}
		}
		if pieces = next; len(pieces) == 0 || len(pieces) > 2000 {
			break
		}
	}
	return pieces, len(pieces) <= 2000
}

// changes reports whether something becomes of the pieces behind the rule that is not
// what the rule does.
func changes(pieces []traffic.Product, action rule.Action, behind []rule.Rule, fallback rule.Action) (differs, known bool) {
	for i := range behind {
		var next []traffic.Product
		for _, p := range pieces {
			if !p.Overlaps(behind[i].Traffic) {
				next = append(next, p)
				continue
			}
			if behind[i].Action != action {
				return true, true
			}
			next = append(next, p.Subtract(behind[i].Traffic)...)
		}
		if pieces = next; len(pieces) == 0 || len(pieces) > 2000 {
			break
		}
	}
	return len(pieces) > 0 && fallback != action, len(pieces) <= 2000
}

// TestClassBench finds in sets of 10,000 rules the same rules shadowed and redundant as a
// plain method does, on a sample.
func TestClassBench(t *testing.T) {
	for _, name := range []string{"acl_1k", "fw_1k"} {
		t.Run(name, func(t *testing.T) {
			rules := tenThousand(classBench(t, name))
			got := List(Question{Rules: &rule.Ruleset{Rules: rules}})
			found := func(i int, k Kind) bool {
				return slices.ContainsFunc(got.Findings, func(f Finding) bool { return f.Rule == i && f.Kind == k })
			}
			judged, shadowed, redundant, unknown := 0, 0, 0, 0
			for i := 3; i < len(rules); i += 211 {
				rest, known := left([]traffic.Product{rules[i].Traffic}, rules[:i])
				if !known {
					unknown++
					continue
				}
				judged++
				if want := len(rest) == 0; want != found(i, Shadowed) {
					t.Errorf("rule %d %s is shadowed: %t", i, &rules[i], want)
				} else if want {
					shadowed++
					continue
				}
				differs, known := changes(rest, rules[i].Action, rules[i+1:], rule.Deny)
				if !known {
					unknown++
				} else if differs == found(i, Redundant) {
					t.Errorf("rule %d %s is redundant: %t", i, &rules[i], !differs)
				} else if !differs {
					redundant++
				}
			}
			t.Logf("%d rules: %d of %d in the sample are shadowed, %d redundant, %d not known to the plain method; the audit could not judge %d", len(rules), shadowed, judged, redundant, unknown, got.Unknown)
			if shadowed+redundant == 0 || judged < 40 {
				t.Error("nothing is compared")
			}
		})
	}
}
