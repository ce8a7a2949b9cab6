package ios

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// groupKind tells apart the name spaces of object groups.
type groupKind uint8

const (
	networkGroup groupKind = iota
	serviceGroup           // of protocols, ports, and ICMP types
	portGroup
)

type groupKey struct {
	kind groupKind
	name string
}

// A group is an object group: its lines as they stand, and what they mean once a
// rule has asked for it.
type group struct {
	line int
	// v6 says that ICMP names are those of ICMPv6.
	v6 bool
	// again is the line of a second definition: IOS adds to the first, other
	// platforms replace it, and a file could be meant either way.
	again   int
	members []line

	progress progress
	addrs    addr.Set
	services service.Set
	ports    []span
	// cause tells why the group cannot be known; reason is cause with the group's
	// name, once it was asked for.
	cause, reason string
}

type progress uint8

const (
	unread progress = iota
	reading
	read
)

const (
	// maxGroupRanges bounds the ranges of all the groups of a file together, since
	// nesting can multiply them.
	maxGroupRanges = 1 << 20
	maxGroupDepth  = 256
)

// A resolver turns the fields of entries into sets. It shares equal sets and keeps
// the bounds of one file.
type resolver struct {
	dialect Dialect
	groups  map[groupKey]*group
	// v6 says that the entry at hand is of an IPv6 list.
	v6 bool
	// cookies says that a word of the user's choice may follow log, as on IOS.
	cookies bool

	single        map[addr.Range]addr.Set
	box           map[service.Range]service.Set
	boxes         map[boxKey]service.Set
	boxesLeft     int
	scattered     map[[2]netip.Addr]addr.Set
	scatteredLeft int
	groupLeft     int
	groupDepth    int
}

func newResolver(d Dialect, groups map[groupKey]*group) *resolver {
	return &resolver{
		dialect: d, groups: groups,
		single: make(map[addr.Range]addr.Set), box: make(map[service.Range]service.Set),
		boxes: make(map[boxKey]service.Set), boxesLeft: maxFileBoxes,
		scattered: make(map[[2]netip.Addr]addr.Set), scatteredLeft: maxScattered, groupLeft: maxGroupRanges,
	}
}

// group returns the group of that name, or the reason why it cannot be known.
func (r *resolver) group(kind groupKind, name string) (*group, string) {
	g, cause := r.nested(kind, name)
	switch {
	case cause == "":
		return g, ""
	case g == nil:
		return nil, cause
	case g.reason == "": // once, for all the rules that ask
		g.reason = fmt.Sprintf("object group %s: %s", name, cause)
	}
	return nil, g.reason
}

// nested is group with the cause as it is where it lies, however deep. The group
// is nil where the cause is in its name alone.
func (r *resolver) nested(kind groupKind, name string) (*group, string) {
	g, ok := r.groups[groupKey{kind, name}]
	switch {
	case name == "":
		return nil, "an object group's name is missing"
	case !ok:
		return nil, fmt.Sprintf("object group %s is not defined", name)
	case g.again > 0:
		return nil, fmt.Sprintf("object group %s is defined twice (lines %d and %d)", name, g.line, g.again)
	case g.progress == reading:
		return nil, fmt.Sprintf("object group %s contains itself", name)
	case g.progress == unread && r.groupDepth == maxGroupDepth:
		return nil, fmt.Sprintf("object group %s is nested deeper than %d", name, maxGroupDepth)
	case g.progress == unread:
		g.progress = reading
		r.groupDepth++
		g.cause = r.readGroup(kind, g)
		r.groupDepth--
		g.progress = read
	}
	return g, g.cause
}

