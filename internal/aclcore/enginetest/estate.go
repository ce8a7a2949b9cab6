package enginetest

import (
	"fmt"
	"math/rand/v2"
	"net/netip"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// An Estate is a network with servers in subnets in sites, and the rules that have
// gathered in front of it. The same size and seed give the same estate.
type Estate struct {
	Rules   *rule.Ruleset
	subnets []netip.Prefix
	servers []netip.Addr
	random  *rand.Rand
}

// Enterprise returns an estate with n rules: mostly from hosts and subnets to
// servers, some published to everyone, some for groups, some that deny, and a deny
// of everything at the end. The network grows with the rules.
func Enterprise(n int, seed uint64) *Estate {
	e := &Estate{random: rand.New(rand.NewPCG(seed, uint64(n)))}
	for range max(8, n/25) {
		subnet := netip.PrefixFrom(e.address(10), 24).Masked()
		e.subnets = append(e.subnets, subnet)
		for range 1 + e.random.IntN(12) {
			e.servers = append(e.servers, within(subnet, e.random.IntN(254)+1))
		}
	}
	e.Rules = &rule.Ruleset{Name: "edge", Source: "edge.json", Format: "json", Rules: make([]rule.Rule, 0, n)}
	for i := range n - 1 {
		e.Rules.Rules = append(e.Rules.Rules, rule.Rule{Name: fmt.Sprintf("rule-%d", i+1), Line: i + 1, Action: e.action(), Traffic: e.product()})
	}
	e.Rules.Rules = append(e.Rules.Rules, rule.Rule{Name: "cleanup", Line: n, Traffic: traffic.Any()})
	return e
}

func (e *Estate) address(first byte) netip.Addr {
	v := e.random.Uint32()
	return netip.AddrFrom4([4]byte{first, byte(v >> 16), byte(v >> 8), byte(v)})
}

func within(p netip.Prefix, host int) netip.Addr {
	b := p.Addr().As4()
	b[3] += byte(host)
	return netip.AddrFrom4(b)
}

func (e *Estate) action() rule.Action {
	if e.random.IntN(12) == 0 {
		return rule.Deny
	}
	return rule.Permit
}

func (e *Estate) product() traffic.Product {
	p := traffic.Product{Services: e.services()}
	switch kind := e.random.IntN(100); {
	case kind < 35:
		p.Sources, p.Destinations = e.server(), e.server()
	case kind < 60:
		p.Sources, p.Destinations = e.subnet(24), e.server()
	case kind < 72:
		p.Sources, p.Destinations = addr.Any(), e.server()
	case kind < 80:
		p.Sources, p.Destinations = e.server(), addr.Any()
	case kind < 88:
		p.Sources, p.Destinations = e.subnet(24), e.subnet(24)
	case kind < 92:
		p.Sources, p.Destinations = e.subnet(16), e.subnet(24)
	default:
		p.Sources, p.Destinations = e.group(), e.group()
	}
	return p
}

func (e *Estate) server() addr.Set {
	a := e.servers[e.random.IntN(len(e.servers))]
	return addr.SetOf(addr.RangeOf(a, a))
}

func (e *Estate) subnet(bits int) addr.Set {
	p := e.subnets[e.random.IntN(len(e.subnets))]
	return addr.SetOf(addr.RangeOfPrefix(netip.PrefixFrom(p.Addr(), bits)))
}

func (e *Estate) group() addr.Set {
	var s addr.Set
	for range 2 + e.random.IntN(4) {
		s = s.Union(e.server())
	}
	return s
}

var popular = []uint16{22, 25, 53, 80, 123, 389, 443, 445, 1433, 1521, 3306, 3389, 5432, 8080, 8443, 9200}

func (e *Estate) services() service.Set {
	tcp := func() service.Range {
		port := popular[e.random.IntN(len(popular))]
		return service.Ports(service.TCP, port, port)
	}
	switch kind := e.random.IntN(20); {
	case kind < 12:
		return service.SetOf(tcp())
	case kind < 15:
		return service.SetOf(tcp(), tcp(), service.Ports(service.UDP, 53, 53))
	case kind < 17:
		from := uint16(e.random.IntN(60000))
		return service.SetOf(service.Ports(service.TCP, from, from+uint16(e.random.IntN(2000))))
	case kind < 18:
		return service.SetOf(service.Whole(service.ICMP))
	case kind < 19:
		return service.SetOf(service.Whole(service.TCP))
	}
	return service.Any()
}

// Flows returns n narrow flows, each one product: from a server or a subnet to a
// server, two of three for traffic that some rule was written for.
func (e *Estate) Flows(n int) []traffic.Product {
	out := make([]traffic.Product, n)
	for i := range out {
		p := traffic.Product{Sources: e.server(), Destinations: e.server(), Services: service.SetOf(service.Ports(service.TCP, 443, 443))}
		if i%3 > 0 {
			written := e.Rules.Rules[e.random.IntN(len(e.Rules.Rules)-1)].Traffic
			p = narrowed(written, e)
		}
		out[i] = p
	}
	return out
}

// WideFlows returns n flows from a /16 to a subnet, for every port of TCP: the rules
// for single servers take their shares of them.
func (e *Estate) WideFlows(n int) []traffic.Product {
	out := make([]traffic.Product, n)
	for i := range out {
		out[i] = traffic.Product{Sources: e.subnet(16), Destinations: e.subnet(24), Services: service.SetOf(service.Whole(service.TCP))}
	}
	return out
}

// narrowed returns one source, one destination and one service of the product; what
// is any in it becomes a server of the estate.
func narrowed(p traffic.Product, e *Estate) traffic.Product {
	one := func(s addr.Set) addr.Set {
		v4, _ := s.Split()
		if v4.Equal(addr.Any4()) {
			return e.server()
		}
		r := v4.Ranges()[e.random.IntN(len(v4.Ranges()))]
		return addr.SetOf(addr.RangeOf(r.From, r.From))
	}
	r := p.Services.Ranges()[0]
	return traffic.Product{Sources: one(p.Sources), Destinations: one(p.Destinations), Services: service.SetOf(service.Ports(r.ProtoFrom, r.DstFrom, r.DstFrom))}
}
