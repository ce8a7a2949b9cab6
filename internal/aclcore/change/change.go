// Package change finds the fewest rules that close the gap between what a flow
// wants and what a ruleset does.
package change

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Plan is what one ruleset needs for a flow.
type Plan struct {
	// Rules close the gap when evaluated before every rule of the ruleset. They
	// have Action, Traffic and zones only, touch no traffic outside the flow, and
	// are in stable order.
	Rules []rule.Rule
	// Refused is what no rule is given for, because permitting it would overrule a
	// deny that is somebody's intent (see Intent of each).
	Refused []match.Missing
}

// Options of [For].
type Options struct {
	// OverrideDeny permits traffic that a deny narrower than any → any blocks.
	OverrideDeny bool
}

// For returns what ruleset number i of the request's path needs, given the
// finding for that path.
func For(q match.Request, f match.Finding, i int, o Options) Plan {
	var p Plan
	var products []traffic.Product
	for _, m := range f.Missing {
		switch {
		case m.Ruleset != i:
		case q.Want == rule.Permit && m.Intent != "" && !o.OverrideDeny:
			p.Refused = append(p.Refused, m)
		default:
			products = append(products, m.Product)
		}
	}
	products = traffic.Merge(products)
	whole := traffic.Merge(q.Region.Possible)
	switch {
	case len(products) == 0:
	case f.Cut && q.Want == rule.Permit && !o.OverrideDeny:
		// What was cut away may hold somebody's deny.
		return Plan{Refused: slices.DeleteFunc(slices.Clone(f.Missing), func(m match.Missing) bool { return m.Ruleset != i })}
	case f.Cut, len(p.Refused) == 0 && len(products) > len(whole):
		// The whole flow is wanted anyway: one rule for it beats several for the gap,
		// and a gap that was cut would stay open.
		products = whole
	}
	for _, product := range products {
		product.Services = Widen(product.Services, Spare(q, f, i, product))
		p.Rules = append(p.Rules, newRule(q, product))
	}
	return p
}

func newRule(q match.Request, product traffic.Product) rule.Rule {
	r := rule.Rule{Action: q.Want, Traffic: product}
	if q.SourceZone != "" {
		r.SourceZones = []string{q.SourceZone}
	}
	if q.DestinationZone != "" {
		r.DestinationZones = []string{q.DestinationZone}
	}
	return r
}
