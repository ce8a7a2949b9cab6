package sense

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// The rules that the systems make by themselves, before those of the user (OPNsense,
// filter.lib.inc, filter_core_rules_system; pfSense, filter.inc, filter_rules_generate). Those
// for the firewall's own addresses, for its loopback interface and for addresses of one link
// are left out: nothing that crosses the firewall matches them. Those that keep a sender from
// using the network of another interface (antispoof) are not quick and come before the rules
// of the user: they decide nothing that is not blocked anyway. pfSense blocks 169.254.0.0/16,
// which FreeBSD forwards nowhere, filter or none (RFC 3927, 2.7): left out as well.

// systemRules returns them in order.
func (c *config) systemRules(user []entry) []entry {
	var out []entry
	at := func(e *element) int {
		if e == nil {
			e = c.root
		}
		return e.line
	}
	system := c.root.get("system")
	if system.get("disablefilter") != nil {
		out = append(out, leaveOpen(at(system.get("disablefilter")), "pass all", "<disablefilter>: the filter may be switched off", zoned.AnyMatch()))
	}
	if system.get("ipv6allow") == nil || c.opn && system.value("ipv6allow") == "0" {
		m := zoned.AnyMatch()
		m.Sources, m.Destinations = known.Exactly(addr.Any6()), known.Exactly(addr.Any6())
		out = append(out, entry{quick: true, in: true, out: true, Policy: zoned.Policy{Line: at(system), Text: "block quick inet6 (IPv6 is not allowed)", Action: rule.Deny, Matches: []zoned.Match{m}}})
	}
	needed := zoned.Match{Sources: known.Exactly(addr.Any6()), Destinations: known.Exactly(addr.Any6()), Services: known.Exactly(service.SetOf(
		service.Type(service.ICMPv6, 1), service.Type(service.ICMPv6, 2), service.Type(service.ICMPv6, 135), service.Type(service.ICMPv6, 136),
	))}
	out = append(out, entry{quick: true, in: true, out: true, Policy: zoned.Policy{Line: at(system), Text: "pass quick inet6 icmp6 type { 1, 2, 135, 136 }", Action: rule.Permit, Matches: []zoned.Match{needed}}})
	const carp = 112
	out = append(out, leaveOpen(at(system), "pass quick proto carp", "CARP has rules of its own", only(service.Whole(carp))))
	out = append(out, c.elsewhere()...)
	out = append(out, c.tables(user)...)
	out = append(out, c.portals()...)
	for _, s := range c.interfaces {
		out = append(out, c.fromOutside(s)...)
	}
	dhcp := only(service.Ports(service.UDP, 67, 68), service.Ports(service.UDP, 546, 547))
	return append(out, leaveOpen(at(c.root.get("interfaces")), "pass udp port { 67, 68, 546, 547 }", "DHCP has rules of its own", dhcp))
}

// leaveOpen returns an entry that leaves open what becomes of what matches.
func leaveOpen(line int, text, why string, m zoned.Match, zones ...string) entry {
	return entry{quick: true, in: true, out: true, zones: zones, Policy: zoned.Policy{Line: line, Text: text, AnyAction: true, Matches: []zoned.Match{m}, Unknown: []string{why}}}
}

// block returns an entry that blocks what comes in from one prefix to another.
func block(line int, text, from, to string, zones ...string) entry {
	m := zoned.AnyMatch()
	source, _ := zoned.Host(from)
	destination, _ := zoned.Host(to)
	m.Sources, m.Destinations = known.Exactly(source), known.Exactly(destination)
	return entry{quick: true, in: true, zones: zones, Policy: zoned.Policy{Line: line, Text: text, Action: rule.Deny, Matches: []zoned.Match{m}}}
}

// only matches services alone.
func only(services ...service.Range) zoned.Match {
	m := zoned.AnyMatch()
	m.Services = known.Exactly(service.SetOf(services...))
	return m
}

