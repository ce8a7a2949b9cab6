package service

import (
	"strconv"
	"strings"
)

// Numeric writes the service as netutils does, "protocol number/port": the
// protocol by number unless it was written as one, the port as it was written
// unless it is a TCP or UDP name that starts with a letter. All of a protocol is
// "6/*", everything is "any".
func (l Literal) Numeric() string {
	name, port, hasPort := strings.Cut(l.Text, "/")
	if l.Set.IsAny() || strings.EqualFold(name, "protocol") || strings.Contains(port, " from ") {
		return l.Set.String()
	}
	protocol := name
	if n, err := parseProtocol(name); err == nil && strings.Trim(name, "0123456789") != "" {
		protocol = strconv.Itoa(int(n))
	}
	if !hasPort {
		return protocol + "/*"
	}
	if r := l.Set.Ranges(); len(r) == 1 && (r[0].ProtoFrom == TCP || r[0].ProtoFrom == UDP) && startsWithLetter(port) {
		port = portText(r[0].DstFrom, r[0].DstTo)
	}
	return protocol + "/" + port
}

func startsWithLetter(text string) bool {
	c := text[0] | 0x20
	return 'a' <= c && c <= 'z'
}
