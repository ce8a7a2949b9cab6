package ios

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"

// protocolNames are the protocol keywords of the four platforms; nos is KA9Q NOS
// IP over IP. icmp stands for ICMPv6 in an IPv6 list. Sources as in portnames.go.
var protocolNames = map[string]uint8{
	"ah": 51, "ahp": 51, "eigrp": 88, "esp": 50, "gre": 47, "icmp": 1, "igmp": 2, "igrp": 9, "ipinip": 4,
	"nos": 94, "ospf": 89, "pcp": 108, "pim": 103, "rsvp": 46, "sctp": 132, "tcp": 6, "udp": 17, "vrrp": 112,
}

// A protocol is what the protocol field of an entry stands for.
type protocol struct {
	// any is every protocol; else number is the one.
	any    bool
	number uint8
}

// protocolOf reads a protocol keyword or number of an IPv4 or IPv6 list.
func protocolOf(word string, v6 bool) (protocol, bool) {
	switch word {
	case "ip", "ipv4":
		return protocol{any: true}, !v6
	case "ipv6":
		return protocol{any: true}, v6
	case "icmpv6", "ipv6-icmp":
		return protocol{number: service.ICMPv6}, v6
	case "icmp":
		if v6 {
			return protocol{number: service.ICMPv6}, true
		}
	case "0":
		// Any protocol to some releases, IPv6 hop-by-hop options to others.
		return protocol{}, false
	}
	if n, ok := protocolNames[word]; ok {
		return protocol{number: n}, true
	}
	n, ok := octet(word)
	return protocol{number: n}, ok
}

func (p protocol) hasPorts() bool { return !p.any && service.HasPorts(p.number) }

func (p protocol) hasTypes() bool { return !p.any && service.HasTypes(p.number) }

// whole returns every service of the protocol.
func (p protocol) whole() service.Range {
	if p.any {
		return service.All()
	}
	return service.Whole(p.number)
}
