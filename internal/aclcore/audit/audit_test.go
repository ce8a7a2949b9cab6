package audit

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/extent"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

var universe = enginetest.Packets([]traffic.Product{traffic.Any()}, "", "")

// A kind of packet: one that opens a connection, a later one, one that is related to a
// connection, or one of none.
type kind uint8

const (
	opening kind = iota
	later
	akin
	stray
)

// A met packet is one of one kind on its way past the rules.
type met struct {
	oracle.Packet
	kind
	// rules are those that it meets, up to the first that surely matches; possible says
	// which of all rules match at all.
	rules    []int
	possible []bool
	wanted   bool
}

// A judge knows of all packets of the universe what becomes of them.
type judge struct {
	Question
	packets []met
}

func (j *judge) stray(i int) extent.Stray {
	if j.Strays == nil {
		return extent.StrayAlike
	}
	return j.Strays[i]
}

// matching says whether a rule can match a packet and whether it surely does.
func (j *judge) matching(i int, p oracle.Packet, k kind) (possible, sure bool) {
	r := j.Rules.Rules[i]
	switch {
	case k == akin && j.stray(i) == extent.StrayRelated:
		r.State = rule.AnyState
	case k == later && r.State == rule.New, k >= akin && (r.State != rule.AnyState || j.stray(i) != extent.StrayAlike):
		r.State = rule.Established
	case k == later && r.State == rule.Established:
		r.State = rule.AnyState
	}
	d := oracle.Decide(&rule.Ruleset{Rules: []rule.Rule{r}, Default: 1 - r.Action}, p)
	may, other := d.Permit, d.Deny
	if r.Action == rule.Deny {
		may, other = other, may
	}
	return may, may && !other
}

func newJudge(q Question) *judge {
	j := &judge{Question: q}
	zones := [][2]string{{"c", "c"}}
	if slices.ContainsFunc(q.Rules.Rules, func(r rule.Rule) bool {
		return len(r.SourceZones)+len(r.DestinationZones) > 0 || r.Pair != rule.AnyPair
	}) || slices.ContainsFunc(q.Flows, func(f Flow) bool { return f.SourceZone+f.DestinationZone != "" }) {
		zones = [][2]string{{"a", "a"}, {"a", "b"}, {"b", "a"}, {"b", "b"}, {"a", "c"}, {"c", "a"}, {"b", "c"}, {"c", "b"}, {"c", "c"}, {"c", "d"}}
	}
	kinds := []kind{opening}
	if q.Rules.Stateless {
		kinds = []kind{opening, later, akin, stray}
	}
	for _, k := range kinds {
		for _, z := range zones {
			for _, p := range universe {
				p.SourceZone, p.DestinationZone = z[0], z[1]
				m := met{Packet: p, kind: k, possible: make([]bool, len(q.Rules.Rules)), wanted: j.wants(p)}
				ended := false
				for i := range q.Rules.Rules {
					possible, sure := j.matching(i, p, k)
					if m.possible[i] = possible; possible && !ended {
						m.rules, ended = append(m.rules, i), sure
					}
				}
				j.packets = append(j.packets, m)
			}
		}
	}
	return j
}

func inFlow(p oracle.Packet, f *Flow) bool {
	in := func(declared, zone string) bool { return declared == "" || declared == zone }
	return in(f.SourceZone, p.SourceZone) && in(f.DestinationZone, p.DestinationZone) && slices.ContainsFunc(f.Products, p.In)
}

// asPacket reports whether the packet is one of the flow itself, and that meets the list.
func asPacket(f *Flow, p oracle.Packet) bool { return !f.OnlyReplies && inFlow(p, f) }

// asReply reports whether it is a reply of the flow, and that meets the list.
func (j *judge) asReply(f *Flow, p oracle.Packet) bool {
	if !f.OnlyReplies && (!j.Rules.Stateless || j.Rules.Return != nil) {
		return false
	}
	back := oracle.Packet{From: p.To, To: p.From, Protocol: p.Protocol, SourcePort: p.DestinationPort, DestinationPort: p.SourcePort, SourceZone: p.DestinationZone, DestinationZone: p.SourceZone}
	switch code := p.DestinationPort % 256; {
	case p.Protocol == 1 && p.DestinationPort/256 == 0:
		back.SourcePort, back.DestinationPort = p.SourcePort, 8<<8|code
	case p.Protocol == 58 && p.DestinationPort/256 == 129:
		back.SourcePort, back.DestinationPort = p.SourcePort, 128<<8|code
	case p.Protocol == 1 || p.Protocol == 58:
		return false
	}
	return inFlow(back, f)
}

