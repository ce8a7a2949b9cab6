package service

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service/iana"
)

// Accepted names the spellings that [Parse] reads, for error messages.
const Accepted = "protocol/port (tcp/443, udp/1000-2000, tcp/https, tcp/*), icmp/TYPE or icmp/TYPE/CODE, a protocol (tcp, icmp, esp, protocol/47) or any"

// Literal is one declared service as it was written and what it means.
type Literal struct {
	Text string
	Set  Set
}

// Parse reads one service: "protocol/port" with a port number, range
// "1000-2000", "*" or IANA name; "icmp/type" and "icmp/type/code"; a bare
// protocol by IANA keyword for all of it; "protocol/from-to" for a run
// of protocol numbers; "ip" or "any" for everything. Case does not matter.
// "50/0", "esp/0" and the like mean the whole protocol, as in netutils. A suffix
// " from PORTS" restricts the source ports, which are otherwise any.
//
// A name that IANA assigns to several ports is refused, since any choice among
// them could be the wrong one.
func Parse(text string) (Literal, error) {
	r, err := parseRange(text)
	if err != nil {
		if better := separated(text); better != nil {
			err = better
		}
		return Literal{}, fmt.Errorf("service %q: %w", text, err)
	}
	return Literal{text, SetOf(r)}, nil
}

// ErrSeparators says that only blanks, or what people write between the elements of
// a list, keep a text from being a service or several.
var ErrSeparators = errors.New("has separators in it")

// separatorsError is an ErrSeparators that says what to write.
type separatorsError string

func (e separatorsError) Error() string        { return string(e) }
func (e separatorsError) Is(target error) bool { return target == ErrSeparators }

// separated returns an [ErrSeparators] if the text is one.
func separated(text string) error {
	isBlank := func(r rune) bool { return unicode.IsSpace(r) }
	if joined := strings.Join(strings.FieldsFunc(text, isBlank), ""); joined != text {
		if _, err := parseRange(joined); err == nil {
			return separatorsError("has blanks in it; write " + joined)
		}
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || isBlank(r) })
	if len(parts) < 2 {
		return nil
	}
	port := false // after tcp/80 a port alone goes on with the list
	for _, part := range parts {
		_, err := parseRange(part)
		if _, isNumber := number(part, maxPort); err != nil && !(port && isNumber) {
			return nil
		}
		port = port || strings.Contains(part, "/")
	}
	return separatorsError("is a list in one string; write one service per list element")
}

func parseRange(text string) (Range, error) {
	if text == "" {
		return Range{}, errors.New("is empty; write " + Accepted)
	}
	spec, sources, restricted := strings.Cut(text, " from ")
	r, err := parseSpec(spec)
	if err != nil || !restricted {
		return r, err
	}
	if r.ProtoFrom != r.ProtoTo || !HasPorts(r.ProtoFrom) {
		return Range{}, fmt.Errorf("restricts source ports of %q, which has none", spec)
	}
	r.SrcFrom, r.SrcTo, err = parsePorts(r.ProtoFrom, sources)
	return r, err
}

func parseSpec(spec string) (Range, error) {
	if strings.EqualFold(spec, "any") || strings.EqualFold(spec, "ip") {
		return All(), nil
	}
	name, port, hasPort := strings.Cut(spec, "/")
	if strings.EqualFold(name, "protocol") && hasPort {
		return parseProtocols(port)
	}
	if _, bare := number(name, maxPort); bare && !hasPort {
		return Range{}, fmt.Errorf("has no protocol before the port; write tcp/%s or udp/%s, or protocol/N for an IP protocol", name, name)
	}
	if p, ok := iana.Protocol(port); ok && HasPorts(p) && strings.Trim(name, "0123456789-") == "" {
		return Range{}, fmt.Errorf("has the port before the protocol; write %s/%s", port, name)
	}
	if hasPort && name != "" && strings.Trim(name, "0") == "" {
		// Many systems write protocol 0 for every protocol; IANA assigns it to the hop-by-hop
		// options of IPv6.
		return Range{}, errors.New("could be every protocol or number 0, hopopt; write any, or protocol/0")
	}
	protocol, err := parseProtocol(name)
	if err != nil {
		return Range{}, err
	}
	switch {
	case !hasPort && doubtful(name):
		return Range{}, fmt.Errorf("could be IP protocol %d or something else; write protocol/%d, tcp/PORT, udp/PORT, or any", protocol, protocol)
	case !hasPort:
		return Whole(protocol), nil
	case port == "":
		return Range{}, errors.New("has nothing after the slash; write " + Accepted)
	case HasTypes(protocol):
		return parseType(protocol, port)
	case !HasPorts(protocol):
		if port == "0" || port == "*" {
			return Whole(protocol), nil
		}
		whole := name
		if _, numeric := number(name, 255); numeric {
			whole += "/0"
		}
		return Range{}, fmt.Errorf("names a port of %s, which has none; write %s", name, whole)
	}
	if _, numeric := number(name, 255); numeric && port == "0" { // as 50/0 is all of esp
		keyword := iana.ProtocolName(protocol)
		return Range{}, fmt.Errorf("could be port 0 or every port of %s; write %s/0 or %s/*", keyword, keyword, keyword)
	}
	from, to, err := parsePorts(protocol, port)
	return Ports(protocol, from, to), err
}

