// Package change finds the fewest rules that close the gap between what a flow
// wants and what a ruleset does.
//
// There is one computation: the rules that close one gap ([Gap]) and those that close
// all gaps of a ruleset together ([For]) are made of the same ways.
package change

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Rule is one rule of a change and where it goes. It has Action, Traffic and zones
// only, and touches no traffic but that of the flow and its replies; or it is the rule
// for established connections, which has a State and no zones.
type Rule struct {
	rule.Rule
	// Before is where the rule takes effect, as in [match.Missing]. It takes effect
	// before every rule of the ruleset as well.
	Before int
	// Replies says that the rule is for the replies to the flow, and stands in the list
	// that they meet.
	Replies bool
}

// Plan is what one ruleset needs for a flow.
type Plan struct {
	// Rules close the gap together, in stable order.
	Rules []Rule
	// Refused is what no rule is given for, because permitting it would overrule a
	// deny that is somebody's intent (see Intent of each).
	Refused []match.Missing
	// Closed are the gaps, by number in the finding, that Rules close. [Gap] gives the
	// rules of each alone.
	Closed []int
}

// Options of [For].
type Options struct {
	// OverrideDeny permits traffic that a deny narrower than any → any blocks.
	OverrideDeny bool
}

// For returns what ruleset number i of the path needs, given the finding for that
// path.
func For(path []match.Matcher, q match.Request, f match.Finding, i int, o Options) Plan {
	var p Plan
	var open []match.Missing
	for k := range f.Missing {
		if f.Missing[k].Ruleset != i {
			continue
		}
		ways := waysOf(path, q, f.Missing[k])
		if intent := intentOf(q, ways); intent != "" && !o.OverrideDeny {
			refused := f.Missing[k]
			refused.Intent = intent
			p.Refused = append(p.Refused, refused)
			continue
		}
		open, p.Closed = append(open, ways...), append(p.Closed, k)
	}
	if f.Cut && q.Want == rule.Permit && !o.OverrideDeny && len(open) > 0 {
		// What was cut away may hold somebody's deny.
		return Plan{Refused: slices.DeleteFunc(slices.Clone(f.Missing), func(m match.Missing) bool { return m.Ruleset != i })}
	}
	wholeToo := f.Cut || len(p.Refused) == 0
	p.Rules = together(q, f, open, false, wholeToo)
	switch {
	case !path[i].Tracked():
		p.Rules = append(p.Rules, together(q, f, open, true, wholeToo)...)
	case path[i].DeniesReplies(): // one for all replies would overrule that
		replies := together(q, f, open, true, wholeToo)
		for k := range replies {
			replies[k].State = rule.Established
		}
		p.Rules = append(p.Rules, replies...)
	default:
		p.Rules = append(p.Rules, Established(ofReplies(open))...)
	}
	return p
}

// together returns the rules that close the ways of one direction. They may be for the
// whole flow only where nothing of it is refused.
func together(q match.Request, f match.Finding, open []match.Missing, replies, wholeToo bool) []Rule {
	var products []traffic.Product
	ways := slices.DeleteFunc(slices.Clone(open), func(w match.Missing) bool { return w.Replies != replies })
	for _, w := range ways {
		products = append(products, w.Product)
	}
	products = traffic.Merge(products)
	// The whole flow is wanted anyway: one rule for it beats several for the gap, and
	// a gap that was cut would stay open.
	if whole := traffic.Merge(q.Region.Possible); len(ways) > 0 && wholeToo && (f.Cut || len(products) > len(whole)) {
		products = whole
	}
	var out []Rule
	for _, product := range products {
		all := match.Missing{Product: product, Replies: replies, Before: -1}
		for _, w := range ways {
			if w.Overlaps(product) {
				all.Ruleset, all.Before = w.Ruleset, first(all.Before, w.Before)
			}
		}
		out = append(out, newRule(q, f, all))
	}
	return out
}