func (j *judge) wants(p oracle.Packet) bool {
	return slices.ContainsFunc(j.Flows, func(f Flow) bool { return !f.Deny && (asPacket(&f, p) || j.asReply(&f, p)) })
}

// of reports whether the packet, as it is met, is of flow n.
func (j *judge) of(n int, m *met) bool {
	f := &j.Flows[n]
	packet, reply := asPacket(f, m.Packet), j.asReply(f, m.Packet)
	switch {
	case m.kind >= akin:
		return false
	case !j.Rules.Stateless || !j.stated(): // one look at the list tells for both
		return packet || reply
	}
	return packet || reply && m.kind == later
}

// outcomes says what can become of a packet without some rules, in every choice of what
// the undecidable ones match: a word with a letter for each choice.
func (j *judge) outcomes(m *met, without func(int) bool) string {
	var chosen []int
	for i := range j.Rules.Rules {
		if possible, sure := j.matching(i, m.Packet, m.kind); possible && !sure {
			chosen = append(chosen, i)
		}
	}
	var b strings.Builder
	for choice := range 1 << len(chosen) {
		action := j.Rules.Default
		for i, r := range j.Rules.Rules {
			if n := slices.Index(chosen, i); !m.possible[i] || without(i) || n >= 0 && choice>>n&1 == 0 {
				continue
			}
			action = r.Action
			break
		}
		b.WriteString(action.String()[:1])
	}
	return b.String()
}

func (j *judge) check(t *testing.T, got Result) {
	t.Helper()
	fail := func(format string, args ...any) {
		t.Helper()
		t.Fatalf("%sflows %+v, strays %v\n%s\n%+v", enginetest.Case{Rules: j.Rules}, j.Flows, j.Strays, fmt.Sprintf(format, args...), got.Findings)
	}
	found := func(i int, k Kind) *Finding {
		n := slices.IndexFunc(got.Findings, func(f Finding) bool { return f.Rule == i && f.Kind == k })
		if n < 0 {
			return nil
		}
		return &got.Findings[n]
	}
	// A rule may be for a zone called any, which no packet of the oracle is in: there the
	// rule may serve a flow.
	beyond := slices.Contains(j.zones(), "any")
	for i, r := range j.Rules.Rules {
		decides, possibly, against, matches, changes, excess, wanted := false, true, false, false, false, 0, false
		share := got.Share(i)
		serves := map[int]bool{}
		opens := false
		for n := range j.packets {
			m := &j.packets[n]
			if !m.possible[i] {
				continue
			}
			matches = true
			if decided := slices.Contains(m.rules, i); m.kind == opening && (decided != j.in(share.Decides, m.Packet) || decided == j.in(share.Taken, m.Packet)) {
				fail("rule %d: %v is decided by it: %t, and not so in its share %+v", i, m.Packet, decided, share)
			}
			if !slices.Contains(m.rules, i) {
				last := m.rules[len(m.rules)-1]
				against = against || j.Rules.Rules[last].Action != r.Action
				continue
			}
			decides = true
			possibly = possibly && m.rules[0] != i
			changes = changes || j.outcomes(m, func(int) bool { return false }) != j.outcomes(m, func(n int) bool { return n == i })
			for n := range j.Flows {
				if j.of(n, m) && j.Flows[n].Deny == (r.Action == rule.Deny) {
					serves[n] = true
					wanted = wanted || !j.Flows[n].Deny
				}
			}
			if m.kind == opening {
				opens = true
				if !m.wanted {
					excess++
				}
				if f := found(i, Wider); f != nil && m.wanted == j.in(f.Excess, m.Packet) {
					fail("rule %d: %v is wanted: %t, and in the excess", i, m.Packet, m.wanted)
				}
				if f := found(i, Unused); f != nil && !j.in(f.Excess, m.Packet) {
					fail("rule %d: %v is not in the excess", i, m.Packet)
				}
			}
		}
		named := j.stray(i) >= extent.StrayUnrelated
		if want := matches && !decides && !named; want != (found(i, Shadowed) != nil) && j.meets(r) && matches {
			fail("rule %d shadowed: want %t", i, want)
		}
		if want := decides && possibly && !named && len(r.Unknown) == 0; want != (found(i, PossiblyShadowed) != nil) {
			fail("rule %d possibly shadowed: want %t", i, want)
		}
		if want := matches && !decides && against && !named; want != (found(i, Contradicts) != nil) {
			fail("rule %d contradicts: want %t", i, want)
		}
		if want := decides && !changes && !named; want != (found(i, Redundant) != nil) {
			fail("rule %d redundant: want %t", i, want)
		}
		judged := j.Declared && r.Action == rule.Permit && r.State != rule.Established && opens && !named
		if want := judged && !wanted; want != (found(i, Unused) != nil) && !(beyond && want && found(i, Wider) != nil) {
			fail("rule %d unused: want %t", i, want)
		}
		if want := judged && wanted && excess > 0; want != (found(i, Wider) != nil) && !(beyond && judged && !want) {
			fail("rule %d wider: want %t", i, want)
		}
		for n := range j.Flows {
			if serves[n] != slices.Contains(got.Serves[i], n) && (serves[n] || !beyond) {
				fail("rule %d serves flow %d: want %t", i, n, serves[n])
			}
		}
		if f := found(i, Shadowed); f != nil && f.Reason == "" {
			j.checkCover(fail, i, f.CoveredBy)
		}
	}
	for n := range j.packets {
		m := &j.packets[n]
		if before, after := j.outcomes(m, func(int) bool { return false }), j.outcomes(m, func(i int) bool { return got.Removable[i] }); before != after && (j.needed(m) || !j.Declared) {
			fail("without %v: %v is %s, was %s", got.Removable, m.Packet, after, before)
		}
	}
}

