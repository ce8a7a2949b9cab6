package match

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"

// MatchAll answers many questions as [Index.Match] does each. Where the rules are
// not indexed yet and it would not pay for so many, the questions are, and the
// rules go past them once.
func (x *Index) MatchAll(questions []Question) []Answer {
	answers := make([]Answer, len(questions))
	if len(questions) > 1 && !x.rules.Stateless && x.forward.forest() == nil {
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
			t.run.decide(&s, p, x.rules.Default, -1)
		}
		if first := crossed[t.question]; first == nil {
			crossed[t.question] = t.run
		} else {
			first.parts = append(first.parts, t.run.parts...)
			first.hits += t.run.hits
			first.cut = first.cut || t.run.cut
			t.run.release()
		}
	}
	for n, r := range crossed {
		switch {
		case r == nil: // no traffic
		case r.cut || r.hits > x.limits.hits:
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
	left := len(all)
	var boxes []box
	var met []uint32
	for i := range x.forward.rules {
		v4, v6 := x.forward.rules[i].Traffic.ByFamily()
		for family, p := range [...]*traffic.Product{&v4, &v6} {
			t := trees.v4
			if family == 1 {
				t = trees.v6
			}
			if len(t.nodes) == 0 {
				continue
			}
			boxes = trees.keys.boxes(boxes[:0], *p, maxBoxes)
			for n := range boxes {
				met = t.overlapping(met[:0], &boxes[n])
				for _, owner := range met {
					if u := &all[owner>>1]; u.met != i+1 && len(u.open) > 0 {
						u.met = i + 1
						if u.meet(x, i); len(u.open) == 0 {
							left--
						}
					}
				}
			}
		}
		if left == 0 {
			return
		}
	}
}

func (u *traveller) meet(x *Index, i int) {
	s := stage{list: x.forward, crossing: u.run.q.crossing()}
	u.open, u.spare = u.run.meet(&s, i, u.open, u.spare[:0]), u.open
	if u.run.cut || len(u.open) > x.limits.pieces {
		u.run.cut = true
		u.open = nil
	}
}

// overlapping appends the owners of the boxes that overlap b, in any order.
func (t *tree) overlapping(out []uint32, b *box) []uint32 {
	var buffer [64]uint32
	todo := append(buffer[:0], 0)
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
	return out
}
