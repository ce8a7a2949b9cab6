package topology

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A Step is one list that filters traffic on its way. Two steps that ask the same are
// one pointer.
type Step struct {
	// Device is the name of the device, empty for a Ruleset of the estate.
	Device, Ruleset string
	// List is the name of the access list in the device's text, empty if Fixed decides.
	List string
	// Fixed decides in the place of a list: what the device does by itself.
	Fixed *match.Index
	// SourceZone and DestinationZone are where the traffic comes from and goes to in the
	// words of the list's rules; empty if no rule asks.
	SourceZone, DestinationZone string
	// Replies says that the packets which answer the traffic are asked for.
	Replies bool
	// Within is the traffic that the list filters, in the addresses that it has there; the
	// rest passes.
	Within traffic.Product

	// through is the piece of the flow that meets the step, and what has become of its
	// addresses, nil for all traffic as it is.
	through *piece
	// afterSource and afterDestination say that the device has translated the source or
	// the destination before.
	afterSource, afterDestination bool
	// name is key, once it was asked for.
	name string
}

// Filter reports whether there is a list that a rule could be added to.
func (s *Step) Filter() bool { return s.Fixed == nil }

// String names the step for people.
func (s *Step) String() string {
	name := s.Ruleset
	if s.Device != "" {
		name = s.Device
		if s.List != "" {
			name += " " + s.List
		}
	}
	if s.Replies {
		name += " (replies)"
	}
	return name
}

// asked returns what of the traffic the list is asked about, as its rules see it.
func (s *Step) asked(products []traffic.Product) (out []traffic.Product) {
	for _, hit := range s.present(products) {
		if s.Replies {
			hit = answers(hit)
		}
		v4, v6 := hit.ByFamily()
		for _, one := range [...]traffic.Product{v4, v6} {
			if !one.IsEmpty() {
				out = append(out, one)
			}
		}
	}
	return out
}

// request returns the traffic, in the addresses that it has at the step, that the list
// sees as p.
func (s *Step) request(p traffic.Product) traffic.Product {
	if !s.Replies {
		return p
	}
	return traffic.Product{Sources: p.Destinations, Destinations: p.Sources, Services: p.Services.Requests()}
}

// key tells steps apart that ask for something else.
func (s *Step) key() string {
	fixed := ""
	if s.Fixed != nil {
		r := s.Fixed.Ruleset().Rules[0]
		fixed = fmt.Sprint(s.Fixed.Ruleset().Source, r.Line, r.Action, r.Text, r.Unknown)
	}
	return fmt.Sprintf("%q %q %q %q %q %q %t %s", s.Device, s.Ruleset, s.List, fixed, s.SourceZone, s.DestinationZone, s.Replies, s.Within)
}

// answers returns the packets that answer those of p.
func answers(p traffic.Product) traffic.Product {
	back := traffic.Product{Sources: p.Destinations, Destinations: p.Sources, Services: p.Services.Reverse()}
	if back.IsEmpty() {
		return traffic.Product{}
	}
	return back
}

// fixed returns what decides where the device has no list.
func fixed(source string, r rule.Rule) *match.Index {
	r.Traffic = traffic.Any()
	return match.New(&rule.Ruleset{Source: source, Rules: []rule.Rule{r}, Default: rule.Deny})
}

// undecided returns what decides where it cannot be known what happens.
func undecided(source string, line int, text, format string, args ...any) *match.Index {
	why := []string{fmt.Sprintf(format, args...)}
	all := rule.Rule{Line: line, Text: text, Action: rule.Permit, Traffic: traffic.Any(), Unknown: why}
	return match.New(&rule.Ruleset{Source: source, Rules: []rule.Rule{all}, Default: rule.Deny})
}

// Forward returns the ruleset as the packets that open a connection meet it: replies
// are not asked for, and rules which only doubt what translation does match nothing, since
// translations are followed.
func Forward(rs *rule.Ruleset) *rule.Ruleset {
	rs = followed(rs)
	if !rs.Stateless && rs.Return == nil {
		return rs
	}
	out := *rs
	out.Stateless, out.Return = false, nil
	return &out
}

// followed returns the ruleset without what rules match that are [rule.Rule.Translated];
// they keep their numbers.
func followed(rs *rule.Ruleset) *rule.Ruleset {
	if !slices.ContainsFunc(rs.Rules, func(r rule.Rule) bool { return r.Translated }) {
		return rs
	}
	out := *rs
	out.Rules = slices.Clone(rs.Rules)
	for i := range out.Rules {
		if r := &out.Rules[i]; r.Translated {
			r.Traffic = traffic.Product{}
		}
	}
	return &out
}

// Replies returns the ruleset as the packets that answer a connection meet it: rules
// for new connections match none of them, those for established ones all. Rules keep
// their numbers in [rule.Ruleset.Replies], or in the ruleset itself where replies meet
// another list, which is a step of its own then.
func Replies(rs *rule.Ruleset) *rule.Ruleset {
	if rs.OneList() {
		rs = rs.Replies()
	}
	rs = Forward(rs)
	if !slices.ContainsFunc(rs.Rules, func(r rule.Rule) bool { return r.State != rule.AnyState }) {
		return rs
	}
	out := *rs
	out.Rules = slices.Clone(rs.Rules)
	for i := range out.Rules {
		r := &out.Rules[i]
		if r.State == rule.New {
			r.Traffic = traffic.Product{}
		}
		r.State = rule.AnyState
	}
	return &out
}