// needed reports whether a flow wants the packet as what it is met.
func (j *judge) needed(m *met) bool {
	for n := range j.Flows {
		if !j.Flows[n].Deny && j.of(n, m) {
			return true
		}
	}
	return false
}

func (j *judge) stated() bool {
	return slices.ContainsFunc(j.Rules.Rules, func(r rule.Rule) bool { return r.State != rule.AnyState })
}

func (j *judge) zones() (names []string) {
	for _, r := range j.Rules.Rules {
		names = append(append(names, r.SourceZones...), r.DestinationZones...)
	}
	for _, f := range j.Flows {
		names = append(names, f.SourceZone, f.DestinationZone)
	}
	return names
}

// meets reports whether packets of the kinds that are asked about can match the rule.
func (j *judge) meets(r rule.Rule) bool {
	return r.State != rule.Established || j.Rules.Stateless
}

// in reports whether traffic holds the packet.
func (j *judge) in(all []Excess, p oracle.Packet) bool {
	ruled := j.zones()
	named := func(zones []string, zone string, others ...string) bool {
		if len(zones) == 0 || slices.Contains(zones, zone) {
			return true
		}
		return !slices.Contains(ruled, zone) && slices.ContainsFunc(others, func(o string) bool { return slices.Contains(zones, o) })
	}
	second := extent.Another
	if p.SourceZone == p.DestinationZone {
		second = extent.Same
	}
	return slices.ContainsFunc(all, func(e Excess) bool {
		return p.In(e.Product) && named(e.SourceZones, p.SourceZone, extent.Other) && named(e.DestinationZones, p.DestinationZone, extent.Other, second)
	})
}

func (j *judge) checkCover(fail func(string, ...any), i int, by []int) {
	for skip := -1; skip < len(by); skip++ {
		covered := true
		for n := range j.packets {
			m := &j.packets[n]
			covered = covered && (!m.possible[i] || slices.ContainsFunc(by, func(k int) bool {
				return (skip < 0 || by[skip] != k) && k < i && m.possible[k] && j.sureOf(k, m)
			}))
		}
		if covered != (skip < 0) {
			fail("rule %d is covered by %v without the one at %d: %t", i, by, skip, covered)
		}
	}
}

func (j *judge) sureOf(i int, m *met) bool {
	_, sure := j.matching(i, m.Packet, m.kind)
	return sure
}

func draw(dice enginetest.Dice, maxRules int) Question {
	c := enginetest.DrawCase(dice, maxRules)
	q := Question{Rules: c.Rules, Declared: dice.IntN(3) > 0}
	for range dice.IntN(3) {
		zones := []string{"", "", "a", "b"}
		q.Flows = append(q.Flows, Flow{
			Products: []traffic.Product{enginetest.DrawProduct(dice)}, SourceZone: zones[dice.IntN(4)], DestinationZone: zones[dice.IntN(4)], Deny: dice.IntN(4) == 0,
			OnlyReplies: dice.IntN(6) == 0,
		})
	}
	if dice.IntN(3) == 0 {
		q.Rules.Stateless = true
		for i := range q.Rules.Rules {
			q.Rules.Rules[i].State = []rule.State{rule.AnyState, rule.AnyState, rule.New, rule.Established}[dice.IntN(4)]
			q.Strays = append(q.Strays, []extent.Stray{extent.StrayAlike, extent.StrayAlike, extent.StrayNever, extent.StrayRelated, extent.StrayUnrelated, extent.StrayNamed}[dice.IntN(6)])
		}
	}
	return q
}

func TestListAgainstOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 150 {
		q := draw(r, 6)
		got := List(q)
		newJudge(q).check(t, got)
		q.Explain = 1
		if some := List(q); !slices.EqualFunc(some.Findings, got.Findings, func(a, b Finding) bool {
			return a.Kind == b.Kind && a.Rule == b.Rule && (a.CoveredBy == nil || slices.Equal(a.CoveredBy, b.CoveredBy))
		}) {
			t.Errorf("%sone of each kind explained: %+v, all: %+v", enginetest.Case{Rules: q.Rules}, some.Findings, got.Findings)
		}
	}
}

// TestEveryShortList judges every list of up to four rules of a menu, in which they
// overlap in all ways.
func TestEveryShortList(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	var menu []rule.Rule
	for len(menu) < 5 {
		one := enginetest.DrawRule(r)
		if one.State = rule.AnyState; len(one.SourceZones)+len(one.DestinationZones) == 0 && one.Pair == rule.AnyPair {
			menu = append(menu, one)
		}
	}
	flows := []Flow{{Products: []traffic.Product{menu[0].Traffic}}, {Products: []traffic.Product{enginetest.DrawProduct(r)}}}
	n := 0
	var ask func(rules []rule.Rule)
	ask = func(rules []rule.Rule) {
		n++
		q := Question{Rules: &rule.Ruleset{Rules: rules, Default: rule.Action(n % 2)}, Flows: flows, Declared: n%3 > 0}
		newJudge(q).check(t, List(q))
		for _, one := range menu {
			if len(rules) < 4 {
				ask(append(slices.Clip(rules), one))
			}
		}
	}
	ask(nil)
}

func FuzzList(f *testing.F) {
	r := rand.New(rand.NewPCG(13, 14))
	for range 20 {
		seed := make([]byte, 80)
		for i := range seed {
			seed[i] = byte(r.Uint32())
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		dice := enginetest.Bytes(data)
		q := draw(&dice, 7)
		newJudge(q).check(t, List(q))
	})
}

