package ios

import (
	"fmt"
	"net/netip"
	"strconv"

	"go4.org/netipx"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A line is one entry to write.
type writtenLine struct {
	action  rule.Action
	traffic traffic.Product
	// text is the entry without its number.
	text string
}

// lines writes the rules as entries.
func (l *target) lines(rules []rule.Rule) ([]writtenLine, error) {
	var out []writtenLine
	written := make(map[string]bool)
	for i := range rules {
		r := &rules[i]
		part, other := r.Traffic.ByFamily()
		if l.v6 {
			part, other = other, part
		}
		if !other.IsEmpty() {
			return nil, fmt.Errorf("list %s is for %s only, and the rule for %s is not", l.name, l.family(), r.Traffic)
		}
		if part.IsEmpty() {
			continue
		}
		added, err := l.product(r.Action, part)
		if err != nil {
			return nil, fmt.Errorf("list %s: %s: %w", l.name, r, err)
		}
		for _, a := range added {
			if !written[a.text] { // a second one of the kind decides nothing
				written[a.text] = true
				out = append(out, a)
			}
		}
		if len(out) > maxLines {
			return nil, fmt.Errorf("list %s: the change takes more than %d entries", l.name, maxLines)
		}
	}
	return out, nil
}

func (l *target) family() string {
	if l.v6 {
		return "IPv6"
	}
	return "IPv4"
}

// product writes the traffic as entries, one for each pair of address blocks and
// each service.
func (l *target) product(action rule.Action, p traffic.Product) ([]writtenLine, error) {
	from, to := l.blocks(p.Sources), l.blocks(p.Destinations)
	if l.standard {
		all := addr.Any4()
		if l.v6 {
			all = addr.Any6()
		}
		if !p.Services.IsAny() || !p.Destinations.Equal(all) {
			return nil, fmt.Errorf("it is a standard list, which matches source addresses only")
		}
		out := make([]writtenLine, 0, len(from))
		for _, f := range from {
			whole := traffic.Product{Sources: f.set, Destinations: all, Services: service.Any()}
			out = append(out, writtenLine{action, whole, action.String() + " " + f.text})
		}
		return out, nil
	}
	services, err := l.services(p.Services)
	if err != nil {
		return nil, err
	}
	if n := float64(len(from)) * float64(len(to)) * float64(len(services)); n > maxLines {
		return nil, fmt.Errorf("it takes %.0f entries, more than %d", n, maxLines)
	}
	var out []writtenLine
	for _, f := range from {
		for _, t := range to {
			for _, s := range services {
				text := fmt.Sprintf("%s %s %s%s %s%s", action, s.protocol, f.text, s.source, t.text, s.destination)
				out = append(out, writtenLine{action, traffic.Product{Sources: f.set, Destinations: t.set, Services: s.set}, text})
			}
		}
	}
	return out, nil
}

// A block is an address field.
type block struct {
	set  addr.Set
	text string
}

// blocks writes the addresses as prefixes.
func (l *target) blocks(s addr.Set) []block {
	var out []block
	for _, r := range s.Ranges() {
		for _, p := range netipx.IPRangeFrom(r.From, r.To).Prefixes() {
			out = append(out, block{addr.SetOf(addr.RangeOfPrefix(p)), l.prefix(p)})
		}
	}
	return out
}

// prefix writes an address block the platform's way: IOS and XR have wildcard
// masks for IPv4.
func (l *target) prefix(p netip.Prefix) string {
	a := p.Addr()
	switch {
	case p.Bits() == 0:
		return "any"
	case p.IsSingleIP():
		return "host " + a.String()
	case l.v6 || l.eos || l.dialect == NXOS:
		return p.String()
	}
	return a.String() + " " + wildcardWords(p.Bits())
}

func wildcardWords(length int) string {
	m := uint32(uint64(1)<<(32-length) - 1)
	return netip.AddrFrom4([4]byte{byte(m >> 24), byte(m >> 16), byte(m >> 8), byte(m)}).String()
}

// A term is the protocol and ports of an entry.
type term struct {
	set                           service.Set
	protocol, source, destination string
}

// services writes the set as terms.
func (l *target) services(s service.Set) ([]term, error) {
	var out []term
	for _, r := range s.Ranges() {
		if r == service.All() {
			return []term{{set: s, protocol: l.anyProtocol()}}, nil
		}
		for p := int(r.ProtoFrom); p <= int(r.ProtoTo); p++ {
			one := r
			one.ProtoFrom, one.ProtoTo = uint8(p), uint8(p)
			var err error
			if out, err = l.appendTerms(out, one); err != nil {
				return nil, err
			}
			if len(out) > maxLines {
				return nil, fmt.Errorf("it takes more than %d entries", maxLines)
			}
		}
	}
	return out, nil
}

func (l *target) anyProtocol() string {
	switch {
	case l.v6:
		return "ipv6"
	case l.dialect == XR:
		return "ipv4"
	}
	return "ip"
}

// appendTerms writes the services of one protocol.
func (l *target) appendTerms(out []term, r service.Range) ([]term, error) {
	proto := r.ProtoFrom
	name, err := l.protocol(proto)
	if err != nil {
		return nil, err
	}
	ownTypes := proto == service.ICMP && !l.v6 || proto == service.ICMPv6 && l.v6
	switch whole := service.Whole(proto); {
	case r == whole:
		return append(out, term{set: service.SetOf(r), protocol: name}), nil
	case service.HasTypes(proto) && !ownTypes:
		return nil, fmt.Errorf("an %s list cannot match the types of protocol %d", l.family(), proto)
	case ownTypes:
		return appendTypes(out, r, name), nil
	case proto == service.TCP, proto == service.UDP, proto == service.SCTP && l.dialect != NXOS:
		return append(out, term{
			set: service.SetOf(r), protocol: name,
			source: portWords(r.SrcFrom, r.SrcTo), destination: portWords(r.DstFrom, r.DstTo),
		}), nil
	}
	return nil, fmt.Errorf("this platform cannot match the ports of protocol %d", proto)
}

// protocol writes a protocol, by name where every platform has the same one.
func (l *target) protocol(proto uint8) (string, error) {
	switch proto {
	case 0:
		return "", fmt.Errorf("protocol 0 cannot be written: to some releases it is any protocol")
	case service.TCP:
		return "tcp", nil
	case service.UDP:
		return "udp", nil
	case service.SCTP:
		if l.dialect != NXOS {
			return "sctp", nil
		}
	case service.ICMP:
		if !l.v6 {
			return "icmp", nil
		}
	case service.ICMPv6:
		switch {
		case !l.v6:
		case l.eos || l.dialect == XR:
			return "icmpv6", nil
		default:
			return "icmp", nil
		}
	}
	return strconv.Itoa(int(proto)), nil
}

// appendTypes writes a run of ICMP types and codes, type by type, or code by code
// where it holds a part of a type.
func appendTypes(out []term, r service.Range, name string) []term {
	for from := int(r.DstFrom); from <= int(r.DstTo); {
		icmpType, code := from>>8, from&0xff
		end := icmpType<<8 | 0xff
		if code == 0 && end <= int(r.DstTo) {
			set := service.SetOf(service.Type(r.ProtoFrom, uint8(icmpType)))
			out = append(out, term{set: set, protocol: name, destination: fmt.Sprintf(" %d", icmpType)})
			from = end + 1
			continue
		}
		set := service.SetOf(service.Code(r.ProtoFrom, uint8(icmpType), uint8(code)))
		out = append(out, term{set: set, protocol: name, destination: fmt.Sprintf(" %d %d", icmpType, code)})
		from++
	}
	return out
}

func portWords(from, to uint16) string {
	switch {
	case from == 0 && to == 65535:
		return ""
	case from == to:
		return fmt.Sprintf(" eq %d", from)
	}
	return fmt.Sprintf(" range %d %d", from, to)
}
