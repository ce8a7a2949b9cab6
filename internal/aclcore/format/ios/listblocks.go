package ios

import (
	"fmt"
	"strings"
)

// otherLists are the words after "access-list" that make something else than a
// list that filters packets by address. Those with a reason filter packets all the
// same.
var otherLists = map[string]string{
	"commit-delay": "", "helper": "", "log-update": "", "logging": "", "maximum": "", "persistent": "",
	"hash-generation":     "",
	"eth":                 "an access list for Ethernet is not read",
	"match-local-traffic": "filtering of the device's own traffic is not read",
	"role-based":          "an access list by security group is not read",
	"session":             "a session access list is not read",
}

// listHeader reads what follows "ip access-list" and its kin.
func (p *parser) listHeader(l line, v6 bool) {
	w := &p.words
	key := listKey{v6: v6}
	kind := w.peek()
	if p.dialect == IOS && len(kind) > 1 && w.ahead(1) != "" { // "ip access-list ext EDGE"
		for _, whole := range [...]string{"standard", "extended"} {
			if strings.HasPrefix(whole, kind) {
				kind = whole
			}
		}
	}
	switch kind {
	case "resequence":
		w.skip(1)
		key.name = w.next()
		p.renumber(key)
		return
	case "standard", "extended", "fqdn":
		w.skip(1)
	default:
		if reason, other := otherLists[kind]; other && (reason != "" || w.ahead(1) != "") {
			if reason != "" {
				p.note(l, reason)
				p.mode = inOther
			}
			return
		}
		kind = ""
	}
	key.name = w.next()
	if key.name == "" {
		p.note(l, "the list has no name, so nothing can apply it; its entries are not read")
		p.mode = inOther
		return
	}
	p.open(l, key, kind, false)
	if p.dialect == IOS && kind == "" && !v6 { // IOS wants the kind, EOS does not
		p.eos, p.list.countRemarks = true, true
	}
	if !w.done() { // XR: "ipv4 access-list NAME 10 permit …" is a whole entry
		p.addEntry(l, w.at)
		p.mode = elsewhere
	}
}

// open makes the list the one that the next lines belong to. kind is standard,
// extended, or empty; shown says that the lines are the output of a show command.
func (p *parser) open(l line, key listKey, kind string, shown bool) {
	at, ok := p.byKey[key]
	if !ok {
		at = &list{key: key, line: l.number, header: l.text, command: p.dialect.enter(key, kind), countRemarks: p.dialect != IOS}
		p.byKey[key] = at
		p.lists = append(p.lists, at)
	}
	if at.byName = at.byName || kind == "fqdn"; at.byName {
		kind = "extended" // and part of it is shown under either heading
	} else if (shown || at.shown) && len(at.entries) > 0 {
		// A configuration and what a command shows of it, or two outputs: adding one
		// to the other would mix up their order.
		p.note(l, fmt.Sprintf("list %s stands in this file already, on line %d; what follows replaces it", key.name, at.line))
		at.entries, at.found, at.highest, at.line, at.header = nil, nil, 0, l.number, l.text
	}
	at.shown = shown
	p.list, p.mode, p.known = at, inList, true
	p.standard = kind == "standard"
}

// numberedEntry reads what follows "access-list".
func (p *parser) numberedEntry(l line) {
	w := &p.words
	n, ok := number(w.peek())
	kind := "extended"
	switch {
	case !ok:
		switch w.peek() {
		case "cache", "compiled", "counters", "hardware", "rate-limit":
		default:
			p.known = true
			p.note(l, "the list has no number; \"access-list NUMBER\" and \"ip access-list extended NAME\" are read here, and \"access-list NAME extended\" in the format cisco_asa")
		}
		return
	case n >= 1 && n <= 99, n >= 1300 && n <= 1999:
		kind = "standard"
	case n >= 100 && n <= 199, n >= 2000 && n <= 2699:
	default:
		p.known = true
		p.note(l, fmt.Sprintf("access list %d is not for IP; those are 1-199 and 1300-2699", n))
		return
	}
	p.open(l, listKey{name: w.next()}, kind, false)
	p.mode = elsewhere
	if !w.done() {
		p.addEntry(l, w.at)
	}
}

// listLine reads a line that may belong to the open list, and reports whether it
// does.
func (p *parser) listLine(l line) bool {
	w := &p.words
	word := w.peek()
	switch {
	case word == "exit", word == "end", word == "quit", word == "root", word == "do":
		p.mode, p.left = elsewhere, &leaving{list: p.list, standard: p.standard, line: l}
		return true
	case word == "commit": // XR stays in the list
		return true
	case isEntryWord(word):
	case isSetting(w, 0):
		return true
	case word == "no", word == "default" && isEntryWord(w.ahead(1)):
		if !l.indented && !isEntryWord(w.ahead(1)) && !isSetting(w, 1) {
			return false
		}
		if word == "default" && w.ahead(1) != "remark" || word == "no" && !p.undoEntry(l) {
			p.list.doubt(l)
		}
		return true
	case word == "resequence" && (w.ahead(1) == "" || startsWithDigit(w.ahead(1))): // EOS
		w.skip(1)
		p.renumber(p.list.key)
		return true
	case !l.indented && topWords[word]:
		return false
	case p.continues(0):
	case !l.indented && len(p.list.entries) > 0 && !p.list.flush:
		p.left = &leaving{list: p.list, standard: p.standard, line: l}
		return false
	}
	e := p.addEntry(l, 0)
	if !l.indented && !e.stray {
		p.list.flush = true
	}
	return true
}

