package ios

import (
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/terminal"
)

// portLists finds lists that are applied to ports of a switch. Who asks about the interface of
// a VLAN has such a port on the way, and which host is behind which port no text tells (Cisco,
// Catalyst 3750 Software Configuration Guide, Port ACLs; NX-OS Security Configuration Guide, IP
// ACLs, "port ACLs").
type portLists struct {
	ports  []switchPort
	byName map[string]int
}

type switchPort struct {
	name string
	// switched says that it is a port of a switch, routed that it is none.
	switched, routed, trunk bool
	// access and allowed are VLANs as the text has them: 10,20-29.
	access, allowed []string
	lists           []portList
}

type portList struct {
	line    terminal.Line
	in, out bool
}

func (p *portLists) port(name string) *switchPort {
	i, ok := p.byName[name]
	if !ok {
		if p.byName == nil {
			p.byName = make(map[string]int)
		}
		i = len(p.ports)
		p.byName[name] = i
		p.ports = append(p.ports, switchPort{name: name})
	}
	return &p.ports[i]
}

// setting takes a command of an interface.
func (p *portLists) setting(name string, l terminal.Line, low []string) {
	switch {
	case slices.Equal(low, []string{"no", "switchport"}):
		p.port(name).routed = true
	case low[0] == "switchport":
		p.port(name).member(low[1:])
	case applies(low):
		s := p.port(name)
		s.switched = s.switched || slices.Contains(low, "port")
		last := direction(low[len(low)-1])
		s.lists = append(s.lists, portList{l, last != "out", last != "in"})
	}
}

// applies reports whether the command applies a list.
func applies(low []string) bool {
	return len(low) > 2 && (low[0] == "ip" || low[0] == "ipv6" || low[0] == "mac") &&
		slices.ContainsFunc(low[1:3], func(w string) bool { return w == "access-group" || w == "traffic-filter" })
}

// member takes what comes after the word switchport.
func (s *switchPort) member(low []string) {
	s.switched = true
	text := strings.Join(low, " ")
	after := func(prefix string) (string, bool) { return strings.CutPrefix(text, prefix) }
	if v, ok := after("access vlan "); ok {
		s.access = append(s.access, v)
	} else if v, ok := after("voice vlan "); ok {
		s.access = append(s.access, v)
	} else if v, ok := after("trunk allowed vlan add "); ok {
		s.allowed = append(s.allowed, v)
	} else if v, ok := after("trunk allowed vlan "); ok {
		s.allowed = append(s.allowed, v)
	}
	s.trunk = s.trunk || strings.HasPrefix(text, "trunk") || strings.HasPrefix(text, "mode") && text != "mode access"
}

// carries reports whether packets of the VLAN's interface may pass the port.
func (s *switchPort) carries(iface string) bool {
	access := strings.Join(s.access, ",")
	if len(s.access) == 0 {
		access = "1"
	}
	if (wideFilter{vlans: access}).at(iface) {
		return true
	}
	return s.trunk && (wideFilter{vlans: strings.Join(s.allowed, ",")}).at(iface)
}

// doubt adds what the lists of ports may do at the interfaces of VLANs.
func (p *portLists) doubt(doc *device.Document) {
	for k := range p.ports {
		s := &p.ports[k]
		if !s.switched || s.routed || len(s.lists) == 0 {
			continue
		}
		for i := range doc.Interfaces {
			if name := doc.Interfaces[i].Name; s.carries(name) {
				for _, l := range s.lists {
					doubt(doc, name, l.line, l.in, l.out, device.AllTraffic(true, true), "a list at the port "+s.name+" filters it, if it passes there")
				}
			}
		}
	}
}
