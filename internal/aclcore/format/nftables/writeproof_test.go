package nftables_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/rendertest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/nftables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

func draw(dice enginetest.Dice, most int) []rule.Rule {
	rules := make([]rule.Rule, dice.IntN(most+1))
	for i := range rules {
		r := rule.Rule{Action: rule.Action(dice.IntN(2)), Traffic: enginetest.DrawProduct(dice)}
		if r.Traffic.IsEmpty() {
			r.Traffic = traffic.Any()
		}
		switch dice.IntN(6) {
		case 0:
			r.SourceZones = []string{"a"}
		case 1:
			r.SourceZones, r.DestinationZones = []string{"a", "b"}, []string{"b"}
		}
		rules[i] = r
	}
	return rules
}

// universe is every packet there can be, between every two of three zones or
// unknown ones.
var universe = func() (out []oracle.Packet) {
	for _, from := range []string{"", "a", "c"} {
		for _, to := range []string{"", "b"} {
			for _, p := range enginetest.Packets([]traffic.Product{traffic.Any()}, from, to) {
				if p.From.Is4() && p.Protocol != service.ICMPv6 || p.From.Is6() && p.Protocol != service.ICMP {
					out = append(out, p)
				}
			}
		}
	}
	return out
}()

func parse(t *testing.T, text string) *rule.Ruleset {
	t.Helper()
	doc, err := nftables.Parse(device.Input{Source: "fw.nft", Content: []byte(text)})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	l := doc.Lists[0]
	return &rule.Ruleset{Name: l.Name, Source: "fw.nft", Rules: l.Rules, Default: l.Default}
}

// file takes the name of nft and the quotes of the shell from commands.
func file(commands string) string {
	var b strings.Builder
	for line := range strings.Lines(commands) {
		b.WriteString(strings.NewReplacer(`'"`, `"`, `"'`, `"`).Replace(strings.TrimPrefix(line, "nft ")))
	}
	return b.String() + "\n"
}

func roundTrip(t *testing.T, dice enginetest.Dice) {
	rules := draw(dice, 5)
	text, err := nftables.Write("inet fw forward", rule.Insertion{Base: &rule.Ruleset{}, Rules: rules})
	if err != nil {
		if strings.Contains(err.Error(), "for an address family") {
			return
		}
		t.Fatal(err)
	}
	whole := "table inet fw {\n\tchain forward {\n\t\ttype filter hook forward priority 0; policy drop;\n\t}\n}\n" + file(text)
	got := parse(t, whole)
	for _, r := range got.Rules {
		if len(r.Unknown) > 0 {
			t.Fatalf("%s is not understood: %v", r.Text, r.Unknown)
		}
	}
	rendertest.Same(t, got, &rule.Ruleset{Rules: rules}, universe, whole)
}

// TestRoundTrip reads back what was written.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(150) {
		roundTrip(t, rand.New(rand.NewPCG(seed, 1)))
	}
}

// FuzzRoundTrip does the same with rules that are made of bytes.
func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte("\x02\x01\x03\x04\x05\x01\x00\x02"))
	f.Add([]byte{5, 1, 0, 0, 7, 1, 1, 2, 3, 4, 0, 0, 5, 5, 5})
	f.Fuzz(func(t *testing.T, b []byte) { roundTrip(t, (*enginetest.Bytes)(&b)) })
}

// chain writes rules of a chain: some call others, some decide nothing, some cannot
// be decided.
func chain(dice enginetest.Dice, family string, calls []string) string {
	var b strings.Builder
	commands, err := nftables.Write(family+" x y", rule.Insertion{Base: &rule.Ruleset{}, Rules: draw(dice, 4)})
	if err != nil {
		return ""
	}
	for line := range strings.Lines(commands) {
		rest, isRule := strings.CutPrefix(strings.TrimSpace(line), "nft add rule "+family+" x y ")
		if !isRule {
			continue
		}
		verdict := ""
		switch dice.IntN(8) {
		case 0:
			b.WriteString("\t\tcounter\n")
		case 1:
			verdict = "return"
		case 2, 3:
			if len(calls) > 0 {
				verdict = []string{"jump ", "goto "}[dice.IntN(2)] + calls[dice.IntN(len(calls))]
			}
		case 4:
			if dice.IntN(3) == 0 {
				verdict = "limit rate 1/second drop"
			}
		}
		if verdict != "" {
			rest = rest[:max(0, strings.LastIndex(rest, " "))] + " " + verdict
		}
		b.WriteString("\t\t" + rest + "\n")
	}
	return b.String()
}

