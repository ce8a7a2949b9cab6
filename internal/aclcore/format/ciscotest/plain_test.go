package ciscotest

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// A packet opens a connection. For ICMP, to is type*256 + code and from is 0.
type packet struct {
	src, dst netip.Addr
	proto    uint8
	from, to uint16
}

func (p packet) String() string {
	return fmt.Sprintf("%s -> %s protocol %d, ports %d -> %d", p.src, p.dst, p.proto, p.from, p.to)
}

// An opinion is what the plain reader makes of an entry.
type opinion struct {
	permit bool
	// established says that the entry matches no packet which opens a connection.
	established bool
	src, dst    func(netip.Addr) bool
	proto       func(uint8) bool
	from, to    func(uint16) bool
	// addresses, ports and protocols are those that the entry names: the edges at which
	// a mistake shows.
	addresses []netip.Addr
	ports     []uint16
	protocols []uint8
}

func (o *opinion) matches(p packet) bool {
	return o.src(p.src) && o.dst(p.dst) && o.proto(p.proto) && o.from(p.from) && o.to(p.to)
}

// platform is the language that an entry is in.
type platform string

const (
	asaText  platform = "cisco_asa"
	iosText  platform = "cisco_ios"
	nxosText platform = "cisco_nxos"
	xrText   platform = "cisco_xr"
)

// prefixes cut an entry of each platform out of its line; the rest is "permit …".
var prefixes = map[platform]*regexp.Regexp{
	asaText:  regexp.MustCompile(`^access-list \S+ (line \d+ )?extended `),
	iosText:  regexp.MustCompile(`^(access-list (1\d\d|2[0-6]\d\d) |\d+ +|sequence \d+ )?`),
	nxosText: regexp.MustCompile(`^(\d+ +)?`),
	xrText:   regexp.MustCompile(`^(\d+ +)?`),
}

// counters are what show commands write behind an entry.
var counters = regexp.MustCompile(`( \(hitcnt=\d+\))?( 0x[0-9a-f]+)?( \(\d+ match(es)?\))?( \[match=\d+\])? *$`)

// common are port names that mean the same everywhere where they are known.
var common = map[string]uint16{
	"ftp": 21, "telnet": 23, "smtp": 25, "domain": 53, "tftp": 69, "www": 80, "pop3": 110, "ntp": 123, "snmp": 161,
	"bgp": 179, "ldap": 389, "https": 443, "ssh": 22, "bootps": 67, "bootpc": 68, "isakmp": 500, "syslog": 514,
}

// known tells on which platforms and with which protocol a name is known for sure.
func known(on platform, proto uint8, name string) bool {
	tcp := proto == 6
	switch name {
	case "ftp", "telnet", "smtp", "www", "bgp", "pop3":
		return tcp
	case "domain":
		return true
	case "tftp", "ntp", "snmp", "bootps", "bootpc", "isakmp":
		return !tcp
	case "syslog":
		return !tcp
	case "https", "ssh", "ldap":
		return tcp && on == asaText
	}
	return false
}

// words is what is left of an entry.
type words []string

func (w *words) next() string {
	if len(*w) == 0 {
		return ""
	}
	first := (*w)[0]
	*w = (*w)[1:]
	return first
}

func (w words) peek() string { return w.at(0) }

func (w words) at(n int) string {
	if n < len(w) {
		return w[n]
	}
	return ""
}

// judge reads an extended entry of an IPv4 or IPv6 list. It returns nil where it has no
// opinion.
func judge(on platform, v6 bool, line string) *opinion {
	line = strings.TrimSpace(counters.ReplaceAllString(line, ""))
	w := words(strings.Fields(strings.ToLower(line[len(prefixes[on].FindString(line)):])))
	o := &opinion{from: anyPort, to: anyPort}
	switch w.next() {
	case "permit":
		o.permit = true
	case "deny":
	default:
		return nil
	}
	proto, all, ok := o.protocol(on, v6, w.next())
	if !ok {
		return nil
	}
	if o.src, ok = o.address(on, v6, &w); !ok {
		return nil
	}
	hasPorts := !all && (proto == 6 || proto == 17)
	if hasPorts {
		if o.from, ok = o.port(on, proto, &w); !ok {
			return nil
		}
	}
	if o.dst, ok = o.address(on, v6, &w); !ok {
		return nil
	}
	switch {
	case hasPorts:
		if o.to, ok = o.port(on, proto, &w); !ok {
			return nil
		}
	case !all && (proto == 1 || proto == 58):
		if o.to, ok = o.types(proto, &w); !ok {
			return nil
		}
	}
	for len(w) > 0 {
		switch word := w.next(); {
		case word == "log" && (len(w) == 0 || on == xrText), word == "log-input" && len(w) == 0:
		case word == "log" && (w.peek() == "disable" || w.peek() == "default") && len(w) == 1:
			return o
		case word == "established" && proto == 6 && hasPorts && on != asaText:
			o.established = true
		default:
			return nil
		}
	}
	return o
}