// tables returns the rules for tables that something fills while the firewall runs.
func (c *config) tables(user []entry) []entry {
	var out []entry
	filled := func(e *element, name, why string) {
		m := zoned.AnyMatch()
		for _, end := range []*zoned.Addresses{&m.Sources, &m.Destinations} {
			n := m
			if end == &m.Sources {
				n.Sources = known.AtMost(addr.Any(), why)
			} else {
				n.Destinations = known.AtMost(addr.Any(), why)
			}
			out = append(out, entry{quick: true, in: true, out: true, Policy: zoned.Policy{Line: e.line, Text: "block quick <" + name + ">", Action: rule.Deny, Matches: []zoned.Match{n}}})
		}
	}
	for i := range user {
		if user[i].fills {
			filled(c.root, "virusprot", "the table <virusprot> is filled by a rule with max-src-conn-rate")
			break
		}
	}
	for _, name := range []string{"suricata", "snortglobal"} {
		if e := c.root.get("installedpackages", name); e != nil && len(e.children) > 0 {
			filled(e, "snort2c", "the table <snort2c> is filled by "+name)
		}
	}
	return out
}

// portals returns what is in doubt on the interfaces of captive portals, and behind tunnels
// whose users bring rules of their own.
func (c *config) portals() []entry {
	var out []entry
	portals := c.root.get("captiveportal").list()
	portals = slices.Concat(portals, c.root.get("OPNsense", "captiveportal", "zones").all("zone"))
	for _, p := range portals {
		if p.get("enable") == nil && !p.isSet("enabled") {
			continue
		}
		for _, name := range append(words(p.value("interface")), words(p.value("interfaces"))...) {
			out = append(out, leaveOpen(p.line, "captive portal on "+name, "the captive portal decides who may pass", zoned.AnyMatch(), c.zonesOf(name)...))
		}
	}
	for _, s := range c.root.get("openvpn").all("openvpn-server") {
		if mode := s.value("authmode"); mode != "" && mode != "Local Database" && s.get("disable") == nil {
			out = append(out, leaveOpen(s.line, "anchor openvpn/*", "the server of "+mode+" may send rules for its users", zoned.AnyMatch(), c.zonesOf("openvpn")...))
			break
		}
	}
	return out
}

// fromOutside returns what keeps private and unassigned networks from entering.
func (c *config) fromOutside(s *side) []entry {
	var out []entry
	if e := s.e.get("blockbogons"); e != nil && (e.text != "0") {
		m := zoned.AnyMatch()
		m.Sources = known.AtMost(addr.Any(), "the table <bogons> is not in the text")
		out = append(out, entry{quick: true, in: true, zones: []string{s.name}, Policy: zoned.Policy{
			Line: e.line, Text: "block in quick on " + s.name + " from <bogons>", Action: rule.Deny, Matches: []zoned.Match{m},
		}})
	}
	e := s.e.get("blockpriv")
	if e == nil || e.text == "0" {
		return out
	}
	networks := []string{"10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"}
	if c.opn {
		networks = append(networks, "100.64.0.0/10")
	}
	for _, n := range networks {
		to := "0.0.0.0/0"
		if strings.Contains(n, ":") {
			to = "::/0"
		}
		b := block(e.line, fmt.Sprintf("block in quick on %s from %s", s.name, n), n, to, s.name)
		out = append(out, b)
	}
	return out
}

// afterwards returns what is asked where no rule of the user decides.
func (c *config) afterwards() []entry {
	e := c.root.get("installedpackages", "miniupnpd")
	if !e.isSet("config", "enable") {
		return nil
	}
	return []entry{leaveOpen(e.line, "anchor miniupnpd", "UPnP may open what its clients ask for", zoned.AnyMatch())}
}

// elsewhere returns what is in doubt since it may be filtered on another interface than the
// one that it enters by: members of bridges (if_bridge(4), PACKET FILTERING), and tunnels of
// IPsec, whose packets may meet the rules of enc0 alone.
func (c *config) elsewhere() []entry {
	var out []entry
	for _, s := range c.interfaces {
		why := ""
		switch {
		case s.bridged:
			why = s.name + " is in a bridge: which of its rules are asked is not in the text"
		case strings.HasPrefix(s.device, "ipsec"):
			why = s.name + " is a tunnel of IPsec: the rules of IPsec may be asked in its place"
		default:
			continue
		}
		out = append(out, leaveOpen(s.e.line, "interface "+s.name, why, zoned.AnyMatch(), s.name))
	}
	return out
}