func parseProtocol(name string) (uint8, error) {
	if n, ok := iana.Protocol(name); ok {
		return n, nil
	}
	if n, ok := number(name, 255); ok {
		return uint8(n), nil
	}
	if strings.EqualFold(name, "any") || strings.EqualFold(name, "ip") {
		return 0, fmt.Errorf("has a port but no protocol; write %s alone, or tcp/PORT", name)
	}
	return 0, fmt.Errorf("has the unknown protocol %q; write %s", name, Accepted)
}

// doubtful reports whether a bare protocol keyword is as likely meant otherwise:
// rdp is IP protocol 27 and the name of port 3389, ipv6 is the encapsulation 41 and
// an address family.
func doubtful(name string) bool {
	name = strings.ToLower(name)
	return name == "ipv4" || name == "ipv6" || len(iana.Ports(TCP, name)) > 0 || len(iana.Ports(UDP, name)) > 0
}

func parseProtocols(text string) (Range, error) {
	first, last, ranged := strings.Cut(text, "-")
	if !ranged {
		last = first
	}
	from, ok1 := number(first, 255)
	to, ok2 := number(last, 255)
	if !ok1 || !ok2 || from > to {
		return Range{}, fmt.Errorf("has the protocol numbers %q; write protocol/47 or protocol/2-5, 0 to 255", text)
	}
	r := All()
	r.ProtoFrom, r.ProtoTo = uint8(from), uint8(to)
	return r, nil
}

func parsePorts(protocol uint8, text string) (from, to uint16, err error) {
	if text == "*" || strings.EqualFold(text, "any") {
		return 0, maxPort, nil
	}
	if n, ok := number(text, maxPort); ok {
		return uint16(n), uint16(n), nil
	}
	if first, last, ok := strings.Cut(text, "-"); ok {
		lo, ok1 := number(first, maxPort)
		hi, ok2 := number(last, maxPort)
		if ok1 && ok2 {
			if lo > hi {
				return 0, 0, fmt.Errorf("has the reversed port range %s; write %d-%d", text, hi, lo)
			}
			return uint16(lo), uint16(hi), nil
		}
	}
	if strings.Trim(text, "0123456789-:") == "" {
		return 0, 0, fmt.Errorf("has the port %q; write 0 to 65535, or a range such as 1000-2000", text)
	}
	return namedPort(protocol, text)
}

func namedPort(protocol uint8, name string) (from, to uint16, err error) {
	ports := iana.Ports(protocol, name)
	switch len(ports) {
	case 0:
		if strings.Contains(name, "/") {
			return 0, 0, fmt.Errorf("has two slashes; write %s/PORT, one service per list element (only ICMP has a type and a code)", iana.ProtocolName(protocol))
		}
		return 0, 0, fmt.Errorf("has the port name %q, which IANA does not assign for %s; write the number%s",
			name, iana.ProtocolName(protocol), otherProtocol(protocol, name))
	case 1:
		return ports[0].First, ports[0].Last, nil
	}
	numbers := make([]string, len(ports))
	for i, p := range ports {
		numbers[i] = portText(p.First, p.Last)
	}
	return 0, 0, fmt.Errorf("has the port name %q, which stands for the ports %s; write the one that is meant",
		name, strings.Join(numbers, ", "))
}

func otherProtocol(protocol uint8, name string) string {
	for _, p := range []uint8{TCP, UDP, SCTP} {
		if p != protocol && len(iana.Ports(p, name)) > 0 {
			return fmt.Sprintf(", or %s/%s", iana.ProtocolName(p), name)
		}
	}
	return ""
}

func parseType(protocol uint8, text string) (Range, error) {
	if text == "*" || strings.EqualFold(text, "any") {
		return Whole(protocol), nil
	}
	typeText, codeText, hasCode := strings.Cut(text, "/")
	if t, code, ok := namedType(protocol, typeText); ok {
		if code >= 0 {
			return Code(protocol, t, uint8(code)), nil
		}
		typeText = strconv.Itoa(int(t))
	}
	from, to, ok := numbers(typeText)
	if !ok {
		return Range{}, fmt.Errorf("has the type %q; write a type 0 to 255 (icmp/8), or a type and code (icmp/3/1)", typeText)
	}
	r := Ports(protocol, from<<8, to<<8|255)
	if !hasCode {
		return r, nil
	}
	lo, hi, ok := numbers(codeText)
	if !ok || from != to {
		return Range{}, fmt.Errorf("has the code %q of type %s; write one type and a code 0 to 255 (icmp/3/1)", codeText, typeText)
	}
	return Ports(protocol, from<<8|lo, from<<8|hi), nil
}

// numbers reads "8" or "8-11", each 0 to 255.
func numbers(text string) (from, to uint16, ok bool) {
	first, last, ranged := strings.Cut(text, "-")
	if !ranged {
		last = first
	}
	lo, ok1 := number(first, 255)
	hi, ok2 := number(last, 255)
	return uint16(lo), uint16(hi), ok1 && ok2 && lo <= hi
}

// number reads an unsigned decimal up to limit; leading zeros are decimal, as in
// netutils ("06/080" is TCP port 80).
func number(text string, limit int) (int, bool) {
	if text == "" || len(text) > 9 || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n <= limit
}
