// Package widen writes new members for object groups that a text has.
//
// A member is the smaller change where a rule lacks a few addresses or services and has a
// group for them. It is offered only for a group whose name the text has twice: where it
// is defined, and in the one rule. What it does is proven by whoever offers it.
package widen

import (
	"bytes"
	"net/netip"
	"regexp"
	"strconv"

	"go4.org/netipx"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Max bounds the members of one change: beyond it a rule is the smaller one.
const Max = 4

// A Lack is what a rule lacks to permit certain traffic: one of the three is not empty.
type Lack struct {
	Sources, Destinations addr.Set
	Services              service.Set
}

// Of returns what the rule lacks of the wanted traffic, if that is of one kind.
func Of(r *rule.Rule, wanted traffic.Product) (Lack, bool) {
	l := Lack{wanted.Sources.Subtract(r.Traffic.Sources), wanted.Destinations.Subtract(r.Traffic.Destinations), wanted.Services.Subtract(r.Traffic.Services)}
	n := 0
	for _, has := range []bool{!l.Sources.IsEmpty(), !l.Destinations.IsEmpty(), !l.Services.IsEmpty()} {
		if has {
			n++
		}
	}
	return l, n == 1
}

// Prefixes are the addresses that are lacking; none if they are more than [Max].
func (l Lack) Prefixes() (out []netip.Prefix) {
	for _, r := range l.Sources.Union(l.Destinations).Ranges() {
		out = append(out, netipx.IPRangeFrom(r.From, r.To).Prefixes()...)
		if len(out) > Max {
			return nil
		}
	}
	return out
}

// A Grammar says how a language writes object groups.
type Grammar struct {
	// Reference matches a group in a rule; its first submatch is the name.
	Reference *regexp.Regexp
	// Header returns a pattern for the line that opens the group of the quoted name. The
	// submatch "addresses" or "services" is there as the group holds these.
	Header func(quoted string) string
	// Address and Service write a member. They return "" for what a group cannot hold, or
	// the group with that header cannot.
	Address func(header string, p netip.Prefix) string
	Service func(header string, r service.Range) string
}

// Add returns, for each group of the rule that can take what is lacking, the commands that
// add it.
func (g Grammar) Add(content []byte, text string, lack Lack) []string {
	var out []string
	for _, m := range g.Reference.FindAllStringSubmatch(text, -1) {
		name := regexp.QuoteMeta(m[1])
		if uses := regexp.MustCompile(`(?m)(?:^|[\s"'{,])`+name+`(?:$|[\s"'},])`).FindAllIndex(content, 3); len(uses) != 2 {
			continue
		}
		header := regexp.MustCompile(`(?m)^[ \t]*` + g.Header(name) + `[ \t]*\r?$`)
		found := header.FindSubmatch(content)
		if found == nil {
			continue
		}
		opens := string(bytes.TrimSpace(found[0]))
		var lines []string
		switch {
		case len(found[header.SubexpIndex("addresses")]) > 0:
			lines = g.addresses(opens, lack.Prefixes())
		case len(found[header.SubexpIndex("services")]) > 0:
			lines = g.services(opens, lack.Services)
		}
		if len(lines) == 0 {
			continue
		}
		command := opens
		for _, line := range lines {
			command += "\n " + line
		}
		out = append(out, command)
	}
	return out
}

func (g Grammar) addresses(header string, prefixes []netip.Prefix) (out []string) {
	for _, p := range prefixes {
		line := g.Address(header, p)
		if line == "" {
			return nil
		}
		out = append(out, line)
	}
	return out
}

func (g Grammar) services(header string, s service.Set) (out []string) {
	for _, r := range s.Ranges() {
		line := g.Service(header, r)
		if line == "" || len(out) == Max {
			return nil
		}
		out = append(out, line)
	}
	return out
}

// Ports writes the destination ports of one protocol with the words eq and range. It
// returns "" for services that are not that: all ports, source ports, other protocols.
func Ports(r service.Range) (protocol, ports string) {
	protocol = map[uint8]string{service.TCP: "tcp", service.UDP: "udp"}[r.ProtoFrom]
	if protocol == "" || r.ProtoFrom != r.ProtoTo || r != service.Ports(r.ProtoFrom, r.DstFrom, r.DstTo) || r == service.Whole(r.ProtoFrom) {
		return "", ""
	}
	if r.DstFrom == r.DstTo {
		return protocol, "eq " + number(r.DstFrom)
	}
	return protocol, "range " + number(r.DstFrom) + " " + number(r.DstTo)
}

// Mask writes the mask of an IPv4 prefix.
func Mask(p netip.Prefix) string {
	var b [4]byte
	for i := range p.Bits() {
		b[i/8] |= 0x80 >> (i % 8)
	}
	return netip.AddrFrom4(b).String()
}

func number(n uint16) string { return strconv.Itoa(int(n)) }
