package iptables

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// unchanged returns the packets of a rule with the target DNAT that have the destination
// already which it would give them: nothing becomes of those.
func (r *ruleReader) unchanged(packets []netfilter.Packets) (same []netfilter.Packets, ok bool) {
	if r.rule.target != "DNAT" || r.rule.to == "" {
		return nil, false
	}
	host, port, _ := strings.Cut(r.rule.to, ":")
	if strings.Count(r.rule.to, ":") > 1 { // IPv6, in brackets where it has a port
		host, port = r.rule.to, ""
		if inner, rest, found := strings.Cut(strings.TrimPrefix(host, "["), "]"); found {
			host, port = inner, strings.TrimPrefix(rest, ":")
		}
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return nil, false
	}
	p := netfilter.All().To(addr.SetOf(addr.RangeOf(a, a)))
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return nil, false
		}
		var ranges []service.Range
		for _, protocol := range withPorts {
			ranges = append(ranges, service.Ports(protocol, uint16(n), uint16(n)))
		}
		p = p.Intersect(netfilter.For(service.SetOf(ranges...)))
	}
	same, ok = netfilter.Both(packets, []netfilter.Packets{p})
	return same, ok && len(same) > 0
}
