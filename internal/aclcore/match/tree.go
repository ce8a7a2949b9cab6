package match

import (
	"cmp"
	"slices"
)

// An entry is a box and whose it is: owner is an index times two plus a bit that a
// search can select by, the action of a rule.
type entry struct {
	box
	owner uint32
}

func (e *entry) bit() uint8 { return 1 << (e.owner & 1) }

// A node bounds the entries below it.
type node struct {
	box
	first uint32 // the lowest owner below
	start uint32 // of its entries if it is a leaf, else of its children
	count uint16
	leaf  bool
	bits  uint8 // the bits of the owners below
}

// tree holds boxes so that those that overlap a product are found by looking at
// few others; see INDEX.md. It is immutable once built.
type tree struct {
	nodes   []node // the root is the first; children stand together
	entries []entry
}

// leafSize is how many entries are looked at one by one.
const leafSize = 16

// newTree orders entries, which it keeps, and builds the tree above them.
func newTree(entries []entry) *tree {
	t := &tree{entries: entries}
	if len(entries) > 0 {
		t.nodes = make([]node, 1, 2+len(entries)/8)
		t.build(0, 0, len(entries))
		t.nodes = slices.Clip(t.nodes)
	}
	return t
}

// build makes node at the root of the entries from from to to.
func (t *tree) build(at, from, to int) {
	part := t.entries[from:to]
	if len(part) <= leafSize {
		n := node{box: part[0].box, first: part[0].owner, start: uint32(from), count: uint16(len(part)), leaf: true}
		for i := range part {
			n.include(&part[i].box)
			n.first = min(n.first, part[i].owner)
			n.bits |= part[i].bit()
		}
		t.nodes[at] = n
		return
	}
	children := [3]int{1: len(part), 2: len(part)} // where the groups end, the first in children[0]
	children[0], children[1] = split(part)
	start, count, begin := len(t.nodes), 0, 0
	var bounds [3][2]int
	for _, end := range children {
		if end > begin {
			bounds[count] = [2]int{from + begin, from + end}
			count++
		}
		begin = end
	}
	t.nodes = append(t.nodes, make([]node, count)...)
	for i, b := range bounds[:count] {
		t.build(start+i, b[0], b[1])
	}
	below := t.nodes[start : start+count]
	n := node{box: below[0].box, first: below[0].first, start: uint32(start), count: uint16(count)}
	for i := range below {
		n.include(&below[i].box)
		n.first = min(n.first, below[i].first)
		n.bits |= below[i].bits
	}
	t.nodes[at] = n
}

func compareOwner(a, b entry) int { return cmp.Compare(a.owner, b.owner) }

// split orders part into at most three groups, which end at a, b and the end. It
// takes the axis and the pivot that let a narrow flow into the smallest share of
// the entries: one group lies before the pivot, one after it, and one across it,
// which is cut along another axis in turn. Boxes that no axis separates are halved
// by owner instead, so that a search in order reaches the later ones only if it has
// to.
func split(part []entry) (a, b int) {
	axis, pivot, found := choose(part)
	if !found {
		slices.SortFunc(part, compareOwner)
		return len(part) / 2, len(part) / 2
	}
	// part[:a] is before the pivot, part[a:i] across, part[b:] after.
	a, b = 0, len(part)
	for i := 0; i < b; {
		switch {
		case part[i].hi[axis] < pivot:
			part[a], part[i] = part[i], part[a]
			a++
			i++
		case part[i].lo[axis] >= pivot:
			b--
			part[b], part[i] = part[i], part[b]
		default:
			i++
		}
	}
	return a, b
}

// sampleSize is how many entries are looked at to choose where to split; tooDear is
// the share of the entries that a flow would still meet, above which a split is
// not worth its nodes.
const (
	sampleSize = 16
	tooDear    = 0.9
)

// choose returns the best axis and pivot for a sample of part.
func choose(part []entry) (axis int, pivot uint32, found bool) {
	var buffer [sampleSize]*box
	size := min(len(part), sampleSize)
	if len(part) < 8*sampleSize {
		size = min(size, sampleSize/2)
	}
	sample := buffer[:size]
	for i := range sample {
		sample[i] = &part[i*len(part)/size].box
	}
	best := tooDear
	for i := range axes {
		if p, cost := cutAt(sample, i); cost < best {
			axis, pivot, found, best = i, p, true, cost
		}
	}
	return axis, pivot, found
}

// cutAt returns the pivot in the middle of the sample's bounds and the share of the
// sample that a flow would meet after a split there. Flows are taken to ask for
// what rules are written for: the bounds themselves.
func cutAt(sample []*box, axis int) (pivot uint32, cost float64) {
	var buffer [2 * sampleSize]uint32
	points := buffer[:0]
	for _, b := range sample {
		points = append(points, b.lo[axis], b.hi[axis])
	}
	slices.Sort(points)
	pivot = points[len(sample)]
	if !slices.ContainsFunc(sample, func(b *box) bool { return b.hi[axis] < pivot }) {
		if pivot == points[len(points)-1] {
			return pivot, 1
		}
		pivot++ // what ends in the middle goes before it
	}
	var counts [3]int
	var hulls [3]span
	for _, b := range sample {
		group := 1
		if b.hi[axis] < pivot {
			group = 0
		} else if b.lo[axis] >= pivot {
			group = 2
		}
		if counts[group] == 0 {
			hulls[group] = span{b.lo[axis], b.hi[axis]}
		}
		hulls[group] = span{min(hulls[group].lo, b.lo[axis]), max(hulls[group].hi, b.hi[axis])}
		counts[group]++
	}
	for group, n := range counts {
		inside := 0
		for _, p := range points {
			if n > 0 && hulls[group].lo <= p && p <= hulls[group].hi {
				inside++
			}
		}
		cost += float64(n*inside) / float64(len(sample)*len(points))
	}
	return pivot, cost
}
