package iptables

import (
	"errors"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service/iana"
)

// connection is what a rule says of the packet that opened the connection, as it was
// sent: --ctproto, --ctorigdst, --ctorigdstport and the like. The first packet is that one.
type connection struct {
	texts []string
	sets  [][]netfilter.Packets
	ports []portMatch
	// protocol is that of --ctproto, -1 if there is none or it is negated.
	protocol int
}

// condition adds a condition that holds for the packets, or with not for the others.
func (c *connection) condition(p netfilter.Packets, not bool, text string) {
	if len(c.texts) == 0 {
		c.protocol = -1
	}
	c.texts = append(c.texts, text)
	switch {
	case not:
		c.sets = append(c.sets, netfilter.All().Subtract(p))
	case p.IsEmpty():
		c.sets = append(c.sets, nil)
	default:
		c.sets = append(c.sets, []netfilter.Packets{p})
	}
}

func readConnectionProtocol(r *ruleReader, name string, args [2]string, not bool) error {
	number, ok := iana.Protocol(strings.ToLower(args[0]))
	if n, err := strconv.ParseUint(args[0], 10, 8); err == nil {
		number, ok = uint8(n), true
	}
	if !ok || number == 0 {
		return errors.New("the protocol is not known; write its number")
	}
	r.connection.condition(netfilter.For(service.SetOf(service.Whole(number))), not, name+" "+args[0])
	if !not {
		r.connection.protocol = int(number)
	}
	return nil
}

func readConnectionAddress(r *ruleReader, name string, args [2]string, not bool) error {
	s, err := parseAddress(args[0])
	if err != nil {
		r.rule.unknown = append(r.rule.unknown, name+" "+args[0])
		return nil //nolint:nilerr // an address that is not understood is a doubt, not an error
	}
	all := addr.Any4()
	if v4, _ := s.Split(); v4.IsEmpty() {
		all = addr.Any6()
		r.table.save.see(netfilter.V6, r.line)
	} else {
		r.table.save.see(netfilter.V4, r.line)
	}
	if not {
		s = all.Subtract(s)
	}
	p := netfilter.From(s)
	if name == "--ctorigdst" {
		p = netfilter.All().To(s)
	}
	r.connection.condition(p, false, name+" "+args[0])
	return nil
}

func readConnectionPort(r *ruleReader, name string, args [2]string, not bool) error {
	if len(r.connection.texts) == 0 {
		r.connection.protocol = -1
	}
	r.connection.texts = append(r.connection.texts, name+" "+args[0])
	r.connection.ports = append(r.connection.ports, portMatch{option: name, text: args[0], src: name == "--ctorigsrcport", not: not})
	return nil
}

// withPorts are the protocols of which connection tracking keeps ports.
var withPorts = []uint8{service.TCP, service.UDP, service.SCTP, service.DCCP, service.UDPLite}

// close adds the conditions to the rule, now that the protocol is known.
func (c *connection) close(r *ruleReader) error {
	if len(c.texts) == 0 {
		return nil
	}
	defer func() { *c = connection{} }()
	text := strings.Join(c.texts, " ")
	sets := r.connectionState(r.table.save, netfilter.New|netfilter.Related|netfilter.Established, r.tracking, text)
	for i := range sets {
		sets[i].State &= netfilter.First
	}
	for _, p := range c.ports {
		one, err := c.portSets(p)
		if err != nil {
			return err
		}
		c.sets = append(c.sets, one)
	}
	for _, s := range c.sets {
		var ok bool
		if sets, ok = netfilter.Both(sets, s); !ok {
			sets = []netfilter.Packets{netfilter.Doubtful(text)}
		}
	}
	if strings.Contains(text, "--ctorigdst") { // it may be another than that of the packet
		sets = r.table.save.behind(sets, text)
	}
	later := netfilter.Doubtful(text)
	later.State = netfilter.Later
	r.rule.further = append(r.rule.further, append(sets, later))
	return nil
}

// portSets returns the packets with the ports of a condition. Of protocols without ports
// it is not known what is compared.
func (c *connection) portSets(m portMatch) ([]netfilter.Packets, error) {
	protocols := withPorts
	if c.protocol >= 0 {
		if !service.HasPorts(uint8(c.protocol)) {
			return []netfilter.Packets{netfilter.Doubtful(m.option + " " + m.text)}, nil
		}
		protocols = []uint8{uint8(c.protocol)}
	}
	var hit, whole []service.Range
	for _, p := range protocols {
		from, to, err := parsePorts(p, m.text)
		switch {
		case errors.Is(err, errReversed):
		case err != nil:
			return nil, errors.New(m.option + " " + m.text + ": the port is not known; write its number, 0 to 65535")
		default:
			one := service.Ports(p, from, to)
			if m.src {
				one = service.Whole(p)
				one.SrcFrom, one.SrcTo = from, to
			}
			hit = append(hit, one)
		}
		whole = append(whole, service.Whole(p))
	}
	set, all := service.SetOf(hit...), service.SetOf(whole...)
	if m.not {
		set = all.Subtract(set)
	}
	var out []netfilter.Packets
	if !set.IsEmpty() {
		out = append(out, netfilter.For(set))
	}
	if c.protocol < 0 {
		out = append(out, netfilter.For(service.Any().Subtract(all)).Because(m.option+" "+m.text+" of a protocol without ports"))
	}
	return out, nil
}
