// Package zoned turns rules between zones, as PAN-OS, FortiOS, Junos and Check Point
// have them, into rules of a ruleset: addresses and services by name, conditions that
// only the device can decide, rules for traffic within a zone or between zones.
package zoned

import (
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

type (
	// Addresses is what is known of the addresses that a rule names.
	Addresses = known.Set[addr.Set]
	// Services is what is known of the services that a rule names.
	Services = known.Set[service.Set]
)

// Policy is one rule of a device, with what its names stand for.
type Policy struct {
	// Name, Line, Text and Place are as in [rule.Rule].
	Name  string
	Line  int
	Text  string
	Place string

	Action rule.Action
	// AnyAction says that the action is not known: the policy may permit or deny. It comes
	// with a reason in Unknown.
	AnyAction bool
	// From and To are zones or interfaces; none stands for all of them.
	From, To []string
	Pair     rule.Pair
	// Implied is as in [rule.Rule]: nobody wrote the policy.
	Implied bool
	// Applications and Users are as in [rule.Rule]: names, none for all.
	Applications, Users []string
	// Matches are what the rule matches: traffic that lies in one of them. Most
	// formats have one; FortiOS has one for each address family, Junos may have one
	// for each application term.
	Matches []Match

	// Unknown are conditions of the whole rule that only the device can decide, one
	// reason each: a schedule, a user, an application, a line that was not understood.
	Unknown []string
}

// Match is a product of what is known of addresses and services.
type Match struct {
	Sources, Destinations Addresses
	Services              Services
}

// AnyMatch is every packet.
func AnyMatch() Match {
	return Match{known.Exactly(addr.Any()), known.Exactly(addr.Any()), known.Exactly(service.Any())}
}

// Rules returns the policy as rules, in order. What surely matches comes first, as
// rules that are decided; what only may match follows, as rules that are not, with the
// reasons. There are no rules for a policy that matches nothing.
func (p *Policy) Rules() []rule.Rule {
	if p.AnyAction {
		permit, deny := *p, *p
		permit.AnyAction, permit.Action = false, rule.Permit
		deny.AnyAction, deny.Action = false, rule.Deny
		return append(permit.Rules(), deny.Rules()...)
	}
	var sure, possible []rule.Rule
	for _, m := range p.Matches {
		if len(p.Unknown) == 0 {
			sure = p.appendRule(sure, m.Sources.Sure, m.Destinations.Sure, m.Services.Sure, nil)
		}
		why := known.Reasons(known.Reasons(known.Reasons(p.Unknown, m.Sources.Why), m.Destinations.Why), m.Services.Why)
		if len(why) > 0 {
			possible = p.appendRule(possible, m.Sources.Possible, m.Destinations.Possible, m.Services.Possible, why)
		}
	}
	return append(sure, possible...)
}

func (p *Policy) appendRule(out []rule.Rule, src, dst addr.Set, services service.Set, why []string) []rule.Rule {
	t := traffic.Product{Sources: src, Destinations: dst, Services: services}
	if t.IsEmpty() {
		return out
	}
	return append(out, rule.Rule{
		Name: p.Name, Line: p.Line, Text: p.Text, Place: p.Place, Action: p.Action, Traffic: t,
		SourceZones: p.From, DestinationZones: p.To, Pair: p.Pair, Applications: p.Applications, Users: p.Users, Implied: p.Implied, Unknown: why,
	})
}

// Disabled returns the policy as a rule that is switched off.
func (p *Policy) Disabled() rule.Rule {
	return rule.Rule{Name: p.Name, Line: p.Line, Text: p.Text, Place: p.Place, Action: p.Action}
}

// Doubt says that a line of the policy was not understood.
func (p *Policy) Doubt(format string, args ...any) {
	p.Unknown = known.Reasons(p.Unknown, []string{fmt.Sprintf(format, args...)})
}

// DoubtAction says that the action was not understood: the policy may permit or deny.
func (p *Policy) DoubtAction(format string, args ...any) {
	p.AnyAction = true
	p.Doubt(format, args...)
}

// Undecided returns two rules that together leave open what becomes of the traffic, for
// the reason that is given: for what a text lacks, or does not let a reader decide.
func Undecided(line int, text, why string, m Match) []rule.Rule {
	p := Policy{Line: line, Text: text, Action: rule.Permit, Matches: []Match{m}, Unknown: []string{why}}
	deny := p
	deny.Action = rule.Deny
	return append(p.Rules(), deny.Rules()...)
}

// Negate returns the complement of a list within all, as "negate-source" asks. What
// only may be in the list is neither surely in its complement nor surely out of it.
func Negate[S known.Algebra[S]](all S, s known.Set[S]) known.Set[S] {
	return known.Exactly(all).Subtract(s)
}

// Lower returns the rules of all policies in order.
func Lower(policies []Policy) []rule.Rule {
	var out []rule.Rule
	for i := range policies {
		out = append(out, policies[i].Rules()...)
	}
	return out
}
