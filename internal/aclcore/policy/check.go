package policy

import (
	"fmt"
	"time"
)

// Check asks the policies about a flow at the instant now and returns the
// violations, in the order in which the policies run.
//
// All policies of kind validate run first. A product, or a flow, that one of them of
// severity deny refuses without an exception is not put to the policies of kind
// enforce: their answer to a question that must be put differently anyway would only
// be noise. A policy that cannot be evaluated is never passed; it is violated,
// Undecided.
//
// The products are those of [flow.Flow.Products] without the pairs of an IPv4 and an
// IPv6 address, which no packet has.
//
// The error says that the exceptions of the flow are not right.
func (s *Set) Check(q Question, now time.Time) ([]Violation, error) {
	if err := s.checkExceptions(q.Exceptions); err != nil {
		return nil, err
	}
	if len(s.policies) == 0 {
		return nil, nil
	}
	r := s.newRun(&q, now)
	var out []Violation
	flowRefused := false
	for _, p := range s.policies {
		if p.Kind == Enforce && (flowRefused || r.allRefused()) || !p.selects(q.Application.Labels) {
			continue
		}
		r.spent, r.stopped = 0, unasked
		clear(r.tables) // no two policies share a leaf, and a table may be large
		var found []Violation
		var cells bitset
		if p.Scope == ScopeFlow {
			found = r.askFlow(p)
		} else {
			found, cells = r.askProducts(p)
		}
		if len(found) == 0 {
			continue
		}
		exception, declared := q.Exceptions[p.Name]
		text, holds := except(exception, declared, now)
		for i := range found {
			found[i].Exception, found[i].Excepted = text, holds
		}
		out = append(out, found...)
		if p.Kind == Validate && p.Severity == Deny && !holds {
			flowRefused = flowRefused || p.Scope == ScopeFlow
			r.refuse(cells)
		}
	}
	return out, nil
}

// at returns yes where the policy is passed or not asked.
func (p *policy) at(r *run, c cell) answer {
	if p.when != nil {
		switch a := p.when.at(r, c); a {
		case yes:
		case no:
			return yes
		default:
			return a
		}
	}
	return p.assert.at(r, c)
}

func (p *policy) dims() dims {
	d := p.assert.dims()
	if p.when != nil {
		d |= p.when.dims()
	}
	return d
}

func (r *run) askFlow(p *policy) []Violation {
	a := p.at(r, cell{})
	if r.stopped != unasked {
		a = r.stopped
	}
	if a == yes {
		return nil
	}
	return []Violation{r.violation(p, a, nil, nil, nil)}
}

// askProducts returns the violations and the products that they are of.
func (r *run) askProducts(p *policy) ([]Violation, bitset) {
	d := p.dims()
	of := r.space.of(d)
	if r.space.size() == 0 || r.passes(p, of) {
		return nil, nil
	}
	without := r.refused
	if p.Kind == Validate { // these are asked about all
		without = nil
	}
	parts := r.collect(without, func(c cell) answer { return p.at(r, c) })
	if r.stopped != unasked {
		parts = r.collect(without, func(cell) answer { return r.stopped })
	}
	var out []Violation
	all := newBitset(r.space.size())
	for a, part := range parts {
		for _, e := range r.merge(part) {
			out = append(out, r.violationOf(p, a, e))
		}
		all.add(part)
	}
	sortViolations(out)
	return out, all
}

// maxAnswers bounds how many different things a policy says of one flow.
const maxAnswers = 32

// collect returns the products, but for some, by what is answered other than yes.
func (r *run) collect(without bitset, ask func(cell) answer) map[answer]bitset {
	parts := make(map[answer]bitset)
	r.eachProduct(without, func(c cell, i int) {
		a := ask(c)
		if a == yes {
			return
		}
		if parts[a] == nil && len(parts) >= maxAnswers && a >= firstNote {
			more := r.notes[a-firstNote]
			more.text = fmt.Sprintf("as for others, for more than the %d different reasons that are shown", maxAnswers)
			a = r.note(more)
		}
		if parts[a] == nil {
			parts[a] = newBitset(r.space.size())
		}
		parts[a].set(i)
	})
	return parts
}

// passes reports whether the policy is passed in every cell of the dimensions that
// it depends on, and was not stopped.
func (r *run) passes(p *policy, of space) bool {
	for s := range of.sources {
		for d := range of.destinations {
			for v := range of.services {
				if p.at(r, cell{s, d, v}) != yes {
					return false
				}
			}
		}
	}
	return r.stopped == unasked
}

// eachProduct calls do for each product but some, with its index in a bitset of all.
func (r *run) eachProduct(without bitset, do func(c cell, i int)) {
	i := 0
	for s := range r.space.sources {
		for d := range r.space.destinations {
			if r.isHole(s, d) {
				i += r.space.services
				continue
			}
			for v := range r.space.services {
				if without == nil || !without.has(i) {
					do(cell{s, d, v}, i)
				}
				i++
			}
		}
	}
}

func (r *run) refuse(cells bitset) {
	if cells == nil {
		return
	}
	if r.refused == nil {
		r.refused = newBitset(r.space.size())
	}
	r.refused.add(cells)
}

// allRefused reports whether no product is left, of a flow that had some.
func (r *run) allRefused() bool {
	if r.refused == nil {
		return false
	}
	left := false
	r.eachProduct(r.refused, func(cell, int) { left = true })
	return !left
}
