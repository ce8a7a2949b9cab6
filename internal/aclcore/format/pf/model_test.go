package pf_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/pf"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A modelRule is a rule as pf walks it.
type modelRule struct {
	traffic  traffic.Product
	zone     string
	in, out  bool
	quick    bool
	decision rule.Action
}

// walk is pf: the last rule that matches decides, or the first that is quick. matched is
// false if none does.
func walk(rules []modelRule, list string, p oracle.Packet) (decision rule.Action, matched bool) {
	for _, r := range rules {
		zone := p.SourceZone
		if list == pf.ListOut {
			zone = p.DestinationZone
		}
		if list == pf.ListIn && !r.in || list == pf.ListOut && !r.out || r.zone != "" && r.zone != zone || !p.In(r.traffic) {
			continue
		}
		decision, matched = r.decision, true
		if r.quick {
			return decision, true
		}
	}
	return decision, matched
}

// sayable reports whether pf has a rule for the traffic: ICMP is of its own family, and 0
// stands for all protocols.
func sayable(p traffic.Product) bool {
	types := service.SetOf(service.Whole(service.ICMP), service.Whole(service.ICMPv6))
	if p.Services.IsAny() {
		return !p.IsEmpty()
	}
	return !p.IsEmpty() && !p.Services.Contains(0, 0, 0) && !p.Services.Overlaps(types)
}

// draw returns drawn rules and their text.
func draw(t *testing.T, dice enginetest.Dice) (rules []modelRule, text string) {
	t.Helper()
	for range 1 + dice.IntN(6) {
		r := modelRule{quick: dice.IntN(2) == 0, decision: rule.Action(dice.IntN(2))}
		for r.traffic = enginetest.DrawProduct(dice); !sayable(r.traffic); {
			if r.traffic = enginetest.DrawProduct(dice); dice.IntN(20) == 0 {
				r.traffic = traffic.Any()
			}
		}
		direction := dice.IntN(3)
		r.in, r.out = direction != 1, direction != 0
		in := rule.Rule{Action: r.decision, Traffic: r.traffic}
		if dice.IntN(2) == 0 {
			r.zone = "em0"
			in.SourceZones = []string{r.zone}
		}
		lines, err := pf.Write(pf.ListIn, rule.Insertion{Rules: []rule.Rule{in}})
		if err != nil {
			t.Fatal(err)
		}
		word := []string{" in", " out", ""}[direction]
		if r.quick {
			word += " quick"
		}
		for _, action := range []string{"pass", "block"} {
			lines = strings.ReplaceAll(lines, "\n"+action+" in", "\n"+action+word)
		}
		text += lines + "\n"
		rules = append(rules, r)
	}
	return rules, text
}

func read(t *testing.T, text, list string) *rule.Ruleset {
	t.Helper()
	doc, err := pf.Parse(device.Input{Source: "pf.conf", Content: []byte(text)})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	i := slices.IndexFunc(doc.Lists, func(l device.List) bool { return l.Name == list })
	rs := doc.Lists[i].Ruleset()
	rs.Source = "pf.conf"
	return rs
}

// packets are those of the universe.
func packets() []oracle.Packet {
	return enginetest.Packets([]traffic.Product{traffic.Any()}, "em0", "em1")
}

// same fails unless the lists decide as the model walks. What no rule matches passes, or
// is in doubt.
func same(t *testing.T, rules []modelRule, text string) {
	t.Helper()
	for _, list := range []string{pf.ListIn, pf.ListOut} {
		rs := read(t, text, list)
		for _, p := range packets() {
			got := oracle.Decide(rs, p)
			want, matched := walk(rules, list, p)
			switch {
			case !matched && got.Permit:
			case matched && got.Permit == (want == rule.Permit) && got.Deny == (want == rule.Deny):
			default:
				t.Fatalf("%s: %+v is permitted %v and denied %v; want %s, matched %v, by\n%s", list, p, got.Permit, got.Deny, want, matched, text)
			}
		}
	}
}

// TestModel compares drawn rules with a plain walk.
func TestModel(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		rules, text := draw(t, dice)
		same(t, rules, text)
	}
}

func FuzzModel(f *testing.F) {
	f.Add([]byte("drawn rules, and what pf does with them"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dice := enginetest.Bytes(data)
		rules, text := draw(t, &dice)
		same(t, rules, text)
	})
}
