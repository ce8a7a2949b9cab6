package diff

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/extent"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

var universe = enginetest.Packets([]traffic.Product{traffic.Any()}, "", "")

// crossings are the zones that packets of a drawn case go between: those that rules name
// and one that none does.
var crossings = func() (out [][2]string) {
	zones := []string{"a", "b", "c", "d"}
	for _, from := range zones {
		for _, to := range zones {
			out = append(out, [2]string{from, to})
		}
	}
	return out
}()

// meet returns what the oracle says of the rules alone, for one kind of packets.
func meet(rs *Side, p oracle.Packet, packets Packets) oracle.Decision {
	one := rule.Ruleset{Rules: rs.Rules, Default: rs.Default}
	switch packets {
	case Opening:
		return oracle.Decide(&one, p)
	case Related, Unconnected:
		one.Rules = straying(rs, packets)
		return oracle.Decide(&one, p)
	}
	if !rs.Stateless {
		return oracle.Decision{Permit: true, Rule: -1}
	}
	if rs.Return != nil {
		one.Rules, one.Default = rs.Return, rs.ReturnDefault
	}
	one.Rules = slices.Clone(one.Rules)
	for i := range one.Rules { // the oracle asks for packets that open a connection
		switch r := &one.Rules[i]; r.State {
		case rule.New:
			r.State = rule.Established
		case rule.Established:
			r.State = rule.AnyState
		}
	}
	return oracle.Decide(&one, p)
}

// straying returns rules for packets that open a connection which match as those of the
// side do for packets of none.
func straying(rs *Side, packets Packets) []rule.Rule {
	rules := slices.Clone(rs.Rules)
	for i := range rules {
		r := &rules[i]
		switch of := rs.Strays[i]; {
		case of == extent.StrayNamed, of == extent.StrayUnrelated && packets == Unconnected:
			r.State, r.Unknown, r.Traffic.Services = rule.AnyState, []string{"a condition"}, service.Any()
			if r.Traffic.IsEmpty() {
				r.Traffic = traffic.Any()
			}
		case of == extent.StrayRelated && packets == Related:
			r.State = rule.AnyState
		case of != extent.StrayAlike, r.State != rule.AnyState:
			r.State = rule.Established
		}
	}
	return rules
}

func word(d oracle.Decision) string {
	switch {
	case d.Permit && d.Deny:
		return "indeterminate"
	case d.Permit:
		return "permit"
	}
	return "deny"
}

// zonesOf returns the zones that rules name which packets of a kind meet.
func zonesOf(replies bool, lists ...*Side) (names []string) {
	for _, rs := range lists {
		rules := rs.Rules
		if replies {
			rules = repliesOf(rs.Ruleset).Rules
		}
		for _, r := range rules {
			names = append(append(names, r.SourceZones...), r.DestinationZones...)
		}
	}
	return names
}

// paired reports whether a rule asks how zones relate.
func paired(rs *Side) bool {
	return slices.ContainsFunc(slices.Concat(rs.Rules, rs.Return), func(r rule.Rule) bool { return r.Pair != rule.AnyPair })
}

// between reports whether traffic of the change goes between the zones, when rules name
// those that are given.
func between(c Change, from, to string, ruled []string) bool {
	named := func(zones []string, zone, other string) bool {
		return len(zones) == 0 || slices.Contains(zones, zone) || other != "" && (slices.Contains(zones, other) || slices.Contains(zones, extent.Other))
	}
	isOther := func(zone string) bool { return !slices.Contains(ruled, zone) }
	at, other := "", ""
	if isOther(from) {
		at = extent.Other
	}
	switch {
	case isOther(from) && from == to:
		other = extent.Same
	case isOther(from) && isOther(to):
		other = extent.Another
	case isOther(to):
		other = extent.Other
	}
	return named(c.SourceZones, from, at) && named(c.DestinationZones, to, other)
}

