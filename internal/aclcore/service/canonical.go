package service

import (
	"cmp"
	"slices"
)

// canonical returns the one list of disjoint boxes that stands for the union of
// ranges, whose memory it takes over: protocols are cut where the set of ports changes, source ports where
// the set of destination ports changes, and neighbours that are alike are joined.
func canonical(ranges []Range) []Range {
	switch {
	case len(ranges) <= 1:
		return ranges
	case differInPortsOnly(ranges):
		return joinPorts(ranges)
	}
	return sweep(ranges, protoAxis, func(slab []Range) []Range {
		return sweep(slab, srcAxis, func(plane []Range) []Range { return joinPorts(plane) })
	})
}

// differInPortsOnly reports whether the ranges have the same protocols and source
// ports: by far the most common case, and one without anything to cut.
func differInPortsOnly(ranges []Range) bool {
	first := ranges[0]
	for _, r := range ranges[1:] {
		if r.ProtoFrom != first.ProtoFrom || r.ProtoTo != first.ProtoTo || r.SrcFrom != first.SrcFrom || r.SrcTo != first.SrcTo {
			return false
		}
	}
	return true
}

// An axis reads and writes the bounds of one dimension of a Range.
type axis struct {
	bounds func(r Range) (from, to int)
	with   func(r Range, from, to int) Range
}

var (
	protoAxis = axis{
		func(r Range) (int, int) { return int(r.ProtoFrom), int(r.ProtoTo) },
		func(r Range, from, to int) Range { r.ProtoFrom, r.ProtoTo = uint8(from), uint8(to); return r },
	}
	srcAxis = axis{
		func(r Range) (int, int) { return int(r.SrcFrom), int(r.SrcTo) },
		func(r Range, from, to int) Range { r.SrcFrom, r.SrcTo = uint16(from), uint16(to); return r },
	}
)

// sweep cuts ranges at every bound along the axis, reduces each slab by inner,
// and joins neighbouring slabs that came out alike.
func sweep(ranges []Range, along axis, inner func([]Range) []Range) []Range {
	cuts := make([]int, 0, 2*len(ranges))
	for _, r := range ranges {
		from, to := along.bounds(r)
		cuts = append(cuts, from, to+1)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)

	type slab struct {
		from, to int
		content  []Range
	}
	var slabs []slab
	for i := range len(cuts) - 1 {
		from, to := cuts[i], cuts[i+1]-1
		var in []Range
		for _, r := range ranges {
			if lo, hi := along.bounds(r); lo <= from && to <= hi {
				// The same bounds in every slab, so that alike slabs compare equal.
				in = append(in, along.with(r, 0, 0))
			}
		}
		if len(in) == 0 {
			continue
		}
		content := inner(in)
		if n := len(slabs); n > 0 && slabs[n-1].to+1 == from && slices.Equal(slabs[n-1].content, content) {
			slabs[n-1].to = to
			continue
		}
		slabs = append(slabs, slab{from, to, content})
	}
	var out []Range
	for _, s := range slabs {
		for _, r := range s.content {
			out = append(out, along.with(r, s.from, s.to))
		}
	}
	return out
}

// joinPorts merges destination ports that overlap or touch; the ranges agree in
// everything else.
func joinPorts(ranges []Range) []Range {
	slices.SortFunc(ranges, func(a, b Range) int { return cmp.Compare(a.DstFrom, b.DstFrom) })
	out := ranges[:1]
	for _, r := range ranges[1:] {
		last := &out[len(out)-1]
		if int(r.DstFrom) <= int(last.DstTo)+1 {
			last.DstTo = max(last.DstTo, r.DstTo)
			continue
		}
		out = append(out, r)
	}
	return out
}
