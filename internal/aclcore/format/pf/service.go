package pf

import (
	"strconv"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/port"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// protocolNames are those of IANA's protocols that rules name.
var protocolNames = map[string]uint8{
	"icmp": service.ICMP, "igmp": 2, "ipencap": 4, "tcp": service.TCP, "udp": service.UDP, "ipv6": 41, "gre": 47, "esp": 50, "ah": 51,
	"icmp6": service.ICMPv6, "ipv6-icmp": service.ICMPv6, "ospf": 89, "etherip": 97, "pim": 103, "ipcomp": 108, "carp": 112, "vrrp": 112,
	"l2tp": 115, "sctp": service.SCTP, "udplite": 136, "pfsync": 240,
}

// Protocol returns the number of a protocol by the name, or the number, that pf has for it.
func Protocol(name string) (uint8, bool) {
	if n, err := strconv.ParseUint(name, 10, 8); err == nil && n > 0 {
		return uint8(n), true
	}
	p, ok := protocolNames[name]
	return p, ok
}

// Type returns the type of ICMP or ICMPv6 by the name, or the number, that pf has for it.
func Type(protocol uint8, name string) (uint8, bool) {
	if n, err := strconv.ParseUint(name, 10, 8); err == nil {
		return uint8(n), true
	}
	t, ok := typeNames[protocol][name]
	return t, ok
}

func (r *reader) readProtocol() {
	name := r.word("proto")
	p, ok := Protocol(name)
	if !ok {
		r.fail("the protocol %s is not known", name)
	}
	r.protocols = append(r.protocols, p)
}

// typeNames are the words for types of ICMP and ICMPv6.
var typeNames = map[uint8]map[string]uint8{
	service.ICMP: {
		"echorep": 0, "unreach": 3, "squench": 4, "redir": 5, "althost": 6, "echoreq": 8, "routeradv": 9, "routersol": 10, "timex": 11,
		"paramprob": 12, "timereq": 13, "timerep": 14, "inforeq": 15, "inforep": 16, "maskreq": 17, "maskrep": 18, "trace": 30,
	},
	service.ICMPv6: {
		"unreach": 1, "toobig": 2, "timex": 3, "paramprob": 4, "echoreq": 128, "echorep": 129, "routersol": 133, "routeradv": 134,
		"neighbrsol": 135, "neighbradv": 136, "redir": 137,
	},
}

// readType takes one type of ICMP, with its code.
func (r *reader) readType(protocol uint8) {
	name := r.word("icmp-type")
	t, ok := Type(protocol, name)
	if !ok {
		r.fail("the ICMP type %s is not known", name)
		return
	}
	if !r.take("code") {
		r.types = append(r.types, service.Type(protocol, t))
		return
	}
	code, err := strconv.ParseUint(r.word("code"), 10, 8)
	if err != nil {
		r.types = append(r.types, service.Type(protocol, t))
		r.condition("a code of ICMP that is not a number")
		return
	}
	r.types = append(r.types, service.Code(protocol, t, uint8(code)))
}

// match returns what the conditions match.
func (c *conditions) match() zoned.Match {
	return zoned.Match{
		Sources: c.sources.Intersect(known.Exactly(c.family)), Destinations: c.destinations.Intersect(known.Exactly(c.family)), Services: c.services(),
	}
}

func (c *conditions) services() zoned.Services {
	services := known.Exactly(service.Any())
	switch {
	case len(c.types) > 0:
		services = known.Exactly(service.SetOf(c.types...))
	case len(c.protocols) > 0:
		var sure, possible []service.Range
		for _, p := range c.protocols {
			if !c.ports {
				sure, possible = append(sure, service.Whole(p)), append(possible, service.Whole(p))
				continue
			}
			sure = port.AppendBoxes(sure, p, c.from.Sure, c.to.Sure)
			possible = port.AppendBoxes(possible, p, c.from.Possible, c.to.Possible)
		}
		services = known.Between(service.SetOf(sure...), service.SetOf(possible...), known.Reasons(c.from.Why, c.to.Why)...)
	}
	if c.notTCP {
		return services.Subtract(known.Exactly(service.SetOf(service.Whole(service.TCP))))
	}
	return services
}

// narrow limits the conditions to those of the anchor that the rule stands in.
func (c *conditions) narrow(outer *conditions) {
	c.in, c.out = c.in && outer.in, c.out && outer.out
	c.family = c.family.Intersect(outer.family)
	c.unknown = known.Reasons(c.unknown, outer.unknown)
	c.either = known.Reasons(c.either, outer.either)
	switch {
	case len(outer.on) == 0:
	case len(c.on) == 0:
		c.on = outer.on
	default:
		c.unknown = known.Reasons(c.unknown, []string{"the anchor is for other interfaces than the rule"})
	}
	if c.broken == "" {
		c.broken = outer.broken
	}
}

// intersect returns what both match.
func intersect(a, b zoned.Match) zoned.Match {
	return zoned.Match{Sources: a.Sources.Intersect(b.Sources), Destinations: a.Destinations.Intersect(b.Destinations), Services: a.Services.Intersect(b.Services)}
}

// isEmpty reports whether no packet can match.
func isEmpty(m zoned.Match) bool {
	return m.Sources.Possible.IsEmpty() || m.Destinations.Possible.IsEmpty() || m.Services.Possible.IsEmpty()
}
