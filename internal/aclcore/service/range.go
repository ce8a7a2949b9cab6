package service

import "cmp"

// Protocol numbers with ports or types of their own, from the IANA Protocol
// Numbers registry.
const (
	ICMP    = 1
	TCP     = 6
	UDP     = 17
	DCCP    = 33
	ICMPv6  = 58
	SCTP    = 132
	UDPLite = 136
)

// maxPort is the last value of a port, and of an ICMP type and code together.
const maxPort = 65535

// Range is a box of services: protocols, source ports and destination ports, all
// bounds inclusive.
//
// For ICMP and ICMPv6 the destination port holds type*256 + code and the source
// port is the whole range. For protocols without ports both are the whole range.
type Range struct {
	ProtoFrom, ProtoTo uint8
	SrcFrom, SrcTo     uint16
	DstFrom, DstTo     uint16
}

// All is every service.
func All() Range { return Range{0, 255, 0, maxPort, 0, maxPort} }

// Whole returns all of the protocol.
func Whole(protocol uint8) Range { return Range{protocol, protocol, 0, maxPort, 0, maxPort} }

// Ports returns destination ports from to to of the protocol, from any source port.
func Ports(protocol uint8, from, to uint16) Range {
	return Range{protocol, protocol, 0, maxPort, from, to}
}

// Type returns every code of one ICMP or ICMPv6 type.
func Type(protocol, icmpType uint8) Range {
	return Ports(protocol, uint16(icmpType)<<8, uint16(icmpType)<<8|255)
}

// Code returns one code of one ICMP or ICMPv6 type.
func Code(protocol, icmpType, code uint8) Range {
	port := uint16(icmpType)<<8 | uint16(code)
	return Ports(protocol, port, port)
}

// HasPorts reports whether the protocol has source and destination ports.
func HasPorts(protocol uint8) bool {
	switch protocol {
	case TCP, UDP, DCCP, SCTP, UDPLite:
		return true
	}
	return false
}

// HasTypes reports whether the protocol has types and codes.
func HasTypes(protocol uint8) bool { return protocol == ICMP || protocol == ICMPv6 }

func (r Range) overlaps(o Range) bool {
	return r.ProtoFrom <= o.ProtoTo && o.ProtoFrom <= r.ProtoTo &&
		r.DstFrom <= o.DstTo && o.DstFrom <= r.DstTo &&
		r.SrcFrom <= o.SrcTo && o.SrcFrom <= r.SrcTo
}

func (r Range) contains(o Range) bool {
	return r.ProtoFrom <= o.ProtoFrom && o.ProtoTo <= r.ProtoTo &&
		r.DstFrom <= o.DstFrom && o.DstTo <= r.DstTo &&
		r.SrcFrom <= o.SrcFrom && o.SrcTo <= r.SrcTo
}

// intersect is meaningful only when r and o overlap.
func (r Range) intersect(o Range) Range {
	return Range{
		max(r.ProtoFrom, o.ProtoFrom), min(r.ProtoTo, o.ProtoTo),
		max(r.SrcFrom, o.SrcFrom), min(r.SrcTo, o.SrcTo),
		max(r.DstFrom, o.DstFrom), min(r.DstTo, o.DstTo),
	}
}

// subtract appends the parts of r outside o, at most six boxes, to out.
func (r Range) subtract(o Range, out []Range) []Range {
	if !r.overlaps(o) {
		return append(out, r)
	}
	if r.ProtoFrom < o.ProtoFrom {
		part := r
		part.ProtoTo = o.ProtoFrom - 1
		out = append(out, part)
		r.ProtoFrom = o.ProtoFrom
	}
	if r.ProtoTo > o.ProtoTo {
		part := r
		part.ProtoFrom = o.ProtoTo + 1
		out = append(out, part)
		r.ProtoTo = o.ProtoTo
	}
	if r.SrcFrom < o.SrcFrom {
		part := r
		part.SrcTo = o.SrcFrom - 1
		out = append(out, part)
		r.SrcFrom = o.SrcFrom
	}
	if r.SrcTo > o.SrcTo {
		part := r
		part.SrcFrom = o.SrcTo + 1
		out = append(out, part)
		r.SrcTo = o.SrcTo
	}
	if r.DstFrom < o.DstFrom {
		part := r
		part.DstTo = o.DstFrom - 1
		out = append(out, part)
	}
	if r.DstTo > o.DstTo {
		part := r
		part.DstFrom = o.DstTo + 1
		out = append(out, part)
	}
	return out
}

func compareRange(a, b Range) int {
	return cmp.Or(
		cmp.Compare(a.ProtoFrom, b.ProtoFrom), cmp.Compare(a.SrcFrom, b.SrcFrom), cmp.Compare(a.DstFrom, b.DstFrom),
		cmp.Compare(a.ProtoTo, b.ProtoTo), cmp.Compare(a.SrcTo, b.SrcTo), cmp.Compare(a.DstTo, b.DstTo),
	)
}
