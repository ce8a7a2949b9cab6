package match

import (
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A world is a choice of what cannot be decided. What is permitted in the wary one
// is surely permitted, what is denied in the hopeful one surely denied.
type world uint8

const (
	// wary: rules that cannot be decided match if they deny.
	wary world = iota
	// hopeful: they match if they permit.
	hopeful
)

// A gate is a list of rules that a packet, or its reply, has to pass.
type gate struct {
	list *list
	crossing
	replies bool
	// before is the first rule that covers all of the traffic looked at and has the
	// wanted action, so that it and those after it need no look.
	before int
}

// seen returns the packets of p as the gate sees them, and meant the packets that
// it sees as p.
func (g *gate) seen(p traffic.Product) traffic.Product {
	if g.replies {
		return replies(p)
	}
	return p
}

func (g *gate) meant(p traffic.Product) traffic.Product {
	if g.replies {
		return requests(p)
	}
	return p
}

// settle adds to parts that were cut short what the verdict depends on: a packet of
// each outcome that the parts lack, or as few as tell the verdict.
func (r *run) settle() {
	for _, lack := range [...]struct {
		outcome Outcome
		world   world
		action  rule.Action
		// unless says which outcomes make the question idle.
		unless [2]Outcome
	}{
		{Permitted, wary, rule.Permit, [2]Outcome{Permitted, Permitted}},
		{Denied, hopeful, rule.Deny, [2]Outcome{Denied, Denied}},
		// Nothing is surely denied: what the wary world denies is unknown.
		{Unknown, wary, rule.Deny, [2]Outcome{Denied, Unknown}},
		// Nothing is surely permitted: what the hopeful world permits is unknown.
		{Unknown, hopeful, rule.Permit, [2]Outcome{Permitted, Unknown}},
	} {
		if r.has[lack.unless[0]] || r.has[lack.unless[1]] {
			continue
		}
		switch packet, found := r.find(lack.world, lack.action); found {
		case yes:
			r.keepPacket(packet)
		case exhausted:
			r.keepEntangled()
			return
		}
	}
}

// keepEntangled keeps that it is not known what becomes of the traffic.
func (r *run) keepEntangled() {
	for _, p := range r.q.Products {
		r.keep(Part{Product: p, Outcome: Unknown, Rule: -1, Reason: strings.TrimPrefix(entangledReason, "indeterminate: "), Intent: -1, Permit: -1})
	}
}

// keepPacket keeps the part of one packet.
func (r *run) keepPacket(p traffic.Product) {
	one := newRun(r.x, Question{[]traffic.Product{p}, r.q.SourceZone, r.q.DestinationZone, r.q.Identity})
	defer one.release()
	one.plain = true
	one.work = -hitWork * (len(r.x.forward.rules) + len(r.x.replies.rules))
	one.all()
	for _, part := range one.parts {
		r.keep(part)
	}
}

// gates returns what the packets of a question have to pass.
func (x *Index) gates(q *Question) []gate {
	out := q.crossing()
	gates := []gate{{x.forward, out, false, len(x.forward.rules)}}
	if x.rules.Stateless {
		gates = append(gates, gate{x.replies, out.reply(), true, len(x.replies.rules)})
	}
	return gates
}

func (o *Overlay) gates(q *Question) []gate { return o.whole().gates(q) }

// find returns a packet of the question to which the ruleset does want in w, if
// there is one.
func (r *run) find(w world, want rule.Action) (traffic.Product, result) {
	return find(r.q.Products, r.x.gates(&r.q), w, want, r.x.limits.steps)
}

// findThrough returns a packet that gets through every ruleset of the path, surely
// if there is such a one, else perhaps.
func findThrough(path []Matcher, q Question) (packet traffic.Product, outcome Outcome, found result) {
	var gates []gate
	steps := defaultLimits.steps
	for _, x := range path {
		switch x := x.(type) {
		case *Index:
			gates, steps = append(gates, x.gates(&q)...), min(steps, x.limits.steps)
		case *Overlay:
			gates = append(gates, x.gates(&q)...)
		}
	}
	if packet, found = find(q.Products, gates, wary, rule.Permit, steps); found != no {
		return packet, Permitted, found
	}
	packet, found = find(q.Products, gates, hopeful, rule.Permit, steps)
	return packet, Unknown, found
}

// A result says whether a packet was found.
type result uint8

const (
	no result = iota
	yes
	// exhausted: the search was given up.
	exhausted
)

// find returns a packet that is permitted by all gates, or denied by one of them, in
// w.
func find(products []traffic.Product, gates []gate, w world, want rule.Action, steps int) (traffic.Product, result) {
	s := searcher{w, want, &steps}
	for _, product := range products {
		v4, v6 := product.ByFamily()
		for _, p := range [...]traffic.Product{v4, v6} {
			if want == rule.Permit { // every gate has to
				if packet, ok := s.find(p, gates); ok {
					return packet, yes
				}
				continue
			}
			for i := range gates { // any gate may
				if packet, ok := s.find(gates[i].meant(gates[i].seen(p)), gates[i:i+1]); ok {
					return packet, yes
				}
			}
		}
	}
	if *s.steps < 0 {
		return traffic.Product{}, exhausted
	}
	return traffic.Product{}, no
}

// A searcher looks for a packet that every gate treats as wanted.
type searcher struct {
	world world
	want  rule.Action
	// steps is how many packets may still be tried, -1 if they did not suffice.
	steps *int
}

// find looks among the packets of p, which are of one family. It tries one of them.
// If a gate does not treat it as wanted, then because of a rule, and all else that
// this rule takes is out of the question as well, but for what a rule before it
// saves; so the search goes on there and in what the rule leaves. Each step thus
// clears away all traffic of a rule around the packet that was tried, not just a
// packet, and no partition is ever made.
func (s searcher) find(p traffic.Product, gates []gate) (traffic.Product, bool) {
	for !p.IsEmpty() {
		if *s.steps--; *s.steps < 0 {
			return traffic.Product{}, false
		}
		packet := pick(p)
		n, by := s.refused(packet, gates)
		if n < 0 {
			return packet, true
		}
		g := &gates[n]
		before, taken := len(g.list.rules), g.meant(g.seen(p)) // by the default action
		if by >= 0 {
			before, taken = by, p.Intersect(g.meant(g.list.rules[by].Traffic))
		}
		for _, i := range s.savers(g, taken, before) {
			inner := slices.Clone(gates)
			inner[n].before = i
			if packet, ok := s.find(taken.Intersect(g.meant(g.list.rules[i].Traffic)), inner); ok {
				return packet, true
			}
		}
		left := p.Subtract(taken)
		if len(left) == 0 {
			return traffic.Product{}, false
		}
		last := len(left) - 1
		for _, rest := range left[:last] {
			if packet, ok := s.find(rest, gates); ok {
				return packet, true
			}
		}
		p = left[last]
	}
	return traffic.Product{}, false
}

// refused returns the first gate that does not treat the packet as wanted and the
// rule that decides there, -1 for the default action; n is -1 if all do.
func (s searcher) refused(packet traffic.Product, gates []gate) (n, by int) {
	for n := range gates {
		g := &gates[n]
		p := g.seen(packet)
		if p.IsEmpty() {
			continue // it has no reply
		}
		action, by := g.list.fallback, -1
		if g.before < len(g.list.rules) {
			action, by = s.want, g.before
		}
		for i := range g.list.overlapping(p, both, g.before) {
			if s.matches(g, i) {
				action, by = g.list.rules[i].Action, i
				break
			}
		}
		if action != s.want {
			return n, by
		}
	}
	return -1, -1
}

// savers returns the rules of the gate that treat traffic of p as wanted and stand
// before number before.
func (s searcher) savers(g *gate, p traffic.Product, before int) (out []int) {
	for i := range g.list.overlapping(g.seen(p), 1<<s.want, min(before, g.before)) {
		if s.matches(g, i) {
			out = append(out, i)
		}
	}
	return out
}

// matches reports whether rule i matches in the world.
func (s searcher) matches(g *gate, i int) bool {
	r := &g.list.rules[i]
	possible, sure := g.meets(r)
	return possible && (sure || (s.world == hopeful) == (r.Action == rule.Permit))
}

// overlapping yields the rules with one of the actions that overlap p, which is of
// one family, up to but not including number before.
func (l *list) overlapping(p traffic.Product, actions uint8, before int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		if p.IsEmpty() {
			return
		}
		f := newFinder()
		defer f.release()
		f.list, f.from, f.scanned = l, 0, 0
		f.startIn(l.planted(), p, actions)
		for i, ok := f.next(); ok && i < before; i, ok = f.next() {
			if l.rules[i].Traffic.Overlaps(p) && !yield(i) {
				return
			}
		}
	}
}

// pick returns one packet of p, the lowest but for its protocol: TCP reads best.
func pick(p traffic.Product) traffic.Product {
	lowest := func(s addr.Set) addr.Set {
		a := s.Ranges()[0].From
		return addr.SetOf(addr.RangeOf(a, a))
	}
	r := p.Services.Ranges()[0]
	for _, o := range p.Services.Ranges() {
		if o.ProtoFrom <= service.TCP && service.TCP <= o.ProtoTo {
			r = o
			r.ProtoFrom = service.TCP
			break
		}
	}
	r.ProtoTo, r.SrcTo, r.DstTo = r.ProtoFrom, r.SrcFrom, r.DstFrom
	return traffic.Product{Sources: lowest(p.Sources), Destinations: lowest(p.Destinations), Services: service.SetOf(r)}
}
