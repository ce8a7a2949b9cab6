package traffic

import (
	"cmp"
	"slices"
)

// maxRecut bounds how many products are cut afresh, one bit of an atom for each;
// maxAtoms bounds the atoms of a dimension, one bit of an atomSet for each.
const (
	maxRecut = 64
	maxAtoms = 256
)

var orders = [...][3]dimension{
	{sources, destinations, services}, {destinations, sources, services},
	{sources, services, destinations}, {destinations, services, sources},
	{services, sources, destinations}, {services, destinations, sources},
}

// recut cuts the packets of products afresh: along one dimension into the parts
// that go with the same sets in the other two, then what goes with each part along
// the next. It tries the six orders of the dimensions and returns the shortest
// result, that is the fewest products and of those the fewest ranges to read. The
// result depends on the packets alone, not on how they came cut. It is nil if
// there are too many products or atoms.
func recut(products []Product) (best []Product) {
	var c cutter
	if len(products) > maxRecut {
		return nil
	}
	for d := range c.atoms {
		c.atoms[d] = atoms(products, dimension(d))
		if len(c.atoms[d]) > maxAtoms {
			return nil
		}
	}
	all := ^uint64(0) >> (64 - len(products))
	for _, order := range orders {
		pieces := join(c.cut(all, order[:]), dimension.unitePieces, dimension.comparePieces)
		if best != nil && len(pieces) > len(best) {
			continue
		}
		cut := c.products(pieces)
		if best == nil || len(cut) < len(best) || length(cut) < length(best) {
			best = cut
		}
	}
	return best
}

// length counts the ranges of the sets of products.
func length(products []Product) (n int) {
	for _, p := range products {
		n += len(p.Sources.Ranges()) + len(p.Destinations.Ranges()) + len(p.Services.Ranges())
	}
	return n
}

// An atom is a part of one dimension that each product holds whole or not at all.
type atom struct {
	in  uint64  // bit i: product i holds it
	set Product // the other two sets are empty
}

// atoms cuts what the products have in dimension d into atoms, one for each
// combination of products.
func atoms(products []Product, d dimension) (out []atom) {
	for i, p := range products {
		rest := d.only(p)
		for j := range out {
			if !d.overlaps(out[j].set, rest) {
				continue
			}
			shared, outside := d.intersect(out[j].set, rest), d.subtract(out[j].set, rest)
			rest = d.subtract(rest, shared)
			if !d.isEmpty(outside) {
				out = append(out, atom{out[j].in, outside})
			}
			out[j] = atom{out[j].in | 1<<i, shared}
		}
		if !d.isEmpty(rest) {
			out = append(out, atom{1 << i, rest})
		}
	}
	return out
}

// cutter cuts in terms of atoms, so that no set is computed before the end.
type cutter struct{ atoms [3][]atom }

// A piece is a product whose sets are sets of atoms.
type piece [3]atomSet

// An atomSet holds atom i of a dimension if bit i%64 of word i/64 is set.
type atomSet [maxAtoms / 64]uint64

func (s *atomSet) add(i int) { s[i/64] |= 1 << (i % 64) }

func (s atomSet) holds(i int) bool { return s[i/64]>>(i%64)&1 == 1 }

func (s atomSet) union(o atomSet) atomSet {
	for i, word := range o {
		s[i] |= word
	}
	return s
}

// cut returns the pieces of the products in mask, of which only the dimensions in
// order are looked at. Equal packets give equal pieces in the same order.
func (c *cutter) cut(mask uint64, order []dimension) []piece {
	d, inner := order[0], order[1:]
	if len(inner) == 0 {
		var whole piece
		for i, a := range c.atoms[d] {
			if a.in&mask != 0 {
				whole[d].add(i)
			}
		}
		return []piece{whole}
	}
	type group struct {
		atoms   atomSet
		content []piece
	}
	var groups []group
	for _, p := range c.parts(mask, d) {
		content := c.cut(p.in, inner)
		i := slices.IndexFunc(groups, func(g group) bool { return slices.Equal(g.content, content) })
		if i < 0 {
			groups = append(groups, group{p.atoms, content})
			continue
		}
		groups[i].atoms = groups[i].atoms.union(p.atoms)
	}
	var out []piece
	for _, g := range groups {
		for _, p := range g.content {
			p[d] = g.atoms
			out = append(out, p)
		}
	}
	slices.SortFunc(out, piece.compare)
	return out
}

// A part is the atoms that are in the same products of a mask.
type part struct {
	in    uint64
	atoms atomSet
}

func (c *cutter) parts(mask uint64, d dimension) (out []part) {
	for i, a := range c.atoms[d] {
		in := a.in & mask
		if in == 0 {
			continue
		}
		j := slices.IndexFunc(out, func(p part) bool { return p.in == in })
		if j < 0 {
			j = len(out)
			out = append(out, part{in: in})
		}
		out[j].atoms.add(i)
	}
	return out
}

func (p piece) compare(o piece) int {
	return cmp.Or(slices.Compare(p[0][:], o[0][:]), slices.Compare(p[1][:], o[1][:]), slices.Compare(p[2][:], o[2][:]))
}

func (d dimension) unitePieces(run []piece) piece {
	p := run[0]
	for _, o := range run[1:] {
		p[d] = p[d].union(o[d])
	}
	return p
}

// comparePieces orders pieces by the other two sets.
func (d dimension) comparePieces(p, o piece) int {
	o[d] = p[d]
	return p.compare(o)
}

func (c *cutter) products(pieces []piece) (out []Product) {
	for _, p := range pieces {
		var product Product
		for d := range p {
			var sets []Product
			for i, a := range c.atoms[d] {
				if p[d].holds(i) {
					sets = append(sets, a.set)
				}
			}
			product = dimension(d).unionAll(product, sets)
		}
		out = append(out, product)
	}
	return out
}
