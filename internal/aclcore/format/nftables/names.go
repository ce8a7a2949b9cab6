package nftables

import (
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service/iana"
)

// A numbering reads the names of values as numbers.
type numbering func(text string) (int, bool)

func plainNumber(text string) (int, bool) {
	n, err := strconv.ParseUint(text, 0, 32)
	return int(n), err == nil
}

// named makes a numbering of names besides numbers.
func named(names map[string]int) numbering {
	return func(text string) (int, bool) {
		if n, ok := names[text]; ok {
			return n, true
		}
		return plainNumber(text)
	}
}

// The names that "nft describe" lists for the types of nft.
var (
	icmpTypes = named(map[string]int{
		"echo-reply": 0, "destination-unreachable": 3, "source-quench": 4, "redirect": 5, "echo-request": 8,
		"router-advertisement": 9, "router-solicitation": 10, "time-exceeded": 11, "parameter-problem": 12,
		"timestamp-request": 13, "timestamp-reply": 14, "info-request": 15, "info-reply": 16,
		"address-mask-request": 17, "address-mask-reply": 18,
	})
	icmpv6Types = named(map[string]int{
		"destination-unreachable": 1, "packet-too-big": 2, "time-exceeded": 3, "parameter-problem": 4,
		"echo-request": 128, "echo-reply": 129, "mld-listener-query": 130, "mld-listener-report": 131,
		"mld-listener-done": 132, "mld-listener-reduction": 132, "nd-router-solicit": 133, "nd-router-advert": 134,
		"nd-neighbor-solicit": 135, "nd-neighbor-advert": 136, "nd-redirect": 137, "router-renumbering": 138,
		"ind-neighbor-solicit": 141, "ind-neighbor-advert": 142, "mld2-listener-report": 143,
	})
	icmpCodes = named(map[string]int{
		"net-unreachable": 0, "host-unreachable": 1, "prot-unreachable": 2, "port-unreachable": 3, "frag-needed": 4,
		"net-prohibited": 9, "host-prohibited": 10, "admin-prohibited": 13,
	})
	icmpv6Codes = named(map[string]int{
		"no-route": 0, "admin-prohibited": 1, "addr-unreachable": 3, "port-unreachable": 4, "policy-fail": 5, "reject-route": 6,
	})
	// etherTypes are the protocols that a link carries.
	etherTypes  = named(map[string]int{"ip": etherIPv4, "ip6": etherIPv6, "arp": 0x806, "8021q": 0x8100, "vlan": 0x8100, "8021ad": 0x88a8})
	nfProtocols = named(map[string]int{"ipv4": 2, "ip": 2, "ipv6": 10, "ip6": 10})
	tcpFlags    = named(map[string]int{
		"fin": netfilter.FIN, "syn": netfilter.SYN, "rst": netfilter.RST, "psh": netfilter.PSH,
		"ack": netfilter.ACK, "urg": netfilter.URG, "ecn": netfilter.ECE, "cwr": netfilter.CWR,
	})
)

const (
	etherIPv4 = 0x800
	etherIPv6 = 0x86dd
)

// connStates are the states of connections, and their bits, which nft -n prints.
var connStates = map[string]netfilter.ConnStates{
	"new": netfilter.New, "established": netfilter.Established, "related": netfilter.Related,
	"invalid": netfilter.Invalid, "untracked": netfilter.Untracked,
	"0x1": netfilter.Invalid, "0x2": netfilter.Established, "0x4": netfilter.Related, "0x8": netfilter.New, "0x40": netfilter.Untracked,
	"1": netfilter.Invalid, "2": netfilter.Established, "4": netfilter.Related, "8": netfilter.New, "64": netfilter.Untracked,
}

const allStates = netfilter.New | netfilter.Established | netfilter.Related | netfilter.Invalid | netfilter.Untracked

// protocolNumber reads the names of /etc/protocols, which nft prints.
func protocolNumber(text string) (int, bool) {
	switch strings.ToLower(text) {
	case "ipv6-icmp", "icmpv6":
		return service.ICMPv6, true
	case "ipencap":
		return 4, true
	case "ipv6-mh", "mh", "mobility-header":
		return 135, true
	case "ospf":
		return 89, true
	}
	if n, ok := iana.Protocol(text); ok {
		return int(n), true
	}
	n, ok := plainNumber(text)
	return n, ok && n < 256
}

// portNumber reads the name of a port that stands for the same one with TCP and UDP.
func portNumber(text string) (int, bool) {
	if n, ok := plainNumber(text); ok {
		return n, n <= maxPort
	}
	found := -1
	for _, p := range []uint8{service.TCP, service.UDP} {
		if len(iana.Ports(p, text)) == 0 {
			continue
		}
		port, ok := netfilter.Port(p, text)
		if !ok || found >= 0 && found != int(port) {
			return 0, false
		}
		found = int(port)
	}
	return found, found >= 0 && !netfilter.IsDisputed(text)
}
