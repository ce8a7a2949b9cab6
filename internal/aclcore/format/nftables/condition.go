package nftables

import (
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
)

// payloads are the headers whose fields are named with two words.
var payloads = map[string]bool{
	"ip": true, "ip6": true, "tcp": true, "udp": true, "udplite": true, "sctp": true, "dccp": true, "th": true,
	"icmp": true, "icmpv6": true, "igmp": true, "esp": true, "ah": true, "comp": true, "ether": true, "vlan": true, "arp": true,
	"rt": true, "frag": true, "hbh": true, "dst": true, "mh": true,
}

// bareMeta are the keys of meta that can stand alone.
var bareMeta = map[string]bool{
	"iif": true, "iifname": true, "iiftype": true, "iifgroup": true, "oif": true, "oifname": true, "oiftype": true, "oifgroup": true,
	"mark": true, "skuid": true, "skgid": true, "rtclassid": true, "pkttype": true, "cpu": true, "cgroup": true, "ibrname": true,
	"obrname": true, "iifkind": true, "oifkind": true, "random": true,
}

// ctKeys are the keys of ct with one value; "ct original ip saddr" and the like are
// not read.
var ctKeys = map[string]bool{
	"state": true, "direction": true, "status": true, "mark": true, "expiration": true, "helper": true, "zone": true, "id": true, "label": true,
}

// operatorOf returns an operator, which may have another spelling, and "" for any other
// word.
func operatorOf(word string) string {
	switch word {
	case "==", "eq":
		return "=="
	case "!=", "ne":
		return "!="
	case "<", "lt":
		return "<"
	case ">", "gt":
		return ">"
	case "<=", "le":
		return "<="
	case ">=", "ge":
		return ">="
	}
	return ""
}

// changes are the fields that a rule may set, and whether the packet is another one
// afterwards as far as a filter looks at it. Setting any other is not understood.
var changes = map[string]bool{
	"meta mark": false, "ct mark": false, "ct helper": false, "ct zone": false, "ct label": false, "ct event": false, "ct timeout": false,
	"ct expectation": false, "meta priority": false, "meta nftrace": false, "meta pkttype": false, "meta secmark": false, "ct secmark": false,
	"ip dscp": false, "ip ecn": false, "ip ttl": false, "ip6 dscp": false, "ip6 ecn": false, "ip6 hoplimit": false,
	"ip saddr": true, "ip daddr": true, "ip6 saddr": true, "ip6 daddr": true, "tcp sport": true, "tcp dport": true,
	"udp sport": true, "udp dport": true, "th sport": true, "th dport": true,
}

// condition reads a comparison, a lookup in a verdict map, or the setting of a
// field.
func (s *statementReader) condition() (statement, error) {
	left, err := s.fields()
	if err != nil {
		return statement{}, err
	}
	st := statement{kind: comparison, left: left}
	switch t := s.peek(); {
	case t.is("set"):
		s.next++
		return s.setting(left)
	case t.is("vmap"):
		s.next++
		return s.vmap(left)
	case t.is("!"):
		s.next++
		st.operator = "!"
	case !t.quoted:
		if st.operator = operatorOf(t.text); st.operator != "" {
			s.next++
		}
	}
	if st.right, err = s.value(); err != nil {
		return statement{}, err
	}
	if s.pass("/") { // "tcp flags syn / fin,syn,rst,ack"
		mask, err := s.value()
		st.left = expr{kind: masked, args: []expr{left, mask}}
		if st.operator == "" {
			st.operator = "=="
		}
		return st, err
	}
	if st.operator == "" {
		st.operator = "=="
		if left.kind == fieldExpr && bitFields[left.text] && st.right.kind != setExpr && st.right.kind != reference {
			st.operator = "in"
		}
	}
	return st, nil
}

// bitFields are the fields whose values are sets of bits: without an operator, one
// of the bits is enough.
var bitFields = map[string]bool{"ct state": true, "tcp flags": true, "ct status": true}

