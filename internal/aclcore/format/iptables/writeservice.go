package iptables

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

const lastPort = 65535

// protocolNames are the names that iptables knows without /etc/protocols.
var protocolWords = map[uint8]string{
	1: "icmp", 6: "tcp", 17: "udp", 47: "gre", 50: "esp", 51: "ah", 58: "ipv6-icmp", 132: "sctp",
}

func protocolName(protocol uint8) string {
	if name, ok := protocolWords[protocol]; ok {
		return name
	}
	return strconv.Itoa(int(protocol))
}

// services writes the set in as few matches as it takes. Messages of the other
// family's ICMP, which no packet of this family is, are left out, and so is protocol
// 0 beside others: it is the hop-by-hop header of IPv6 and nothing in IPv4.
func (f program) services(s service.Set) ([]string, error) {
	if s.IsAny() {
		return []string{""}, nil
	}
	out, err := wholeProtocols(s)
	if err != nil {
		return nil, err
	}
	ranges := s.Ranges()
	for i := 0; i < len(ranges); {
		r := ranges[i]
		n := 1
		// Boxes that differ only in their destination ports go together.
		for i+n < len(ranges) && sameButDst(ranges[i+n], r) {
			n++
		}
		group := ranges[i : i+n]
		i += n
		if isWhole(r) {
			continue
		}
		for p := int(r.ProtoFrom); p <= int(r.ProtoTo); p++ {
			more, err := f.protocol(uint8(p), group)
			if err != nil {
				return nil, err
			}
			out = append(out, more...)
		}
	}
	return out, nil
}

// wholeProtocols writes the protocols that are wholly in the set.
func wholeProtocols(s service.Set) ([]string, error) {
	var in, missing []uint8
	for p := range 256 {
		if s.ContainsSet(service.SetOf(service.Whole(uint8(p)))) {
			in = append(in, uint8(p))
		} else {
			missing = append(missing, uint8(p))
		}
	}
	switch {
	case len(in) == 1 && in[0] == 0:
		return nil, errors.New("names IP protocol 0, which iptables takes for all protocols; leave it out")
	case len(missing) == 1 && missing[0] != 0:
		return []string{"! -p " + protocolName(missing[0])}, nil
	}
	var out []string
	for _, p := range in {
		if p != 0 {
			out = append(out, "-p "+protocolName(p))
		}
	}
	return out, nil
}

// omits reports whether protocol 0 is left out of what is written for the rules.
func omits(rules []rule.Rule) bool {
	return slices.ContainsFunc(rules, func(r rule.Rule) bool {
		s := r.Traffic.Services
		if s.IsAny() || !s.Contains(0, 0, 0) {
			return false
		}
		whole, err := wholeProtocols(s)
		return err == nil && (len(whole) != 1 || whole[0][0] != '!')
	})
}

func sameButDst(a, b service.Range) bool {
	a.DstFrom, a.DstTo = b.DstFrom, b.DstTo
	return a == b
}

func isWhole(r service.Range) bool {
	return r.SrcFrom == 0 && r.SrcTo == lastPort && r.DstFrom == 0 && r.DstTo == lastPort
}

// protocol writes the boxes for one of their protocols.
func (f program) protocol(protocol uint8, group []service.Range) ([]string, error) {
	name := "-p " + protocolName(protocol)
	switch {
	case protocol == f.icmp:
		return f.types(group)
	case service.HasTypes(protocol):
		return nil, nil
	case !service.HasPorts(protocol):
		return nil, fmt.Errorf("names ports of protocol %d, which has none", protocol)
	}
	r := group[0]
	var sources string
	if r.SrcFrom != 0 || r.SrcTo != lastPort {
		sources = portArgument(protocol, "sport", []string{portText(r.SrcFrom, r.SrcTo)})
	}
	if r.DstFrom == 0 && r.DstTo == lastPort {
		return []string{join(name, sources)}, nil
	}
	var out, ports []string
	room := 0
	flush := func() {
		if len(ports) > 0 {
			out = append(out, join(name, sources, portArgument(protocol, "dport", ports)))
		}
		ports, room = nil, maxPorts
	}
	flush()
	for _, r := range group {
		need := 1
		if r.DstFrom != r.DstTo {
			need = 2
		}
		if room < need {
			flush()
		}
		ports = append(ports, portText(r.DstFrom, r.DstTo))
		room -= need
	}
	flush()
	return out, nil
}

// maxPorts is how many ports one multiport match takes; a range counts as two.
const maxPorts = 15

func portText(from, to uint16) string {
	if from == to {
		return strconv.Itoa(int(from))
	}
	return fmt.Sprintf("%d:%d", from, to)
}

// portArgument writes a match on ports; option is sport or dport.
func portArgument(protocol uint8, option string, ports []string) string {
	if len(ports) == 1 && (protocol == service.TCP || protocol == service.UDP) {
		return "--" + option + " " + ports[0]
	}
	return "-m multiport --" + option + "s " + strings.Join(ports, ",")
}

// types writes ICMP types, and codes where not all of a type are meant.
func (f program) types(group []service.Range) ([]string, error) {
	var out []string
	for _, r := range group {
		for from := int(r.DstFrom); from <= int(r.DstTo); {
			t, code := from>>8, from&255
			if t == 255 && !f.is6 {
				return nil, errors.New("names ICMP type 255, which iptables takes for all types; leave it out")
			}
			text := strconv.Itoa(t)
			if whole := code == 0 && from+255 <= int(r.DstTo); whole {
				from += 256
			} else {
				text = fmt.Sprintf("%d/%d", t, code)
				from++
			}
			out = append(out, "-p "+f.icmpName+" "+f.typeOption+" "+text)
		}
	}
	return out, nil
}
