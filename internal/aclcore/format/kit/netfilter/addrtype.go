package netfilter

import (
	"net/netip"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
)

// Of some IPv4 destinations the address tells the type that the kernel finds in its tables
// (inet_addr_type of Linux): 224.0.0.0/4 is multicast, 0.0.0.0/8 and 255.255.255.255 are
// broadcast. Of others the host's own addresses do.
var (
	multicast4 = addr.SetOf(addr.RangeOfPrefix(netip.MustParsePrefix("224.0.0.0/4")))
	broadcast4 = addr.SetOf(
		addr.RangeOfPrefix(netip.MustParsePrefix("0.0.0.0/8")),
		addr.RangeOfPrefix(netip.MustParsePrefix("255.255.255.255/32")))
	other4 = addr.Any4().Subtract(multicast4).Subtract(broadcast4)
)

// DestinationType returns the IPv4 packets whose destination is of the type: local,
// broadcast, multicast or unicast. ok is false for any other type.
func DestinationType(name string) (sets []Packets, ok bool) {
	others := IPv4().To(other4)
	switch name {
	case "local":
		return []Packets{others.Intersect(AreLocal())}, true
	case "broadcast":
		return []Packets{IPv4().To(broadcast4), others.Intersect(AreBroadcast())}, true
	case "unicast":
		return []Packets{others.Intersect(AreUnicast())}, true
	case "multicast":
		return []Packets{IPv4().To(multicast4)}, true
	}
	return nil, false
}