func (o *opinion) protocol(on platform, v6 bool, word string) (number uint8, all, ok bool) {
	names := map[string]uint8{"icmp": 1, "igmp": 2, "tcp": 6, "udp": 17, "gre": 47, "esp": 50, "ospf": 89, "pim": 103}
	every := "ip"
	switch {
	case on == xrText && word == "ipv4":
		every = "ipv4"
	case v6 && on != asaText:
		every = "ipv6"
	}
	if word == every {
		o.proto = func(uint8) bool { return true }
		return 0, true, true
	}
	n, found := names[word]
	if word == "icmp" && v6 && on != asaText {
		n = 58
	}
	if on == asaText && word == "icmp6" {
		n, found = 58, true
	}
	if v, err := strconv.ParseUint(word, 10, 8); err == nil && v > 0 {
		n, found = uint8(v), true
	}
	o.protocols = append(o.protocols, n)
	o.proto = func(p uint8) bool { return p == n }
	return n, false, found
}

func number(a netip.Addr) uint32 { b := a.As4(); return binary.BigEndian.Uint32(b[:]) }

func (o *opinion) address(on platform, v6 bool, w *words) (func(netip.Addr) bool, bool) {
	family := func(a netip.Addr) bool { return a.Is4() != v6 }
	switch word := w.next(); word {
	case "any":
		if on == asaText {
			return func(netip.Addr) bool { return true }, true
		}
		return family, true
	case "any4", "any6":
		return func(a netip.Addr) bool { return a.Is4() == (word == "any4") }, on == asaText
	case "host":
		h, err := netip.ParseAddr(w.next())
		o.addresses = append(o.addresses, h)
		return func(a netip.Addr) bool { return a == h }, err == nil && h.Zone() == "" && (on == asaText || h.Is4() != v6)
	default:
		if p, err := netip.ParsePrefix(word); err == nil {
			o.addresses = append(o.addresses, p.Masked().Addr(), p.Addr())
			return p.Masked().Contains, !p.Addr().Is4In6() && (on == asaText && p.Addr().Is6() || on != asaText && p.Addr().Is4() != v6)
		}
		a, err := netip.ParseAddr(word)
		m, err2 := netip.ParseAddr(w.next())
		if err != nil || err2 != nil || !a.Is4() || !m.Is4() || v6 {
			return nil, false
		}
		base, compare := number(a), ^number(m) // a wildcard mask: its ones are free
		if on == asaText {
			if compare = number(m); compare&1 == 1 && compare != 0xffffffff {
				return nil, false // a wildcard mask on an ASA
			}
		}
		if bits := ^compare; bits&(bits+1) != 0 && on != asaText && bits>>16 != 0 {
			return nil, false // many ranges: what is kept of them differs
		}
		first := make([]byte, 4)
		binary.BigEndian.PutUint32(first, base&compare)
		low, _ := netip.AddrFromSlice(first)
		binary.BigEndian.PutUint32(first, base|^compare)
		high, _ := netip.AddrFromSlice(first)
		o.addresses = append(o.addresses, a, low, high)
		return func(a netip.Addr) bool { return a.Is4() && (number(a)^base)&compare == 0 }, true
	}
}

func anyPort(uint16) bool { return true }

func (o *opinion) port(on platform, proto uint8, w *words) (func(uint16) bool, bool) {
	op := w.peek()
	switch op {
	case "eq", "neq", "lt", "gt", "range":
		w.next()
	default:
		return anyPort, true
	}
	read := func() (uint16, bool) {
		word := w.next()
		n, ok := common[word]
		if ok = ok && known(on, proto, word); !ok {
			v, err := strconv.ParseUint(word, 10, 16)
			n, ok = uint16(v), err == nil
		}
		o.ports = append(o.ports, n)
		return n, ok
	}
	a, ok := read()
	if !ok {
		return nil, false
	}
	switch op {
	case "eq", "neq":
		list := []uint16{a}
		for on == iosText && w.peek() != "" && w.peek()[0] >= '0' && w.peek()[0] <= '9' && !strings.ContainsAny(w.peek(), ".:/") {
			n, ok := read()
			if !ok {
				return nil, false
			}
			list = append(list, n)
		}
		if next := w.peek(); on == iosText && common[next] != 0 {
			return nil, false
		}
		return func(p uint16) bool {
			for _, n := range list {
				if p == n {
					return op == "eq"
				}
			}
			return op == "neq"
		}, true
	case "lt":
		return func(p uint16) bool { return p < a }, a > 0
	case "gt":
		return func(p uint16) bool { return p > a }, a < 65535
	}
	b, ok := read()
	return func(p uint16) bool { return a <= p && p <= b }, ok && a <= b
}

// types reads the ICMP type and code as numbers, or a name that all platforms share.
func (o *opinion) types(proto uint8, w *words) (func(uint16) bool, bool) {
	names := map[string]uint16{"echo": 8, "echo-reply": 0}
	word := w.peek()
	n, ok := names[word]
	if ok && proto == 58 {
		return nil, false
	}
	if !ok {
		v, err := strconv.ParseUint(word, 10, 8)
		if err != nil {
			return anyPort, true
		}
		n = uint16(v)
	}
	w.next()
	o.ports = append(o.ports, n<<8, n<<8|255)
	if v, err := strconv.ParseUint(w.peek(), 10, 8); err == nil && !ok {
		w.next()
		return func(p uint16) bool { return p == n<<8|uint16(v) }, true
	}
	return func(p uint16) bool { return p>>8 == n }, true
}
