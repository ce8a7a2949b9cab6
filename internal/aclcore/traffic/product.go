// Package traffic holds sets of packets: products of source addresses,
// destination addresses and services, and the exact algebra on them.
package traffic

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// Product is the set of packets whose source, destination and service all lie in
// its sets. It is empty when any of the three is. Products are immutable.
type Product struct {
	Sources, Destinations addr.Set
	Services              service.Set
}

// Any returns the product of every packet.
func Any() Product { return Product{addr.Any(), addr.Any(), service.Any()} }

// IsEmpty reports whether the product holds no packet.
func (p Product) IsEmpty() bool {
	return p.Sources.IsEmpty() || p.Destinations.IsEmpty() || p.Services.IsEmpty()
}

// IsCatchAll reports whether the product is any → any for every service, in at
// least one address family.
func (p Product) IsCatchAll() bool {
	covers := func(all addr.Set) bool {
		return p.Sources.ContainsSet(all) && p.Destinations.ContainsSet(all)
	}
	return p.Services.IsAny() && (covers(addr.Any4()) || covers(addr.Any6()))
}

// Contains reports whether the packet is in the product. See [service.Set] for
// what src and dst mean for ICMP.
func (p Product) Contains(from, to netip.Addr, protocol uint8, src, dst uint16) bool {
	return p.Sources.Contains(from) && p.Destinations.Contains(to) && p.Services.Contains(protocol, src, dst)
}

// Equal reports whether the three sets of p and o are equal.
func (p Product) Equal(o Product) bool {
	return p.Sources.Equal(o.Sources) && p.Destinations.Equal(o.Destinations) && p.Services.Equal(o.Services)
}

// ContainsProduct reports whether every packet of o is in p.
func (p Product) ContainsProduct(o Product) bool {
	return o.IsEmpty() ||
		p.Destinations.ContainsSet(o.Destinations) && p.Sources.ContainsSet(o.Sources) && p.Services.ContainsSet(o.Services)
}

// Overlaps reports whether p and o share a packet.
func (p Product) Overlaps(o Product) bool {
	return p.Destinations.Overlaps(o.Destinations) && p.Sources.Overlaps(o.Sources) && p.Services.Overlaps(o.Services)
}

// Intersect returns the packets in both p and o; it is empty in all three sets if
// there are none.
func (p Product) Intersect(o Product) Product {
	if !p.Overlaps(o) {
		return Product{}
	}
	return Product{p.Sources.Intersect(o.Sources), p.Destinations.Intersect(o.Destinations), p.Services.Intersect(o.Services)}
}

// Subtract returns the packets of p that are not in o as at most three disjoint
// products.
func (p Product) Subtract(o Product) []Product {
	in := p.Intersect(o)
	if in.IsEmpty() {
		return []Product{p}
	}
	parts := [...]Product{
		{p.Sources.Subtract(in.Sources), p.Destinations, p.Services},
		{in.Sources, p.Destinations.Subtract(in.Destinations), p.Services},
		{in.Sources, in.Destinations, p.Services.Subtract(in.Services)},
	}
	return slices.DeleteFunc(parts[:], Product.IsEmpty)
}

// ByFamily returns the IPv4 and the IPv6 packets of p. The pairs of an address of
// one family and one of the other are left out: no packet has them.
func (p Product) ByFamily() (v4, v6 Product) {
	v4, v6 = p, p
	v4.Sources, v6.Sources = p.Sources.Split()
	v4.Destinations, v6.Destinations = p.Destinations.Split()
	return v4, v6
}

// Compare orders products by source, destination and service, for stable output.
func (p Product) Compare(o Product) int {
	return cmp.Or(p.Sources.Compare(o.Sources), p.Destinations.Compare(o.Destinations), p.Services.Compare(o.Services))
}

// String writes the product as "sources -> destinations services".
func (p Product) String() string {
	return fmt.Sprintf("%s -> %s %s", p.Sources, p.Destinations, p.Services)
}
