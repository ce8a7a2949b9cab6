package rendertest

import (
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Format is a language whose changes are commands, which a reader applies to the text
// that they follow.
type Format struct {
	// Head begins every text.
	Head string
	// List is the list that rules are written for and read from.
	List  string
	Parse func(device.Input) (*device.Document, error)
	Write func(list string, in rule.Insertion) (string, error)
	// Sayable reports whether the language can say the traffic; nil means all of it.
	Sayable func(traffic.Product) bool
	// From and To are the zones of all rules and packets, empty where the language needs
	// none.
	From, To string
	// Default is what the list does with what no rule matches.
	Default rule.Action
	// Elsewhere are destinations that the list leaves open, since another one decides.
	Elsewhere addr.Set
}

// universe are the packets that are compared.
func (f *Format) universe() []oracle.Packet {
	return enginetest.Packets([]traffic.Product{traffic.Any()}, f.From, f.To)
}

// RoundTrip writes drawn rules, reads them, and fails unless they do with every packet
// of the universe what the drawn ones do.
func (f *Format) RoundTrip(t *testing.T, dice enginetest.Dice) {
	t.Helper()
	want := &rule.Ruleset{Rules: f.draw(dice, 6), Default: f.Default}
	text, err := f.Write(f.List, rule.Insertion{Base: &rule.Ruleset{}, Rules: want.Rules})
	if err != nil {
		t.Fatal(err)
	}
	text = f.Head + text + "\n"
	got := f.read(t, text)
	for _, r := range got.Rules {
		if len(r.Unknown) > 0 && !r.Traffic.Destinations.Subtract(f.Elsewhere).IsEmpty() {
			t.Fatalf("%s is not understood: %v\n%s", r.Text, r.Unknown, text)
		}
	}
	for _, p := range f.universe() {
		g, w := oracle.Decide(got, p), oracle.Decide(want, p)
		if g.Permit != w.Permit || g.Deny != w.Deny {
			t.Fatalf("%+v is permitted %v, want %v, by\n%s", p, g.Permit, w.Permit, text)
		}
	}
}

// Insertion asks a drawn list for drawn traffic, makes the changes that it lacks, and
// fails unless the traffic is as wanted then and nothing else has changed.
func (f *Format) Insertion(t *testing.T, dice enginetest.Dice) {
	t.Helper()
	text, err := f.Write(f.List, rule.Insertion{Base: &rule.Ruleset{}, Rules: f.draw(dice, 5)})
	if err != nil {
		t.Fatal(err)
	}
	text = f.Head + text + "\n"
	answer := AskBetween(f.read(t, text), f.product(dice), rule.Action(dice.IntN(2)), f.From, f.To)
	answer.Missing = slices.DeleteFunc(answer.Missing, func(m match.Missing) bool { return m.Destinations.Subtract(f.Elsewhere).IsEmpty() })
	changes, err := answer.Changes(func(in rule.Insertion) (string, error) { return f.Write(f.List, in) })
	for _, m := range answer.Missing {
		if f.Sayable != nil && !f.Sayable(m.Product) && err != nil {
			return // it says that it cannot
		}
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	changed := text + strings.Join(changes, "\n") + "\n"
	answer.Prove(t, f.read(t, changed), f.universe(), changed)
}

func (f *Format) read(t *testing.T, text string) *rule.Ruleset {
	t.Helper()
	doc, err := f.Parse(device.Input{Source: "text", Content: []byte(text)})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for i := range doc.Lists {
		if l := &doc.Lists[i]; l.Name == f.List {
			return &rule.Ruleset{Name: "r", Source: "text", Format: doc.Format, Rules: l.Rules, Default: l.Default, Writer: l.Writer}
		}
	}
	t.Fatalf("no list %s in\n%s", f.List, text)
	return nil
}

func (f *Format) draw(dice enginetest.Dice, most int) []rule.Rule {
	rules := make([]rule.Rule, 1+dice.IntN(most))
	for i := range rules {
		rules[i] = rule.Rule{Action: rule.Action(dice.IntN(2)), Traffic: f.product(dice), SourceZones: zoneList(f.From), DestinationZones: zoneList(f.To)}
	}
	return rules
}

// product draws traffic that the language can say.
func (f *Format) product(dice enginetest.Dice) traffic.Product {
	for range 100 {
		if p := enginetest.DrawProduct(dice); !p.IsEmpty() && (f.Sayable == nil || f.Sayable(p)) {
			return p
		}
	}
	return traffic.Any()
}
