package match

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// drawPath makes a case and further rulesets for a path that starts with it.
func drawPath(dice enginetest.Dice, maxRules int) (enginetest.Case, []*rule.Ruleset) {
	c := enginetest.DrawCase(dice, maxRules)
	path := []*rule.Ruleset{c.Rules}
	for range dice.IntN(3) {
		path = append(path, enginetest.DrawCase(dice, maxRules).Rules)
	}
	return c, path
}

// regionOf returns the region of a case as a flow would have it.
func regionOf(c enginetest.Case) (r flow.Region) {
	for _, p := range c.Products {
		v4, v6 := p.ByFamily()
		r.Possible = slices.DeleteFunc(append(r.Possible, v4, v6), traffic.Product.IsEmpty)
	}
	return r
}

// checkFinding compares what is found for a path with the oracle, packet by packet
// and ruleset by ruleset: the verdict, the missing traffic as a set, the decisions.
func checkFinding(t *testing.T, c enginetest.Case, path []*rule.Ruleset, want rule.Action, denyAt int) {
	t.Helper()
	asked := enginetest.Packets(c.Products, c.SourceZone, c.DestinationZone)
	if len(asked) == 0 {
		return
	}
	find := func(l limits) Finding {
		var matchers []Matcher
		for _, rs := range path {
			matchers = append(matchers, New(rs).withLimits(l))
		}
		return Check(matchers, Request{Region: regionOf(c), SourceZone: c.SourceZone, DestinationZone: c.DestinationZone, Want: want, DenyAt: denyAt})
	}
	f := find(defaultLimits)
	describe := func() string {
		text := c.String()
		for _, rs := range path[1:] {
			text += "then " + enginetest.Case{Rules: rs}.String()
		}
		return text
	}
	verdict := oracle.Verdict(path, asked)
	if f.Verdict.String() != verdict || f.Cut {
		t.Fatalf("%s\nverdict %s, want %s; cut %t", describe(), f.Verdict, verdict, f.Cut)
	}
	if f.Satisfied != (verdict == map[rule.Action]string{rule.Permit: "allowed", rule.Deny: "blocked"}[want]) || f.Satisfied != (len(f.Missing) == 0) {
		t.Fatalf("%s\n%s wanted, verdict %s, satisfied %t, %d missing", describe(), want, verdict, f.Satisfied, len(f.Missing))
	}
	for work := range 4 {
		cut := find(limits{1, work * hitWork, defaultLimits.steps})
		if cut.Verdict != f.Verdict || cut.Satisfied != f.Satisfied || cut.Satisfied != (len(cut.Missing) == 0) {
			t.Fatalf("%s\n%s wanted; cut short: verdict %s, want %s, satisfied %t, %d missing", describe(), want, cut.Verdict, f.Verdict, cut.Satisfied, len(cut.Missing))
		}
	}
	for _, steps := range []int{0, 1, 2, 3, 5, 8} { // a search that is given up decides nothing wrongly
		cut := find(limits{1, 0, steps})
		if cut.Verdict != f.Verdict && cut.Verdict != Indeterminate || cut.Satisfied && !f.Satisfied || cut.Satisfied != (len(cut.Missing) == 0) {
			t.Fatalf("%s\n%s wanted; after %d steps: verdict %s, want %s, satisfied %t, %d missing", describe(), want, steps, cut.Verdict, f.Verdict, cut.Satisfied, len(cut.Missing))
		}
	}
	for _, p := range asked {
		for i, rs := range path {
			d := oracle.Decide(rs, p)
			outcome := outcomeOf(d.Permit, d.Deny)
			decisions := holding(f.Decisions, p, func(d Decision) (traffic.Product, bool) { return d.Product, d.Ruleset == i })
			if len(decisions) != 1 || decisions[0].Outcome != outcome || decisions[0].Line != lineOf(rs, d) {
				t.Fatalf("%s\n%v is decided by %v of ruleset %d, want %s by line %d", describe(), p, decisions, i, outcome, lineOf(rs, d))
			}
			missing := holding(f.Missing, p, func(m Missing) (traffic.Product, bool) { return m.Product, m.Ruleset == i })
			if want == rule.Permit && (len(missing) > 1 || (len(missing) == 1) != d.Deny || len(missing) == 1 && missing[0].Outcome != outcome) {
				t.Fatalf("%s\n%v is missing in ruleset %d as %v; want %s", describe(), p, i, missing, outcome)
			}
		}
		if permit, deny := oracle.Cross(path, p); want == rule.Deny {
			missing := holding(f.Missing, p, func(m Missing) (traffic.Product, bool) { return m.Product, m.Ruleset == denyAt })
			if len(missing) > 1 || (len(missing) == 1) != permit || len(missing) == 1 && missing[0].Outcome != outcomeOf(permit, deny) {
				t.Fatalf("%s\n%v must be denied by ruleset %d and is missing as %v; can be permitted: %t, denied: %t", describe(), p, denyAt, missing, permit, deny)
			}
		}
	}
	for _, m := range f.Missing {
		checkPlace(t, path[m.Ruleset], m, want, asked, describe)
		if want == rule.Permit {
			checkEachWay(t, path[m.Ruleset], m, c, asked, describe)
		}
	}
	for _, p := range enginetest.Packets([]traffic.Product{traffic.Any()}, c.SourceZone, c.DestinationZone) {
		missing := holding(f.Missing, p, func(m Missing) (traffic.Product, bool) { return m.Product, true })
		decisions := holding(f.Decisions, p, func(d Decision) (traffic.Product, bool) { return d.Product, true })
		if len(missing)+len(decisions) > 0 && !slices.Contains(asked, p) {
			t.Fatalf("%s\n%v was not asked for", describe(), p)
		}
	}
}

