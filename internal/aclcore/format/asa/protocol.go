package asa

import (
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// protocolSet is what a protocol group holds. The zero value is empty.
type protocolSet struct {
	sure, possible [256]bool
	unknown        []string
}

func (s *protocolSet) add(n uint8) { s.sure[n], s.possible[n] = true, true }

// addUnsure lets the set hold any protocol.
func (s *protocolSet) addUnsure(reason string) {
	for n := range s.possible {
		s.possible[n] = true
	}
	s.unknown = known.Reasons(s.unknown, []string{reason})
}

func (s *protocolSet) addSet(o *protocolSet) {
	for n := range s.possible {
		s.sure[n] = s.sure[n] || o.sure[n]
		s.possible[n] = s.possible[n] || o.possible[n]
	}
	s.unknown = known.Reasons(s.unknown, o.unknown)
}

func numbers(has *[256]bool) []uint8 {
	var out []uint8
	for n, ok := range has {
		if ok {
			out = append(out, uint8(n))
		}
	}
	return out
}

// protocolService returns the services of an ACE whose protocol is a group.
func (p *dictionary) protocolService(d *definition, arg serviceArg, bare bool) services {
	set := p.protocols(d, 0)
	sure, possible := numbers(&set.sure), numbers(&set.possible)
	if arg.icmp != (icmpArg{}) {
		return widened(p.portService(possible, portArg{}, portArg{}, 0), "%s is used with an ICMP type", d.title)
	}
	if len(set.unknown) == 0 {
		return p.portService(possible, arg.src, arg.dst, 0)
	}
	of := p.portService(sure, arg.src, arg.dst, 0)
	if bare {
		return known.Between(of.Sure, service.Any(), set.unknown...)
	}
	// Only the sure protocols are known to have the ports.
	return known.Between(of.Sure, service.Any(), known.Reasons(set.unknown, of.Why)...)
}

// protocols returns what the protocol group holds.
func (p *dictionary) protocols(d *definition, depth int) *protocolSet {
	done, problem := d.enter(depth)
	if done {
		return d.protocol
	}
	set := &protocolSet{}
	if problem != "" {
		set.addUnsure(problem)
		return set
	}
	if len(d.members) == 0 {
		set.addUnsure(d.title + " holds no protocol")
	}
	for _, m := range d.members {
		word, c := m.split()
		name := c.next()
		switch n, ok := protocolNumber(name); {
		case !c.atEnd():
			set.addUnsure(d.complaint(m))
		case word == "group-object":
			p.addProtocols(set, name, depth)
		case name == "ip":
			for n := range 256 {
				set.add(uint8(n))
			}
		case ok:
			set.add(n)
		default:
			set.addUnsure(d.complaint(m))
		}
	}
	d.protocol, d.state = set, resolved
	return set
}

func (p *dictionary) addProtocols(set *protocolSet, name string, depth int) {
	d, problem := p.lookup(groupArg, name)
	switch {
	case problem != "":
		set.addUnsure(problem)
	case d.kind != protocolGroup:
		set.addUnsure(d.title + " holds no protocols")
	default:
		set.addSet(p.protocols(d, depth+1))
	}
}
