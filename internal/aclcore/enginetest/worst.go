package enginetest

import (
	"math/rand/v2"
	"net/netip"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

func address4(v uint32) netip.Addr {
	return netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})
}

func host4(v uint32) addr.Set { return addr.SetOf(addr.RangeOf(address4(v), address4(v))) }

func port(n int) service.Set {
	return service.SetOf(service.Ports(service.TCP, uint16(n), uint16(n)))
}

// ruleset makes rules one by one.
func ruleset(n int, make func(i int) (rule.Action, traffic.Product)) *rule.Ruleset {
	rs := &rule.Ruleset{Name: "worst", Source: "worst.json", Format: "json"}
	for i := range n {
		action, p := make(i)
		rs.Rules = append(rs.Rules, rule.Rule{Line: i + 1, Action: action, Traffic: p})
	}
	return rs
}

// Narrow returns rules that each speak of one host, another host and a port, all at
// random, permits and denies: what a flow from any to any falls apart on.
func Narrow(n int, seed uint64) *rule.Ruleset {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	return ruleset(n, func(int) (rule.Action, traffic.Product) {
		return rule.Action(r.IntN(2)), traffic.Product{Sources: host4(r.Uint32()), Destinations: host4(r.Uint32()), Services: port(r.IntN(1024))}
	})
}

// Shadowed returns n/2 narrow rules that deny and then the same again that permit:
// nothing is permitted, which no few packets show.
func Shadowed(n int, seed uint64) *rule.Ruleset {
	rs := Narrow(n/2, seed)
	for i := range rs.Rules {
		rs.Rules[i].Action = rule.Deny
	}
	for _, r := range rs.Rules[:n/2] {
		r.Action = rule.Permit
		rs.Rules = append(rs.Rules, r)
	}
	return rs
}

// Overlapping returns rules whose addresses are wide ranges at random, so that each
// overlaps most others.
func Overlapping(n int, seed uint64) *rule.Ruleset {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	wide := func() addr.Set {
		a, b := r.Uint32(), r.Uint32()
		return addr.SetOf(addr.RangeOf(address4(min(a, b)), address4(max(a, b))))
	}
	return ruleset(n, func(int) (rule.Action, traffic.Product) {
		return rule.Action(r.IntN(2)), traffic.Product{Sources: wide(), Destinations: wide(), Services: port(r.IntN(1024))}
	})
}

// HalfAny returns rules every second of which has any as destination.
func HalfAny(n int, seed uint64) *rule.Ruleset {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	return ruleset(n, func(i int) (rule.Action, traffic.Product) {
		p := traffic.Product{Sources: host4(10<<24 | r.Uint32()>>8), Destinations: host4(10<<24 | r.Uint32()>>8), Services: port(443)}
		if i%2 == 0 {
			p.Destinations = addr.Any()
		}
		return rule.Permit, p
	})
}

// CoveredInTheMiddle returns narrow rules and, in the middle, one that permits all
// of 10.0.0.0/8 to 10.0.0.0/8.
func CoveredInTheMiddle(n int, seed uint64) *rule.Ruleset {
	rs := Narrow(n, seed)
	ten := addr.SetOf(addr.RangeOfPrefix(netip.MustParsePrefix("10.0.0.0/8")))
	rs.Rules[n/2] = rule.Rule{Line: n/2 + 1, Action: rule.Permit, Traffic: traffic.Product{Sources: ten, Destinations: ten, Services: service.Any()}}
	return rs
}

// Hosts10 returns flows from one host of 10.0.0.0/8 to another, for tcp/443.
func Hosts10(n int, seed uint64) []traffic.Product {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	out := make([]traffic.Product, n)
	for i := range out {
		out[i] = traffic.Product{Sources: host4(10<<24 | r.Uint32()>>8), Destinations: host4(10<<24 | r.Uint32()>>8), Services: port(443)}
	}
	return out
}
