package nftables

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

const lastPort = 65535

// protocolNames are the names that nft prints on every system.
var protocolNames = map[uint8]string{
	1: "icmp", 6: "tcp", 17: "udp", 33: "dccp", 50: "esp", 51: "ah", 58: "ipv6-icmp", 132: "sctp", 136: "udplite",
}

func protocolName(protocol uint8) string {
	if name, ok := protocolNames[protocol]; ok {
		return name
	}
	return strconv.Itoa(int(protocol))
}

// services writes the set in as few conditions as it takes: one for whole
// protocols, one for each combination of ports with all protocols that have it, and
// those for ICMP.
func (f family) services(s service.Set) ([]string, error) {
	if s.IsAny() {
		return []string{""}, nil
	}
	var out, whole []string
	var ports []portGroup
	ranges := s.Ranges()
	for i := 0; i < len(ranges); {
		r := ranges[i]
		n := 1
		for i+n < len(ranges) && sameButDst(ranges[i+n], r) {
			n++
		}
		group := ranges[i : i+n]
		i += n
		if isWhole(r) {
			whole = append(whole, runText(protocolName, r.ProtoFrom, r.ProtoTo))
			continue
		}
		for p := int(r.ProtoFrom); p <= int(r.ProtoTo); p++ {
			protocol := uint8(p)
			switch {
			case service.HasTypes(protocol):
				out = append(out, f.types(protocol, group)...)
			case service.HasPorts(protocol):
				ports = addPorts(ports, protocol, group)
			default:
				return nil, fmt.Errorf("names ports of protocol %d, which has none", p)
			}
		}
	}
	if len(whole) > 0 {
		out = append(out, "meta l4proto "+choice(whole))
	}
	for _, g := range ports {
		out = append(out, g.String())
	}
	return out, nil
}

func sameButDst(a, b service.Range) bool {
	a.DstFrom, a.DstTo = b.DstFrom, b.DstTo
	return a == b
}

func isWhole(r service.Range) bool {
	return r.SrcFrom == 0 && r.SrcTo == lastPort && r.DstFrom == 0 && r.DstTo == lastPort
}

func runText[T uint8 | uint16](name func(T) string, from, to T) string {
	if from == to {
		return name(from)
	}
	return fmt.Sprintf("%d-%d", from, to)
}

func portText(from, to uint16) string {
	return runText(func(p uint16) string { return strconv.Itoa(int(p)) }, from, to)
}

// portGroup is the protocols with the same ports.
type portGroup struct {
	protocols []uint8
	ranges    []service.Range
}

func addPorts(groups []portGroup, protocol uint8, ranges []service.Range) []portGroup {
	samePorts := func(a, b service.Range) bool {
		a.ProtoFrom, a.ProtoTo = b.ProtoFrom, b.ProtoTo
		return a == b
	}
	for i := range groups {
		g := &groups[i]
		if slices.EqualFunc(g.ranges, ranges, samePorts) && !slices.Contains(g.protocols, protocol) {
			g.protocols = append(g.protocols, protocol)
			return groups
		}
	}
	return append(groups, portGroup{[]uint8{protocol}, ranges})
}

// String writes "tcp dport 80", or "meta l4proto { tcp, udp } th dport 53".
func (g portGroup) String() string {
	header, lead := protocolName(g.protocols[0]), ""
	if len(g.protocols) > 1 {
		var names []string
		for _, p := range g.protocols {
			names = append(names, protocolName(p))
		}
		header, lead = "th", "meta l4proto "+choice(names)
	}
	var source, destination string
	if r := g.ranges[0]; r.SrcFrom != 0 || r.SrcTo != lastPort {
		source = header + " sport " + portText(r.SrcFrom, r.SrcTo)
	}
	if r := g.ranges[0]; r.DstFrom != 0 || r.DstTo != lastPort {
		var texts []string
		for _, r := range g.ranges {
			texts = append(texts, portText(r.DstFrom, r.DstTo))
		}
		destination = header + " dport " + choice(texts)
	}
	return joinWords(lead, source, destination)
}

// types writes ICMP types, and apart from them those of which only some codes are
// meant. Messages of the other family's ICMP, which no packet is, are left out.
func (f family) types(protocol uint8, group []service.Range) []string {
	header := map[uint8]string{service.ICMP: "icmp", service.ICMPv6: "icmpv6"}[protocol]
	if other := map[string]string{"ip": "icmpv6", "ip6": "icmp"}[f.header]; header == other {
		return nil
	}
	var out, whole []string
	for _, r := range group {
		for from := int(r.DstFrom); from <= int(r.DstTo); {
			t, last := from>>8, min(int(r.DstTo), from|255)
			if from&255 != 0 || last&255 != 255 {
				codes := runText(func(c uint8) string { return strconv.Itoa(int(c)) }, uint8(from), uint8(last))
				out = append(out, strings.Join([]string{header, "type", strconv.Itoa(t), header, "code", codes}, " "))
				from = last + 1
				continue
			}
			end := (int(r.DstTo)+1)>>8 - 1 // the last type of the range that is whole
			whole = append(whole, runText(func(t uint8) string { return strconv.Itoa(int(t)) }, uint8(t), uint8(end)))
			from = (end + 1) << 8
		}
	}
	if len(whole) > 0 {
		out = append([]string{header + " type " + choice(whole)}, out...)
	}
	return out
}
