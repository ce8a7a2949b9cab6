package asa

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"go4.org/netipx"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// addressTerm is an address as an entry has it and as a member of a group.
type addressTerm struct{ entry, member string }

// maxPrefixes is how many prefixes a range may become before it is written as an
// object.
const maxPrefixes = 2

// addressTerms writes a set of addresses. all says that the other end of the entry
// is all of a family; then this end has to say which one it means.
func (w *writer) addressTerms(s addr.Set, all bool) []addressTerm {
	switch {
	case w.release.before(9, 0) && s.ContainsSet(addr.Any4()):
		return []addressTerm{{entry: "any"}}
	case s.IsAny(), !all && (s.Equal(addr.Any4()) || s.Equal(addr.Any6())):
		return []addressTerm{{entry: "any"}}
	case s.Equal(addr.Any4()):
		return []addressTerm{{entry: "any4"}}
	case s.Equal(addr.Any6()):
		return []addressTerm{{entry: "any6"}}
	}
	var out []addressTerm
	for _, r := range s.Ranges() {
		prefixes := netipx.IPRangeFrom(r.From, r.To).Prefixes()
		if len(prefixes) > maxPrefixes && !w.release.before(8, 3) {
			name := w.define("object network", "acl-range-", []string{" range " + r.From.String() + " " + r.To.String()})
			out = append(out, addressTerm{"object " + name, "object " + name})
			continue
		}
		for _, p := range prefixes {
			text := prefixText(p)
			out = append(out, addressTerm{text, text})
		}
	}
	return out
}

func prefixText(p netip.Prefix) string {
	switch {
	case p.IsSingleIP():
		return "host " + p.Addr().String()
	case p.Addr().Is4():
		mask := ^uint32(0) << (32 - p.Bits())
		return fmt.Sprintf("%s %d.%d.%d.%d", p.Addr(), byte(mask>>24), byte(mask>>16), byte(mask>>8), byte(mask))
	}
	return p.String()
}

// serviceTerm is a service in the pieces that an entry has in different places.
type serviceTerm struct {
	protocol                  string
	source, destination, icmp string
}

// entry writes the service between and after the addresses.
func (t serviceTerm) entry(src, dst string) string {
	words := []string{t.protocol, src, t.source, dst, t.destination, t.icmp}
	var out []string
	for _, w := range words {
		if w != "" {
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}

// member writes the service as a line of a group.
func (t serviceTerm) member() string {
	out := t.protocol
	if t.source != "" {
		out += " source " + t.source
	}
	if t.destination != "" {
		out += " destination " + t.destination
	}
	if t.icmp != "" {
		out += " " + t.icmp
	}
	return out
}

// protocolNames are the protocols that are written by name.
var protocolNames = map[uint8]string{
	service.ICMP: "icmp", 2: "igmp", service.TCP: "tcp", service.UDP: "udp", 47: "gre", 50: "esp", 51: "ah",
	service.ICMPv6: "icmp6", 88: "eigrp", 89: "ospf", 103: "pim", service.SCTP: "sctp",
}

func protocolText(n uint8) string {
	if name, ok := protocolNames[n]; ok {
		return name
	}
	return strconv.Itoa(int(n))
}

// serviceTerms writes a set of services.
func (w *writer) serviceTerms(s service.Set) ([]serviceTerm, error) {
	if s.IsAny() {
		return []serviceTerm{{protocol: "ip"}}, nil
	}
	var out []serviceTerm
	for _, r := range s.Ranges() {
		for n := int(r.ProtoFrom); n <= int(r.ProtoTo); n++ {
			var err error
			if out, err = w.appendTerms(out, uint8(n), r); err != nil {
				return nil, err
			}
			if len(out) > maxLines {
				return nil, errTooLong
			}
		}
	}
	return out, nil
}

const lastPort = 65535

// appendTerms writes the part of the box that is of the protocol.
func (w *writer) appendTerms(out []serviceTerm, protocol uint8, r service.Range) ([]serviceTerm, error) {
	t := serviceTerm{protocol: protocolText(protocol)}
	anySource := r.SrcFrom == 0 && r.SrcTo == lastPort
	whole := anySource && r.DstFrom == 0 && r.DstTo == lastPort
	switch {
	case protocol == 0:
		return nil, fmt.Errorf("an ASA takes protocol 0 for every protocol; declare the protocols that are needed, or ip")
	case whole:
		return append(out, t), nil
	case service.HasTypes(protocol) && anySource:
		if codes := r.DstFrom&255 != 0 || r.DstTo&255 != 255; codes && w.release.before(9, 0) {
			return nil, fmt.Errorf("release %d.%d takes types of ICMP and no codes; declare the whole type", w.release.major, w.release.minor)
		}
		return appendTypes(out, t, r), nil
	case protocol == service.SCTP && w.release.before(9, 5):
		return nil, fmt.Errorf("release %d.%d knows no ports of SCTP; declare all of it", w.release.major, w.release.minor)
	case protocol == service.TCP || protocol == service.UDP || protocol == service.SCTP:
		t.source, t.destination = portText(r.SrcFrom, r.SrcTo), portText(r.DstFrom, r.DstTo)
		return append(out, t), nil
	}
	return nil, fmt.Errorf("an ASA knows no ports of protocol %d; declare all of it", protocol)
}

// appendTypes writes ICMP types, whole where every code is meant.
func appendTypes(out []serviceTerm, t serviceTerm, r service.Range) []serviceTerm {
	for at := int(r.DstFrom); at <= int(r.DstTo); at++ {
		kind, code := at>>8, at&255
		if code == 0 && at+255 <= int(r.DstTo) {
			t.icmp = strconv.Itoa(kind)
			at += 255
		} else {
			t.icmp = fmt.Sprintf("%d %d", kind, code)
		}
		out = append(out, t)
	}
	return out
}

// portText writes a run of ports, "" for every port.
func portText(from, to uint16) string {
	switch {
	case from == 0 && to == lastPort:
		return ""
	case from == to:
		return "eq " + strconv.Itoa(int(from))
	case from == 0:
		return "lt " + strconv.Itoa(int(to)+1)
	case to == lastPort:
		return "gt " + strconv.Itoa(int(from)-1)
	}
	return fmt.Sprintf("range %d %d", from, to)
}