// readGroup reads the members of g and returns a reason if one is not understood.
func (r *resolver) readGroup(kind groupKind, g *group) (reason string) {
	var (
		ranges   []addr.Range
		services []service.Range
		w        words
		count    int
		held     int
		taken    map[int64]int // the line of each number
	)
	for _, m := range g.members {
		w.cut(m.text)
		if n, numbered := number(w.peek()); numbered && w.ahead(1) != "" && kind != serviceGroup {
			w.skip(1) // NX-OS numbers the members
			if taken == nil {
				taken = make(map[int64]int, len(g.members))
			}
			if first, twice := taken[n]; twice {
				return fmt.Sprintf("lines %d and %d have the same number", first, m.number)
			}
			taken[n] = m.number
		}
		if w.peek() == "description" || w.peek() == "remark" {
			continue
		}
		count++
		ok := false
		switch kind {
		case networkGroup:
			ranges, reason, ok = r.networkMember(ranges, &w)
		case serviceGroup:
			services, reason, ok = r.serviceMember(services, &w, g.v6)
		case portGroup:
			reason, ok = r.portMember(g, &w)
		}
		switch {
		case reason != "":
			return reason
		case !ok || !w.done():
			return fmt.Sprintf("line %d, %q, is not understood", m.number, m.text)
		}
		size := len(ranges) + len(services) + len(g.ports)
		r.groupLeft -= size - held
		held = size
		if r.groupLeft < 0 {
			return fmt.Sprintf("the object groups of the file hold more than %d ranges", maxGroupRanges)
		}
	}
	if count == 0 {
		return fmt.Sprintf("it is empty (line %d)", g.line)
	}
	if from := withSource(services); from*len(services) > maxGroupRanges {
		return fmt.Sprintf("it combines %d source ports with %d services", from, len(services))
	}
	g.addrs, g.services, g.ports = addr.SetOf(ranges...), service.SetOf(services...), merge(g.ports)
	g.members = nil
	return ""
}

// withSource counts the ranges that restrict source ports.
func withSource(services []service.Range) int {
	n := 0
	for _, s := range services {
		if s.SrcFrom > 0 || s.SrcTo < maxPort {
			n++
		}
	}
	return n
}

// networkMember reads "host 10.0.0.1", "10.0.0.0/24", "10.0.0.0 255.255.255.0"
// (IOS) or "10.0.0.0 0.0.0.255" (NX-OS), "range 10.0.0.1 10.0.0.9", "any" or a
// nested group.
func (r *resolver) networkMember(out []addr.Range, w *words) (_ []addr.Range, reason string, ok bool) {
	switch w.peek() {
	case "any":
		w.skip(1)
		return append(out, addr.Any().Ranges()...), "", true
	case "host":
		w.skip(1)
		a, err := netip.ParseAddr(w.next())
		return append(out, addr.RangeOf(a, a)), "", err == nil && a.Zone() == ""
	case "range":
		w.skip(1)
		from, err := netip.ParseAddr(w.next())
		to, err2 := netip.ParseAddr(w.next())
		ok := err == nil && err2 == nil && from.Zone() == "" && to.Zone() == "" && from.Is4() == to.Is4() && !to.Less(from)
		return append(out, addr.RangeOf(from, to)), "", ok
	case "group-object", "object-group":
		w.skip(1)
		g, cause := r.nested(networkGroup, w.next())
		if cause != "" {
			return nil, cause, false
		}
		return append(out, g.addrs.Ranges()...), "", true
	}
	text := w.next()
	if length := w.peek(); strings.HasPrefix(length, "/") {
		text += length // IOS writes "10.0.0.0 /24"
		w.skip(1)
	}
	if strings.Contains(text, "/") {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, "", false
		}
		return append(out, addr.RangeOfPrefix(p)), "", true
	}
	a, err := netip.ParseAddr(text)
	mask, err2 := netip.ParseAddr(w.next())
	if err != nil || err2 != nil || !a.Is4() || !mask.Is4() {
		return nil, "", false
	}
	switch r.dialect {
	case IOS:
		ones, _ := maskBits(invert(mask))
		p := netip.PrefixFrom(a, 32-ones)
		return append(out, addr.RangeOfPrefix(p)), "", isNetmask(mask) && p == p.Masked()
	case NXOS:
		set, err := r.wildcard(a, mask)
		return append(out, set.Ranges()...), "", err == nil
	}
	return nil, "", false // the XR manuals show prefixes only
}

