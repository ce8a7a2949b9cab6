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
func SetOf(ranges ...Range) Set {
	own := make([]Range, len(ranges)) // a clone would have callers allocate ranges
	copy(own, ranges)
	return Set{canonical(own)}
}

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
func (s Set) ContainsSet(o Set) bool {
	for _, r := range o.r {
		if !s.containsRange(r) {
			return false
		}
	}
	return true
}

// containsRange reports whether all of r is in s. It allocates only if r lies
// across boxes of s.
func (s Set) containsRange(r Range) bool {
	for _, in := range s.r {
		if in.contains(r) {
			return true
		}
		if in.overlaps(r) {
			return Set{[]Range{r}}.Subtract(s).IsEmpty()
		}
	}
	return false
}

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
	switch {
	case o.IsAny():
		return s
	case s.ContainsSet(o):
		return o
	case o.ContainsSet(s):
		return s
	}
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
	rest, spare := slices.Clone(s.r), []Range(nil)
	for _, cut := range o.r {
		next := spare[:0]
		for _, r := range rest {
			next = r.subtract(cut, next)
		}
		rest, spare = next, rest
	}
	return Set{canonical(rest)}
}

// Reverse returns the services of the replies: source and destination ports
// swapped. An ICMP echo is answered by an echo reply with the same code (RFC 792:
// "the type code changed to 0, and the checksum recomputed"; RFC 4443 for
// ICMPv6); other ICMP messages have no reply and are left out.
func (s Set) Reverse() Set { return s.turn(echoReplies) }

// Requests returns the services that those of s are replies of: the inverse of
// [Set.Reverse].
func (s Set) Requests() Set { return s.turn(echoRequests) }

// An echo tells the ICMP type that a message of type from, of protocol, becomes
// in the other direction.
type echo struct{ protocol, from, to uint8 }

var (
	echoReplies  = [...]echo{{ICMP, 8, 0}, {ICMPv6, 128, 129}}
	echoRequests = [...]echo{{ICMP, 0, 8}, {ICMPv6, 129, 128}}
)

func (s Set) turn(echoes [2]echo) Set {
	var out []Range
	for _, r := range s.r {
		next := int(r.ProtoFrom) // the protocols below it are done
		for _, e := range echoes {
			out = appendSwapped(out, r, next, int(e.protocol)-1)
			next = max(next, int(e.protocol)+1)
			if whole := Type(e.protocol, e.from); r.overlaps(whole) {
				turned := r.intersect(whole)
				turned.DstFrom = turned.DstFrom&255 | uint16(e.to)<<8
				turned.DstTo = turned.DstTo&255 | uint16(e.to)<<8
				out = append(out, turned)
			}
		}
		out = appendSwapped(out, r, next, 255)
	}
	return Set{canonical(out)}
}

// appendSwapped appends the protocols from to to of r, ports swapped.
func appendSwapped(out []Range, r Range, from, to int) []Range {
	to = min(to, int(r.ProtoTo))
	if from > to {
		return out
	}
	return append(out, Range{uint8(from), uint8(to), r.DstFrom, r.DstTo, r.SrcFrom, r.SrcTo})
}

// String joins [Set.Strings] with ", "; the empty set is "none".
func (s Set) String() string {
	if s.IsEmpty() {
		return "none"
	}
	return strings.Join(s.Strings(), ", ")
}
