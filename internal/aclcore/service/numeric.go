package service

import (
	"strconv"
	"strings"
)

// Numeric writes the service as netutils does, "protocol number/port": the
// protocol by number unless it was written as one, the port as it was written
// unless it is a TCP or UDP name that starts with a letter. All of a protocol is
// "6/*", everything is "any". What netutils has no words for is written as [Parse] reads
// it: source ports, a run of protocols, protocol 0.
func (l Literal) Numeric() string {
	spec, _, restricted := strings.Cut(l.Text, " from ")
	name, port, hasPort := strings.Cut(spec, "/")
	r := l.Set.Ranges()[0]
	switch {
	case r.ProtoFrom != r.ProtoTo, r.ProtoFrom == 0: // 0/0 is refused
		return l.Set.String()
	case strings.EqualFold(name, "protocol"):
		return strconv.Itoa(int(r.ProtoFrom)) + "/*"
	}
	protocol := name
	if n, err := parseProtocol(name); err == nil && strings.Trim(name, "0123456789") != "" {
		protocol = strconv.Itoa(int(n))
	}
	switch {
	case !hasPort:
		port = "*"
	case (r.ProtoFrom == TCP || r.ProtoFrom == UDP) && startsWithLetter(port):
		port = portText(r.DstFrom, r.DstTo)
	}
	if restricted {
		port += " from " + portText(r.SrcFrom, r.SrcTo)
	}
	return protocol + "/" + port
}

func startsWithLetter(text string) bool {
	c := text[0] | 0x20
	return 'a' <= c && c <= 'z'
}
