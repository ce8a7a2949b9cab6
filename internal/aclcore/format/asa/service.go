package asa

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/port"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// protocolWords are the words for protocols with ports, with the protocols that
// they stand for; tcp-udp is one in objects and groups only.
var protocolWords = map[string][]uint8{
	"tcp": {service.TCP}, "udp": {service.UDP}, "tcp-udp": {service.TCP, service.UDP}, "sctp": {service.SCTP},
}

// serviceArg is what an ACE says of protocol, ports and types, as written.
type serviceArg struct {
	ref, name string // "object" or "object-group" and its name, or "" and a protocol
	src, dst  portArg
	icmp      icmpArg
}

// icmpArg is a type with its code, a group of types, or nothing, which is every
// type.
type icmpArg struct{ kind, code, group string }

// serviceOf returns the services of the argument. Equal arguments share a result.
func (p *dictionary) serviceOf(arg serviceArg) services {
	if s, ok := p.services[arg]; ok {
		return s
	}
	s := p.serviceOfArg(arg)
	p.services[arg] = s
	return s
}

func (p *dictionary) serviceOfArg(arg serviceArg) services {
	bare := arg.src == portArg{} && arg.dst == portArg{} && arg.icmp == icmpArg{}
	if arg.ref == "" {
		if arg.name == "ip" {
			if !bare {
				return unsureServices(service.Any(), "the protocol ip has no ports")
			}
			return known.Exactly(service.Any())
		}
		n, ok := protocolNumber(arg.name)
		switch {
		case !ok:
			return unsureServices(service.Any(), "%q is no protocol", arg.name)
		case !service.HasTypes(n) && arg.icmp == icmpArg{}:
			return p.portService([]uint8{n}, arg.src, arg.dst, 0)
		case service.HasTypes(n) && arg.src == portArg{} && arg.dst == portArg{}:
			return p.icmpService(n, arg.icmp, 0)
		}
		return unsureServices(service.SetOf(service.Whole(n)), "protocol %s does not go with these ports or types", arg.name)
	}
	d, problem := p.lookup(arg.ref, arg.name)
	switch {
	case problem != "":
		return unsureServices(service.Any(), "%s", problem)
	case d.kind == protocolGroup:
		return p.protocolService(d, arg, bare)
	case d.kind != serviceObject && d.kind != serviceGroup:
		return unsureServices(service.Any(), "%s is no protocol", d.title)
	}
	s := p.serviceDefinition(d, 0)
	if !bare {
		return widened(s, "%s is used with ports", d.title)
	}
	return s
}

// maxPortPairs is how many pairs of source and destination ports an argument may
// stand for with one protocol.
const maxPortPairs = 4096

// portService returns the services of protocols with ports.
func (p *dictionary) portService(protocols []uint8, src, dst portArg, depth int) services {
	var sure, possible []service.Range
	var unknown []string
	for _, n := range protocols {
		if src.op == "" && dst.op == "" {
			sure, possible = append(sure, service.Whole(n)), append(possible, service.Whole(n))
			continue
		}
		if !hasPorts(n) {
			possible = append(possible, service.Whole(n))
			unknown = known.Reasons(unknown, []string{fmt.Sprintf("protocol %d has no ports", n)})
			continue
		}
		from, to := p.portsOf(n, src, depth), p.portsOf(n, dst, depth)
		if pairs := port.Boxes(from.Possible, to.Possible); pairs > maxPortPairs || !p.budget.spend(pairs) {
			return unsureServices(service.SetOf(append(possible, service.Whole(n))...), "the ports %s", tooLarge)
		}
		sure = port.AppendBoxes(sure, n, from.Sure, to.Sure)
		possible = port.AppendBoxes(possible, n, from.Possible, to.Possible)
		unknown = known.Reasons(known.Reasons(unknown, from.Why), to.Why)
	}
	if len(unknown) == 0 {
		return known.Exactly(service.SetOf(sure...))
	}
	return known.Between(service.SetOf(sure...), service.SetOf(possible...), unknown...)
}

// icmpService returns the services of an ICMP type argument.
func (p *dictionary) icmpService(protocol uint8, arg icmpArg, depth int) services {
	switch {
	case arg.group != "":
		return p.icmpGroupOf(protocol, arg.group, depth)
	case arg.kind == "":
		return known.Exactly(service.SetOf(service.Whole(protocol)))
	}
	t, ok := icmpType(protocol, arg.kind)
	if !ok {
		return unsureServices(service.SetOf(service.Whole(protocol)), "%q is no type of protocol %d", arg.kind, protocol)
	}
	if arg.code == "" {
		return known.Exactly(service.SetOf(service.Type(protocol, t)))
	}
	code, ok := number(arg.code, 255)
	if !ok {
		return unsureServices(service.SetOf(service.Type(protocol, t)), "%q is no ICMP code", arg.code)
	}
	return known.Exactly(service.SetOf(service.Code(protocol, t, uint8(code))))
}

