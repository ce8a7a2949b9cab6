package match

import (
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Index answers questions about one ruleset. It is immutable and safe for
// concurrent use; how it finds rules fast is told in INDEX.md.
type Index struct {
	rules *rule.Ruleset
	// forward holds the rules that meet packets which open a connection; replies, the
	// same or another, those that meet the replies of a stateless ruleset.
	forward, replies *list
	limits           limits
}

// limits bound the work on one question.
type limits struct {
	// pieces is how many pieces of traffic are carried through the rules together.
	// Each of more is followed alone, past the rules that it can meet.
	pieces int
	// work is how much may be done before the parts are cut short (see [Answer]).
	work int
	// steps is how many packets one search tries for the verdict of parts that were cut
	// short. It needs about as many as there are rules in the way; rules that cross each
	// other in all dimensions could have it try them in all combinations.
	steps int
}

// MaxHits bounds the parts of an answer: it is complete if rules take their shares
// of its traffic at most so often. What rules leave of wide traffic is in hundreds
// of ranges, which all have to be gone through for each further share, so that it
// is cut sooner: any to any stays complete past a thousand narrow rules. Of ten
// thousand it would have a hundred thousand parts.
const MaxHits = 4096

// hitWork is the least that a share counts for; one of traffic in more ranges counts
// for as many.
const hitWork = 128

var defaultLimits = limits{pieces: 32, work: MaxHits * hitWork, steps: 20_000}

// New indexes a ruleset, which must not be changed afterwards.
func New(rules *rule.Ruleset) *Index {
	x := &Index{rules: rules, forward: newList(rules.Rules, rules.Default), limits: defaultLimits}
	x.replies = x.forward
	if rules.Return != nil {
		x.replies = newList(rules.Return, rules.ReturnDefault)
	}
	return x
}

// Ruleset returns the ruleset behind the index.
func (x *Index) Ruleset() *rule.Ruleset { return x.rules }

// Question is traffic whose fate is asked for.
type Question struct {
	// Products are disjoint. What they hold of pairs of an IPv4 and an IPv6 address
	// is no traffic and in no answer.
	Products []traffic.Product
	// SourceZone and DestinationZone are where the traffic comes from and goes to;
	// "" means not declared, and a rule that depends on it cannot be decided.
	SourceZone, DestinationZone string
	Identity
}

// Part is traffic that one rule decides.
type Part struct {
	traffic.Product
	Outcome Outcome
	// Rule is the index of the deciding rule, -1 for the default action. For an
	// Unknown part it is the undecidable rule that makes the difference.
	Rule int
	// Return says that the deciding rule stands in the list that replies meet.
	Return bool
	// Reason explains an Unknown part: the condition that cannot be decided.
	Reason string
	// Intent is the index of the first deny, narrower than any → any, that the
	// traffic meets, -1 if none: a permit placed before it would overrule it. It
	// stands in the same list as Rule.
	Intent int
	// Permit is the index of the first permit that the traffic meets, surely or
	// perhaps, -1 for the default action or if none: a deny placed before it takes
	// effect. It stands in the same list as Rule.
	Permit int
}

// Answer partitions the traffic of a question by what decides it. Parts come in the
// order of the question's products, and the same question always gets the same
// parts.
type Answer struct {
	Parts []Part
	// Cut says that the parts were too many to be kept (see [MaxHits]); those that
	// are kept hold what the verdict depends on, so that it is exact, unless one of
	// them says that the search for that was given up.
	Cut bool
}

// Verdict returns what the ruleset does with the whole traffic of the question.
func (a Answer) Verdict() Verdict { return verdictOf(a.Parts) }

func verdictOf(parts []Part) Verdict {
	var has [3]bool
	for i := range parts {
		has[parts[i].Outcome] = true
	}
	return judge(has[Permitted], has[Denied], has[Unknown])
}

// Match partitions the traffic of q by the rules that decide it. In a stateless
// ruleset a packet is permitted only if its reply is permitted as well.
func (x *Index) Match(q Question) Answer {
	r := newRun(x, q)
	defer r.release()
	r.all()
	return Answer{append([]Part(nil), r.parts...), r.cut}
}

// Verdict returns the verdict of [Index.Match] without its parts.
func (x *Index) Verdict(q Question) Verdict {
	r := newRun(x, q)
	defer r.release()
	r.verdictOnly = true
	r.all()
	return verdictOf(r.parts)
}
