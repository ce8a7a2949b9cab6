package ios

import (
	"net/netip"
	"strings"
)

// leaving is how a list or an object group was left: by a line of the top level that
// is not known.
type leaving struct {
	list     *list
	standard bool
	group    *group
	line     line
}

// resumes reports whether the line can only belong to what was left.
func (p *parser) resumes(l line) bool {
	word := p.words.peek()
	switch {
	case p.left == nil:
		return false
	case p.left.group != nil:
		return p.words.isMember(p.left.group) && !p.isEntry(l)
	case word == "no" || word == "default":
		return isEntryWord(p.words.ahead(1))
	}
	return p.isEntry(l)
}

// reopen goes back to what was left, since more of it follows: the line that left it
// was none of the top level.
func (p *parser) reopen() {
	from := p.left
	p.left = nil
	if from.group != nil {
		p.group, p.mode = from.group, inGroup
		p.group.members = append(p.group.members, from.line)
		return
	}
	p.list, p.standard, p.mode = from.list, from.standard, inList
	p.list.cutAt(from.line.number)
	p.list.add(entry{line: int32(from.line.number), text: from.line.text, body: from.line.text, stray: true})
}

// continues reports whether the line, from its n-th word on, looks like the rest of
// an entry that a terminal has broken.
func (p *parser) continues(n int) bool {
	w := &p.words
	w.at = n
	if startsWithDigit(w.peek()) {
		if n+1 == len(w.low) || isAddress(w.peek()) {
			return true
		}
		w.at++
	}
	word := w.peek()
	if isEntryWord(word) || word == "" {
		return false
	}
	if isPortOperator(word) || flagNames[word] != 0 || isAddress(word) {
		return true
	}
	switch word {
	case "any", "host", "object-group", "addrgroup", "net-group", "established", "log", "log-input", "fragments",
		"match-all", "match-any", "reflect", "capture", "counter", "ttl", "packet-length":
		return true
	}
	if _, ok := arguments[word]; ok {
		return true
	}
	_, port := p.dialect.port(anyTransport, word)
	_, icmp := icmpNames[word]
	_, icmp6 := icmp6Names[word]
	return port || icmp || icmp6
}

// isAddress reports whether the word has the look of an address or a prefix.
func isAddress(word string) bool {
	host, _, _ := strings.Cut(word, "/")
	_, err := netip.ParseAddr(host)
	return err == nil
}
