package flow_test

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

var (
	someAddresses = []string{
		"10.0.0.0", "10.0.0.1", "10.0.0.1/32", "10.0.0.0/31", "10.0.0.1-10.0.0.2", "0.0.0.0/0", "any",
		"2001:db8::", "2001:db8::1", "2001:db8::/127", "::/0",
	}
	someServices = []string{"tcp/80", "tcp/80-81", "udp/53", "icmp/8", "icmp", "icmpv6/128", "any", "esp"}
	// hosts and packets stand for everything that the literals tell apart.
	hosts = []netip.Addr{
		netip.MustParseAddr("10.0.0.0"), netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("10.0.0.3"),
		netip.MustParseAddr("2001:db8::"), netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2"),
	}
	packets = []struct {
		protocol uint8
		dst      uint16
	}{
		{service.TCP, 80}, {service.TCP, 81}, {service.TCP, 82}, {service.UDP, 53}, {service.ICMP, 8 << 8}, {service.ICMP, 0},
		{service.ICMPv6, 128 << 8}, {service.ICMPv6, 0}, {50, 0}, {51, 0},
	}
)

// TestRegionIsTheUnionOfProducts compares the region of many flows with their
// products, packet by packet.
func TestRegionIsTheUnionOfProducts(t *testing.T) {
	none := names(t, nil, nil)
	r := rand.New(rand.NewPCG(7, 8))
	pick := func(from []string) string {
		var out []string
		for range 1 + r.IntN(3) {
			out = append(out, from[r.IntN(len(from))])
		}
		return strings.Join(out, " ")
	}
	for range 3000 {
		f := parse(t, none, pick(someAddresses), pick(someAddresses), pick(someServices))
		region := f.Region()
		products := slices.Collect(f.Products())
		if len(products) != f.Count() {
			t.Fatalf("%s: counted %d products, got %d", describe(f), f.Count(), len(products))
		}
		for _, from := range hosts {
			for _, to := range hosts {
				for _, p := range packets {
					want := from.Is4() == to.Is4() && slices.ContainsFunc(products, func(x flow.Product) bool {
						return x.Source.Set.Contains(from) && x.Destination.Set.Contains(to) && x.Service.Set.Contains(p.protocol, 1024, p.dst) &&
							!wrongICMP(x.Service.Set, from.Is4())
					})
					holds := 0
					for _, x := range region.Possible {
						if x.Contains(from, to, p.protocol, 1024, p.dst) {
							holds++
						}
					}
					if holds > 1 || (holds == 1) != want {
						t.Fatalf("%s: %s → %s protocol %d port %d is in %d products of the region, in one of the flow: %t", describe(f), from, to, p.protocol, p.dst, holds, want)
					}
				}
			}
		}
		checkShape(t, f, region, len(products) > 0)
	}
}

// wrongICMP reports whether the service is that of the other IP version alone.
func wrongICMP(s service.Set, is4 bool) bool {
	protocol := uint8(service.ICMP)
	if is4 {
		protocol = service.ICMPv6
	}
	return service.SetOf(service.Whole(protocol)).ContainsSet(s)
}

func checkShape(t *testing.T, f *flow.Flow, region flow.Region, hasProducts bool) {
	t.Helper()
	if len(region.Possible)+len(region.Impossible) == 0 {
		t.Fatalf("%s: the region is empty, so that nothing would be checked", describe(f))
	}
	if !hasProducts && (len(region.Possible) > 0 || len(region.Impossible) == 0) {
		t.Fatalf("%s: has no products; the region is %v", describe(f), region)
	}
	for i, p := range region.Possible {
		if v4, v6 := p.Sources.Split(); !v4.IsEmpty() && !v6.IsEmpty() {
			t.Fatalf("%s: %s mixes families", describe(f), p)
		}
		for _, o := range region.Possible[:i] {
			if p.Overlaps(o) {
				t.Fatalf("%s: %s and %s overlap", describe(f), p, o)
			}
		}
	}
	// What has no partner at all must not be forgotten: the flow could look allowed.
	for _, s := range f.Sources {
		alone := !slices.ContainsFunc(f.Destinations, func(d addr.Literal) bool { return shareFamily(s, d) })
		if alone && !slices.ContainsFunc(region.Impossible, func(i flow.Impossible) bool { return i.Sources.ContainsSet(s.Set) }) {
			t.Fatalf("%s: nothing tells that %s has no partner: %v", describe(f), s.Text, region)
		}
	}
	for _, d := range f.Destinations {
		alone := !slices.ContainsFunc(f.Sources, func(s addr.Literal) bool { return shareFamily(s, d) })
		if alone && !slices.ContainsFunc(region.Impossible, func(i flow.Impossible) bool { return i.Destinations.ContainsSet(d.Set) }) {
			t.Fatalf("%s: nothing tells that %s has no partner: %v", describe(f), d.Text, region)
		}
	}
}

