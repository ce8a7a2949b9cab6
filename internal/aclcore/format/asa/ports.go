package asa

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

const maxPort = 65535

// portRange is a run of ports, both ends included.
type portRange struct{ from, to uint16 }

var everyPort = []portRange{{0, maxPort}}

// ports is what a port argument stands for with one protocol, like addresses.
type ports struct {
	sure, possible []portRange
	unknown        []string
}

func knownPorts(r ...portRange) ports { return ports{sure: r, possible: r} }

func unsurePorts(possible []portRange, format string, args ...any) ports {
	return ports{possible: possible, unknown: []string{fmt.Sprintf(format, args...)}}
}

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
func (p *parser) portsOf(protocol uint8, arg portArg, depth int) ports {
	switch arg.op {
	case "":
		return knownPorts(everyPort...)
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
		return unsurePorts(everyPort, "%q is no port of protocol %d", arg.a, protocol)
	case len(last) == 0:
		return unsurePorts(everyPort, "%q is no port of protocol %d", arg.b, protocol)
	case len(first) > 1 && arg.op == "eq":
		return unsurePorts([]portRange{{first[0], first[0]}, {first[1], first[1]}},
			"the port name %s is %d or %d", arg.a, first[0], first[1])
	case len(first) > 1 || len(last) > 1:
		return unsurePorts(everyPort, "the port numbers of %s are not certain", strings.TrimSpace(arg.op+" "+arg.a+" "+arg.b))
	}
	r := comparePorts(arg.op, int(first[0]), int(last[0]))
	if len(r) == 0 {
		return unsurePorts(everyPort, "%s is no port at all", strings.TrimSpace(arg.op+" "+arg.a+" "+arg.b))
	}
	return knownPorts(r...)
}

// comparePorts returns the ports that the operator holds for.
func comparePorts(op string, a, b int) []portRange {
	var out []portRange
	add := func(from, to int) {
		if from <= to {
			out = append(out, portRange{uint16(from), uint16(to)})
		}
	}
	switch op {
	case "eq":
		add(a, a)
	case "neq":
		add(0, a-1)
		add(a+1, maxPort)
	case "lt":
		add(0, a-1)
	case "gt":
		add(a+1, maxPort)
	case "range":
		add(a, b)
	}
	return out
}

// portGroupOf returns the ports of a group that is used with the protocol.
func (p *parser) portGroupOf(protocol uint8, name string, depth int) ports {
	d, problem := p.lookup(groupArg, name)
	switch {
	case problem != "":
		return unsurePorts(everyPort, "%s", problem)
	case d.kind != portGroup:
		return unsurePorts(everyPort, "%s is no group of ports", d.title)
	case !slices.Contains(protocolWords[d.protocols], protocol):
		return unsurePorts(everyPort, "%s is a group of %s ports, used with protocol %d", d.title, d.protocols, protocol)
	}
	if known, ok := d.ports[protocol]; ok {
		return known
	}
	if _, problem := d.enter(depth); problem != "" {
		return unsurePorts(everyPort, "%s", problem)
	}
	out := p.portMembers(d, protocol, depth)
	if d.ports == nil {
		d.ports = make(map[uint8]ports)
	}
	d.ports[protocol] = out
	d.state = unresolved // for another protocol
	return out
}

func (p *parser) portMembers(d *definition, protocol uint8, depth int) ports {
	if len(d.members) == 0 {
		return unsurePorts(everyPort, "%s holds no port", d.title)
	}
	var sure, possible []portRange
	var unknown []string
	for _, m := range d.members {
		var in ports
		word, c := m.split()
		if word == "group-object" {
			in = p.portGroupOf(protocol, c.next(), depth+1)
		} else if arg := portArgOf(&c); arg.op != "" {
			in = p.portsOf(protocol, arg, depth)
		}
		if in.possible == nil || !c.atEnd() {
			in = unsurePorts(everyPort, "%s", d.complaint(m))
		}
		if !p.budget.spend(len(in.sure) + len(in.possible)) {
			return unsurePorts(everyPort, "%s %s", d.title, tooLarge)
		}
		sure = append(sure, in.sure...)
		possible = append(possible, in.possible...)
		unknown = joinReasons(unknown, in.unknown)
	}
	if sure = joinPorts(sure); len(unknown) == 0 {
		return knownPorts(sure...)
	}
	return ports{sure: sure, possible: joinPorts(possible), unknown: unknown}
}

// joinPorts sorts ports and joins those that overlap or touch. It returns a slice
// of its own.
func joinPorts(in []portRange) []portRange {
	in = slices.Clone(in)
	slices.SortFunc(in, func(a, b portRange) int { return cmp.Compare(a.from, b.from) })
	var out []portRange
	for _, r := range in {
		if n := len(out); n > 0 && int(r.from) <= int(out[n-1].to)+1 {
			out[n-1].to = max(out[n-1].to, r.to)
			continue
		}
		out = append(out, r)
	}
	return out
}
