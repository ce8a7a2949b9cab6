package nftables

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

const maxPort = 65535

// A field is what rules compare, as far as it decides the fate of traffic.
type field struct {
	// has is the packets that have the field. No other matches a rule that names it,
	// not even with !=, except for interfaces (see isNowhere).
	has netfilter.Packets
	// odd is packets of which it cannot be told what the field would be.
	odd netfilter.Packets
	// reads is how its values are numbered, and max the highest; nil for others.
	reads numbering
	max   int
	// holds returns the packets where the field is from a number to another.
	holds func(from, to int) netfilter.Packets
	// address returns the packets with an address in the set, which has none but those
	// of all, if the field is one.
	address func(addr.Set) netfilter.Packets
	all     addr.Set
	// side returns the packets of interfaces, if the field is one; index says that
	// numbers stand for them.
	side  func(netfilter.Interfaces) netfilter.Packets
	index bool
	// bits says that the field is of TCP flags, state that it is that of the
	// connection, and direction that it is of the connection's direction.
	bits, state, direction bool
}

func services(ranges ...service.Range) netfilter.Packets {
	return netfilter.For(service.SetOf(ranges...))
}

// both returns the packets in a and b, which are sure.
func both(a, b netfilter.Packets) netfilter.Packets { return a.Intersect(b) }

func (l *lowerer) makeField(name string) (f field, ok bool) {
	header, part, _ := strings.Cut(name, " ")
	switch header {
	case "ip":
		return l.addresses(part, netfilter.IPv4(), addr.Any4(), "protocol")
	case "ip6":
		return l.addresses(part, netfilter.IPv6(), addr.Any6(), "nexthdr")
	case "tcp", "udp", "udplite", "sctp", "dccp", "th":
		return ports(header, part)
	case "icmp":
		return types(service.ICMP, netfilter.IPv4(), part, icmpTypes, icmpCodes)
	case "icmpv6":
		return types(service.ICMPv6, netfilter.IPv6(), part, icmpv6Types, icmpv6Codes)
	case "meta":
		return l.meta(part)
	case "rt", "frag":
		// Extension headers, which packets of a connection that is asked about do not have.
		none := netfilter.Packets{}
		never := func(int, int) netfilter.Packets { return none }
		header := header == "frag" || slices.Contains([]string{"type", "seg-left", "hdrlength", "nexthdr"}, part)
		return field{has: none, reads: plainNumber, max: 1 << 30, holds: never}, header
	case "ct":
		switch part {
		case "state":
			return field{has: netfilter.All(), state: true}, true
		case "direction":
			return field{has: netfilter.All(), direction: true}, true
		}
	case "ether":
		if part == "type" && (l.family == "bridge" || l.family == "netdev") {
			return l.meta("protocol")
		}
	}
	return field{}, false
}

// addresses are the fields of the IP headers.
func (l *lowerer) addresses(part string, has netfilter.Packets, all addr.Set, protocol string) (field, bool) {
	switch part {
	case "saddr":
		return field{has: has, all: all, address: func(s addr.Set) netfilter.Packets {
			p := has
			p.Traffic.Sources = s
			return p
		}}, true
	case "daddr":
		return field{has: has, all: all, address: func(s addr.Set) netfilter.Packets {
			p := has
			p.Traffic.Destinations = s
			return p
		}}, true
	case protocol:
		return field{has: has, reads: protocolNumber, max: 255, holds: func(from, to int) netfilter.Packets {
			return both(has, protocols(from, to))
		}}, true
	case "version":
		version := 4
		if protocol == "nexthdr" {
			version = 6
		}
		return constant(has, plainNumber, 15, version), true
	case "frag-off":
		return constant(has, plainNumber, maxPort, 0), protocol == "protocol"
	}
	return field{}, false
}

// constant is a field that has one value in every packet that is asked about.
func constant(has netfilter.Packets, reads numbering, most, value int) field {
	return field{has: has, reads: reads, max: most, holds: func(from, to int) netfilter.Packets {
		if from <= value && value <= to {
			return has
		}
		return netfilter.Packets{}
	}}
}

func protocols(from, to int) netfilter.Packets {
	r := service.All()
	r.ProtoFrom, r.ProtoTo = uint8(from), uint8(to)
	return services(r)
}

// withPorts are the protocols of which "th" finds ports; in others it reads what
// stands in their place.
var withPorts = []uint8{service.TCP, service.UDP, service.DCCP, service.SCTP, service.UDPLite}

var transports = map[string][]uint8{
	"tcp": {service.TCP}, "udp": {service.UDP}, "udplite": {service.UDPLite}, "sctp": {service.SCTP}, "dccp": {service.DCCP}, "th": withPorts,
}

func ports(header, part string) (field, bool) {
	numbers := transports[header]
	var whole []service.Range
	for _, p := range numbers {
		whole = append(whole, service.Whole(p))
	}
	f := field{has: services(whole...), reads: portNumber, max: maxPort}
	if header == "th" {
		f.odd = netfilter.For(service.Any().Subtract(service.SetOf(whole...)))
	}
	switch {
	case part == "sport" || part == "dport":
		f.holds = func(from, to int) netfilter.Packets {
			ranges := slices.Clone(whole)
			for i := range ranges {
				if part == "dport" {
					ranges[i].DstFrom, ranges[i].DstTo = uint16(from), uint16(to)
				} else {
					ranges[i].SrcFrom, ranges[i].SrcTo = uint16(from), uint16(to)
				}
			}
			return services(ranges...)
		}
		return f, true
	case header == "tcp" && part == "flags":
		f.bits = true
		return f, true
	}
	return field{}, false
}

