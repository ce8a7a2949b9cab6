package match

import (
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// MatchAll answers many questions as [Index.Match] does each. Where the rules are
// not indexed yet and it would not pay for so many, the questions are, and the
// rules go past them once.
func (x *Index) MatchAll(questions []Question) []Answer {
	answers := make([]Answer, len(questions))
	if len(questions) > 1 && x.forward.forest() == nil {
		x.stream(questions, answers)
		return answers
	}
	for i, q := range questions {
		answers[i] = x.Match(q)
	}
	return answers
}

// A traveller is one product of a question, of one family, on its way past the
// rules.
type traveller struct {
	question    int
	run         *run
	product     traffic.Product
	open, spare []pending
	met         int // 1 + the last rule it met
}

// stream puts the rules past the questions.
func (x *Index) stream(questions []Question, answers []Answer) {
	var all []traveller
	for n, q := range questions {
		for _, product := range q.Products {
			v4, v6 := product.ByFamily()
			for _, p := range [...]traffic.Product{v4, v6} {
				if !p.IsEmpty() {
					all = append(all, traveller{question: n, run: newRun(x, q), product: p, open: []pending{undecided(p)}})
				}
			}
		}
	}
	x.drive(all)
	crossed := make([]*run, len(questions)) // the first run of each question gathers the rest
	for i := range all {
		t := &all[i]
		s := stage{list: x.forward, crossing: t.run.q.crossing()}
		for _, p := range t.open {
			t.run.decide(&s, p, x.forward.fallback, -1)
		}
		if first := crossed[t.question]; first == nil {
			crossed[t.question] = t.run
		} else {
			first.parts = append(first.parts, t.run.parts...)
			first.work += t.run.work
			first.cut = first.cut || t.run.cut
			t.run.release()
		}
	}
	for n, r := range crossed {
		switch {
		case r == nil: // no traffic
		case r.cut || r.work > x.limits.work:
			answers[n] = x.Match(questions[n])
		default:
			answers[n] = Answer{Parts: append([]Part(nil), r.parts...)}
		}
		if r != nil {
			r.release()
		}
	}
}

// drive puts the rules past all travellers until nothing of them is left. One that
// falls into too many pieces is marked as cut, and is to be followed alone.
func (x *Index) drive(all []traveller) {
	trees := newForest(len(all), func(i int) (*traffic.Product, uint8) { return &all[i].product, 0 })
	places := [axes]occupied{newOccupied(trees, sourceAxis), newOccupied(trees, destinationAxis)}
	left := len(all)
	var boxes []box
	var near []uint32
	for i := range x.forward.rules {
		p := &x.forward.rules[i].Traffic
		if !places[destinationAxis].meets(p.Destinations) || !places[sourceAxis].meets(p.Sources) {
			continue
		}
		v4, v6 := p.ByFamily()
		boxes = trees.keys.boxes(boxes[:0], v4, maxBoxes)
		near = trees.v4.overlapping(near[:0], boxes)
		boxes = trees.keys.boxes(boxes[:0], v6, maxBoxes)
		near = trees.v6.overlapping(near, boxes)
		for _, owner := range near {
			u := &all[owner>>1]
			if u.met == i+1 || len(u.open) == 0 {
				continue
			}
			u.met = i + 1
			if u.meet(x, i); len(u.open) == 0 {
				left--
			}
		}
		if left == 0 {
			x.forward.scanned.Add(streamCost * int64(i+1))
			return
		}
	}
	x.forward.scanned.Add(streamCost * int64(len(x.forward.rules)))
}

// streamCost is what putting a rule past many questions costs, in rules that are
// scanned for one; measured for a thousand.
const streamCost = 2

// occupied tells where on one axis travellers are. Most rules have no traveller's
// source or no traveller's destination, which one look at a bitmap shows.
type occupied struct {
	keys   keys
	v4, v6 places
}

func newOccupied(f *forest, axis int) occupied {
	return occupied{f.keys, newPlaces(f.v4.entries, axis), newPlaces(f.v6.entries, axis)}
}

// meets reports whether a traveller is at one of the addresses.
func (o *occupied) meets(s addr.Set) bool {
	for _, r := range s.Ranges() {
		at := &o.v4
		if !r.Is4() {
			at = &o.v6
		}
		lo := o.keys.address(r.From)
		hi := lo
		if !r.IsSingle() {
			hi = o.keys.address(r.To)
		}
		if at.meet(lo, hi) {
			return true
		}
	}
	return false
}

// places are spans of keys of one family.
type places struct {
	spans []span // sorted, disjoint
	// coarse has a bit for each run of 1<<shift keys from first on, set if one of the
	// spans reaches into the run.
	coarse [1 << 16 / 64]uint64
	first  uint32
	shift  uint8
}

func newPlaces(entries []entry, axis int) (p places) {
	for i := range entries {
		p.spans = append(p.spans, span{entries[i].lo[axis], entries[i].hi[axis]})
	}
	if p.spans = joinSpans(p.spans); len(p.spans) == 0 {
		return p
	}
	p.first = p.spans[0].lo
	for (p.spans[len(p.spans)-1].hi-p.first)>>p.shift >= 64*uint32(len(p.coarse)) {
		p.shift++
	}
	for _, s := range p.spans {
		for run := (s.lo - p.first) >> p.shift; run <= (s.hi-p.first)>>p.shift; run++ {
			p.coarse[run/64] |= 1 << (run % 64)
		}
	}
	return p
}

// meet reports whether one of the spans overlaps lo to hi.
func (p *places) meet(lo, hi uint32) bool {
	if run := (lo - p.first) >> p.shift; lo == hi && (run >= 64*uint32(len(p.coarse)) || p.coarse[run/64]>>(run%64)&1 == 0) {
		return false
	}
	return anyOverlaps(p.spans, lo, hi)
}

func (u *traveller) meet(x *Index, i int) {
	s := stage{list: x.forward, crossing: u.run.q.crossing()}
	u.open, u.spare = u.run.meet(&s, i, u.open, u.spare[:0]), u.open
	if u.run.cut || len(u.open) > x.limits.pieces {
		u.run.cut = true
		u.open = nil
	}
}

// overlapping appends the owners of the boxes that overlap one of those given, in
// any order and perhaps more than once.
func (t *tree) overlapping(out []uint32, given []box) []uint32 {
	for n := range given {
		b := &given[n]
		var buffer [64]uint32
		todo := buffer[:0]
		if len(t.nodes) > 0 {
			todo = append(todo, 0)
		}
		for len(todo) > 0 {
			n := &t.nodes[todo[len(todo)-1]]
			todo = todo[:len(todo)-1]
			switch {
			case !n.overlaps(b):
			case n.leaf:
				for i := n.start; i < n.start+uint32(n.count); i++ {
					if t.entries[i].overlaps(b) {
						out = append(out, t.entries[i].owner)
					}
				}
			default:
				for i := range uint32(n.count) {
					todo = append(todo, n.start+i)
				}
			}
		}
	}
	return out
}