// TestStates takes no rule for shadowed or redundant that decides later packets of a
// connection, or those of none.
func TestStates(t *testing.T) {
	all := traffic.Any()
	opening := rule.Rule{Action: rule.Permit, State: rule.New, Traffic: all}
	answers := rule.Rule{Action: rule.Permit, State: rule.Established, Traffic: all}
	permit, deny, invalid := rule.Rule{Action: rule.Permit, Traffic: all}, rule.Rule{Traffic: all}, rule.Rule{State: rule.New, Traffic: all}
	for _, c := range []struct {
		name     string
		rules    []rule.Rule
		strays   []extent.Stray
		fallback rule.Action
		want     []string
	}{
		{"later packets", []rule.Rule{opening, permit}, nil, rule.Deny, []string{"redundant 0"}},
		{"of no connection", []rule.Rule{answers, opening, deny}, nil, rule.Permit, nil},
		{"for connections", []rule.Rule{permit, deny}, []extent.Stray{extent.StrayNever, extent.StrayAlike}, rule.Permit, nil},
		{"related", []rule.Rule{answers, permit}, []extent.Stray{extent.StrayRelated, extent.StrayNever}, rule.Deny, nil},
		{"established only", []rule.Rule{answers, permit}, []extent.Stray{extent.StrayNever, extent.StrayNever}, rule.Deny, []string{"redundant 0"}},
		{"all packets", []rule.Rule{permit, deny}, nil, rule.Permit, []string{"contradicts 1", "shadowed 1"}},
		{"packets that are denied anyway", []rule.Rule{invalid, answers}, nil, rule.Deny, []string{"redundant 0"}},
		{"invalid packets", []rule.Rule{invalid, answers}, []extent.Stray{extent.StrayNamed, extent.StrayAlike}, rule.Deny, nil},
	} {
		var got []string
		for _, f := range List(Question{Rules: &rule.Ruleset{Rules: c.rules, Default: c.fallback, Stateless: true}, Strays: c.strays}).Findings {
			got = append(got, fmt.Sprintf("%s %d", f.Kind, f.Rule))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestUnits judges rules together that are one in the text, and none of them alone.
func TestUnits(t *testing.T) {
	product := func(n int) traffic.Product { return enginetest.Narrow(n, 3).Rules[n-1].Traffic }
	one := func(p traffic.Product) rule.Rule {
		return rule.Rule{Action: rule.Permit, Line: 2, Text: "permit A B", Traffic: p}
	}
	rules := []rule.Rule{{Action: rule.Permit, Line: 1, Text: "permit A", Traffic: product(1)}, one(product(1)), one(product(2))}
	kinds := func(rules []rule.Rule) (out []string) {
		for _, f := range List(Question{Rules: &rule.Ruleset{Rules: rules}}).Findings {
			out = append(out, fmt.Sprintf("%s %d %v", f.Kind, f.Rule, f.CoveredBy))
		}
		return out
	}
	if got := kinds(rules); !slices.Equal(got, []string{"redundant 0 [1]"}) {
		t.Errorf("one of two is covered: %v", got)
	}
	if got := kinds([]rule.Rule{rules[1], rules[2], rules[0]}); !slices.Equal(got, []string{"shadowed 2 [0]"}) {
		t.Errorf("covered by one of two: %v", got)
	}
}

// TestRepeated says nothing of a rule that stands at two places and is shadowed at one.
func TestRepeated(t *testing.T) {
	all := enginetest.Narrow(3, 3).Rules
	for i := range all {
		all[i].Action, all[i].Line, all[i].Text = rule.Permit, i+1, fmt.Sprint("rule ", i)
	}
	for _, c := range []struct {
		rules []rule.Rule
		want  int
	}{
		{[]rule.Rule{all[0], all[1], all[0]}, 0},
		{[]rule.Rule{{Action: rule.Permit, Traffic: traffic.Any()}, all[0], all[1], all[0], all[2]}, 3},
	} {
		got := List(Question{Rules: &rule.Ruleset{Rules: c.rules}})
		if len(got.Findings) != c.want || got.Removable[len(c.rules)-2] && c.want == 0 {
			t.Errorf("%v: %+v, %v", c.rules, got.Findings, got.Removable)
		}
	}
}

// TestExpired finds rules whose schedules have ended by a day, and lets them go; without a
// day, and on the day of the end, nothing has ended.
func TestExpired(t *testing.T) {
	rules := enginetest.Narrow(3, 3).Rules
	for i := range rules {
		rules[i].Action, rules[i].Unknown = rule.Permit, []string{"schedule x"}
	}
	day := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	ends := []time.Time{day.Add(-time.Minute), {}, day.Add(23 * time.Hour)}
	for _, c := range []struct {
		asOf time.Time
		want []int
	}{{time.Time{}, nil}, {day, []int{0}}, {day.AddDate(0, 0, 1), []int{0, 2}}} {
		got := List(Question{Rules: &rule.Ruleset{Rules: rules}, Ends: ends, AsOf: c.asOf})
		var expired []int
		for _, f := range got.Findings {
			if f.Kind == Expired {
				expired = append(expired, f.Rule)
			}
		}
		if !slices.Equal(expired, c.want) {
			t.Errorf("by %v: %v, want %v", c.asOf, expired, c.want)
		}
		for i, removable := range got.Removable {
			if removable != slices.Contains(c.want, i) {
				t.Errorf("by %v: rule %d may go: %t", c.asOf, i, removable)
			}
		}
	}
}

func BenchmarkList(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			e := enginetest.Enterprise(n, 1)
			q := Question{Rules: e.Rules, Declared: true, Explain: 400} // as the provider asks
			for _, p := range e.Flows(10_000) {
				q.Flows = append(q.Flows, Flow{Products: []traffic.Product{p}})
			}
			b.ReportAllocs()
			for b.Loop() {
				got := List(q)
				b.ReportMetric(float64(got.Unknown), "unknown")
				b.ReportMetric(float64(len(got.Findings)), "findings")
			}
			enginetest.ReportMemory(b)
		})
	}
}

// TestOpen takes a rule for possibly shadowed by one of which only a name is not known, and
// not by one for some hours.
func TestOpen(t *testing.T) {
	rules := []rule.Rule{
		{Action: rule.Permit, Traffic: traffic.Any(), Unknown: []string{"x"}},
		{Action: rule.Permit, Traffic: enginetest.Narrow(1, 1).Rules[0].Traffic},
		{Action: rule.Permit, Traffic: enginetest.Narrow(1, 1).Rules[0].Traffic, Unknown: []string{"x"}},
	}
	for _, open := range []bool{true, false} {
		var got []string
		for _, f := range List(Question{Rules: &rule.Ruleset{Rules: rules}, Open: func(string) bool { return open }}).Findings {
			if f.Kind == PossiblyShadowed {
				got = append(got, fmt.Sprint(f.Rule, f.CoveredBy))
			}
		}
		if want := map[bool][]string{true: {"1 [0]"}, false: nil}[open]; !slices.Equal(got, want) {
			t.Errorf("open %t: %v, want %v", open, got, want)
		}
	}
}