// types are the fields of ICMP. The code of a type is in the low byte of what
// service.Range keeps as the destination port.
func types(protocol uint8, family netfilter.Packets, part string, typeNames, codeNames numbering) (field, bool) {
	has := both(family, services(service.Whole(protocol)))
	switch part {
	case "type":
		return field{has: has, reads: typeNames, max: 255, holds: func(from, to int) netfilter.Packets {
			return both(has, services(service.Ports(protocol, uint16(from)<<8, uint16(to)<<8|255)))
		}}, true
	case "code":
		return field{has: has, reads: codeNames, max: 255, holds: func(from, to int) netfilter.Packets {
			var ranges []service.Range
			for t := range 256 {
				ranges = append(ranges, service.Ports(protocol, uint16(t<<8|from), uint16(t<<8|to)))
			}
			return both(has, services(ranges...))
		}}, true
	}
	return field{}, false
}

// meta are the fields of packets that are in no header.
func (l *lowerer) meta(part string) (field, bool) {
	switch part {
	case "iifname", "iif":
		return field{has: l.hasIn(), side: netfilter.In, index: part == "iif"}, true
	case "oifname", "oif":
		return field{has: l.hasOut(), side: netfilter.Out, index: part == "oif"}, true
	case "l4proto":
		return field{has: netfilter.All(), reads: protocolNumber, max: 255, holds: protocols}, true
	case "nfproto":
		// In tables of other families it is that of the table.
		return l.familyField(nfProtocols, 2, 10, maxPort), l.family != "bridge" && l.family != "netdev"
	case "protocol":
		return l.familyField(etherTypes, etherIPv4, etherIPv6, maxPort), true
	}
	return field{}, false
}

func (l *lowerer) familyField(reads numbering, v4, v6, most int) field {
	return field{has: netfilter.All(), reads: reads, max: most, holds: func(from, to int) netfilter.Packets {
		in4, in6 := from <= v4 && v4 <= to, from <= v6 && v6 <= to
		switch {
		case in4 && in6:
			return netfilter.All()
		case in4:
			return netfilter.IPv4()
		case in6:
			return netfilter.IPv6()
		}
		return netfilter.Packets{}
	}}
}

// hasIn returns the packets that have come in by an interface. A packet of the
// router itself has not, and of a routed one the last hook is not told by every
// kernel.
func (l *lowerer) hasIn() netfilter.Packets {
	switch l.hook {
	case "output":
		return netfilter.Packets{}
	case "postrouting", "egress":
		return netfilter.Doubtful("the interface it came in by, in " + l.hook)
	}
	return netfilter.All()
}

// hasOut returns the packets of which it is known where they go out.
func (l *lowerer) hasOut() netfilter.Packets {
	switch l.hook {
	case "input", "prerouting", "ingress":
		return netfilter.Packets{}
	}
	return netfilter.All()
}

// parseAddresses reads an address, prefix or range of the family of all.
func parseAddresses(e expr, all addr.Set) (addr.Set, bool) {
	is4 := all.Equal(addr.Any4())
	host := func(text string) (netip.Addr, bool) {
		a, err := netip.ParseAddr(text)
		return a, err == nil && a.Zone() == "" && a.Is4() == is4
	}
	pair := func(first, last string) (addr.Set, bool) {
		a, ok1 := host(first)
		b, ok2 := host(last)
		if !ok1 || !ok2 || b.Less(a) {
			return addr.Set{}, false
		}
		return addr.SetOf(addr.RangeOf(a, b)), true
	}
	switch e.kind {
	case everything:
		return all, true
	case rangeExpr:
		return pair(e.args[0].text, e.args[1].text)
	case prefixExpr:
		return parseAddresses(word(e.String()), all)
	case literal:
		if first, last, ok := strings.Cut(e.text, "-"); ok {
			return pair(first, last)
		}
		if strings.Contains(e.text, "/") {
			p, err := netip.ParsePrefix(e.text)
			if err != nil || p.Addr().Is4() != is4 {
				return addr.Set{}, false
			}
			return addr.SetOf(addr.RangeOfPrefix(p)), true
		}
		return pair(e.text, e.text)
	}
	return addr.Set{}, false
}

// parseNumbers reads a number, a name or a range.
func (f *field) parseNumbers(e expr) (from, to int, ok bool) {
	switch e.kind {
	case everything:
		return 0, f.max, true
	case rangeExpr:
		from, ok1 := f.reads(e.args[0].text)
		to, ok2 := f.reads(e.args[1].text)
		ok = ok1 && ok2 && isDigit(e.args[0].text) && isDigit(e.args[1].text)
		return from, to, ok && from <= to && to <= f.max
	case literal:
		first, last, ranged := strings.Cut(e.text, "-")
		if !ranged || !isDigit(first) || !isDigit(last) { // snmp-trap and ipv6-icmp are names
			n, ok := f.reads(e.text)
			return n, n, ok && n <= f.max
		}
		from, ok1 := f.reads(first)
		to, ok2 := f.reads(last)
		return from, to, ok1 && ok2 && from <= to && to <= f.max
	}
	return 0, 0, false
}

// isDigit reports whether the text begins as a number does. nft knows no ranges of
// names.
func isDigit(text string) bool { return text != "" && '0' <= text[0] && text[0] <= '9' }
