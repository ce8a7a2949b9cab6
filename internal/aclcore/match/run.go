package match

import (
	"sync"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// pending is traffic that no rule has surely decided yet.
type pending struct {
	traffic.Product
	// unsure[action] is the first undecidable rule with that action that the
	// traffic met, -1 if none.
	unsure [2]int
	intent int
}

func undecided(p traffic.Product) pending { return pending{p, [2]int{-1, -1}, -1} }

// A run answers one question.
type run struct {
	x           *Index
	q           Question
	verdictOnly bool
	// oneWay says that replies are not asked for.
	oneWay bool
	// plain says that masks are not looked at, so that what is found for a packet can
	// stand for others that meet the same rules.
	plain bool
	parts []Part
	has   [3]bool // the outcomes of parts
	work  int
	cut   bool
}

// A stage is one list of rules that the traffic of a run has to pass.
type stage struct {
	list *list
	crossing
	// answers is the part of the traffic on its way out whose replies pass this list,
	// nil on the way out itself.
	answers *Part
}

// all puts all traffic of the question past the rules.
func (r *run) all() {
	out := stage{list: r.x.forward, crossing: r.q.crossing()}
	for _, p := range r.q.Products {
		v4, v6 := p.ByFamily()
		r.pass(&out, undecided(v4), 0)
		r.pass(&out, undecided(v6), 0)
	}
	if r.cut {
		r.settle()
	}
}

// pass puts a piece of one family past the rules of the stage from number from on.
func (r *run) pass(s *stage, p pending, from int) {
	if p.IsEmpty() || r.done() {
		return
	}
	f := newFinder()
	defer f.release()
	f.start(s.list, p.Product, from)
	f.open = append(f.open[:0], p)
	for {
		i, ok := f.next()
		if !ok {
			break
		}
		f.open, f.spare = r.meet(s, i, f.open, f.spare[:0]), f.open
		if len(f.open) == 0 || r.done() {
			return // all is decided, or cut short
		}
		if len(f.open) > r.x.limits.pieces {
			for _, piece := range f.open {
				r.pass(s, piece, i+1)
			}
			return
		}
	}
	for _, piece := range f.open {
		r.decide(s, piece, s.list.fallback, -1)
	}
}

// done reports whether nothing further needs to be known.
func (r *run) done() bool {
	return r.cut || r.verdictOnly && r.has[Permitted] && r.has[Denied]
}

// meet lets rule i of the stage take its share of the open pieces and appends to
// next what it leaves.
func (r *run) meet(s *stage, i int, open, next []pending) []pending {
	rl := &s.list.rules[i]
	possible, sure := s.meets(rl)
	if !possible {
		return append(next, open...)
	}
	for n := range open {
		p := &open[n]
		if !p.Overlaps(rl.Traffic) {
			next = append(next, *p)
			continue
		}
		if r.work += max(hitWork, ranges(&p.Product)); r.work > r.x.limits.work {
			r.cut = true
			return nil
		}
		hit, sure := *p, sure
		within := rl.Traffic.ContainsProduct(p.Product)
		if !within {
			hit.Product = p.Intersect(rl.Traffic)
		}
		if rl.Masks != nil && !r.plain {
			if part, ok := masked(rl.Masks, hit.Product); ok {
				hit.Product, within = part, false
				_, sure = s.meetsMasked(rl)
			}
		}
		if !within {
			for _, rest := range p.Subtract(hit.Product) {
				left := *p
				left.Product = rest
				next = append(next, left)
			}
		}
		if hit.IsEmpty() {
			continue
		}
		if rl.Action == rule.Deny && hit.intent < 0 && !rl.IsCatchAll() {
			hit.intent = i
		}
		if sure {
			r.decide(s, hit, rl.Action, i)
			continue
		}
		if hit.unsure[rl.Action] < 0 {
			hit.unsure[rl.Action] = i
		}
		next = append(next, hit)
	}
	return next
}

func ranges(p *traffic.Product) int {
	return len(p.Sources.Ranges()) + len(p.Destinations.Ranges()) + len(p.Services.Ranges())
}

// decide gives the piece to rule i with the action, unless an undecidable rule
// before it would do the opposite.
func (r *run) decide(s *stage, p pending, action rule.Action, i int) {
	part := Part{Product: p.Product, Outcome: Denied, Rule: i, Intent: p.intent, Permit: p.unsure[rule.Permit]}
	if action == rule.Permit {
		part.Outcome = Permitted
		if part.Permit < 0 {
			part.Permit = i
		}
	}
	if opposite := p.unsure[1-action]; opposite >= 0 {
		part.Outcome, part.Rule = Unknown, opposite
		part.Reason = s.doubt(&s.list.rules[opposite])
	}
	switch {
	case s.answers != nil:
		r.keep(replied(*s.answers, part))
	case r.x.rules.Stateless && part.Outcome != Denied && !r.oneWay:
		r.askReplies(s, part)
	default:
		r.keep(part)
	}
}

func (r *run) keep(p Part) {
	if p.IsEmpty() {
		return
	}
	r.has[p.Outcome] = true
	r.parts = append(r.parts, p)
}

// runs are used again, so that a plain question allocates nothing but its answer.
var runs = sync.Pool{New: func() any { return new(run) }}

func newRun(x *Index, q Question) *run {
	r := runs.Get().(*run)
	*r = run{x: x, q: q, parts: r.parts[:0]}
	return r
}

func (r *run) release() { runs.Put(r) }
