package flow

import (
	"net/netip"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Region is the traffic of a flow: the union of its products.
type Region struct {
	// Possible holds disjoint products, each of one address family.
	Possible []traffic.Product
	// Impossible holds what was declared but no packet can be. It can never be
	// allowed.
	Impossible []Impossible
	// Self holds the products of a host to itself, which cross no firewall on a path, but
	// the lists of that host: see [Region.WithSelf].
	Self []traffic.Product
}

// OnlySelf reports whether every product of the flow is from a host to itself. They are
// Impossible then, as long as no list of that host is asked.
func (r Region) OnlySelf() bool {
	return len(r.Possible) == 0 && len(r.Impossible) == 1 && r.Impossible[0].Reason == onlySelf
}

const onlySelf = "every product of the flow is from a host to itself, which crosses no firewall"

// WithSelf returns the region as a host asks its own lists, which its traffic to itself
// crosses too.
func (r Region) WithSelf() Region {
	if len(r.Self) == 0 {
		return r
	}
	if r.OnlySelf() {
		r.Impossible = nil
	}
	r.Possible, r.Self = slices.Concat(r.Possible, r.Self), nil
	return r
}

// Impossible is declared traffic that does not exist, and why.
type Impossible struct {
	traffic.Product
	Reason string
}

// Region returns the traffic of the flow. Pairs of an IPv4 and an IPv6 address are
// no traffic and are left out; an address that is left with no partner at all is
// Impossible.
func (f *Flow) Region() Region {
	src, dst := union(f.Sources), union(f.Destinations)
	var all, only4, only6 service.Set // of both families, of ICMP alone, of ICMPv6 alone
	icmp, icmp6 := service.SetOf(service.Whole(service.ICMP)), service.SetOf(service.Whole(service.ICMPv6))
	for _, l := range f.Services {
		switch {
		case icmp.ContainsSet(l.Set):
			only4 = only4.Union(l.Set)
		case icmp6.ContainsSet(l.Set):
			only6 = only6.Union(l.Set)
		default:
			all = all.Union(l.Set)
		}
	}
	var r Region
	src4, src6 := src.Split()
	dst4, dst6 := dst.Split()
	has4, has6 := !src4.IsEmpty() && !dst4.IsEmpty(), !src6.IsEmpty() && !dst6.IsEmpty()
	if has4 {
		r.add(f.apart(traffic.Product{Sources: src4, Destinations: dst4, Services: all.Union(only4)}))
	}
	if has6 {
		r.add(f.apart(traffic.Product{Sources: src6, Destinations: dst6, Services: all.Union(only6)}))
	}
	for _, p := range f.lonely(has4, has6, src, dst) {
		r.addImpossible(p, "a packet has one IP version: no source and destination of this entry share one")
	}
	if !has4 {
		r.addImpossible(traffic.Product{Sources: src, Destinations: dst, Services: only4}, "ICMP is IPv4 only and no IPv4 source has an IPv4 destination; icmpv6/TYPE is for IPv6")
	}
	if !has6 {
		r.addImpossible(traffic.Product{Sources: src, Destinations: dst, Services: only6}, "ICMPv6 is IPv6 only and no IPv6 source has an IPv6 destination; icmp/TYPE is for IPv4")
	}
	if len(r.Possible)+len(r.Impossible) == 0 {
		r.addImpossible(traffic.Product{Sources: src, Destinations: dst, Services: all.Union(only4).Union(only6)}, onlySelf)
	}
	return r
}

func union(literals []addr.Literal) addr.Set {
	ranges := make([]addr.Range, 0, len(literals))
	for _, l := range literals {
		ranges = append(ranges, l.Set.Ranges()...)
	}
	return addr.SetOf(ranges...)
}

func (r *Region) add(products, self []traffic.Product) {
	r.Possible = appendTraffic(r.Possible, products)
	r.Self = appendTraffic(r.Self, self)
}

func appendTraffic(to, products []traffic.Product) []traffic.Product {
	for _, p := range products {
		if !p.IsEmpty() {
			to = append(to, p)
		}
	}
	return to
}

func (r *Region) addImpossible(p traffic.Product, reason string) {
	if !p.IsEmpty() {
		r.Impossible = append(r.Impossible, Impossible{p, reason})
	}
}

// lonely returns the literals of one family that have no partner of it. A literal
// of both families, such as any, only loses the family that has none, and so do the
// parts of one.
func (f *Flow) lonely(has4, has6 bool, src, dst addr.Set) []traffic.Product {
	var services service.Set
	for _, l := range f.Services {
		services = services.Union(l.Set)
	}
	partnerless := func(literals []addr.Literal) addr.Set {
		var alone []addr.Literal
		for _, l := range literals {
			if v4, v6 := l.Set.Split(); !l.Part && (v4.IsEmpty() || !has4) && (v6.IsEmpty() || !has6) {
				alone = append(alone, l)
			}
		}
		return union(alone)
	}
	if !has4 && !has6 { // every source is alone already
		return []traffic.Product{{Sources: src, Destinations: dst, Services: services}}
	}
	return []traffic.Product{
		{Sources: partnerless(f.Sources), Destinations: dst, Services: services},
		{Sources: src, Destinations: partnerless(f.Destinations), Services: services},
	}
}

// apart takes out of p the traffic of hosts to themselves that is in no product of the
// flow.
func (f *Flow) apart(p traffic.Product) (out, self []traffic.Product) {
	for _, h := range f.selfHosts() {
		host := addr.SetOf(addr.RangeOf(h, h))
		if !p.Sources.Contains(h) {
			continue
		}
		self = append(self, traffic.Product{Sources: host, Destinations: p.Destinations.Intersect(host), Services: p.Services})
		out = append(out, traffic.Product{Sources: host, Destinations: p.Destinations.Subtract(host), Services: p.Services})
		p.Sources = p.Sources.Subtract(host)
	}
	return append(out, p), self
}

// selfHosts returns the hosts whose only products towards themselves were left
// out by [Flow.Products].
func (f *Flow) selfHosts() []netip.Addr {
	written := make(map[string]bool, len(f.Sources))
	for _, s := range f.Sources {
		written[s.Text] = true
	}
	var out []netip.Addr
	seen := make(map[netip.Addr]bool)
	for _, d := range f.Destinations {
		h, single := d.Set.Single()
		if !single || !written[d.Text] || seen[h] {
			continue
		}
		seen[h] = true
		if f.onlySelf(h, d.Text) {
			out = append(out, h)
		}
	}
	return out
}

// onlySelf reports whether every source and destination that holds h is written as
// text, so that no product covers h → h.
func (f *Flow) onlySelf(h netip.Addr, text string) bool {
	for _, s := range f.Sources {
		if s.Text != text && s.Set.Contains(h) {
			return false
		}
	}
	for _, d := range f.Destinations {
		if d.Text != text && d.Set.Contains(h) {
			return false
		}
	}
	return true
}