func shareFamily(a, b addr.Literal) bool {
	a4, a6 := a.Set.Split()
	b4, b6 := b.Set.Split()
	return !a4.IsEmpty() && !b4.IsEmpty() || !a6.IsEmpty() && !b6.IsEmpty()
}

func describe(f *flow.Flow) string {
	var out []string
	for _, l := range f.Sources {
		out = append(out, l.Text)
	}
	out = append(out, "→")
	for _, l := range f.Destinations {
		out = append(out, l.Text)
	}
	for _, l := range f.Services {
		out = append(out, l.Text)
	}
	return strings.Join(out, " ")
}

func TestRegion(t *testing.T) {
	none := names(t, nil, nil)
	for _, tt := range []struct{ name, sources, destinations, services, possible, impossible string }{
		{"one product", "10.0.0.0/25 10.0.0.128/25", "10.1.0.1", "tcp/80 tcp/81", "10.0.0.0/24 -> 10.1.0.1 tcp/80-81", ""},
		{"families apart", "any", "any", "tcp/80", "0.0.0.0/0 -> 0.0.0.0/0 tcp/80; ::/0 -> ::/0 tcp/80", ""},
		{"no partner", "10.0.0.1", "2001:db8::1", "tcp/80", "", "10.0.0.1 -> 2001:db8::1 tcp/80"},
		{"one without partner", "10.0.0.1 2001:db8::1", "10.0.0.2", "tcp/80", "10.0.0.1 -> 10.0.0.2 tcp/80", "2001:db8::1 -> 10.0.0.2 tcp/80"},
		{"ICMP of the other version", "2001:db8::1", "2001:db8::2", "icmp/8", "", "2001:db8::1 -> 2001:db8::2 icmp/8"},
		{"both ICMPs", "any", "any", "icmp/8 icmpv6/128", "0.0.0.0/0 -> 0.0.0.0/0 icmp/8; ::/0 -> ::/0 icmpv6/128", ""},
		{"host to itself", "10.0.0.1", "10.0.0.1", "tcp/80", "", "10.0.0.1 -> 10.0.0.1 tcp/80"},
		{"host to itself beside others", "10.0.0.1 10.0.0.2", "10.0.0.1 10.0.0.3", "tcp/80",
			"10.0.0.1 -> 10.0.0.3 tcp/80; 10.0.0.2 -> 10.0.0.1, 10.0.0.3 tcp/80", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := parse(t, none, tt.sources, tt.destinations, tt.services).Region()
			var impossible []traffic.Product
			for _, i := range r.Impossible {
				impossible = append(impossible, i.Product)
				if i.Reason == "" {
					t.Errorf("%s is impossible for no reason", i.Product)
				}
			}
			if got := productsText(r.Possible); got != tt.possible {
				t.Errorf("possible is %s, want %s", got, tt.possible)
			}
			if got := productsText(impossible); got != tt.impossible {
				t.Errorf("impossible is %s, want %s", got, tt.impossible)
			}
		})
	}
}

func productsText(products []traffic.Product) string {
	var out []string
	for _, p := range products {
		out = append(out, p.String())
	}
	return strings.Join(out, "; ")
}
