package ios_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/ios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/rendertest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

func parse(t *testing.T, p platform, text string) *rule.Ruleset {
	t.Helper()
	doc, err := ios.Parse(p.dialect, device.Input{Source: "edge.cfg", Content: []byte(text)})
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if len(doc.Lists) != 1 {
		t.Fatalf("%d lists in\n%s", len(doc.Lists), text)
	}
	return &rule.Ruleset{Name: "edge", Source: "edge.cfg", Format: doc.Format, Rules: doc.Lists[0].Rules, Default: doc.Lists[0].Default}
}

// draw makes rules of one family that the platforms can say: protocol 0 alone has
// no spelling, and the types of ICMP belong to its own family.
func draw(dice enginetest.Dice, v6 bool, most int) []rule.Rule {
	icmp, family := service.SetOf(service.Whole(service.ICMPv6)), addr.Any4()
	if v6 {
		icmp, family = service.SetOf(service.Whole(service.ICMP)), addr.Any6()
	}
	var rules []rule.Rule
	for range dice.IntN(most + 1) {
		p := enginetest.DrawProduct(dice)
		p.Sources, p.Destinations = p.Sources.Intersect(family), p.Destinations.Intersect(family)
		if types := p.Services.Intersect(icmp); !types.Equal(icmp) {
			p.Services = p.Services.Subtract(types)
		}
		if p.Services.Contains(0, 0, 0) {
			p.Services = service.Any()
		}
		if p.Sources.Contains(far(v6)) && p.Destinations.Contains(far(v6)) {
			p.Sources = family // all but a host on both sides takes thousands of entries
		}
		if !p.IsEmpty() {
			rules = append(rules, rule.Rule{Action: rule.Action(dice.IntN(2)), Traffic: p})
		}
	}
	return rules
}

// far is an address that is in no set but any and those that leave a host out.
func far(v6 bool) netip.Addr {
	if v6 {
		return netip.MustParseAddr("2001:db8:ffff::")
	}
	return netip.MustParseAddr("203.0.113.1")
}

// universe are packets that tell apart all that draw can make, and neighbour
// discovery.
var universe = func() []oracle.Packet {
	out := enginetest.Packets([]traffic.Product{traffic.Any()}, "", "")
	return append(out, oracle.Packet{
		From: netip.MustParseAddr("fe80::1"), To: netip.MustParseAddr("ff02::1"), Protocol: service.ICMPv6, DestinationPort: 135 << 8,
	})
}()

// same fails unless both rulesets do the same with every packet of the family.
func same(t *testing.T, v6 bool, got, want *rule.Ruleset, text string) {
	t.Helper()
	for _, p := range universe {
		if p.From.Is4() == v6 {
			continue
		}
		g, w := oracle.Decide(got, p), oracle.Decide(want, p)
		if g.Permit != w.Permit || g.Deny != w.Deny {
			t.Fatalf("%+v may be permitted %v, denied %v, want %v and %v, by\n%s", p, g.Permit, g.Deny, w.Permit, w.Deny, text)
		}
	}
}

func roundTrip(t *testing.T, dice enginetest.Dice) {
	p := platforms[dice.IntN(len(platforms))]
	v6 := dice.IntN(3) == 0
	rules := draw(dice, v6, 6)
	if len(rules) == 0 || p.eos { // a new list of cisco_ios is one of IOS
		return
	}
	text, err := ios.Write(p.dialect, "EDGE", rule.Insertion{Base: &rule.Ruleset{}, Rules: rules})
	if err != nil {
		t.Fatal(err)
	}
	got := parse(t, p, text)
	for _, r := range got.Rules {
		if len(r.Unknown) > 0 && r.Line > 0 {
			t.Fatalf("%s is not understood: %v", r.Text, r.Unknown)
		}
	}
	want := &rule.Ruleset{Rules: slices.Clone(rules)}
	for _, r := range got.Rules {
		if r.Line == 0 { // the neighbour discovery that every IPv6 list permits in the end
			want.Rules = append(want.Rules, r)
		}
	}
	same(t, v6, got, want, text)
}

// base makes a list as it stands in a file: numbered or not, with little room or
// much, with remarks, conditions and an entry that is written twice.
func base(t *testing.T, dice enginetest.Dice, p platform, v6 bool) string {
	t.Helper()
	rules := draw(dice, v6, 5)
	if len(rules) == 0 {
		rules = []rule.Rule{{Action: rule.Permit, Traffic: enginetest.DrawProduct(&enginetest.Bytes{3, 3, 5})}}
		if v6 {
			rules[0].Traffic = enginetest.DrawProduct(&enginetest.Bytes{10, 10, 5})
		}
	}
	dialect := p.dialect
	if p.eos {
		dialect = ios.NXOS // writes entries the same way
	}
	text, err := ios.Write(dialect, "EDGE", rule.Insertion{Base: &rule.Ruleset{}, Rules: rules})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(text, "\n")
	out, number := lines[:1:1], int64(0)
	write := dice.IntN(4) > 0
	room := []int64{1, 2, 10, 10}[dice.IntN(4)]
	conditions := 0
	add := func(body string) {
		number += room
		if !write {
			out = append(out, " "+body)
			return
		}
		word := ""
		if dialect == ios.IOS && v6 {
			word = "sequence "
		}
		out = append(out, fmt.Sprintf(" %s%d %s", word, number, body))
	}
	for _, line := range lines[1:] {
		body := numbered.FindStringSubmatch(strings.TrimSpace(line))[2]
		if p.eos && v6 {
			body = strings.Replace(body, " icmp ", " icmpv6 ", 1)
		}
		switch dice.IntN(8) {
		case 0:
			if p.dialect == ios.IOS && !p.eos {
				out = append(out, " remark words")
			} else {
				add("remark words")
			}
		case 1:
			add("permit tcp any any established")
		case 2:
			if conditions++; conditions < 4 { // the oracle tries all of their combinations
				add(fmt.Sprintf("deny udp any any eq 80 time-range NIGHT%d", conditions))
			}
		}
		add(body)
		if !write && dice.IntN(8) == 0 {
			out = append(out, " "+body) // as generators do
		}
	}
	return strings.Join(out, "\n") + "\n"
}

