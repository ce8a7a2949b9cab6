package iptables

import (
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
)

// readDestinationType reads "--dst-type LOCAL,BROADCAST" of the match addrtype.
func readDestinationType(r *ruleReader, name string, args [2]string, not bool) error {
	n := len(r.rule.steady)
	words := []string{name, args[0]}
	if not {
		words = []string{"!", name, args[0]}
	}
	if n == 0 || r.rule.steady[n-1].module != "addrtype" {
		r.rule.unknown = append(r.rule.unknown, strings.Join(words, " "))
		return nil
	}
	c := &r.rule.steady[n-1]
	c.words, c.options, c.not = append(c.words, words...), c.options+1, not
	return nil
}

// addressType returns the packets of a match addrtype that asks only for the type of the
// destination. ok is false for any other.
func (m *steadyMatch) addressType(s *netfilter.Symbols) (sets []netfilter.Packets, ok bool) {
	words := m.words
	if m.not && len(words) > 0 {
		words = words[1:]
	}
	if m.module != "addrtype" || m.options != 1 || len(words) != 2 || words[0] != "--dst-type" {
		return nil, false
	}
	for name := range strings.SplitSeq(words[1], ",") {
		one, ok := netfilter.DestinationType(strings.ToLower(name))
		if !ok {
			return nil, false
		}
		sets = append(sets, one...)
	}
	if m.not {
		if sets, ok = netfilter.Except(netfilter.IPv4(), sets); !ok {
			return nil, false
		}
	}
	return append(sets, m.condition(s).Intersect(netfilter.IPv6())), true
}