// checkPlace puts a rule for what is missing where it is said to take effect.
func checkPlace(t *testing.T, rs *rule.Ruleset, m Missing, want rule.Action, asked []oracle.Packet, describe func() string) {
	t.Helper()
	changed, list := *rs, rs.Rules
	added := rule.Rule{Action: want, Traffic: m.Product}
	if m.Replies {
		added.Traffic = replies(m.Product)
		if rs.Return != nil {
			list = rs.Return
		}
	}
	at := m.Before
	if at < 0 {
		at = len(list)
	}
	list = slices.Insert(slices.Clone(list), at, added)
	if m.Replies && rs.Return != nil {
		changed.Return = list
	} else {
		changed.Rules = list
	}
	for _, p := range asked {
		if !p.In(m.Product) {
			continue
		}
		d := oracle.Decide(&changed, p)
		switch {
		case want == rule.Deny && d.Permit:
			t.Fatalf("%s\n%v is still permitted after a deny of %s before rule %d (replies: %t)", describe(), p, m.Product, m.Before, m.Replies)
		case want == rule.Permit && d.Deny && d.Return == m.Replies:
			t.Fatalf("%s\n%v is still denied after a permit of %s before rule %d (replies: %t)", describe(), p, m.Product, m.Before, m.Replies)
		}
	}
}

// checkEachWay puts rules where they are said to be missing on each way, after which
// nothing of the entry is in the way any more.
func checkEachWay(t *testing.T, rs *rule.Ruleset, m Missing, c enginetest.Case, asked []oracle.Packet, describe func() string) {
	t.Helper()
	if !rs.Stateless {
		return
	}
	changed := *rs
	ways := New(rs).EachWay(Request{SourceZone: c.SourceZone, DestinationZone: c.DestinationZone, Want: rule.Permit}, m)
	// From the end, so that the places of those before hold.
	slices.SortStableFunc(ways, func(a, b Missing) int { return cmp.Compare(uint(b.Before), uint(a.Before)) })
	for _, way := range ways {
		added, list := rule.Rule{Action: rule.Permit, Traffic: way.Product}, &changed.Rules
		if way.Replies {
			added.Traffic = replies(way.Product)
			if rs.Return != nil {
				list = &changed.Return
			}
		}
		at := int(min(uint(way.Before), uint(len(*list))))
		*list = slices.Insert(slices.Clone(*list), at, added)
	}
	for _, p := range asked {
		if d := oracle.Decide(&changed, p); p.In(m.Product) && d.Deny {
			t.Fatalf("%s\n%v is still denied after permits on each way: %v", describe(), p, ways)
		}
	}
}

func outcomeOf(permit, deny bool) Outcome {
	switch {
	case permit && deny:
		return Unknown
	case permit:
		return Permitted
	}
	return Denied
}

func lineOf(rs *rule.Ruleset, d oracle.Decision) int {
	switch {
	case d.Rule < 0:
		return 0
	case d.Return && rs.Return != nil:
		return rs.Return[d.Rule].Line
	}
	return rs.Rules[d.Rule].Line
}

// holding returns the entries that hold the packet, of those that are looked at.
func holding[T any](entries []T, p oracle.Packet, look func(T) (traffic.Product, bool)) (out []T) {
	for _, e := range entries {
		if product, ok := look(e); ok && p.In(product) {
			out = append(out, e)
		}
	}
	return out
}

func TestFindingAgainstOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	for range 250 {
		c, path := drawPath(r, 5)
		checkFinding(t, c, path, rule.Action(r.IntN(2)), r.IntN(len(path)))
	}
}

func FuzzFinding(f *testing.F) {
	seeds(f, 150)
	f.Fuzz(func(t *testing.T, data []byte) {
		dice := enginetest.Bytes(data)
		want, denyAt := rule.Action(dice.IntN(2)), dice.IntN(3)
		c, path := drawPath(&dice, 6)
		checkFinding(t, c, path, want, denyAt%len(path))
	})
}

// seeds adds a few inputs of random bytes.
func seeds(f *testing.F, size int) {
	r := rand.New(rand.NewPCG(uint64(size), 1))
	for range 8 {
		seed := make([]byte, size)
		for i := range seed {
			seed[i] = byte(r.Uint32())
		}
		f.Add(seed)
	}
}

// checkOverlay compares rules on top of an index with the ruleset that has them
// before its own.
func checkOverlay(t *testing.T, c enginetest.Case, top []rule.Rule) {
	t.Helper()
	whole := c
	rules := *c.Rules
	rules.Rules = slices.Concat(top, c.Rules.Rules)
	if rules.Return != nil && rules.ReturnList == "" {
		rules.Return = slices.Concat(top, rules.Return)
	}
	whole.Rules = &rules
	a := NewOverlay(&rule.Ruleset{Rules: top}, New(c.Rules)).Match(questionOf(c))
	newVerifier(whole).check(t, a)
}

func TestOverlayAgainstOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(33, 34))
	for range 400 {
		c := enginetest.DrawCase(r, 5)
		checkOverlay(t, c, enginetest.DrawCase(r, 3).Rules.Rules)
	}
}

func FuzzOverlay(f *testing.F) {
	seeds(f, 100)
	f.Fuzz(func(t *testing.T, data []byte) {
		dice := enginetest.Bytes(data)
		top := enginetest.DrawCase(&dice, 4).Rules.Rules
		checkOverlay(t, enginetest.DrawCase(&dice, 6), top)
	})
}