// setting reads what a field is set to. It is a condition as well where the packet
// may lack what is set or looked at: the kernel then leaves the rule.
func (s *statementReader) setting(left expr) (statement, error) {
	rewrites, known := changes[left.text]
	if left.kind != fieldExpr || !known {
		return statement{}, errUnread
	}
	always, at := ofEveryPacket(left), s.next
	for more := true; more; {
		if from, err := s.fields(); err == nil {
			always = always && isPlain(from)
		} else if _, err := s.value(); err != nil {
			return statement{}, err
		}
		if s.pass("map") { // what it is set to, by another field
			always = false
			if s.pass("@") {
				if _, err := s.argument(); err != nil {
					return statement{}, err
				}
			} else if err := s.passBraces(); err != nil {
				return statement{}, err
			}
		}
		more = false
		for _, sign := range []string{"and", "or", "xor", "&", "|", "^", "<<", ">>"} {
			more = more || s.pass(sign)
		}
	}
	switch {
	case rewrites:
		return statement{kind: opaque}, nil
	case s.next != at+1 && forwards[left.text] != nil, forwards[left.text] != nil && !forwards[left.text](s.tokens[at].text):
		return statement{kind: detains}, nil
	case left.text == metaMark:
		st := statement{kind: marks, change: markChange(s.tokens[at:s.next])}
		if !always {
			st.kind, st.change = doubtful, netfilter.LoseMark(allMark)
		}
		return st, nil
	case left.text == "ct expectation":
		return statement{kind: doubtful}, nil // the rule ends for packets that are not tracked
	case !always:
		return statement{kind: doubtful}, nil
	}
	return statement{kind: harmless}, nil
}

// forwards are the fields that a router looks at before it forwards a packet, with what
// they may be set to so that it does: a packet needs hops left, and has to be addressed
// to the router's link address (ip_forward of Linux).
var forwards = map[string]func(value string) bool{
	"ip ttl":       hasHops,
	"ip6 hoplimit": hasHops,
	"meta pkttype": func(value string) bool { return value == "host" || value == "unicast" || value == "0" },
}

func hasHops(value string) bool {
	n, ok := plainNumber(value)
	return ok && n > 1
}

// ofEveryPacket reports whether the field can be set whatever the packet is: those of
// headers cannot.
func ofEveryPacket(field expr) bool {
	return strings.HasPrefix(field.text, "meta ") || strings.HasPrefix(field.text, "ct ")
}

// isPlain reports whether what a field is set to can be found for every packet.
func isPlain(e expr) bool {
	if e.kind == masked || e.kind == flags {
		return !slices.ContainsFunc(e.args, func(a expr) bool { return !isPlain(a) })
	}
	return e.kind == literal || e.kind == fieldExpr && e.text == "meta mark"
}

func (s *statementReader) vmap(left expr) (statement, error) {
	st := statement{kind: verdictMap, left: left}
	if s.pass("@") {
		name, err := s.argument()
		st.right = expr{kind: reference, text: name}
		return st, err
	}
	elements, mappings, changes, err := s.braces()
	if err != nil || changes || len(elements) > 0 {
		return statement{}, errUnread
	}
	st.elements = mappings
	return st, nil
}

// fields reads a field, a field with a mask, or fields side by side.
func (s *statementReader) fields() (expr, error) {
	first, err := s.field()
	if err != nil {
		return expr{}, err
	}
	if s.pass("&") || s.pass("and") {
		mask, err := s.value()
		return expr{kind: masked, args: []expr{first, mask}}, err
	}
	if !s.at(".") {
		return first, nil
	}
	all := expr{kind: concat, args: []expr{first}}
	for s.pass(".") {
		f, err := s.field()
		if err != nil {
			return expr{}, err
		}
		all.args = append(all.args, f)
	}
	return all, nil
}

func (s *statementReader) field() (expr, error) {
	t := s.peek()
	if t.quoted || s.next == len(s.tokens) {
		return expr{}, errUnread
	}
	second := token{}
	if s.next+1 < len(s.tokens) {
		second = s.tokens[s.next+1]
	}
	switch {
	case bareMeta[t.text]:
		s.next++
		return expr{kind: fieldExpr, text: "meta " + t.text}, nil
	case s.pass("fib", "daddr", "type"):
		return expr{kind: fieldExpr, text: fibDestination}, nil
	case t.text == "tcp" && second.is("option"), t.text == "ip" && second.is("option"):
		return expr{}, errUnread
	case t.text == "sctp" && second.is("chunk"):
		return expr{}, errUnread
	case t.text == "meta", t.text == "ct" && ctKeys[second.text], payloads[t.text]:
		if second.quoted || isSign(second) {
			return expr{}, errUnread
		}
		s.next += 2
		if second.from == t.to+1 && s.source[t.to] == ' ' {
			return expr{kind: fieldExpr, text: s.source[t.from:second.to]}, nil
		}
		return expr{kind: fieldExpr, text: t.text + " " + second.text}, nil
	}
	return expr{}, errUnread
}

// value reads what a field is compared with.
func (s *statementReader) value() (expr, error) {
	if s.at("{") {
		elements, mappings, changes, err := s.braces()
		if err != nil || changes || len(mappings) > 0 {
			return expr{}, errUnread
		}
		return expr{kind: setExpr, args: elements}, nil
	}
	if s.pass("@") {
		name, err := s.argument()
		return expr{kind: reference, text: name}, err
	}
	first, err := s.side()
	if err != nil {
		return expr{}, err
	}
	sign := s.peek()
	if !sign.is(",") && !sign.is("|") && !sign.is("or") {
		return first, nil
	}
	list := expr{kind: flags, args: []expr{first}}
	for s.pass(sign.text) {
		next, err := s.side()
		if err != nil {
			return expr{}, err
		}
		list.args = append(list.args, next)
	}
	return list, nil
}

