package match

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Index answers questions about one ruleset. It is immutable and safe for
// concurrent use.
type Index struct {
	rules *rule.Ruleset
}

// New indexes a ruleset, which must not be changed afterwards.
func New(rules *rule.Ruleset) *Index { return &Index{rules} }

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
	// traffic meets, -1 if none: a permit placed before it would overrule it.
	Intent int
}

// Answer partitions the traffic of a question by what decides it.
type Answer struct {
	Parts []Part
	// Cut says that the parts were too many to be kept; those kept still hold at
	// least one of every outcome, so that the verdict is exact.
	Cut bool
}

// Verdict returns what the ruleset does with the whole traffic of the question.
func (a Answer) Verdict() Verdict {
	var has [3]bool
	for _, p := range a.Parts {
		has[p.Outcome] = true
	}
	return judge(has[Permitted], has[Denied], has[Unknown])
}

// pending is traffic that no rule has surely decided yet.
type pending struct {
	traffic.Product
	// unsure[action] is the first undecidable rule with that action that the
	// traffic met, -1 if none.
	unsure [2]int
	reason [2]string
	intent int
}

// Match partitions the traffic of q by the rules that decide it.
func (x *Index) Match(q Question) Answer {
	open := make([]pending, 0, len(q.Products))
	for _, product := range q.Products {
		for _, p := range product.ByFamily() {
			open = append(open, pending{Product: p, unsure: [2]int{-1, -1}, intent: -1})
		}
	}
	var parts []Part
	for i := range x.rules.Rules {
		if len(open) == 0 {
			break
		}
		r := &x.rules.Rules[i]
		reason, possible := applies(r, q)
		if !possible {
			continue
		}
		next := open[:0:0]
		for _, p := range open {
			hit := p.Intersect(r.Traffic)
			if hit.IsEmpty() {
				next = append(next, p)
				continue
			}
			for _, rest := range p.Subtract(hit) {
				left := p
				left.Product = rest
				next = append(next, left)
			}
			p.Product = hit
			if r.Action == rule.Deny && p.intent < 0 && !r.IsCatchAll() {
				p.intent = i
			}
			if reason == "" {
				parts = append(parts, p.decide(r.Action, i))
				continue
			}
			if p.unsure[r.Action] < 0 {
				p.unsure[r.Action], p.reason[r.Action] = i, reason
			}
			next = append(next, p)
		}
		open = next
	}
	for _, p := range open {
		parts = append(parts, p.decide(x.rules.Default, -1))
	}
	return Answer{Parts: parts}
}

// decide closes the part with the action of rule i, unless an undecidable rule
// before it would do the opposite.
func (p pending) decide(action rule.Action, i int) Part {
	part := Part{Product: p.Product, Outcome: Denied, Rule: i, Intent: p.intent}
	if action == rule.Permit {
		part.Outcome = Permitted
	}
	if opposite := 1 - action; p.unsure[opposite] >= 0 {
		part.Outcome, part.Rule, part.Reason = Unknown, p.unsure[opposite], p.reason[opposite]
	}
	return part
}

// applies reports whether the rule can match traffic of the question's zones that
// opens a connection, and if that cannot be decided, why.
func applies(r *rule.Rule, q Question) (reason string, possible bool) {
	if r.State == rule.Established {
		return "", false
	}
	reasons := r.Unknown
	for _, z := range [...]struct {
		side, declared string
		zones          []string
	}{{"source", q.SourceZone, r.SourceZones}, {"destination", q.DestinationZone, r.DestinationZones}} {
		switch {
		case len(z.zones) == 0 || slices.Contains(z.zones, z.declared):
		case z.declared != "":
			return "", false
		default:
			reasons = append(slices.Clip(reasons), fmt.Sprintf("the rule is for the %s zone %s and the flow declares none", z.side, strings.Join(z.zones, ", ")))
		}
	}
	return strings.Join(reasons, "; "), true
}