// invert returns the IPv4 mask with every bit turned.
func invert(mask netip.Addr) netip.Addr {
	b := mask.As4()
	for i := range b {
		b[i] = ^b[i]
	}
	return netip.AddrFrom4(b)
}

// serviceMember reads "tcp", "udp eq 53", "tcp-udp source gt 1023 eq 53", "icmp
// echo", "protocol-object tcp" or a nested group. IOS allows eq to be left out.
func (r *resolver) serviceMember(out []service.Range, w *words, v6 bool) (_ []service.Range, reason string, ok bool) {
	w.take("protocol-object")
	switch w.peek() {
	case "group-object", "object-group":
		w.skip(1)
		g, cause := r.nested(serviceGroup, w.next())
		if cause != "" {
			return nil, cause, false
		}
		return append(out, g.services.Ranges()...), "", true
	case "tcp-udp":
		w.skip(1)
		from := w.at
		out, ok = r.servicePorts(out, service.TCP, w)
		if !ok {
			return nil, "", false
		}
		w.at = from
		out, ok = r.servicePorts(out, service.UDP, w)
		return out, "", ok
	}
	p, ok := protocolOf(w.peek(), v6)
	if !ok {
		return nil, "", false
	}
	w.skip(1)
	switch {
	case p.hasPorts():
		out, ok = r.servicePorts(out, p.number, w)
		return out, "", ok
	case p.hasTypes() && !w.done():
		m, ok := icmpMessage(p.number, w)
		return append(out, m.services(p.number)), "", ok
	}
	return append(out, p.whole()), "", true
}

// servicePorts reads "[source PORTS] [PORTS]".
func (r *resolver) servicePorts(out []service.Range, proto uint8, w *words) ([]service.Range, bool) {
	src, dst := allPorts, allPorts
	if w.take("source") {
		p := r.memberPorts(proto, w)
		if p.reason != "" {
			return nil, false
		}
		src = p.spans
	}
	if !w.done() {
		p := r.memberPorts(proto, w)
		if p.reason != "" {
			return nil, false
		}
		dst = p.spans
	}
	return appendBoxes(out, proto, src, dst), true
}

func (r *resolver) memberPorts(proto uint8, w *words) ports {
	if isPortOperator(w.peek()) {
		return r.ports(proto, w)
	}
	n, ok := r.dialect.port(proto, w.peek())
	if !ok {
		return ports{reason: "no port"}
	}
	w.skip(1)
	return ports{spans: []span{{n, n}}}
}

// portMember reads "eq 80", "range 20 25" and so on, or a nested group.
func (r *resolver) portMember(g *group, w *words) (reason string, ok bool) {
	if w.peek() == "group-object" || w.peek() == "object-group" || w.peek() == "port-group" {
		w.skip(1)
		nested, cause := r.nested(portGroup, w.next())
		if cause != "" {
			return cause, false
		}
		g.ports = append(g.ports, nested.ports...)
		return "", true
	}
	if !isPortOperator(w.peek()) {
		return "", false
	}
	p := r.dialect.comparison(anyTransport, w)
	g.ports = append(g.ports, p.spans...)
	return "", p.reason == ""
}

// groupHeader reads "object-group network NAME" and its kin after the first word.
func groupHeader(w *words) (key groupKey, v6, ok bool) {
	kind := networkGroup
	switch word := w.peek(); word {
	case "network", "v6-network":
		w.skip(1)
		if next := w.peek(); (next == "ipv4" || next == "ipv6") && w.ahead(1) != "" { // XR
			w.skip(1)
		}
	case "service", "v6-service", "protocol":
		w.skip(1)
		kind, v6 = serviceGroup, word == "v6-service"
	case "port": // XR
		w.skip(1)
		kind = portGroup
	case "ip", "ipv6": // NX-OS
		w.skip(1)
		switch w.peek() {
		case "address":
		case "port":
			kind = portGroup
		default:
			return groupKey{}, false, false
		}
		w.skip(1)
	default:
		return groupKey{}, false, false
	}
	name := w.next()
	return groupKey{kind, name}, v6, name != "" && w.done()
}