// check compares a result with the oracle, packet by packet.
func check(t *testing.T, before, after *Side) {
	t.Helper()
	got := Compare(*before, *after)
	fail := func(format string, args ...any) {
		t.Helper()
		t.Fatalf("before:\n%s%v\nafter:\n%s%v\n%s", enginetest.Case{Rules: before.Ruleset}, before.Strays, enginetest.Case{Rules: after.Ruleset}, after.Strays, fmt.Sprintf(format, args...))
	}
	different, uncertain := false, false
	for packets := Opening; packets <= Unconnected; packets++ {
		replies := packets == Replies
		if replies && !repliesDiffer(before.Ruleset, after.Ruleset) || packets > Replies && (before.Strays == nil || after.Strays == nil) {
			continue
		}
		ruled := zonesOf(replies, before, after)
		some := crossings
		if len(ruled) == 0 && !paired(before) && !paired(after) {
			some = crossings[:1]
		}
		for _, zones := range some {
			for _, p := range universe {
				p.SourceZone, p.DestinationZone = zones[0], zones[1]
				was, is := meet(before, p, packets), meet(after, p, packets)
				var holding []Change
				for _, c := range got.Changes {
					if c.Packets == packets && p.In(c.Product) && between(c, zones[0], zones[1], ruled) {
						holding = append(holding, c)
					}
				}
				want := ""
				switch a, b := word(was), word(is); {
				case a == "indeterminate" && b == a: // conditions of drawn rules all have the same text
					uncertain = uncertain || len(holding) > 0
					if len(holding) == 1 && holding[0].Kind == Uncertain {
						want = "uncertain"
					}
				case a == b:
				case a == "deny" && b == "permit":
					want = "opened"
				case a == "permit" && b == "deny":
					want = "closed"
				default:
					want = "uncertain"
				}
				if packets > Replies && len(holding) == 0 && again(got, want, was, is) {
					continue
				}
				if want == "" && len(holding) > 0 || want != "" && len(holding) != 1 {
					fail("%v, %s, %s before, %s after, is in %+v", p, packets, word(was), word(is), describe(holding))
				}
				if want == "" {
					continue
				}
				different = true
				c := holding[0]
				if c.Kind.String() != want || c.Before.Outcome.String() != word(was) || c.After.Outcome.String() != word(is) ||
					c.Before.Rule != was.Rule || c.After.Rule != is.Rule {
					fail("%v, %s: %+v, want %s, rule %d to %d", p, packets, c, want, was.Rule, is.Rule)
				}
			}
		}
	}
	if got.Cut || got.Same == (different || uncertain) {
		fail("cut %t, same %t, different %t", got.Cut, got.Same, different)
	}
}

// again reports whether packets that open connections are told of which the same rules
// treat so.
func again(got Result, want string, was, is oracle.Decision) bool {
	return want != "" && slices.ContainsFunc(got.Changes, func(c Change) bool {
		return c.Packets == Opening && c.Kind.String() == want && c.Before.Rule == was.Rule && c.After.Rule == is.Rule &&
			c.Before.Outcome.String() == word(was) && c.After.Outcome.String() == word(is)
	})
}

// draw makes two lists that have something in common.
func draw(dice enginetest.Dice, maxRules int) (before, after *Side) {
	a, b := drawRulesets(dice, maxRules)
	before, after = &Side{Ruleset: a}, &Side{Ruleset: b}
	if dice.IntN(3) > 0 {
		return before, after
	}
	alike := make(map[string]extent.Stray) // as one text is for the same packets
	for _, s := range []*Side{before, after} {
		s.Strays = []extent.Stray{}
		for i := range s.Rules {
			text := fmt.Sprintf("%+v", s.Rules[i])
			if _, ok := alike[text]; !ok {
				alike[text] = []extent.Stray{extent.StrayAlike, extent.StrayAlike, extent.StrayNever, extent.StrayRelated, extent.StrayUnrelated, extent.StrayNamed}[dice.IntN(6)]
			}
			s.Strays = append(s.Strays, alike[text])
		}
	}
	return before, after
}

func drawRulesets(dice enginetest.Dice, maxRules int) (before, after *rule.Ruleset) {
	a, b := enginetest.DrawCase(dice, maxRules), enginetest.DrawCase(dice, maxRules)
	before, after = a.Rules, b.Rules
	if dice.IntN(3) == 0 {
		return before, after
	}
	edited := *before
	edited.Rules = slices.Clone(before.Rules)
	for range 1 + dice.IntN(2) {
		n := len(edited.Rules)
		switch kind := dice.IntN(4); {
		case kind == 0 || n == 0:
			edited.Rules = slices.Insert(edited.Rules, dice.IntN(n+1), enginetest.DrawRule(dice))
		case kind == 1:
			i := dice.IntN(n)
			edited.Rules = slices.Delete(edited.Rules, i, i+1)
		case kind == 2:
			i, j := dice.IntN(n), dice.IntN(n)
			edited.Rules[i], edited.Rules[j] = edited.Rules[j], edited.Rules[i]
		default:
			edited.Default = 1 - edited.Default
		}
	}
	return before, &edited
}

func TestCompareAgainstOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 150 {
		before, after := draw(r, 6)
		check(t, before, after)
	}
}

func FuzzCompare(f *testing.F) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 20 {
		seed := make([]byte, 80)
		for i := range seed {
			seed[i] = byte(r.Uint32())
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		dice := enginetest.Bytes(data)
		before, after := draw(&dice, 8)
		check(t, before, after)
	})
}

