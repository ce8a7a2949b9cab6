package asa

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strings"
)

// sniffed is how much of a text [Sniff] reads.
const sniffed = 64 << 10

// Scores of [Sniff]: how surely one line is of an ASA.
const (
	certain  = 95 // no other device has such a line
	likely   = 80 // the words are the ASA's own
	possible = 40 // an ASA writes it, others might
	numbered = 10 // an old ASA might; a router surely does
	foreign  = -1 // no ASA has such a line
)

// Sniff tells from the first 64 kB how surely content is of an ASA: 0 for no sign
// of it, up to 100.
func Sniff(content []byte) int {
	if len(content) > sniffed {
		content = content[:sniffed]
	}
	best := 0
	for line := range bytes.Lines(content) {
		line = bytes.TrimLeft(line, " \t\ufeff")
		if len(line) < 4 || !bytes.ContainsRune([]byte("AFPainops"), rune(line[0])) {
			continue // no line that tells starts otherwise
		}
		switch score := sniffLine(strings.TrimRight(string(line), "\r\n")); score {
		case certain:
			return score
		case foreign:
			return min(best, numbered)
		default:
			best = max(best, score)
		}
	}
	return best
}

func sniffLine(line string) int {
	c := cursor{line}
	switch c.next() {
	case "ASA", "PIX", "FWSM":
		if c.take("Version") && !c.atEnd() {
			return certain
		}
	case "access-list":
		return sniffAccessList(c)
	case "ip", "ipv4":
		if c.peek() == "access-list" {
			return foreign
		}
	case "access-group":
		c.next()
		word := c.next()
		if word == "global" && c.atEnd() || (word == "in" || word == "out") && c.take("interface") {
			return certain
		}
	case "object":
		if word := c.next(); word == "network" || word == "service" {
			return likely
		}
	case "network-object", "port-object", "service-object", "protocol-object", "icmp-object", "nameif", "security-level":
		return likely
	case "object-group":
		// IOS has object-group network and service too.
		switch c.next() {
		case "protocol", "icmp-type":
			return likely
		case "network", "service":
			return possible
		}
	}
	return 0
}

func sniffAccessList(c cursor) int {
	name := c.next()
	if strings.HasSuffix(name, ";") && strings.Contains(c.rest, "elements") {
		return certain
	}
	switch c.next() {
	case "line":
		if _, ok := number(c.next(), 1<<31-1); ok {
			return certain
		}
	case "extended", "standard":
		switch {
		case !isAction(c.peek()):
		case hasMask(c, isWildcard):
			return foreign
		default:
			return certain
		}
	case "webtype", "ethertype":
		return likely
	case "permit", "deny":
		if _, ok := number(name, 1<<31-1); ok && !hasMask(c, isNetmask) {
			return numbered
		}
		return possible
	}
	return 0
}

// hasMask reports whether some word is a mask of a router, such as 0.0.0.255, or one
// of an ASA.
func hasMask(c cursor, of func(netip.Addr) bool) bool {
	for {
		word := c.next()
		if word == "" {
			return false
		}
		if mask, err := netip.ParseAddr(word); err == nil && mask.Is4() && of(mask) {
			return true
		}
	}
}

// isNetmask reports whether the mask is that of a network: a run of ones from 255 on
// that leaves the last byte free.
func isNetmask(mask netip.Addr) bool {
	b := mask.As4()
	m := binary.BigEndian.Uint32(b[:])
	return b[0] == 255 && b[3] == 0 && ^m&(^m+1) == 0
}

func isAction(word string) bool { return word == "permit" || word == "deny" }
