package ios

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/port"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// A member is one line of an object group.
type member struct {
	line
	group string
	v6    bool // the group is for IPv6
	words *words
}

// complaint is why the line cannot be read.
func (m member) complaint() string {
	return fmt.Sprintf("object group %s: line %d, %q, is not understood", m.group, m.number, m.text)
}

// A memberKind is how the members of one kind of groups are read.
type memberKind[S known.Algebra[S]] struct {
	// all is everything that a group of the kind may hold.
	all S
	// read reads one line. It returns false for one that does not begin as a member does.
	read func(member) (known.Set[S], bool)
	// size is the number of parts of a set, join the union of many; it may be nil.
	size func(S) int
	join func([]S) S
	// numbered says that a number may stand before each line.
	numbered bool
}

// readMembers reads the lines of a group. A line that does not begin as a member does
// leaves nothing of the group sure (see [known.Set]).
func readMembers[S known.Algebra[S]](r *resolver, name string, g *group, kind memberKind[S]) known.Set[S] {
	var (
		out   = known.Members[S]{Join: kind.join}
		w     words
		count int
		taken numbering
	)
	for i, l := range g.members {
		w.cut(l.text)
		if kind.numbered {
			if clash := taken.skip(&w, l); clash != "" {
				out.Unread(fmt.Sprintf("object group %s: %s", name, clash))
			}
		}
		if isHarmless(&w) {
			continue
		}
		count++
		m := member{line: l, group: name, v6: g.v6, words: &w}
		set, ok := kind.read(m)
		switch {
		case !ok:
			out.Unread(m.complaint())
			continue
		case !w.done():
			set = known.AtMost(kind.all, m.complaint())
		case g.again > 0 && i < g.from:
			set = known.AtMost(set.Possible, fmt.Sprintf("object group %s is defined twice (lines %d and %d)", name, g.line, g.again))
		}
		if r.groupLeft -= kind.size(set.Possible); r.groupLeft < 0 {
			return known.AtMost(kind.all, fmt.Sprintf("object group %s: the object groups of the file hold more ranges than are kept", name))
		}
		out.Add(set)
	}
	if count == 0 {
		return known.AtMost(kind.all, fmt.Sprintf("object group %s: it is empty (line %d)", name, g.line))
	}
	return out.Set(kind.all)
}

// numbering are the numbers that NX-OS gives to the members of a group, each with its
// line.
type numbering map[int64]int

// skip steps over the number of the member, if it has one, and tells if another line
// has the same one: the device keeps one of the two.
func (n *numbering) skip(w *words, l line) (clash string) {
	value, numbered := number(w.peek())
	if !numbered || w.ahead(1) == "" {
		return ""
	}
	w.skip(1)
	if *n == nil {
		*n = make(numbering)
	}
	if first, twice := (*n)[value]; twice {
		return fmt.Sprintf("lines %d and %d have the same number", first, l.number)
	}
	(*n)[value] = l.number
	return ""
}

// isHarmless reports whether the line is about the group and not about what it holds:
// a description, or the end of one.
func isHarmless(w *words) bool {
	word := w.peek()
	if word == "no" || word == "default" {
		word = w.ahead(1)
	}
	return isHarmlessWord(word)
}

func isHarmlessWord(word string) bool { return word == "description" || word == "remark" }

// looksLikeAddress reports whether the word can only be meant as an address or a
// prefix, though it may be none.
func looksLikeAddress(word string) bool {
	return isAddress(word) || startsWithDigit(word) && strings.ContainsAny(word, ".:/") && strings.Trim(word, "0123456789abcdef.:/") == ""
}

// networkMember reads "host 10.0.0.1", "10.0.0.0/24", "10.0.0.0 255.255.255.0"
// (IOS) or "10.0.0.0 0.0.0.255" (NX-OS), "range 10.0.0.1 10.0.0.9", "any" or a
// nested group. Host bits of a prefix are ignored, as in an entry.
func (r *resolver) networkMember(m member) (addresses, bool) {
	w := m.words
	unknown := func() (addresses, bool) {
		w.rest()
		return known.AtMost(addr.Any(), m.complaint()), true
	}
	switch w.peek() {
	case "any":
		w.skip(1)
		return known.Exactly(addr.Any()), true
	case "host":
		w.skip(1)
		a, err := netip.ParseAddr(w.next())
		if err != nil || a.Zone() != "" {
			return unknown()
		}
		return known.Exactly(r.ranges(addr.RangeOf(a, a))), true
	case "range":
		w.skip(1)
		from, err := netip.ParseAddr(w.next())
		to, err2 := netip.ParseAddr(w.next())
		if err != nil || err2 != nil || from.Zone() != "" || to.Zone() != "" || from.Is4() != to.Is4() || to.Less(from) {
			return unknown()
		}
		return known.Exactly(r.ranges(addr.RangeOf(from, to))), true
	case "group-object", "object-group":
		return named(m, func(name string) addresses { return r.group(networkGroup, name).addrs })
	}
	if !looksLikeAddress(w.peek()) {
		return addresses{}, false
	}
	set, ok := r.block(w)
	if !ok {
		return unknown()
	}
	return known.Exactly(set), true
}

