package topology

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A passage is traffic that no step of a way surely denies.
type passage struct {
	traffic.Product
	outcome match.Outcome
}

// maxPassages bounds the pieces that traffic falls into on one way.
const maxPassages = 20_000

// follow follows the part along each of its ways, and notes what gets through.
func (c *checker) follow(part *Part, asked map[*Step]*Asked) {
	denials := denials{c: c, part: part}
	for _, r := range part.Routes {
		through, all := passages(r, part, asked)
		for _, p := range through {
			c.permitted = c.permitted || p.outcome == match.Permitted
			c.unknown = c.unknown || p.outcome == match.Unknown
		}
		c.unknown = c.unknown || !all
		if c.q.Want == rule.Deny && (len(through) > 0 || !all) {
			denials.add(r, r.steps, asked, through)
		}
	}
	denials.tell()
}

// passages returns the traffic of a way that gets through all its steps, surely or
// perhaps, and whether that is all of it.
func passages(r Route, part *Part, asked map[*Step]*Asked) (through []passage, all bool) {
	for _, p := range r.products {
		through = append(through, passage{p, match.Permitted})
	}
	all = true
	for _, s := range r.steps {
		a := asked[s]
		if a == nil || a.Finding.Satisfied {
			continue
		}
		through = s.narrow(through, part, a)
		if a.Finding.Cut {
			all = false
		}
		if len(through) > maxPassages {
			return through[:maxPassages], false
		}
	}
	return through, all
}

// narrow returns what of the passages gets through the step.
func (s *Step) narrow(through []passage, part *Part, a *Asked) (next []passage) {
	filtered := make([]traffic.Product, 0, len(part.Products))
	for _, p := range s.asked(part.Products) {
		filtered = append(filtered, s.own(p)...)
	}
	decided := s.judge(a.Finding)
	for _, p := range through {
		rest := []traffic.Product{p.Product}
		for _, f := range filtered {
			rest = subtract(rest, f)
		}
		for _, free := range rest {
			next = append(next, passage{free, p.outcome})
		}
		for _, d := range decided {
			hit := p.Intersect(d.Product)
			switch {
			case d.outcome == match.Denied, hit.IsEmpty():
			case d.outcome == match.Unknown:
				next = append(next, passage{hit, match.Unknown})
			default:
				next = append(next, passage{hit, p.outcome})
			}
		}
	}
	return next
}

func subtract(products []traffic.Product, p traffic.Product) (out []traffic.Product) {
	for _, one := range products {
		out = append(out, one.Subtract(p)...)
	}
	return out
}

// denials gathers what has to be denied, by the step that would do it.
type denials struct {
	c     *checker
	part  *Part
	order []*Step // nil for no step
	open  map[*Step][]passage
}

// add notes what gets through a way, for the step of it that would deny that: one whose
// list may have rules added, or the first.
func (d *denials) add(r Route, steps []*Step, asked map[*Step]*Asked, through []passage) {
	var at *Step
	for _, s := range steps {
		if asked[s] == nil || !s.Filter() || s.Replies {
			continue
		}
		writable := d.c.lists.Writable != nil && d.c.lists.Writable(s)
		if at == nil || writable {
			at = s
		}
		if writable {
			break
		}
	}
	if d.open == nil {
		d.open = map[*Step][]passage{}
	}
	if !slices.Contains(d.order, at) {
		d.order = append(d.order, at)
	}
	for _, p := range through {
		rest := []traffic.Product{p.Product}
		for _, have := range d.open[at] {
			rest = subtract(rest, have.Product)
		}
		for _, one := range rest {
			d.open[at] = append(d.open[at], passage{one, p.outcome})
		}
	}
}

// tell adds the gaps.
func (d *denials) tell() {
	for _, s := range d.order {
		var products []traffic.Product
		var unsure []traffic.Product
		var outside []traffic.Product
		for _, p := range d.open[s] {
			products = append(products, p.Product)
			if p.outcome == match.Unknown {
				unsure = append(unsure, p.Product)
			}
			if s == nil || !s.holds(p.Product) {
				outside = append(outside, p.Product)
			}
		}
		if s != nil {
			d.ask(s, products, unsure)
		}
		for _, p := range traffic.Merge(outside) {
			d.c.f.Gaps = append(d.c.f.Gaps, Gap{Missing: match.Missing{Product: p, Ruleset: -1, Before: -1, Reason: d.reason()}, From: d.part.From, To: d.part.To})
		}
	}
}

func (d *denials) reason() string {
	if len(d.part.Routes) == 1 && len(d.part.Routes[0].Hops) == 0 {
		return fmt.Sprintf("within zone %s, where no device could deny it", d.part.From)
	}
	return "no list on the path could deny it"
}

// ask finds out which rules of the step let the products pass.
func (d *denials) ask(s *Step, products, unsure []traffic.Product) {
	a := &Asked{Step: s, Matcher: d.c.lists.Matcher(s), Request: match.Request{SourceZone: s.SourceZone, DestinationZone: s.DestinationZone, Want: rule.Deny}}
	a.Request.Region.Possible = s.asked(products)
	if len(a.Request.Region.Possible) == 0 {
		return
	}
	a.Finding = match.Check(a.Path(), a.Request)
	d.c.f.Asked = append(d.c.f.Asked, a)
	for k, m := range a.Finding.Missing {
		seen := m.Product
		for _, p := range s.own(seen) {
			m.Product = p
			if m.Outcome == match.Permitted && len(unsure) > 0 && slices.ContainsFunc(unsure, p.Overlaps) {
				m.Outcome, m.Reason = match.Unknown, "indeterminate in another list on the path"
			}
			d.c.f.Gaps = append(d.c.f.Gaps, Gap{m, d.part.From, d.part.To, a, k, s.differs(seen, p)})
		}
	}
}