// icmpGroupOf returns the types of an icmp-type group that is used with the
// protocol.
func (p *dictionary) icmpGroupOf(protocol uint8, name string, depth int) services {
	whole := service.SetOf(service.Whole(protocol))
	d, problem := p.lookup(groupArg, name)
	switch {
	case problem != "":
		return unsureServices(whole, "%s", problem)
	case d.kind != icmpGroup:
		return unsureServices(whole, "%s is no group of ICMP types", d.title)
	case protocol != service.ICMP:
		return unsureServices(whole, "%s holds types of ICMP, used with ICMPv6", d.title)
	}
	done, problem := d.enter(depth)
	if done {
		return d.services
	}
	if problem != "" {
		return unsureServices(whole, "%s", problem)
	}
	d.services = p.icmpMembers(d, whole, depth)
	d.state = resolved
	return d.services
}

func (p *dictionary) icmpMembers(d *definition, whole service.Set, depth int) services {
	if len(d.members) == 0 {
		return unsureServices(whole, "%s holds no type", d.title)
	}
	all := serviceUnion{p: p}
	for _, m := range d.members {
		word, c := m.split()
		var s services
		if word == "group-object" {
			s = p.icmpGroupOf(service.ICMP, c.next(), depth+1)
		} else {
			arg := icmpArg{kind: c.next()}
			s = p.icmpService(service.ICMP, arg, depth)
			if arg.kind == "" {
				s = unsureServices(whole, "%s", d.complaint(m))
			}
		}
		if !c.atEnd() {
			s = unsureServices(whole, "%s", d.complaint(m))
		}
		if !all.add(s) {
			return unsureServices(whole, "%s %s", d.title, tooLarge)
		}
	}
	return all.services()
}

// serviceUnion gathers the members of a group.
type serviceUnion struct {
	p              *dictionary
	sure, possible []service.Range
	unknown        []string
	scattered      bool // some member has source ports
}

// maxScattered is how many services with source ports a group may hold: making
// their union canonical takes the square of it.
const maxScattered = 1024

// add reports whether the budget allows for s.
func (u *serviceUnion) add(s services) bool {
	u.sure = append(u.sure, s.Sure.Ranges()...)
	u.possible = append(u.possible, s.Possible.Ranges()...)
	u.unknown = known.Reasons(u.unknown, s.Why)
	for _, r := range slices.Concat(s.Sure.Ranges(), s.Possible.Ranges()) {
		u.scattered = u.scattered || r.SrcFrom != 0 || r.SrcTo != maxPort
	}
	return u.p.budget.spend(len(s.Sure.Ranges())+len(s.Possible.Ranges())) && !(u.scattered && len(u.sure)+len(u.possible) > 2*maxScattered)
}

func (u *serviceUnion) services() services {
	if n := len(u.sure) + len(u.possible); u.scattered && !u.p.budget.spend(n*n/64) {
		return unsureServices(service.Any(), "a group %s", tooLarge)
	}
	sure := service.SetOf(u.sure...)
	if len(u.unknown) == 0 {
		return known.Exactly(sure)
	}
	return known.Between(sure, service.SetOf(u.possible...), u.unknown...)
}

// serviceDefinition returns what a service object or a group of them holds.
func (p *dictionary) serviceDefinition(d *definition, depth int) services {
	done, problem := d.enter(depth)
	if done {
		return d.services
	}
	if problem != "" {
		return unsureServices(service.Any(), "%s", problem)
	}
	d.services = p.serviceMembers(d, depth)
	d.state = resolved
	return d.services
}

func (p *dictionary) serviceMembers(d *definition, depth int) services {
	if len(d.members) == 0 {
		return unsureServices(service.Any(), "%s holds no service", d.title)
	}
	all := serviceUnion{p: p}
	for _, m := range d.members {
		word, c := m.split()
		var s services
		switch {
		case word == "group-object":
			s = p.serviceRef(groupArg, c.next(), serviceGroup, depth+1)
		case word == "service-object" && c.take("object"):
			s = p.serviceRef("object", c.next(), serviceObject, depth+1)
		default:
			s = p.serviceLine(&c, depth)
		}
		if !c.atEnd() {
			s = unsureServices(service.Any(), "%s", d.complaint(m))
		}
		if !all.add(s) {
			return unsureServices(service.Any(), "%s %s", d.title, tooLarge)
		}
	}
	return all.services()
}

func (p *dictionary) serviceRef(word, name string, want kind, depth int) services {
	d, problem := p.lookup(word, name)
	switch {
	case problem != "":
		return unsureServices(service.Any(), "%s", problem)
	case d.kind != want:
		return unsureServices(service.Any(), "%s holds no services", d.title)
	}
	return p.serviceDefinition(d, depth)
}

// serviceLine reads a service as objects and groups have it: a protocol with
// "source" and "destination" ports, of which the second word may be left out, or
// with an ICMP type and code.
func (p *dictionary) serviceLine(c *cursor, depth int) services {
	word := c.next()
	if word == "ip" {
		return known.Exactly(service.Any())
	}
	protocols := protocolWords[word]
	if protocols == nil {
		n, ok := protocolNumber(word)
		if !ok {
			return unsureServices(service.Any(), "%q is no protocol", word)
		}
		if service.HasTypes(n) {
			return p.icmpService(n, icmpArg{kind: c.next(), code: c.next()}, depth)
		}
		protocols = []uint8{n}
	}
	var src, dst portArg
	if c.take("source") {
		src = portArgOf(c)
	}
	c.take("destination")
	dst = portArgOf(c)
	return p.portService(protocols, src, dst, depth)
}