// Established returns the one rule that lets the replies of the ways pass where the
// firewall knows connections, none where there are no ways. It permits no packet
// that opens a connection, and is the same for every flow.
func Established(ways []match.Missing) []Rule {
	var v4, v6 bool
	before := -1
	for _, w := range ways {
		four, six := w.ByFamily()
		v4, v6 = v4 || !four.IsEmpty(), v6 || !six.IsEmpty()
		before = first(before, w.Before)
	}
	all := traffic.Any()
	switch {
	case !v4 && !v6:
		return nil
	case !v6:
		all.Sources, all.Destinations = addr.Any4(), addr.Any4()
	case !v4:
		all.Sources, all.Destinations = addr.Any6(), addr.Any6()
	}
	return []Rule{{Rule: rule.Rule{Action: rule.Permit, Traffic: all, State: rule.Established}, Before: before, Replies: true}}
}

// first returns the first of two places, of which -1 is the end.
func first(a, b int) int { return int(min(uint(a), uint(b))) }

// Gap returns the rules that close gap number k of the finding alone: one, or for a
// ruleset that filters replies also one for those, where they are in the way. It
// refuses nothing.
func Gap(path []match.Matcher, q match.Request, f match.Finding, k int) []Rule {
	var out []Rule
	ways := waysOf(path, q, f.Missing[k])
	tracked := len(ways) > 0 && path[f.Missing[k].Ruleset].Tracked()
	for _, w := range ways {
		if !tracked || !w.Replies {
			out = append(out, newRule(q, f, w))
		}
	}
	if tracked {
		out = append(out, Established(ofReplies(ways))...)
	}
	return out
}

// ofReplies returns the ways that replies lack.
func ofReplies(ways []match.Missing) []match.Missing {
	return slices.DeleteFunc(slices.Clone(ways), func(w match.Missing) bool { return !w.Replies })
}

// Overrules describes the deny, narrower than any → any, that the rules of [Gap] would
// overrule; empty if there is none. A rule for established connections overrules none: it
// opens nothing.
func Overrules(path []match.Matcher, q match.Request, f match.Finding, k int) string {
	ways := waysOf(path, q, f.Missing[k])
	if len(ways) > 0 && path[f.Missing[k].Ruleset].Tracked() {
		ways = slices.DeleteFunc(slices.Clone(ways), func(w match.Missing) bool { return w.Replies })
	}
	return intentOf(q, ways)
}

func intentOf(q match.Request, ways []match.Missing) string {
	n := slices.IndexFunc(ways, func(w match.Missing) bool { return w.Intent != "" })
	if n < 0 || q.Want == rule.Deny {
		return ""
	}
	return ways[n].Intent
}

// waysOf tells apart what the ruleset lacks for the traffic that is missing.
func waysOf(path []match.Matcher, q match.Request, m match.Missing) []match.Missing {
	if m.Ruleset < 0 {
		return nil
	}
	if q.Want == rule.Deny { // a connection whose packets are denied has no replies
		return []match.Missing{m}
	}
	ways := path[m.Ruleset].EachWay(q, m)
	for i := range ways {
		ways[i].Ruleset = m.Ruleset
	}
	return ways
}

// newRule returns the rule that closes the gap on its way.
func newRule(q match.Request, f match.Finding, w match.Missing) Rule {
	w.Services = Widen(w.Services, Spare(q, f, w.Ruleset, w.Product))
	r := Rule{Rule: rule.Rule{Action: q.Want, Traffic: w.Product}, Before: w.Before, Replies: w.Replies}
	from, to := q.SourceZone, q.DestinationZone
	if w.Replies {
		r.Traffic = traffic.Product{Sources: w.Destinations, Destinations: w.Sources, Services: w.Services.Reverse()}
		from, to = to, from
	}
	if from != "" {
		r.SourceZones = []string{from}
	}
	if to != "" {
		r.DestinationZones = []string{to}
	}
	return r
}
