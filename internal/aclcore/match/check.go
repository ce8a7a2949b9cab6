package match

import (
	"cmp"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Request asks whether the traffic of a flow is treated as wanted by every ruleset
// on its path.
type Request struct {
	Region                      flow.Region
	SourceZone, DestinationZone string
	Identity
	// Want is what the flow wants: permitted by every ruleset of the path, or
	// denied by at least one.
	Want rule.Action
	// DenyAt is the index in the path of the ruleset that would deny what has to be
	// denied. It matters only when Want is Deny.
	DenyAt int
}

// Finding is the answer to a Request: a verdict and everything it rests on.
type Finding struct {
	Verdict Verdict
	// Satisfied says that the traffic is treated as wanted.
	Satisfied bool
	// Missing is the traffic that is not treated as wanted, merged and in stable
	// order. It is empty exactly when Satisfied.
	Missing []Missing
	// Decisions partitions the traffic of each ruleset by deciding rule.
	Decisions []Decision
	// Cut says that Missing and Decisions are incomplete because the exact answer
	// has too many parts. Verdict and Satisfied are exact all the same, unless a reason
	// says that a search was given up.
	Cut bool
}

// Missing is traffic that is not treated as wanted, and why.
type Missing struct {
	traffic.Product
	Outcome Outcome
	// Ruleset is the index in the path, -1 if no ruleset is to blame.
	Ruleset int
	// By describes the deciding rule, with file and line; empty if there is none.
	By string
	// Refer is By in a few words, see [rule.Ruleset.Refer].
	Refer string
	// Rule is the deciding rule by number, as the matcher of the ruleset numbers them,
	// -1 for the default action.
	Rule int
	// Before is where a new rule takes effect on the traffic: before the rule of that
	// index in the ruleset itself, not counting rules put on top; -1 is the end.
	Before int
	// Replies says that it is the replies which are not treated as wanted, and By
	// stands in the list that they meet.
	Replies bool
	// Reason says in words why the traffic is not treated as wanted.
	Reason string
	// Intent describes the deny, narrower than any → any, that permitting the
	// traffic would overrule; empty if there is none.
	Intent string
}

// Decision is traffic and the rule that decides it.
type Decision struct {
	traffic.Product
	Outcome Outcome
	// Ruleset is the index in the path.
	Ruleset int
	// Rule is the deciding rule's name, or its text where it has none.
	Rule string
	// Line is where the rule stands, 0 if unknown or for the default action.
	Line int
	// Refer names the rule in a few words, see [rule.Ruleset.Refer].
	Refer string
}

// Matcher answers questions about one ruleset: an [Index] or an [Overlay].
type Matcher interface {
	Match(Question) Answer
	// Describe names the deciding rule of a part for people: where it stands and what
	// it says. It takes Rule or Intent, and Return, of a [Part].
	Describe(rule int, replies bool) string
	// Says is what the rule says, by its text where it has one; "" for the default action.
	Says(rule int, replies bool) string
	// Refer is Describe in a few words.
	Refer(rule int, replies bool) string
	// Label gives the deciding rule's name, or its text where it has none, and its
	// line, 0 if unknown or for the default action.
	Label(rule int, replies bool) (name string, line int)
	// Position is the index of the rule in the ruleset itself, not counting rules put
	// on top: 0 for one of those, -1 for the default action.
	Position(rule int, replies bool) int
	// EachWay tells apart what the ruleset lacks to permit traffic that is missing: a
	// gap for its packets, one for their replies (see Replies), or both.
	EachWay(q Request, m Missing) []Missing
	// Tracked says that one rule for established connections lets replies pass.
	Tracked() bool
	// DeniesReplies says that a rule which is narrower than any → any denies packets of
	// established connections: one for all of them that comes before it would overrule it.
	DeniesReplies() bool
}

// Check matches the traffic of a request against every ruleset of the path.
func Check(path []Matcher, q Request) Finding {
	var f Finding
	answers := make([]Answer, len(path))
	for i, x := range path {
		answers[i] = x.Match(Question{q.Region.Possible, q.SourceZone, q.DestinationZone, q.Identity})
		f.Cut = f.Cut || answers[i].Cut
		f.Decisions = append(f.Decisions, decisions(i, x, answers[i])...)
	}
	through, denied, whole := cross(q.Region.Possible, answers)
	f.Cut = f.Cut || !whole
	var permitted, unknown, entangled bool
	for _, p := range through {
		permitted = permitted || p.Outcome == Permitted
		unknown = unknown || p.Outcome == Unknown
	}
	if f.Cut && len(path) > 1 {
		// The parts that were cut away could meet, and those that are kept need not.
		if !denied {
			unknown = slices.ContainsFunc(answers, Answer.hasUnknown)
		}
		if !permitted {
			packet, outcome, found := findThrough(path, Question{q.Region.Possible, q.SourceZone, q.DestinationZone, q.Identity})
			switch found {
			case exhausted:
				unknown, entangled = true, true
			case yes:
				permitted, unknown = outcome == Permitted, unknown || outcome == Unknown
				if len(through) == 0 {
					through = append(through, passage{packet, outcome})
				}
			}
		}
	}
	impossible := len(q.Region.Impossible) > 0
	f.Verdict = judge(permitted, denied || impossible, unknown)
	if len(path) == 0 {
		f.Verdict = NotRouted
	}
	if q.Want == rule.Deny {
		f.Satisfied = f.Verdict == Blocked
		f.Missing = missingDeny(path, q, answers, through)
	} else {
		f.Satisfied = f.Verdict == Allowed
		f.Missing = missingPermit(path, q, answers)
	}
	if entangled {
		f.Missing = append(entangledTraffic(q), f.Missing...)
	}
	return f
}

// entangledReason is the reason of traffic of which it is not known whether any of it
// gets through, since the search for a packet that does was given up.
const entangledReason = "indeterminate: the rules overlap in too many ways to find out whether any packet passes all of them; ask for less traffic at once"

// entangledTraffic tells of the whole traffic of the request that it cannot be decided.
func entangledTraffic(q Request) (out []Missing) {
	for _, p := range q.Region.Possible {
		out = append(out, Missing{Product: p, Outcome: Unknown, Ruleset: -1, Before: -1, Reason: entangledReason})
	}
	return out
}

// A passage is traffic that no ruleset of the path surely denies.
type passage struct {
	traffic.Product
	Outcome Outcome
}

// maxCrossings bounds how many pairs of parts of two rulesets are looked at.
const maxCrossings = 2_000_000

// cross returns the traffic that gets through every ruleset, surely or perhaps, and
// whether some of it surely does not. It is not whole if there were too many parts;
// then no traffic is returned.
func cross(products []traffic.Product, answers []Answer) (through []passage, denied, whole bool) {
	for _, a := range answers {
		denied = denied || slices.ContainsFunc(a.Parts, func(p Part) bool { return p.Outcome == Denied })
	}
	for _, p := range products {
		through = append(through, passage{p, Permitted})
	}
	crossings := 0
	for _, a := range answers {
		var next []passage
		for _, part := range a.Parts {
			if part.Outcome == Denied {
				continue
			}
			if crossings += len(through); crossings > maxCrossings {
				return nil, denied, false
			}
			for _, p := range through {
				hit := p.Intersect(part.Product)
				if hit.IsEmpty() {
					continue
				}
				outcome := p.Outcome
				if part.Outcome == Unknown {
					outcome = Unknown
				}
				next = append(next, passage{hit, outcome})
			}
		}
		through = next
	}
	return through, denied, true
}

func (a Answer) hasUnknown() bool {
	return slices.ContainsFunc(a.Parts, func(p Part) bool { return p.Outcome == Unknown })
}

func missingPermit(path []Matcher, q Request, answers []Answer) []Missing {
	var out []Missing
	for i, x := range path {
		for _, p := range answers[i].Parts {
			if p.Outcome == Permitted {
				continue
			}
			m := missing(x, i, p)
			switch {
			case p.Outcome == Unknown:
				m.Reason = "indeterminate: " + p.Reason
			case p.Rule < 0:
				m.Reason = "no rule permits it"
			default:
				m.Reason = "denied by this rule"
			}
			if p.Return {
				m.Reason += " (replies)"
			}
			out = append(out, m)
		}
	}
	for _, p := range q.Region.Impossible {
		out = append(out, Missing{Product: p.Product, Ruleset: -1, Rule: -1, Before: -1, Reason: p.Reason})
	}
	return mergeMissing(out)
}

// missingDeny tells what gets through although it must not, in terms of the
// ruleset that would deny it.
func missingDeny(path []Matcher, q Request, answers []Answer, through []passage) []Missing {
	if len(path) == 0 {
		return []Missing{{Ruleset: -1, Rule: -1, Before: -1, Reason: "the flow crosses no ruleset that could deny it"}}
	}
	out := passed(path[q.DenyAt], q.DenyAt, answers[q.DenyAt].Parts, through)
	if len(out) == 0 && len(through) > 0 { // the part that holds it was cut away
		a := path[q.DenyAt].Match(Question{[]traffic.Product{through[0].Product}, q.SourceZone, q.DestinationZone, q.Identity})
		out = passed(path[q.DenyAt], q.DenyAt, a.Parts, through)
	}
	return mergeMissing(out)
}

// passed tells what the parts of a ruleset have of the traffic that gets through.
func passed(x Matcher, ruleset int, parts []Part, through []passage) (out []Missing) {
	for _, part := range parts {
		for _, p := range through {
			hit := p.Intersect(part.Product)
			if hit.IsEmpty() {
				continue
			}
			share := part
			share.Product = hit
			m := missing(x, ruleset, share)
			m.Outcome, m.Intent, m.Before = p.Outcome, "", x.Position(part.Permit, false)
			m.Reason = "permitted by this rule"
			switch {
			case part.Outcome == Unknown:
				m.Reason = "indeterminate: " + part.Reason
			case p.Outcome == Unknown:
				m.Reason = "indeterminate in another ruleset on the path"
			case part.Rule < 0:
				m.Reason = "no rule denies it"
			}
			out = append(out, m)
		}
	}
	return out
}

func missing(x Matcher, ruleset int, p Part) Missing {
	m := Missing{Product: p.Product, Outcome: p.Outcome, Ruleset: ruleset, By: x.Describe(p.Rule, p.Return), Refer: x.Refer(p.Rule, p.Return), Rule: p.Rule}
	m.Before, m.Replies = x.Position(p.Rule, p.Return), p.Return
	if p.Intent >= 0 {
		m.Intent = x.Describe(p.Intent, p.Return)
		m.Before = earlier(m.Before, x.Position(p.Intent, p.Return))
	}
	return m
}

// earlier returns the first of two places, of which -1 is the end.
func earlier(a, b int) int { return int(min(uint(a), uint(b))) }

// mergeMissing joins the traffic of entries that agree in everything else.
func mergeMissing(entries []Missing) []Missing {
	groups := groupBy(entries, func(a, b Missing) int {
		return cmp.Or(cmp.Compare(a.Ruleset, b.Ruleset), cmp.Compare(a.By, b.By), cmp.Compare(a.Reason, b.Reason),
			cmp.Compare(a.Intent, b.Intent), cmp.Compare(a.Outcome, b.Outcome), cmp.Compare(boolInt(a.Replies), boolInt(b.Replies)))
	})
	var out []Missing
	for _, g := range groups {
		products := make([]traffic.Product, len(g))
		before := g[0].Before
		for i, m := range g {
			products[i], before = m.Product, earlier(before, m.Before)
		}
		for _, p := range traffic.Merge(products) {
			m := g[0]
			m.Product, m.Before = p, before
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, b Missing) int {
		return cmp.Or(cmp.Compare(a.Ruleset, b.Ruleset), a.Product.Compare(b.Product))
	})
	return out
}

func decisions(ruleset int, x Matcher, a Answer) []Decision {
	var out []Decision
	for _, g := range groupBy(slices.Clone(a.Parts), func(a, b Part) int {
		return cmp.Or(cmp.Compare(boolInt(a.Return), boolInt(b.Return)), cmp.Compare(uint(a.Rule), uint(b.Rule)), cmp.Compare(a.Outcome, b.Outcome))
	}) {
		products := make([]traffic.Product, len(g))
		for i, p := range g {
			products[i] = p.Product
		}
		name, line := x.Label(g[0].Rule, g[0].Return)
		refer := x.Refer(g[0].Rule, g[0].Return)
		for _, p := range traffic.Merge(products) {
			out = append(out, Decision{p, g[0].Outcome, ruleset, name, line, refer})
		}
	}
	return out
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// groupBy sorts items and returns the runs that compare equal.
func groupBy[T any](items []T, compare func(a, b T) int) [][]T {
	slices.SortStableFunc(items, compare)
	var out [][]T
	for i := 0; i < len(items); {
		j := i + 1
		for j < len(items) && compare(items[i], items[j]) == 0 {
			j++
		}
		out = append(out, items[i:j])
		i = j
	}
	return out
}