// isEntryWord reports whether an entry can start with the word.
func isEntryWord(word string) bool {
	switch word {
	case "remark", "evaluate", "dynamic", "sequence":
		return true
	}
	return isActionWord(word) || startsWithDigit(word)
}

func isActionWord(word string) bool { return word == "permit" || word == "deny" }

// isSetting reports whether the words from n on are a setting of a list or a line
// about it in the output of a show command: nothing that decides about packets,
// except that NX-OS "fragments permit-all" is about later fragments.
func isSetting(w *words, n int) bool {
	next := w.ahead(n + 1)
	switch w.ahead(n) {
	case "fragment-rules":
		return true
	case "statistics", "counters":
		return next == "per-entry"
	case "ignore":
		return next == "routable"
	case "fragments", "extension-header":
		return next == "permit-all" || next == "deny-all"
	case "total": // EOS: "Total rules configured: 3"
		return next == "rules" || next == "aces"
	case "configured", "active": // EOS: "Configured on Ingress: Et1"
		return next == "on"
	case "phone": // EOS: "Phone ACL bypass: disabled"
		return next == "acl"
	}
	return false
}

// topWords start lines of the top level of a configuration. In a file without
// indentation they end a list.
var topWords = makeSet(`aaa access-list alias archive arp bfd boot banner bridge call-home cdp class-map clock control-plane
	controller copp crypto cts daemon default device diagnostic dns domain dot1x enable errdisable ethernet
	ethernet-services event exception extended extcommunity-set fabric feature file flow hardware hostname hw-module
	interface ip ipc ipv4 ipv6 key l2vpn lacp ldap license line lldp load-interval logging login mac macro management monitor
	mpls multilink nat netconf netconf-yang network-clock ntp nv object-group ospf parser password platform policy-map
	port-channel prefix-set privilege process ptp qos queue-monitor radius radius-server redundancy reflexive restconf
	rmon role role-based route-map route-policy router scheduler security server service service-policy sflow
	slb snmp snmp-server spanning-tree ssh standard subscriber switch switchname switchport system tacacs tacacs-server
	telemetry telnet template tftp-server time-range track transceiver udld username vdc version virtual vlan voice
	vpc vpdn vrf vtp vty-pool xconnect xml zone zone-pair`)

func makeSet(text string) map[string]bool {
	set := make(map[string]bool)
	for _, word := range strings.Fields(text) {
		set[word] = true
	}
	return set
}

// addEntry appends the line, from its n-th word on, to the open list.
func (p *parser) addEntry(l line, n int) entry {
	e := p.entryAt(l, n)
	e.standard = p.standard
	if e.body == "" || !isEntryWord(lower(firstWord(e.body))) {
		e.stray = e.sequence == 0
		if p.continues(n) {
			p.list.cutAt(l.number)
			e.stray = true
		}
	}
	p.list.add(e)
	return e
}

// entryAt cuts the sequence number from the line, whose entry starts with the n-th
// word.
func (p *parser) entryAt(l line, n int) entry {
	w := &p.words
	e := entry{line: int32(l.number), text: l.text}
	if text := withoutCounters(l.text); len(text) < len(l.text) {
		e.text = text
		w.cut(text)
	}
	w.at = n
	end := len(e.text)
	switch {
	case w.peek() == "sequence":
		if s, ok := sequence(w.ahead(1)); ok { // IPv6 on IOS
			e.sequence = s
			w.skip(2)
		}
	case startsWithDigit(w.peek()):
		if s, ok := sequence(w.peek()); ok {
			e.sequence = s
			w.skip(1)
		}
	case len(w.low) >= n+3 && w.low[len(w.low)-2] == "sequence" && w.peek() != "remark":
		if s, ok := sequence(w.low[len(w.low)-1]); ok { // as IOS shows IPv6 entries
			e.sequence = s
			end = w.start[len(w.low)-2]
		}
	}
	if !w.done() {
		e.body = strings.TrimRight(e.text[w.start[w.at]:end], " \t")
		e.remark = w.peek() == "remark"
	}
	return e
}

func sequence(word string) (int64, bool) {
	n, ok := number(word)
	return n, ok && n > 0 && n <= maxSequence
}

func firstWord(text string) string {
	if i := strings.IndexAny(text, " \t"); i >= 0 {
		return text[:i]
	}
	return text
}
