package match

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// The axes of a box.
const (
	sourceAxis = iota
	destinationAxis
	serviceAxis
	axes
)

// A box bounds traffic of one address family by keys, 32-bit numbers that keep the
// order of addresses and services. Bounds are inclusive. A box may hold more than
// the traffic it stands for, never less: it finds candidates, which are then
// compared exactly.
type box struct{ lo, hi [axes]uint32 }

func (b *box) overlaps(o *box) bool {
	return b.lo[sourceAxis] <= o.hi[sourceAxis] && o.lo[sourceAxis] <= b.hi[sourceAxis] &&
		b.lo[destinationAxis] <= o.hi[destinationAxis] && o.lo[destinationAxis] <= b.hi[destinationAxis] &&
		b.lo[serviceAxis] <= o.hi[serviceAxis] && o.lo[serviceAxis] <= b.hi[serviceAxis]
}

// include widens b so that it holds o as well.
func (b *box) include(o *box) {
	for i := range axes {
		b.lo[i], b.hi[i] = min(b.lo[i], o.lo[i]), max(b.hi[i], o.hi[i])
	}
}

// A span is a run of keys on one axis, bounds inclusive.
type span struct{ lo, hi uint32 }

// keys gives addresses their keys. An IPv4 address is its own key. An IPv6 address
// has as key its rank among the bounds of the ranges that were indexed: it tells
// apart exactly what those ranges tell apart.
type keys struct {
	bounds []netip.Addr // IPv6, sorted, unique: the first of each range and the one after its last
}

// newKeys returns the keys for indexing products.
func newKeys(products func(yield func(*traffic.Product) bool)) keys {
	var bounds []netip.Addr
	for p := range products {
		for _, s := range [...]addr.Set{p.Sources, p.Destinations} {
			_, v6 := s.Split()
			for _, r := range v6.Ranges() {
				bounds = append(bounds, r.From)
				if next := r.To.Next(); next.IsValid() {
					bounds = append(bounds, next)
				}
			}
		}
	}
	slices.SortFunc(bounds, netip.Addr.Compare)
	return keys{slices.Clip(slices.Compact(bounds))}
}

func (k keys) address(a netip.Addr) uint32 {
	if a.Is4() {
		b := a.As4()
		return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	}
	i, found := slices.BinarySearchFunc(k.bounds, a, netip.Addr.Compare)
	if found {
		i++
	}
	return uint32(i)
}

// addresses appends the spans of a set of one family.
func (k keys) addresses(out []span, s addr.Set) []span {
	for _, r := range s.Ranges() {
		lo := k.address(r.From)
		hi := lo
		if r.To != r.From {
			hi = k.address(r.To)
		}
		out = append(out, span{lo, hi})
	}
	return out
}

// services appends the spans of a set of services. The key of a service is its
// protocol and destination port; source ports are left to the exact comparison.
func services(out []span, s service.Set) []span {
	start := len(out)
	for _, r := range s.Ranges() {
		out = append(out, span{uint32(r.ProtoFrom)<<16 | uint32(r.DstFrom), uint32(r.ProtoTo)<<16 | uint32(r.DstTo)})
	}
	return out[:start+len(joinSpans(out[start:]))]
}

// joinSpans sorts spans and joins those that overlap.
func joinSpans(spans []span) []span {
	if len(spans) <= 1 {
		return spans
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.lo, b.lo) })
	out := spans[:1]
	for _, s := range spans[1:] {
		if last := &out[len(out)-1]; s.lo <= last.hi {
			last.hi = max(last.hi, s.hi)
			continue
		}
		out = append(out, s)
	}
	return out
}

// boxes appends boxes that cover a product of one family, at most limit of them:
// one for each pair of a source and a destination range if that is few enough,
// else the shorter of the two lists is kept and the other one thinned out. One box
// around scattered hosts would hold nearly every flow and find nothing.
func (k keys) boxes(out []box, p traffic.Product, limit int) []box {
	if p.IsEmpty() {
		return out
	}
	var buffer [16]span
	sources := k.addresses(buffer[:0:8], p.Sources)
	destinations := k.addresses(buffer[8:8:16], p.Destinations)
	if n, m := len(sources), len(destinations); n*m > limit {
		if n <= m {
			sources = thin(sources, limit)
			destinations = thin(destinations, limit/len(sources))
		} else {
			destinations = thin(destinations, limit)
			sources = thin(sources, limit/len(destinations))
		}
	}
	var serviceBuffer [8]span
	asked := services(serviceBuffer[:0], p.Services)
	lo, hi := asked[0].lo, asked[len(asked)-1].hi
	for _, s := range sources {
		for _, d := range destinations {
			out = append(out, box{[axes]uint32{s.lo, d.lo, lo}, [axes]uint32{s.hi, d.hi, hi}})
		}
	}
	return out
}

// thin joins sorted spans across their narrowest gaps until at most limit are left.
func thin(spans []span, limit int) []span {
	if len(spans) <= limit {
		return spans
	}
	gaps := make([]uint32, 0, len(spans)-1)
	for i := range len(spans) - 1 {
		gaps = append(gaps, spans[i+1].lo-spans[i].hi)
	}
	slices.Sort(gaps)
	kept := limit - 1 // the widest gaps stay
	narrowest := ^uint32(0)
	if kept > 0 {
		narrowest = gaps[len(gaps)-kept]
	}
	out := spans[:1]
	for _, s := range spans[1:] {
		if last := &out[len(out)-1]; kept == 0 || s.lo-last.hi < narrowest {
			last.hi = s.hi
			continue
		}
		kept--
		out = append(out, s)
	}
	return out
}
