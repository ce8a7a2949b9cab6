package match

import (
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A region is a product in keys: what a search looks for.
type region struct {
	spans [axes][]span
}

// set makes g the region of p, which is of one family. It reuses the memory of g.
func (g *region) set(k keys, p traffic.Product) {
	g.spans[sourceAxis] = k.addresses(g.spans[sourceAxis][:0], p.Sources)
	g.spans[destinationAxis] = k.addresses(g.spans[destinationAxis][:0], p.Destinations)
	g.spans[serviceAxis] = services(g.spans[serviceAxis][:0], p.Services)
}

func (g *region) overlaps(b *box) bool {
	for i := range axes {
		if !anyOverlaps(g.spans[i], b.lo[i], b.hi[i]) {
			return false
		}
	}
	return true
}

// anyOverlaps reports whether one of the sorted spans overlaps lo to hi.
func anyOverlaps(spans []span, lo, hi uint32) bool {
	if len(spans) == 1 {
		return spans[0].lo <= hi && lo <= spans[0].hi
	}
	// The first span that ends at lo or after it. The loop has no branch to mispredict.
	at := 0
	for n := len(spans); n > 0; {
		half := (n + 1) / 2
		if spans[at+half-1].hi < lo {
			at += half
		}
		n -= half
	}
	return at < len(spans) && spans[at].lo <= hi
}

// A search finds the owners of the boxes that overlap a region in ascending order,
// looking only as far as it is asked to.
type search struct {
	tree   *tree
	region region
	bits   uint8 // select the owners to find
	// queue is a binary heap of what is still to be looked at, the lowest owner on
	// top: owner<<32 | what, where what is a node, or inTree for the owner itself.
	queue []uint64
	last  uint32 // owner found last
}

// found marks an owner in the queue of a search.
const found = 1<<32 - 1

// start begins a search for the owners with one of the bits.
func (s *search) start(t *tree, bits uint8) {
	s.tree, s.bits, s.queue, s.last = t, bits, s.queue[:0], found
	if len(t.nodes) > 0 {
		s.visit(0)
	}
}

// next returns the next owner, and false if there is none.
func (s *search) next() (owner uint32, ok bool) {
	for len(s.queue) > 0 {
		top := s.pop()
		if what := uint32(top); what != found {
			s.open(&s.tree.nodes[what])
			continue
		}
		owner = uint32(top >> 32)
		if owner != s.last { // it may have several boxes
			s.last = owner
			return owner, true
		}
	}
	return 0, false
}

func (s *search) visit(i uint32) {
	n := &s.tree.nodes[i]
	if n.bits&s.bits != 0 && s.region.overlaps(&n.box) {
		s.push(uint64(n.first)<<32 | uint64(i))
	}
}

// open queues what is right below the node.
func (s *search) open(n *node) {
	if !n.leaf {
		for i := range uint32(n.count) {
			s.visit(n.start + i)
		}
		return
	}
	for i := range s.tree.entries[n.start : n.start+uint32(n.count)] {
		e := &s.tree.entries[int(n.start)+i]
		if e.bit()&s.bits != 0 && s.region.overlaps(&e.box) {
			s.push(uint64(e.owner)<<32 | found)
		}
	}
}

func (s *search) push(item uint64) {
	s.queue = append(s.queue, item)
	for i := len(s.queue) - 1; i > 0; {
		parent := (i - 1) / 2
		if s.queue[parent] <= item {
			break
		}
		s.queue[i], s.queue[parent] = s.queue[parent], item
		i = parent
	}
}

func (s *search) pop() uint64 {
	top, n := s.queue[0], len(s.queue)-1
	item := s.queue[n]
	s.queue = s.queue[:n]
	for i := 0; ; {
		child := 2*i + 1
		if child >= n {
			if n > 0 {
				s.queue[i] = item
			}
			break
		}
		if child+1 < n && s.queue[child+1] < s.queue[child] {
			child++
		}
		if item <= s.queue[child] {
			s.queue[i] = item
			break
		}
		s.queue[i] = s.queue[child]
		i = child
	}
	return top
}
