package ios

import (
	"net/netip"
	"strings"
)

// leaving is how a list was left: by a line of the top level that is not known.
type leaving struct {
	list     *list
	standard bool
	line     line
}

// reopen goes back to the list that was left, since an entry follows: the line that
// left it was none of the top level.
func (p *parser) reopen() {
	from := p.left
	p.list, p.standard, p.mode, p.left = from.list, from.standard, inList, nil
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
