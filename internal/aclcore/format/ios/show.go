package ios

import (
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/terminal"
)

// showHeader reads the line over a list in the output of a show command, such as
// "Extended IP access list 101" (IOS), "IP access list NAME" and "IPV4 ACL NAME"
// (NX-OS), "IP Access List NAME [readonly]" (EOS), or over an object group.
func (p *parser) showHeader(l line) bool {
	w := &p.words
	if key, v6, ok := shownGroup(w); ok {
		p.openGroup(l, key, v6)
		return true
	}
	kind, at := w.ahead(0), 1
	switch kind {
	case "standard", "extended", "reflexive", "role-based", "fqdn":
	default:
		kind, at = "", 0
	}
	family, name := w.ahead(at), at+3
	switch {
	case w.ahead(at+1) == "access" && w.ahead(at+2) == "list":
	case kind == "" && w.ahead(1) == "acl" && (family == "ipv4" || family == "ipv6"):
		name = 2
	default:
		return false
	}
	if w.ahead(name) == "" {
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
	p.open(l, listKey{family == "ipv6", w.raw[name]}, kind, true)
	if eos {
		p.eos, p.list.countRemarks = true, true
	}
	return true
}

// isHeading reports whether a line that is indented may all the same stand over a list
// or a group in the output of a show command: it says so, and is no entry of one.
func isHeading(w *words) bool {
	if isEntryWord(w.peek()) || w.peek() == "no" || w.peek() == "description" {
		return false
	}
	for n := 1; n < 4; n++ {
		switch w.ahead(n) {
		case "access":
			return w.ahead(n+1) == "list"
		case "acl", "object-group":
			return true
		case "object":
			return w.ahead(n+1) == "group"
		}
	}
	return false
}

// execWords start commands that are typed at a prompt, and lines about a list.
var execWords = makeSet(`show sh sho clear debug undebug do write more copy set unset delete terminal test title description name no
	remark match section include`)

// isOtherHeading reports whether a line of the top level that is not known says that it
// starts a list or a block which filters packets.
func isOtherHeading(w *words) bool {
	first := w.low[0]
	return !topWords[first] && !isEntryWord(first) && !execWords[first] && terminal.NamesFilter(w.low)
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