// insertion puts rules into a list and compares what the device then has with what
// is meant. It reports whether there was a change to type.
func insertion(t *testing.T, dice enginetest.Dice) (platform, bool) {
	p := platforms[dice.IntN(len(platforms))]
	v6 := dice.IntN(3) == 0
	before := base(t, dice, p, v6)
	if p.eos && v6 && !strings.Contains(before, " 1") {
		return p, false // nothing tells it from a list of IOS
	}
	rules := parse(t, p, before)
	change := rule.Insertion{Base: rules, Before: dice.IntN(len(rules.Rules) + 1), Rules: draw(dice, v6, 3)}
	if len(change.Rules) == 0 {
		return p, false
	}
	if dice.IntN(4) == 0 { // one that is in the list already
		r := rules.Rules[dice.IntN(len(rules.Rules))]
		if len(r.Unknown) == 0 && r.State == rule.AnyState {
			change.Rules = append(change.Rules, rule.Rule{Action: r.Action, Traffic: r.Traffic})
		}
	}
	commands, err := ios.Write(p.dialect, "EDGE", change)
	if err != nil {
		return p, false
	}
	d := router{platform: p}
	d.configure(t, before)
	d.configure(t, commands)
	want := &rule.Ruleset{Rules: slices.Concat(rules.Rules[:change.Before], change.Rules, rules.Rules[change.Before:])}
	report := fmt.Sprintf("%s: %s--- before rule %d\n%s\n--- the device then has\n%s", p, before, change.Before, commands, d.running())
	same(t, v6, parse(t, p, d.running()), want, report)
	same(t, v6, parse(t, p, before+commands), want, report)
	return p, true
}

func TestRoundTrip(t *testing.T) {
	for seed := range uint64(500) {
		roundTrip(t, rand.New(rand.NewPCG(seed, 1)))
	}
}

func TestInsertion(t *testing.T) {
	typed := make(map[platform]int)
	for seed := range uint64(1500) {
		if p, ok := insertion(t, rand.New(rand.NewPCG(seed, 2))); ok {
			typed[p]++
		}
	}
	for _, p := range platforms {
		t.Logf("%s: %d changes", p, typed[p])
		if typed[p] < 40 {
			t.Errorf("%s: only %d changes were written", p, typed[p])
		}
	}
}

func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte{0, 1, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9})
	f.Fuzz(func(t *testing.T, data []byte) {
		dice := enginetest.Bytes(data)
		roundTrip(t, &dice)
	})
}

func FuzzInsertion(f *testing.F) {
	f.Add([]byte{0, 1, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 2, 1, 0, 1, 2})
	f.Fuzz(func(t *testing.T, data []byte) {
		dice := enginetest.Bytes(data)
		insertion(t, &dice)
	})
}

// TestTogether types all the changes of one answer, one after the other.
func TestTogether(t *testing.T) {
	several := make(map[platform]int)
	for seed := range uint64(400) {
		dice := rand.New(rand.NewPCG(seed, 3))
		p := platforms[dice.IntN(len(platforms))]
		v6 := dice.IntN(3) == 0
		before := base(t, dice, p, v6)
		if p.eos && v6 && !strings.Contains(before, " 1") {
			continue
		}
		var answer rendertest.Answer
		for _, wanted := range draw(dice, v6, 12) {
			if a := rendertest.Ask(parse(t, p, before), wanted.Traffic, wanted.Action); len(a.Missing) > len(answer.Missing) {
				answer = a
			}
		}
		changes, err := answer.Changes(func(in rule.Insertion) (string, error) { return ios.Write(p.dialect, "EDGE", in) })
		if err != nil || len(changes) < 2 {
			continue
		}
		several[p]++
		d := router{platform: p}
		d.configure(t, before)
		for _, commands := range changes {
			d.configure(t, commands)
		}
		var packets []oracle.Packet
		for _, packet := range universe {
			if packet.From.Is4() != v6 {
				packets = append(packets, packet)
			}
		}
		report := fmt.Sprintf("%s: %s--- changes\n%s\n--- the device then has\n%s", p, before, strings.Join(changes, "\n---\n"), d.running())
		answer.Prove(t, parse(t, p, d.running()), packets, report)
		answer.Prove(t, parse(t, p, before+strings.Join(changes, "\n")), packets, report)
	}
	for _, p := range platforms {
		t.Logf("%s: %d answers of several changes", p, several[p])
		if several[p] < 10 {
			t.Errorf("%s: only %d answers had several changes", p, several[p])
		}
	}
}
