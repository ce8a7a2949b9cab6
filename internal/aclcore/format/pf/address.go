package pf

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/port"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// oneInterface reports whether a name is that of an interface: letters, digits and signs
// with a digit at the end. A name without a number at its end is that of a group.
func oneInterface(name string) bool {
	for i := range len(name) {
		if c := name[i]; !isName(c) && c != '.' && c != '-' {
			return false
		}
	}
	return name != "" && '0' <= name[len(name)-1] && name[len(name)-1] <= '9'
}

func (r *reader) readInterface() {
	not := r.sign("!")
	name := r.word("on")
	if not || !oneInterface(name) {
		r.condition("on " + map[bool]string{true: "! "}[not] + name + ", whose interfaces are not in the text")
		return
	}
	r.on = append(r.on, name)
}

// readSide takes the addresses and ports behind from or to.
func (r *reader) readSide(all zoned.Addresses, ports known.Set[port.Set]) (zoned.Addresses, known.Set[port.Set]) {
	if r.at < len(r.tokens) && !(r.tokens[r.at].word && r.tokens[r.at].text == "port" && !r.tokens[r.at].quoted) {
		all = r.readAddresses()
	}
	if r.take("port") {
		r.ports = true
		ports = known.Set[port.Set]{}
		r.list(func() { ports = ports.Union(r.readPort()) })
	}
	return all, ports
}

// readAddresses takes one address, or a list of them, and joins them at once.
func (r *reader) readAddresses() zoned.Addresses {
	var sure, possible []addr.Set
	var why []string
	r.list(func() {
		one := r.readAddress()
		sure, possible = append(sure, one.Sure), append(possible, one.Possible)
		why = known.Reasons(why, one.Why)
	})
	return known.Between(addr.UnionOf(sure), addr.UnionOf(possible), why...)
}

// readAddress takes one address. In a list a negated one is every address but that: the
// list becomes a rule for each.
func (r *reader) readAddress() zoned.Addresses {
	not := r.sign("!")
	set, family := r.readHost()
	if not {
		return zoned.Negate(family, set)
	}
	return set
}

// readHost returns what is known of an address, and all addresses of its family.
func (r *reader) readHost() (zoned.Addresses, addr.Set) {
	elsewhere := func(text string) (zoned.Addresses, addr.Set) {
		return known.AtMost(addr.Any(), fmt.Sprintf("the addresses of %s are not in the text", text)), addr.Any()
	}
	switch {
	case r.sign("<"):
		name := r.word("a table")
		if !r.sign(">") {
			r.fail("the name of a table is not closed")
		}
		return r.tables.resolve(name), addr.Any()
	case r.at < len(r.tokens) && r.tokens[r.at].text == "(" && !r.tokens[r.at].word:
		return elsewhere("(" + strings.Join(r.group(), "") + ")")
	}
	text := r.word("an address")
	switch text {
	case "any":
		return known.Exactly(addr.Any()), addr.Any()
	case "route":
		text += " " + r.word("route")
	case "port", "to", "from", "proto":
		r.fail("the word %s stands for an address", text)
	}
	var set addr.Set
	if r.take("-") {
		span, ok := zoned.Span(text, r.word("a range"))
		if !ok {
			r.fail("the range from %s is not read", text)
		}
		set = span
	} else {
		p, ok := prefixOf(text)
		if !ok {
			return elsewhere(text)
		}
		set = addr.SetOf(addr.RangeOfPrefix(p))
	}
	family := addr.Any6()
	if addr.Any4().ContainsSet(set) {
		family = addr.Any4()
	}
	return known.Exactly(set), family
}

// readPort takes one comparison of ports.
func (r *reader) readPort() known.Set[port.Set] {
	for sign, op := range map[string]string{"=": "eq", "!=": "neq", "<": "lt", ">": "gt"} {
		if r.sign(sign) {
			return r.compare(op, r.word("port"))
		}
	}
	for sign, op := range map[string]string{"<=": "gt", ">=": "lt"} {
		if r.sign(sign) {
			return zoned.Negate(port.All(), r.compare(op, r.word("port")))
		}
	}
	text := r.word("port")
	inside, outside := r.sign("><"), r.sign("<>")
	if !inside && !outside {
		from, to, isRange := strings.Cut(text, ":")
		if !isRange {
			return r.compare("eq", text)
		}
		return zoned.Negate(port.All(), r.compare("lt", from).Union(r.compare("gt", to)))
	}
	last := r.word("port")
	if inside {
		return r.compare("gt", text).Intersect(r.compare("lt", last))
	}
	return r.compare("lt", text).Union(r.compare("gt", last))
}

// compare returns the ports for which the comparison holds. A name has to stand for one
// port in all protocols of the rule.
func (r *reader) compare(op, text string) known.Set[port.Set] {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		for i, p := range r.protocols {
			l, err := service.Parse(map[uint8]string{service.TCP: "tcp/", service.UDP: "udp/", service.SCTP: "sctp/"}[p] + text)
			ranges := l.Set.Ranges()
			if err != nil || len(ranges) != 1 || ranges[0].DstFrom != ranges[0].DstTo || i > 0 && uint64(ranges[0].DstFrom) != n {
				return known.AtMost(port.All(), fmt.Sprintf("the port %s is not known", text))
			}
			n = uint64(ranges[0].DstFrom)
		}
	}
	set, _ := port.Compare(op, uint16(n), 0)
	return known.Exactly(set)
}
