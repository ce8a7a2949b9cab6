package topology

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Question asks what becomes of the traffic of a flow.
type Question struct {
	Region flow.Region
	// SourceZone and DestinationZone are the zones that the flow declares, "" if none:
	// addresses in others are not routed.
	SourceZone, DestinationZone string
	Want                        rule.Action
}

// Lists are the access lists of an estate as they stand.
type Lists struct {
	// Matcher returns the list of a step that [Step.Filter]s, as the packets meet it
	// that the step asks about: see [Forward] and [Replies].
	Matcher func(*Step) match.Matcher
	// Writable says of a step whether a rule may be added to its list. It matters only
	// when Want is Deny: a list that may have one is preferred. It may be nil.
	Writable func(*Step) bool
}

// A Layout is the traffic of a question on its ways.
type Layout struct {
	Parts []*Part
	t     *Topology
	q     Question
}

// Lay divides the traffic of a question by zones and finds its ways.
func (t *Topology) Lay(q Question) *Layout {
	l := &Layout{t: t, q: q, Parts: t.cut(q.Region.Possible)}
	var parts []*Part
	for _, part := range l.Parts {
		parts = append(parts, t.route(q, part)...)
	}
	l.Parts = parts
	return l
}

// route finds the ways of a part. What translations lead nowhere becomes parts of its
// own.
func (t *Topology) route(q Question, part *Part) []*Part {
	if q.SourceZone != "" && part.From != q.SourceZone {
		part.Routes, part.Problem = nil, q.elsewhere(part)
		return []*Part{part}
	}
	if lost, walked := t.walk(q, part); walked {
		return lost
	}
	if problem := q.elsewhere(part); problem != "" {
		part.Routes, part.Problem = nil, problem
		return []*Part{part}
	}
	if part.Problem == "" {
		before, after := t.around(part)
		part.steps = slices.Concat(before, part.ways.steps, after)
		part.Routes = slices.Clone(part.Routes)
		for i := range part.Routes {
			part.Routes[i].surround(part, before, after)
		}
	}
	return []*Part{part}
}

// surround completes a way with the steps at its ends.
func (r *Route) surround(part *Part, before, after []*Step) {
	r.products = part.Products
	r.steps = slices.Clone(before)
	for _, h := range r.Hops {
		r.steps = append(r.steps, h.steps...)
	}
	r.steps = append(r.steps, after...)
}

// Steps returns every step that some of the traffic meets, in the order of the ways.
func (l *Layout) Steps() []*Step {
	var out []*Step
	seen := map[*Step]bool{}
	for _, part := range l.Parts {
		if part.Problem != "" {
			continue
		}
		for _, s := range part.steps {
			if !seen[s] {
				seen[s] = true
				out = append(out, s)
			}
		}
	}
	return out
}

// Finding is what becomes of the traffic.
type Finding struct {
	Verdict   match.Verdict
	Satisfied bool
	// Gaps are the traffic that is not treated as wanted. There are none exactly when
	// Satisfied.
	Gaps      []Gap
	Decisions []Decision
	// Asked are the questions to lists that gaps are of, each once.
	Asked []*Asked
	Parts []*Part
	// Cut says that Gaps and Decisions are incomplete. Satisfied is exact all the same.
	Cut bool
}

// A Gap is traffic that is not treated as wanted.
type Gap struct {
	// Missing has the traffic in the flow's own addresses.
	match.Missing
	// From and To are zones.
	From, To string
	// Asked is the question whose gap number Number this is, nil where no list is to
	// blame.
	Asked  *Asked
	Number int
	// Translated is the traffic in the addresses that it has at the step, nil where those
	// are the flow's own.
	Translated *traffic.Product
}

// Decision is traffic and what decides it.
type Decision struct {
	match.Decision
	From, To string
	// Step is nil for traffic that stays in its zone.
	Step *Step
}

// Asked is what one list was asked, in the addresses that it sees, and its answer.
type Asked struct {
	Step    *Step
	Matcher match.Matcher
	Request match.Request
	Finding match.Finding
}