// named reads "group-object NAME". With more words the line may be the head of another
// group, "object-group network NAME", which ends this one.
func named[S known.Algebra[S]](m member, group func(string) known.Set[S]) (known.Set[S], bool) {
	m.words.skip(1)
	if m.words.ahead(1) != "" {
		return known.Set[S]{}, false
	}
	return group(m.words.next()), true
}

// block reads "10.0.0.0/24", "10.0.0.0 /24" (IOS), or an IPv4 address with the mask
// that the platform takes in groups.
func (r *resolver) block(w *words) (addr.Set, bool) {
	text := w.next()
	if length := w.peek(); strings.HasPrefix(length, "/") {
		text += length
		w.skip(1)
	}
	if strings.Contains(text, "/") {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return addr.Set{}, false
		}
		return r.ranges(addr.RangeOfPrefix(p.Masked())), true
	}
	a, err := netip.ParseAddr(text)
	mask, err2 := netip.ParseAddr(w.next())
	if err != nil || err2 != nil || !a.Is4() || !mask.Is4() {
		return addr.Set{}, false
	}
	switch r.dialect {
	case IOS:
		if !isNetmask(mask) {
			return addr.Set{}, false
		}
		free, _ := maskBits(invert(mask))
		return r.ranges(addr.RangeOfPrefix(netip.PrefixFrom(a, 32-free).Masked())), true
	case NXOS:
		set, err := r.wildcard(a, mask)
		return set, err == nil
	}
	return addr.Set{}, false // the XR manuals show prefixes only
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
func (r *resolver) serviceMember(m member) (services, bool) {
	w := m.words
	object := w.take("protocol-object") || w.take("service-object")
	switch w.peek() {
	case "group-object", "object-group":
		return named(m, func(name string) services { return r.group(serviceGroup, name).services })
	case "tcp-udp":
		w.skip(1)
		from := w.at
		tcp := r.servicePorts(service.TCP, m)
		w.at = from
		both := tcp.Union(r.servicePorts(service.UDP, m))
		if !both.IsExact() { // what is no name for one of them is refused for both
			return known.AtMost(both.Possible, both.Why...), true
		}
		return both, true
	}
	p, ok := protocolOf(w.peek(), m.v6)
	if !ok {
		w.rest()
		return known.AtMost(service.Any(), m.complaint()), object
	}
	numbered := startsWithDigit(w.peek())
	w.skip(1)
	set := r.memberServices(p, m)
	// A number could also be that of a line that is not understood.
	return set, object || !numbered || set.IsExact() && w.done()
}

// memberServices reads what follows a protocol.
func (r *resolver) memberServices(p protocol, m member) services {
	w := m.words
	switch {
	case p.hasPorts():
		return r.servicePorts(p.number, m)
	case p.hasTypes() && !w.done():
		types, ok := icmpMessage(p.number, w)
		if !ok {
			w.rest()
			return known.AtMost(r.services(p.whole()), m.complaint())
		}
		return known.Exactly(r.services(types.services(p.number)))
	}
	return known.Exactly(r.services(p.whole()))
}

// servicePorts reads "[source PORTS] [PORTS]" to the end of the line.
func (r *resolver) servicePorts(proto uint8, m member) services {
	w := m.words
	src, dst := known.Exactly(port.All()), known.Exactly(port.All())
	ok := true
	if w.take("source") {
		src, ok = r.memberPorts(proto, w)
	}
	if ok && !w.done() {
		dst, ok = r.memberPorts(proto, w)
	}
	boxes := max(port.Boxes(src.Possible, dst.Possible), 1)
	if r.groupLeft -= boxes; !ok || r.groupLeft < 0 || boxes > maxBoxes {
		w.rest()
		return known.AtMost(r.services(service.Whole(proto)), m.complaint())
	}
	return boxesOf(proto, src, dst)
}

// boxesOf returns the services of the protocol from one set of ports to another.
func boxesOf(proto uint8, src, dst portSet) services {
	sure := service.SetOf(port.AppendBoxes(nil, proto, src.Sure, dst.Sure)...)
	if src.IsExact() && dst.IsExact() {
		return known.Exactly(sure)
	}
	possible := service.SetOf(port.AppendBoxes(nil, proto, src.Possible, dst.Possible)...)
	return known.Between(sure, possible, known.Reasons(src.Why, dst.Why)...)
}

func (r *resolver) memberPorts(proto uint8, w *words) (portSet, bool) {
	if isPortOperator(w.peek()) {
		p := r.ports(proto, w)
		return p.portSet, p.IsExact() || p.group != nil
	}
	n, ok := r.dialect.port(proto, w.peek())
	if !ok {
		return portSet{}, false
	}
	w.skip(1)
	return known.Exactly(port.Of(port.Run{From: n, To: n})), true
}

// portMember reads "eq 80", "range 20 25" and so on, or a nested group.
func (r *resolver) portMember(m member) (portSet, bool) {
	w := m.words
	switch word := w.peek(); {
	case word == "group-object", word == "object-group", word == "port-group":
		return named(m, func(name string) portSet { return r.group(portGroup, name).ports })
	case !isPortOperator(word):
		return portSet{}, false
	}
	p := r.dialect.comparison(anyTransport, w)
	if !p.IsExact() {
		w.rest()
		return known.AtMost(port.All(), m.complaint()), true
	}
	return p.portSet, true
}
