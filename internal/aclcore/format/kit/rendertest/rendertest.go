// Package rendertest proves the changes of one answer together: each is written with
// those before it in view, and all of them are made one after the other.
package rendertest

import (
	"slices"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// An Answer is what a ruleset lacks of the traffic that is wanted.
type Answer struct {
	Base    *rule.Ruleset
	Want    rule.Action
	Missing []match.Missing
	// From and To are the zones of the traffic, empty if none are declared.
	From, To string
}

// Ask matches the traffic that is wanted permitted or denied.
func Ask(base *rule.Ruleset, wanted traffic.Product, want rule.Action) Answer {
	return AskBetween(base, wanted, want, "", "")
}

// AskBetween is [Ask] for traffic from one zone to another.
func AskBetween(base *rule.Ruleset, wanted traffic.Product, want rule.Action, from, to string) Answer {
	v4, v6 := wanted.ByFamily()
	region := flow.Region{Possible: slices.DeleteFunc([]traffic.Product{v4, v6}, traffic.Product.IsEmpty)}
	f := match.Check([]match.Matcher{match.New(base)}, match.Request{Region: region, Want: want, SourceZone: from, DestinationZone: to})
	return Answer{base, want, f.Missing, from, to}
}

// Changes writes the change for each part that is missing, in order. It returns the
// error of the first that cannot be written.
func (a Answer) Changes(render func(rule.Insertion) (string, error)) ([]string, error) {
	var out []string
	kept := rule.NewLookup(a.Base)
	for _, m := range a.Missing {
		in := rule.Insertion{Base: a.Base, Before: m.Before, Beside: out, Lookup: kept, Rules: []rule.Rule{{Action: a.Want, Traffic: m.Product, SourceZones: zoneList(a.From), DestinationZones: zoneList(a.To)}}}
		if m.Replies {
			in.Rules[0].Traffic = traffic.Product{Sources: m.Destinations, Destinations: m.Sources, Services: m.Services.Reverse()}
			in.Base = a.Base.Replies()
		}
		if in.Before < 0 {
			in.Before = len(in.Base.Rules)
		}
		text, err := render(in)
		if err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, nil
}

func zoneList(name string) []string {
	if name == "" {
		return nil
	}
	return []string{name}
}

// Prove fails unless the ruleset after all changes does what is wanted with what was
// missing, and what it did before with every other of the packets.
func (a Answer) Prove(t *testing.T, after *rule.Ruleset, packets []oracle.Packet, report string) {
	t.Helper()
	for _, p := range packets {
		got, want := oracle.Decide(after, p), oracle.Decide(a.Base, p)
		if slices.ContainsFunc(a.Missing, func(m match.Missing) bool { return p.In(m.Product) }) {
			want.Permit, want.Deny = a.Want == rule.Permit, a.Want == rule.Deny
		}
		if got.Permit != want.Permit || got.Deny != want.Deny {
			t.Fatalf("%+v: permitted %v and denied %v, want %v and %v, by\n%s", p, got.Permit, got.Deny, want.Permit, want.Deny, report)
		}
	}
}
