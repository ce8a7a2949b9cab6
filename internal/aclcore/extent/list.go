package extent

import (
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// List is rules in order as packets of one kind meet them. It is immutable and safe
// for concurrent use.
type List struct {
	index  *match.Index
	rules  []rule.Rule
	scopes []*scope // by rule; nil for a rule that these packets never match
	// fallback is the action for what no rule matches.
	fallback rule.Action
}

// NewList returns the rules as packets meet them that are never in the given state:
// [rule.Established] for those that open a connection, [rule.New] for replies.
func NewList(rules []rule.Rule, fallback rule.Action, never rule.State, zones *Zones) *List {
	l := &List{
		index: match.New(&rule.Ruleset{Rules: rules, Default: fallback}),
		rules: rules, scopes: make([]*scope, len(rules)), fallback: fallback,
	}
	everywhere, perhaps := &scope{sure: zones.everywhere}, &scope{perhaps: zones.everywhere}
	for i := range rules {
		r := &rules[i]
		switch plain := r.Pair == rule.AnyPair && len(r.SourceZones)+len(r.DestinationZones) == 0; {
		case r.State == never:
		case plain && !Conditional(r):
			l.scopes[i] = everywhere
		case plain:
			l.scopes[i] = perhaps
		default:
			s := zones.scopeOf(r)
			l.scopes[i] = &s
		}
	}
	return l
}

// Rules returns the rules, which must not be modified.
func (l *List) Rules() []rule.Rule { return l.rules }

// Default is the action for what no rule matches.
func (l *List) Default() rule.Action { return l.fallback }

// Possible returns the packets that rule i matches, surely or perhaps, whatever stands
// before it.
func (l *List) Possible(i int) (out []Extent) {
	s := l.scopes[i]
	if s == nil {
		return nil
	}
	for _, all := range [...][]Between{s.sure, s.perhaps} {
		for _, b := range all {
			out = append(out, Of(b, l.rules[i].Traffic)...)
		}
	}
	return out
}

// Decidable reports whether rule i surely matches all that it can match.
func (l *List) Decidable(i int) bool { return l.scopes[i] == nil || len(l.scopes[i].perhaps) == 0 }

// Meets reports whether packets of this list's kind can match rule i.
func (l *List) Meets(i int) bool { return l.scopes[i] != nil }

// hits yields the shares that rule i takes of e, surely or perhaps.
func (l *List) hits(i int, e Extent, yield func(share Extent, sure bool) bool) {
	s := l.scopes[i]
	if s == nil || !l.rules[i].Traffic.Overlaps(e.Product) {
		return
	}
	for k, all := range [...][]Between{s.sure, s.perhaps} {
		for _, b := range all {
			if b.overlaps(e.Between) && !yield(Extent{b, l.rules[i].Traffic}, k == 0) {
				return
			}
		}
	}
}
