package policy

import (
	"slices"
)

// An entry is products as a product of indexes.
type entry struct{ sources, destinations, services []int }

// merge returns the products of part in few entries: grouped along one dimension,
// then along the next, for three orders of the dimensions, of which the shortest
// result is taken. A pair that is no product may be in an entry, since nothing would
// be gained by cutting it out.
func (r *run) merge(part bitset) []entry {
	size := [3]int{r.space.sources, r.space.destinations, r.space.services}
	step := [3]int{size[1] * size[2], size[2], 1}
	var best []entry
	for _, order := range [...][3]int{{0, 1, 2}, {1, 0, 2}, {2, 0, 1}} {
		a, b, c := order[0], order[1], order[2]
		rows := make([]row, size[a])
		for i := range rows {
			rows[i] = newRow(size[b]*size[c], i)
			for j := range size[b] {
				for k := range size[c] {
					var at [3]int
					at[a], at[b], at[c] = i, j, k
					rows[i].put(j*size[c]+k, part.has(i*step[a]+j*step[b]+k*step[c]), r.isHole(at[0], at[1]))
				}
			}
		}
		var entries []entry
		for _, outer := range joinRows(rows) {
			inner := make([]row, size[b])
			for j := range inner {
				inner[j] = newRow(size[c], j)
				for k := range size[c] {
					i := j*size[c] + k
					inner[j].put(k, outer.bits.has(i), outer.holes.has(i))
				}
			}
			for _, in := range joinRows(inner) {
				var lists [3][]int
				lists[a], lists[b] = outer.members, in.members
				for k := range size[c] {
					if in.bits.has(k) {
						lists[c] = append(lists[c], k)
					}
				}
				entries = append(entries, entry{lists[0], lists[1], lists[2]})
			}
		}
		if best == nil || len(entries) < len(best) {
			best = entries
		}
	}
	return best
}

// A row is what goes with some indexes of a dimension: the bits that are in and the
// holes, which may be in or not.
type row struct {
	members     []int
	bits, holes bitset
}

func newRow(n, member int) row { return row{[]int{member}, newBitset(n), newBitset(n)} }

func (r row) put(i int, in, hole bool) {
	if in {
		r.bits.set(i)
	} else if hole {
		r.holes.set(i)
	}
}

// joinRows joins the rows that are alike but for holes and drops those with nothing in.
func joinRows(rows []row) (out []row) {
	for _, r := range rows {
		if r.bits.isEmpty() {
			continue
		}
		i := slices.IndexFunc(out, r.fits)
		if i < 0 {
			out = append(out, r)
			continue
		}
		g := &out[i]
		g.members = append(g.members, r.members...)
		for w := range g.bits {
			g.bits[w] |= r.bits[w]
			g.holes[w] &= r.holes[w]
		}
	}
	return out
}

func (r row) fits(o row) bool {
	for w := range r.bits {
		if (r.bits[w]^o.bits[w])&^(r.holes[w]|o.holes[w]) != 0 {
			return false
		}
	}
	return true
}
