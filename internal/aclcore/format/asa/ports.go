package asa

import (
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/port"
)

const maxPort = port.Max

// portArg is a port argument as written: an operator with its ports, a group with
// its name in a, or nothing, which is every port.
type portArg struct{ op, a, b string }

const groupArg = "object-group"

// portArgOf reads an operator with its ports, if that is what comes next.
func portArgOf(c *cursor) portArg {
	switch op := c.peek(); op {
	case "eq", "neq", "lt", "gt":
		c.next()
		return portArg{op: op, a: c.next()}
	case "range":
		c.next()
		return portArg{op: op, a: c.next(), b: c.next()}
	}
	return portArg{}
}

// portsOf returns the ports of the argument with the protocol, which has ports.
func (p *dictionary) portsOf(protocol uint8, arg portArg, depth int) ports {
	switch arg.op {
	case "":
		return known.Exactly(port.All())
	case groupArg:
		return p.portGroupOf(protocol, arg.a, depth)
	}
	first := portNumbers(protocol, arg.a)
	last := first
	if arg.op == "range" {
		last = portNumbers(protocol, arg.b)
	}
	switch {
	case len(first) == 0:
		return unsurePorts(port.All(), "%q is no port of protocol %d", arg.a, protocol)
	case len(last) == 0:
		return unsurePorts(port.All(), "%q is no port of protocol %d", arg.b, protocol)
	case len(first) > 1 && arg.op == "eq":
		return unsurePorts(port.Of(port.Run{From: first[0], To: first[0]}, port.Run{From: first[1], To: first[1]}),
			"the port name %s is %d or %d", arg.a, first[0], first[1])
	case len(first) > 1 || len(last) > 1:
		return unsurePorts(port.All(), "the port numbers of %s are not certain", strings.TrimSpace(arg.op+" "+arg.a+" "+arg.b))
	}
	set, _ := port.Compare(arg.op, first[0], last[0])
	if set.IsEmpty() {
		return unsurePorts(port.All(), "%s is no port at all", strings.TrimSpace(arg.op+" "+arg.a+" "+arg.b))
	}
	return known.Exactly(set)
}

// portGroupOf returns the ports of a group that is used with the protocol.
func (p *dictionary) portGroupOf(protocol uint8, name string, depth int) ports {
	d, problem := p.lookup(groupArg, name)
	switch {
	case problem != "":
		return unsurePorts(port.All(), "%s", problem)
	case d.kind != portGroup:
		return unsurePorts(port.All(), "%s is no group of ports", d.title)
	case !slices.Contains(protocolWords[d.protocols], protocol):
		return unsurePorts(port.All(), "%s is a group of %s ports, used with protocol %d", d.title, d.protocols, protocol)
	}
	if is, ok := d.ports[protocol]; ok {
		return is
	}
	if _, problem := d.enter(depth); problem != "" {
		return unsurePorts(port.All(), "%s", problem)
	}
	out := p.portMembers(d, protocol, depth)
	if d.ports == nil {
		d.ports = make(map[uint8]ports)
	}
	d.ports[protocol] = out
	d.state = unresolved // for another protocol
	return out
}

func (p *dictionary) portMembers(d *definition, protocol uint8, depth int) ports {
	if len(d.members) == 0 {
		return unsurePorts(port.All(), "%s holds no port", d.title)
	}
	var all known.Members[port.Set]
	for _, m := range d.members {
		in, understood := ports{}, false
		word, c := m.split()
		if word == "group-object" {
			in, understood = p.portGroupOf(protocol, c.next(), depth+1), true
		} else if arg := portArgOf(&c); arg.op != "" {
			in, understood = p.portsOf(protocol, arg, depth), true
		}
		if !understood || !c.atEnd() {
			in = unsurePorts(port.All(), "%s", d.complaint(m))
		}
		if !p.budget.spend(len(in.Sure.Runs()) + len(in.Possible.Runs())) {
			return unsurePorts(port.All(), "%s %s", d.title, tooLarge)
		}
		all.Add(in)
	}
	return all.Set(port.All())
}