// TestCompareEveryShortList compares all pairs of lists of up to two rules of a menu, in
// which they overlap in all ways, and of up to four where one is the other without a rule.
func TestCompareEveryShortList(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	var menu []rule.Rule
	for len(menu) < 6 {
		one := enginetest.DrawRule(r)
		if one.State = rule.AnyState; len(one.SourceZones)+len(one.DestinationZones) == 0 && one.Pair == rule.AnyPair {
			menu = append(menu, one)
		}
	}
	var lists [][]rule.Rule
	for start, length := 0, 0; length <= 4; length++ {
		if length == 0 {
			lists = append(lists, nil)
			continue
		}
		end := len(lists)
		for _, list := range lists[start:end] {
			for _, one := range menu {
				lists = append(lists, append(slices.Clip(list), one))
			}
		}
		start = end
	}
	for n, list := range lists {
		before := &rule.Ruleset{Rules: list, Default: rule.Action(n % 2)}
		for _, other := range lists {
			if len(list) > 2 || len(other) > 2 {
				break
			}
			after := &rule.Ruleset{Rules: other, Default: rule.Action(n % 2)}
			check(t, &Side{Ruleset: before}, &Side{Ruleset: after})
		}
		if len(list) > 2 && n%7 == 0 {
			i := n % len(list)
			after := &rule.Ruleset{Rules: slices.Delete(slices.Clone(list), i, i+1), Default: before.Default}
			check(t, &Side{Ruleset: before}, &Side{Ruleset: after})
		}
	}
}

// TestCompareOtherOrder compares an estate of real size with itself in another order: all
// of its rules permit, so that both do the same.
func TestCompareOtherOrder(t *testing.T) {
	e := enginetest.Enterprise(2000, 1)
	rules := slices.Clone(e.Rules.Rules)
	for i := range rules[:len(rules)-1] {
		rules[i].Action = rule.Permit
	}
	before := &rule.Ruleset{Rules: rules}
	after := &rule.Ruleset{Rules: slices.Clone(rules[:len(rules)-1])}
	slices.Reverse(after.Rules)
	if got := Compare(Side{Ruleset: before}, Side{Ruleset: after}); !got.Same {
		t.Fatalf("%d changes, cut %t: %+v", len(got.Changes), got.Cut, got.Changes[:min(3, len(got.Changes))])
	}
	after.Rules = slices.Delete(after.Rules, 7, 8)
	if got := Compare(Side{Ruleset: before}, Side{Ruleset: after}); got.Same || got.Cut || !strings.HasPrefix(got.Changes[0].Kind.String(), "closed") {
		t.Fatalf("a rule that is gone: same %t, cut %t, %v", got.Same, got.Cut, got.Changes)
	}
}

// TestCompareConditions takes rules for another application, user or pattern of zones for
// others, and the same ones for the same.
func TestCompareConditions(t *testing.T) {
	one := rule.Rule{Action: rule.Permit, Traffic: traffic.Any()}
	app, user, pattern := one, one, one
	app.Applications, user.Users = []string{"ssl"}, []string{"alice"}
	pattern.SourceZones, pattern.ZonePatterns = []string{"eth*"}, true
	rules := []rule.Rule{one, app, user, pattern}
	for i := range rules {
		for j := range rules {
			got := Compare(Side{Ruleset: &rule.Ruleset{Rules: rules[i : i+1]}}, Side{Ruleset: &rule.Ruleset{Rules: rules[j : j+1]}})
			if got.Same != (i == j) {
				t.Errorf("%d and %d: same %t", i, j, got.Same)
			}
			if i != j && (len(got.Changes) == 0 || got.Changes[0].Kind != Uncertain) {
				t.Errorf("%d and %d: %+v", i, j, got.Changes)
			}
		}
	}
}

func BenchmarkCompare(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			before := enginetest.Enterprise(n, 1).Rules
			other := enginetest.Enterprise(200, 2).Rules.Rules
			after := *before
			after.Rules = slices.Clone(before.Rules)
			for i := range 100 {
				after.Rules[(i+1)*(n/102)] = other[i]
			}
			b.ReportAllocs()
			for b.Loop() {
				if got := Compare(Side{Ruleset: before}, Side{Ruleset: &after}); got.Same || got.Cut {
					b.Fatal(got.Cut)
				}
			}
			enginetest.ReportMemory(b)
		})
	}
}

func describe(changes []Change) string {
	var b strings.Builder
	for _, c := range changes {
		fmt.Fprintf(&b, "\n%s %s zones %q -> %q, %+v, %+v", c.Kind, c.Product, c.SourceZones, c.DestinationZones, c.Before, c.After)
	}
	return b.String()
}