// Path is the one list that was asked, for package change.
func (a *Asked) Path() []match.Matcher { return []match.Matcher{a.Matcher} }

// Check says what becomes of the traffic.
func (l *Layout) Check(lists Lists) *Finding {
	c := checker{t: l.t, q: l.q, lists: lists, f: &Finding{Parts: l.Parts}}
	for _, part := range l.Parts {
		c.part(part)
	}
	for _, p := range l.q.Region.Impossible {
		c.denied = true
		c.f.Gaps = append(c.f.Gaps, Gap{Missing: match.Missing{Product: p.Product, Ruleset: -1, Before: -1, Reason: p.Reason}})
	}
	c.judge()
	return c.f
}

// A checker answers one question.
type checker struct {
	t     *Topology
	q     Question
	lists Lists
	f     *Finding
	// What becomes of some packet on some way.
	permitted, denied, unknown, notRouted bool
}

// judge gives the verdict, which holds whichever way the unknown turns out.
func (c *checker) judge() {
	switch f := c.f; {
	case c.permitted && (c.denied || c.notRouted):
		f.Verdict = match.Partial
	case c.unknown:
		f.Verdict = match.Indeterminate
	case c.permitted:
		f.Verdict = match.Allowed
	case c.notRouted:
		f.Verdict = match.NotRouted
	default:
		f.Verdict = match.Blocked
	}
	c.f.Satisfied = c.f.Verdict == match.Allowed
	if c.q.Want == rule.Deny {
		c.f.Satisfied = c.f.Verdict == match.Blocked
	}
	switch {
	case c.f.Satisfied:
		c.f.Gaps, c.f.Asked = nil, nil
	case len(c.f.Gaps) == 0:
		c.f.Gaps = []Gap{{Missing: match.Missing{
			Outcome: match.Unknown, Ruleset: -1, Before: -1, Reason: "indeterminate: the traffic falls into too many parts on its way",
		}}}
	}
}

// part asks about the traffic of one part.
func (c *checker) part(part *Part) {
	if part.Problem != "" {
		c.lost(part)
		return
	}
	asked := map[*Step]*Asked{}
	surely := true
	for _, s := range part.steps {
		if asked[s] != nil {
			continue
		}
		a := c.ask(part, s)
		if a == nil {
			continue
		}
		asked[s] = a
		surely = surely && a.Finding.Satisfied
		c.f.Cut = c.f.Cut || a.Finding.Cut
		c.decisions(part, a)
		if c.q.Want == rule.Permit {
			c.missing(part, a)
		}
	}
	for _, r := range part.Routes {
		if len(r.Hops) == 0 {
			c.within(part, r.products)
		}
	}
	if surely {
		c.permitted = true
	}
	if surely && c.q.Want == rule.Permit {
		return
	}
	c.follow(part, asked)
}

// elsewhere says that the part is not where the flow declares it.
func (q Question) elsewhere(part *Part) string {
	switch {
	case q.SourceZone != "" && part.From != q.SourceZone:
		return some(part, sources) + " is " + zoneText(part.From) + ", and the flow declares the source zone " + q.SourceZone
	case q.DestinationZone != "" && part.To != q.DestinationZone:
		return some(part, destinations) + " is " + zoneText(part.To) + ", and the flow declares the destination zone " + q.DestinationZone
	}
	return ""
}

func zoneText(name string) string {
	if name == "" {
		return "in no zone"
	}
	return "in zone " + name
}

// lost notes traffic whose way is not known.
func (c *checker) lost(part *Part) {
	m := match.Missing{Ruleset: -1, Before: -1, Reason: part.Problem}
	if part.ways != nil && part.ways.tooMany {
		c.unknown, m.Outcome = true, match.Unknown
		m.Reason = "indeterminate: " + part.Problem
	} else {
		c.notRouted = true
	}
	for _, p := range traffic.Merge(part.Products) {
		gap := Gap{Missing: m, From: part.From, To: part.To}
		gap.Product = p
		c.f.Gaps = append(c.f.Gaps, gap)
	}
}