// table writes a table with one or two base chains on the forward hook.
func table(dice enginetest.Dice, family string, priority int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "table %s fw%d {\n", family, priority)
	fmt.Fprintf(&b, "\tchain w {\n%s\t}\n\tchain u {\n%s\t}\n", chain(dice, family, nil), chain(dice, family, []string{"w"}))
	for i := range 1 + dice.IntN(4)/3 {
		policy := []string{"accept", "drop"}[dice.IntN(2)]
		fmt.Fprintf(&b, "\tchain forward%d {\n\t\ttype filter hook forward priority %d; policy %s;\n%s\t}\n",
			i, priority+i, policy, chain(dice, family, []string{"u", "w"}))
	}
	b.WriteString("}\n")
	return b.String()
}

// tables writes a ruleset.
func tables(dice enginetest.Dice) string {
	switch dice.IntN(4) {
	case 0:
		return table(dice, "ip", 0) + table(dice, "ip6", 0)
	case 1:
		return table(dice, "inet", 0) + table(dice, "ip", 5)
	}
	return table(dice, "inet", 0)
}

// insertion puts rules into chains, and compares what the device then does with
// what is meant: the rules, then those that were there.
func insertion(t *testing.T, dice enginetest.Dice) (placed bool) {
	before := tables(dice)
	base := parse(t, before)
	change := rule.Insertion{Base: base, Rules: draw(dice, 3)}
	if dice.IntN(4) == 0 {
		change.Before = dice.IntN(len(base.Rules) + 1)
	}
	for i := range change.Rules { // several chains: what is permitted and denied goes to different places
		change.Rules[i].Action = change.Rules[0].Action
	}
	commands, err := nftables.Write(base.Name, change)
	if err != nil {
		if change.Before == 0 && !strings.Contains(err.Error(), "for an address family") {
			t.Fatalf("%v\n%s", err, before)
		}
		return false
	}
	want := &rule.Ruleset{Rules: slices.Concat(base.Rules[:change.Before], change.Rules, base.Rules[change.Before:]), Default: base.Default}
	rendertest.Same(t, parse(t, before+file(commands)), want, universe, fmt.Sprintf("%s\n--- change before rule %d\n%s", before, change.Before, commands))
	return true
}

// TestInsertion proves changes: what is read of the ruleset with the commands at its
// end is the new rules and then the old.
func TestInsertion(t *testing.T) {
	placed := 0
	const cases = 150
	for seed := range uint64(cases) {
		if insertion(t, rand.New(rand.NewPCG(seed, 2))) {
			placed++
		}
	}
	if placed < cases/2 {
		t.Errorf("%d of %d changes found a place", placed, cases)
	}
}

// TestTogether runs all the commands of one answer, one after the other.
func TestTogether(t *testing.T) {
	several := 0
	var packets []oracle.Packet
	for _, p := range universe {
		if p.SourceZone == "" && p.DestinationZone == "" {
			packets = append(packets, p)
		}
	}
	for seed := range uint64(100) {
		dice := rand.New(rand.NewPCG(seed, 3))
		before := tables(dice)
		base := parse(t, before)
		var answer rendertest.Answer
		for _, wanted := range draw(dice, 8) {
			if a := rendertest.Ask(base, wanted.Traffic, wanted.Action); len(a.Missing) > len(answer.Missing) {
				answer = a
			}
		}
		changes, err := answer.Changes(func(in rule.Insertion) (string, error) { return nftables.Write(base.Name, in) })
		if err != nil || len(changes) < 2 {
			continue
		}
		several++
		after := before
		for _, commands := range changes {
			after += file(commands)
		}
		answer.Prove(t, parse(t, after), packets, fmt.Sprintf("%s\n--- changes\n%s", before, strings.Join(changes, "\n---\n")))
	}
	if several < 20 {
		t.Errorf("only %d answers had several changes", several)
	}
}

func FuzzInsertion(f *testing.F) {
	f.Add([]byte("\x00\x02\x01\x03\x04\x05\x01\x00\x02\x05\x09\x11"))
	f.Fuzz(func(t *testing.T, b []byte) { insertion(t, (*enginetest.Bytes)(&b)) })
}
