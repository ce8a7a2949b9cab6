package service

import (
	"slices"
	"strings"
)

// Set is an immutable set of services, safe for concurrent use. The zero value is
// the empty set.
type Set struct {
	// r is canonical (see canonical): disjoint, sorted, and the same for equal
	// sets. Every method relies on it.
	r []Range
}

var anySet = Set{[]Range{All()}}

// Any returns the set of every service of every protocol.
func Any() Set { return anySet }

// SetOf returns the union of the ranges, given in any order.
func SetOf(ranges ...Range) Set { return Set{canonical(ranges)} }

// IsEmpty reports whether the set has no service.
func (s Set) IsEmpty() bool { return len(s.r) == 0 }

// IsAny reports whether the set holds every service.
func (s Set) IsAny() bool { return len(s.r) == 1 && s.r[0] == All() }

// Ranges returns the canonical disjoint boxes of the set. The caller must not
// modify them.
func (s Set) Ranges() []Range { return s.r }

// Equal reports whether s and o hold the same services.
func (s Set) Equal(o Set) bool { return slices.Equal(s.r, o.r) }

// Compare orders sets, for stable output.
func (s Set) Compare(o Set) int { return slices.CompareFunc(s.r, o.r, compareRange) }

// Contains reports whether the packet's protocol and ports are in the set. For
// ICMP dst is type*256 + code and src is ignored by every set made by [Parse].
func (s Set) Contains(protocol uint8, src, dst uint16) bool {
	point := Range{protocol, protocol, src, src, dst, dst}
	for _, r := range s.r {
		if r.contains(point) {
			return true
		}
	}
	return false
}

// ContainsSet reports whether every service of o is in s.
func (s Set) ContainsSet(o Set) bool { return o.Subtract(s).IsEmpty() }

// Overlaps reports whether s and o share a service.
func (s Set) Overlaps(o Set) bool {
	for _, a := range s.r {
		for _, b := range o.r {
			if a.overlaps(b) {
				return true
			}
		}
	}
	return false
}

// Union returns the services in s or o.
func (s Set) Union(o Set) Set {
	switch {
	case s.IsEmpty():
		return o
	case o.IsEmpty():
		return s
	}
	return Set{canonical(slices.Concat(s.r, o.r))}
}

// Intersect returns the services in both s and o.
func (s Set) Intersect(o Set) Set {
	var out []Range
	for _, a := range s.r {
		for _, b := range o.r {
			if a.overlaps(b) {
				out = append(out, a.intersect(b))
			}
		}
	}
	return Set{canonical(out)}
}

// Subtract returns the services in s that are not in o.
func (s Set) Subtract(o Set) Set {
	if !s.Overlaps(o) {
		return s
	}
	rest := s.r
	for _, cut := range o.r {
		var next []Range
		for _, r := range rest {
			next = r.subtract(cut, next)
		}
		rest = next
	}
	return Set{canonical(rest)}
}

// Reverse returns the services of the replies: source and destination ports
// swapped. An ICMP echo is answered by an echo reply (RFC 792, RFC 4443); other
// ICMP messages have no reply and are left out.
func (s Set) Reverse() Set {
	var out []Range
	for _, r := range s.r {
		for p := int(r.ProtoFrom); p <= int(r.ProtoTo); p++ {
			part := r
			part.ProtoFrom, part.ProtoTo = uint8(p), uint8(p)
			if HasTypes(uint8(p)) {
				out = appendEchoReply(out, part)
				continue
			}
			part.SrcFrom, part.SrcTo, part.DstFrom, part.DstTo = part.DstFrom, part.DstTo, part.SrcFrom, part.SrcTo
			out = append(out, part)
		}
	}
	return Set{canonical(out)}
}

func appendEchoReply(out []Range, r Range) []Range {
	const echo, echoReply, echo6, echoReply6 = 8, 0, 128, 129
	request, reply := Code(ICMP, echo, 0), Code(ICMP, echoReply, 0)
	if r.ProtoFrom == ICMPv6 {
		request, reply = Code(ICMPv6, echo6, 0), Code(ICMPv6, echoReply6, 0)
	}
	if r.overlaps(request) {
		out = append(out, reply)
	}
	return out
}

// String joins [Set.Strings] with ", "; the empty set is "none".
func (s Set) String() string {
	if s.IsEmpty() {
		return "none"
	}
	return strings.Join(s.Strings(), ", ")
}
