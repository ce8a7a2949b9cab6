package asa_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/asa"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/rendertest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// draw makes rules that an ASA can say: protocol 0 alone has no spelling.
func draw(dice enginetest.Dice, most int) []rule.Rule {
	rules := make([]rule.Rule, dice.IntN(most+1))
	for i := range rules {
		r := &rules[i]
		r.Action = rule.Action(dice.IntN(2))
		for r.Traffic.IsEmpty() || r.Traffic.Services.Contains(0, 0, 0) && !r.Traffic.Services.IsAny() {
			r.Traffic = enginetest.DrawProduct(dice)
			if r.Traffic.Services.Contains(0, 0, 0) && !r.Traffic.Services.IsAny() {
				r.Traffic.Services = enginetest.DrawProduct(&enginetest.Bytes{}).Services
			}
		}
	}
	return rules
}

var universe = enginetest.Packets([]traffic.Product{traffic.Any()}, "", "")

// same fails unless both rulesets do the same with every packet.
func same(t *testing.T, got, want *rule.Ruleset, text string) {
	t.Helper()
	for _, p := range universe {
		g, w := oracle.Decide(got, p), oracle.Decide(want, p)
		if g.Permit != w.Permit || g.Deny != w.Deny {
			t.Fatalf("%+v is permitted %v, want %v, by\n%s", p, g.Permit, w.Permit, text)
		}
	}
}

func roundTrip(t *testing.T, dice enginetest.Dice) {
	rules := draw(dice, 6)
	text, err := asa.Write("x", rule.Insertion{Base: &rule.Ruleset{}, Rules: rules})
	if err != nil {
		t.Fatal(err)
	}
	got := parse(t, "ASA Version 9.16(1)\n"+text, "x")
	for _, r := range got.Rules {
		if len(r.Unknown) > 0 {
			t.Fatalf("%s is not understood: %v", r.Text, r.Unknown)
		}
	}
	same(t, got, &rule.Ruleset{Rules: rules}, text)
}

// configuration writes a list x among remarks, inactive lines and another list.
func configuration(t *testing.T, dice enginetest.Dice) []string {
	t.Helper()
	text, err := asa.Write("x", rule.Insertion{Base: &rule.Ruleset{}, Rules: draw(dice, 5)})
	if err != nil {
		t.Fatal(err)
	}
	config := []string{"ASA Version 9.16(1)"}
	for line := range strings.SplitSeq(text, "\n") {
		// Not within the definitions above the list.
		if strings.HasPrefix(line, "access-list") {
			switch dice.IntN(4) {
			case 0:
				config = append(config, "access-list x remark words")
			case 1:
				config = append(config, fmt.Sprintf("access-list x extended permit tcp any any eq %d inactive", len(config)))
			case 2:
				config = append(config, "access-list other extended permit ip any any")
			}
		}
		if !slices.Contains(config, line) { // an ASA keeps none twice
			config = append(config, line)
		}
	}
	return append(config, "access-list x remark the end")
}

// insertion puts rules into a list, and compares what the device then has with what
// is meant: by the parser, which takes the commands below the configuration, and by
// hand.
func insertion(t *testing.T, dice enginetest.Dice) {
	config := configuration(t, dice)
	before := strings.Join(config, "\n")
	base := parse(t, before, "x")

	change := rule.Insertion{Base: base, Before: dice.IntN(len(base.Rules) + 1), Rules: draw(dice, 3)}
	want := &rule.Ruleset{Rules: slices.Concat(base.Rules[:change.Before], change.Rules, base.Rules[change.Before:])}
	commands, err := asa.Write("x", change)
	if err != nil && strings.Contains(err.Error(), "has these entries already") {
		same(t, base, want, before) // and they decide what is left to them
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	report := fmt.Sprintf("%s\n--- change before rule %d\n%s", before, change.Before, commands)
	same(t, parse(t, before+"\n"+commands, "x"), want, report)
	same(t, parse(t, apply(t, config, commands), "x"), want, report)
}

var command = regexp.MustCompile(`^access-list x (?:line (\d+) )?(.*)`)

// apply types commands on a device that has the configuration: each access-list
// command with a line number pushes down the line of the list that has it. The device
// refuses an entry that the list has.
func apply(t *testing.T, config []string, commands string) string {
	t.Helper()
	config = slices.Clone(config)
	for line := range strings.SplitSeq(commands, "\n") {
		if gone, ok := strings.CutPrefix(line, "no "); ok {
			at := slices.Index(config, gone)
			if at < 0 {
				t.Fatalf("%s: there is no such line", line)
			}
			config = slices.Delete(config, at, at+1)
			continue
		}
		parts := command.FindStringSubmatch(line)
		if parts != nil && slices.Contains(config, "access-list x "+parts[2]) {
			t.Fatalf("%s: the list has the entry", line)
		}
		if parts == nil || parts[1] == "" {
			config = append(config, line)
			continue
		}
		number, err := strconv.Atoi(parts[1])
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(config, func(line string) bool {
			if command.MatchString(line) {
				number--
			}
			return number == 0
		})
		if at < 0 {
			t.Fatalf("%s: the list is shorter", line)
		}
		config = slices.Insert(config, at, "access-list x "+parts[2])
	}
	// Definitions have to stand above what uses them only on the device.
	return strings.Join(config, "\n")
}

func TestRoundTrip(t *testing.T) {
	for seed := range uint64(300) {
		roundTrip(t, rand.New(rand.NewPCG(seed, 1)))
	}
}

func TestInsertion(t *testing.T) {
	for seed := range uint64(300) {
		insertion(t, rand.New(rand.NewPCG(seed, 2)))
	}
}

// TestTogether types all the changes of one answer, one after the other.
func TestTogether(t *testing.T) {
	several := 0
	for seed := range uint64(200) {
		dice := rand.New(rand.NewPCG(seed, 3))
		config := configuration(t, dice)
		before := strings.Join(config, "\n")
		var answer rendertest.Answer
		for _, wanted := range draw(dice, 8) {
			if a := rendertest.Ask(parse(t, before, "x"), wanted.Traffic, wanted.Action); len(a.Missing) > len(answer.Missing) {
				answer = a
			}
		}
		changes, err := answer.Changes(func(in rule.Insertion) (string, error) { return asa.Write("x", in) })
		if err != nil || len(changes) < 2 {
			continue
		}
		several++
		after := before
		for _, commands := range changes {
			after = apply(t, strings.Split(after, "\n"), commands)
		}
		report := fmt.Sprintf("%s\n--- changes\n%s", before, strings.Join(changes, "\n---\n"))
		answer.Prove(t, parse(t, after, "x"), universe, report)
		answer.Prove(t, parse(t, before+"\n"+strings.Join(changes, "\n"), "x"), universe, report)
	}
	if several < 40 {
		t.Errorf("only %d answers had several changes", several)
	}
}

func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte{3, 1, 2, 3, 4, 5, 6, 7, 8, 9})
	f.Fuzz(func(t *testing.T, data []byte) {
		dice := enginetest.Bytes(data)
		roundTrip(t, &dice)
	})
}

func FuzzInsertion(f *testing.F) {
	f.Add([]byte{3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 2, 1, 0, 1, 2})
	f.Fuzz(func(t *testing.T, data []byte) {
		dice := enginetest.Bytes(data)
		insertion(t, &dice)
	})
}