// side reads one value, or values side by side.
func (s *statementReader) side() (expr, error) {
	first, err := s.primary()
	if err != nil || !s.at(".") {
		return first, err
	}
	all := expr{kind: concat, args: []expr{first}}
	for s.pass(".") {
		next, err := s.primary()
		if err != nil {
			return expr{}, err
		}
		all.args = append(all.args, next)
	}
	return all, nil
}

// primary reads one value: a word, a text, a range, or flags in parentheses.
func (s *statementReader) primary() (expr, error) {
	if s.pass("(") {
		if s.depth++; s.depth > maxNesting {
			return expr{}, errUnread
		}
		v, err := s.value()
		s.depth--
		if err == nil && !s.pass(")") {
			err = errUnread
		}
		return v, err
	}
	t := s.peek()
	if s.next == len(s.tokens) || isSign(t) && !t.quoted {
		return expr{}, errUnread
	}
	s.next++
	if !t.quoted && t.text == "*" {
		return expr{kind: everything}, nil
	}
	first := word(t.text)
	if !t.quoted && s.pass("-") { // blanks around the sign of a range
		last, err := s.argument()
		return expr{kind: rangeExpr, args: []expr{first, word(last)}}, err
	}
	return first, nil
}

// braces reads the elements of a set, or of a verdict map. changes says that an
// element expires.
func (s *statementReader) braces() (elements []expr, mappings []mapping, changes bool, err error) {
	if s.depth == maxNesting || !s.pass("{") {
		return nil, nil, false, errUnread
	}
	s.depth++
	defer func() { s.depth-- }()
	for !s.pass("}") {
		if s.at("{") { // a definition within
			more, moreMappings, c, err := s.braces()
			if err != nil {
				return nil, nil, false, err
			}
			elements, mappings, changes = append(elements, more...), append(mappings, moreMappings...), changes || c
		} else {
			key, err := s.side()
			if err != nil {
				return nil, nil, false, err
			}
			c, err := s.annotations()
			if err != nil {
				return nil, nil, false, err
			}
			changes = changes || c
			if s.pass(":") {
				m := mapping{key: key}
				if m.verdict, err = s.verdict(); err != nil {
					m.data, err = s.datum()
				}
				if err != nil {
					return nil, nil, false, err
				}
				mappings = append(mappings, m)
			} else {
				if elements == nil {
					elements = make([]expr, 0, s.listed())
				}
				elements = append(elements, key)
			}
		}
		if !s.pass(",") && !s.at("}") {
			return nil, nil, false, errUnread
		}
	}
	return elements, mappings, changes, nil
}

// datum reads a value of a map, as its text.
func (s *statementReader) datum() (string, error) {
	start := s.next
	for s.next < len(s.tokens) && !s.at(",") && !s.at("}") {
		if t := s.peek(); t.quoted || t.is("{") || t.is("(") {
			return "", errUnread
		}
		s.next++
	}
	if s.next == start {
		return "", errUnread
	}
	return textOf(s.source, s.tokens[start:s.next]), nil
}

// listed is how many elements there are up to the next brace, the last one read
// included: one more than commas.
func (s *statementReader) listed() int {
	n := 1
	for _, t := range s.tokens[s.next:] {
		switch {
		case t.is(","):
			n++
		case t.is("}"), t.is("{"):
			return n
		}
	}
	return n
}

// annotations passes what may stand behind an element: counters and comments, and what
// limits it or makes it expire, so that it is not surely in the set.
func (s *statementReader) annotations() (changes bool, err error) {
	for s.next < len(s.tokens) {
		switch t := s.peek(); {
		case t.is(","), t.is("}"), t.is(":"):
			return changes, nil
		case t.is("{"), t.is("("), isSign(t) && !t.quoted:
			return changes, errUnread
		case s.pass("comment"):
			_, err = s.argument()
		case s.pass("counter"):
			err = s.pairs("packets", "bytes")
		default:
			changes = true
			s.next++
		}
		if err != nil {
			return changes, err
		}
	}
	return changes, errUnread
}

// isPattern reports whether an interface name stands for several; prefix is what
// they begin with.
func isPattern(name string) (prefix string, ok bool) {
	if strings.HasSuffix(name, `\*`) {
		return name, false
	}
	return strings.CutSuffix(name, "*")
}
