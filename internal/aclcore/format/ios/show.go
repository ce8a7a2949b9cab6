package ios

import "strings"

// showHeader reads the line over a list in the output of a show command, such as
// "Extended IP access list 101" (IOS), "IP access list NAME" (NX-OS), "IP Access
// List NAME [readonly]" (EOS), or over an object group.
func (p *parser) showHeader(l line) bool {
	w := &p.words
	if key, v6, ok := shownGroup(w); ok {
		p.openGroup(l, key, v6)
		return true
	}
	kind, at := w.ahead(0), 1
	switch kind {
	case "standard", "extended", "reflexive", "role-based":
	default:
		kind, at = "", 0
	}
	family := w.ahead(at)
	if w.ahead(at+1) != "access" || w.ahead(at+2) != "list" || w.ahead(at+3) == "" {
		return false
	}
	switch family {
	case "ip", "ipv4", "ipv6":
	default:
		p.note(l, "an access list of this kind is not read; those for IPv4 and IPv6 are")
		p.mode, p.known = inOther, true
		return true
	}
	if kind == "reflexive" || kind == "role-based" {
		p.note(l, "a "+kind+" access list is not read; standard and extended ones are")
		p.mode, p.known = inOther, true
		return true
	}
	eos := p.dialect == IOS && w.raw[at+1] == "Access"
	p.open(l, listKey{family == "ipv6", w.raw[at+3]}, kind, true)
	if eos {
		p.eos, p.list.countRemarks = true, true
	}
	return true
}

// shownGroup reads "Network object group NAME", "V6-Service object group NAME"
// (IOS), "IPv4 address object-group NAME" or "Protocol port object-group NAME"
// (NX-OS).
func shownGroup(w *words) (key groupKey, v6, ok bool) {
	var name string
	switch {
	case w.ahead(1) == "object" && w.ahead(2) == "group" && len(w.raw) >= 4:
		name = w.raw[3]
	case w.ahead(2) == "object-group" && len(w.raw) >= 4:
		name = w.raw[3]
	default:
		return groupKey{}, false, false
	}
	switch kind := w.ahead(0); kind {
	case "network", "v6-network":
		return groupKey{networkGroup, name}, false, true
	case "service", "v6-service":
		return groupKey{serviceGroup, name}, kind == "v6-service", true
	case "ipv4", "ipv6":
		return groupKey{networkGroup, name}, false, w.ahead(1) == "address"
	case "protocol":
		return groupKey{portGroup, name}, false, w.ahead(1) == "port"
	}
	return groupKey{}, false, false
}

// withoutCounters cuts "(12 matches)", "[match=12]" and "[match 5 packets, 0:00:10
// ago]" from an entry.
func withoutCounters(text string) string {
	for _, brackets := range [...]string{"()", "[]"} {
		open := strings.LastIndexByte(text, brackets[0])
		if open < 0 {
			continue
		}
		inside, after, closed := strings.Cut(text[open+1:], brackets[1:])
		if !closed || !strings.Contains(lower(inside), "match") {
			continue
		}
		before, after := strings.TrimRight(text[:open], " \t"), strings.TrimLeft(after, " \t")
		switch {
		case before == "":
			continue
		case after != "":
			before += " " + after
		}
		text = before
	}
	return text
}