// around returns the steps that the part meets besides its ways.
func (t *Topology) around(part *Part) (before, after []*Step) {
	meets := func(steps []*Step) (out []*Step) {
		for _, s := range steps {
			if slices.ContainsFunc(part.Products, s.Within.Overlaps) {
				out = append(out, s)
			}
		}
		return out
	}
	before = meets(t.guardOut)
	if slices.ContainsFunc(part.Products, func(p traffic.Product) bool { return p.Destinations.Overlaps(t.own) }) {
		after = meets(t.local)
	}
	return before, append(after, meets(t.guardIn)...)
}

// ask puts the part to the list of a step; nil if the list filters none of it.
func (c *checker) ask(part *Part, s *Step) *Asked {
	products := s.asked(part.Products)
	if len(products) == 0 {
		return nil
	}
	a := &Asked{Step: s, Request: match.Request{
		Region: flow.Region{Possible: products}, SourceZone: s.SourceZone, DestinationZone: s.DestinationZone, Want: rule.Permit,
	}}
	if s.Fixed != nil {
		a.Matcher = s.Fixed
	} else {
		a.Matcher = c.lists.Matcher(s)
	}
	a.Finding = match.Check(a.Path(), a.Request)
	return a
}

func (c *checker) decisions(part *Part, a *Asked) {
	for _, j := range a.Step.judge(a.Finding) {
		d := a.Finding.Decisions[j.by]
		d.Product, d.Outcome = j.Product, j.outcome
		if a.Step.Replies {
			d.Rule += " (replies)"
		}
		switch d.Outcome {
		case match.Denied:
			c.denied = true
		case match.Unknown, match.Permitted:
		}
		c.f.Decisions = append(c.f.Decisions, Decision{d, part.From, part.To, a.Step})
	}
}

// missing notes what the list does not permit.
func (c *checker) missing(part *Part, a *Asked) {
	if len(a.Finding.Missing) == 0 {
		return
	}
	c.f.Asked = append(c.f.Asked, a)
	for k, m := range a.Finding.Missing {
		if a.Step.Replies {
			m.Reason += " (replies)"
		}
		seen := a.Step.request(m.Product)
		for _, p := range a.Step.own(m.Product) {
			m := m
			m.Product = p
			if a.Step.Untold() {
				c.untold(part, a, k, m)
				continue
			}
			if m.Outcome == match.Denied && a.Step.mayPass(a.Finding, p) {
				m.Outcome, m.Reason = match.Unknown, "indeterminate: a translation before may give it other addresses, which pass; of these: "+m.Reason
			}
			c.f.Gaps = append(c.f.Gaps, Gap{m, part.From, part.To, a, k, a.Step.differs(seen, p)})
		}
	}
}

// untold notes a gap of traffic whose addresses at the step are not known: what is missing
// of all that they may be is one gap for the same traffic of the flow.
func (c *checker) untold(part *Part, a *Asked, k int, m match.Missing) {
	if slices.ContainsFunc(c.f.Gaps, func(g Gap) bool { return g.Asked == a && g.Product.Equal(m.Product) }) {
		return
	}
	if m.Outcome == match.Denied && a.Step.mayPass(a.Finding, m.Product) {
		m.Outcome, m.Reason = match.Unknown, "indeterminate: the text does not tell which addresses a translation before gives it, and not all that it may be are permitted"
	}
	c.f.Gaps = append(c.f.Gaps, Gap{m, part.From, part.To, a, k, a.Step.differs(a.Step.request(m.Product), m.Product)})
}

// within notes that the traffic stays in its zone.
func (c *checker) within(part *Part, products []traffic.Product) {
	for _, p := range traffic.Merge(products) {
		d := match.Decision{Product: p, Outcome: match.Permitted, Rule: "within zone " + part.From}
		c.f.Decisions = append(c.f.Decisions, Decision{d, part.From, part.To, nil})
	}
}
