package fortios

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// multicast are the groups of IPv4 and IPv6 (RFC 5771, RFC 4291 section 2.7).
var multicast = addr.SetOf(
	addr.RangeOfPrefix(netip.MustParsePrefix("224.0.0.0/4")),
	addr.RangeOfPrefix(netip.MustParsePrefix("ff00::/8")),
)

// beside are the rules for what other tables than the policies decide, or drop before a
// policy is asked; rules are all others.
func (v *vdom) beside(rules []rule.Rule) []rule.Rule {
	var out []rule.Rule
	for _, p := range v.accessControl() {
		out = append(out, p.Rules()...)
	}
	return append(append(append(out, v.timeToLive()...), v.boundMACs()...), v.multicastRules(rules)...)
}

// multicastText begins the text of the rule for multicast.
const multicastText = "multicast"

// multicastRules leave open what becomes of packets to a multicast group that one of the
// rules may accept, or a table of their own. Policies do not decide about them, those of
// firewall multicast-policy do; without one that accepts them they are dropped (FortiOS
// Administration Guide, "Configuring multicast forwarding"), but a part of a configuration
// may not show those. With multicast-skip-policy they are flooded.
func (v *vdom) multicastRules(rules []rule.Rule) []rule.Rule {
	p := zoned.Policy{Action: rule.Deny, Implied: true, Text: multicastText, Matches: []zoned.Match{zoned.AnyMatch()}}
	p.Matches[0].Destinations = known.Exactly(multicast)
	p.Doubt("firewall policy is not for multicast: firewall multicast-policy decides, which is not read")
	firewall, settings := v.root.Get("firewall"), v.root.Get("system", "settings")
	switch tables := slices.Concat(firewall.Get("multicast-policy").Active(), firewall.Get("multicast-policy6").Active()); {
	case len(tables) > 0:
		p.AnyAction, p.Line = true, tables[0].Line
	case isOn(settings, "multicast-skip-policy"):
		p.AnyAction, p.Line = true, settings.Get("multicast-skip-policy").Line
	default:
		first := slices.IndexFunc(rules, func(r rule.Rule) bool { return r.Action == rule.Permit && r.Traffic.Destinations.Overlaps(multicast) })
		if first < 0 {
			return nil
		}
		p.Line = rules[first].Line
	}
	return p.Rules()
}

// timeToLive returns the entries of firewall ttl-policy that drop, as they do from the
// factory: packets from their sources whose time to live is in a range (FortiOS CLI
// Reference, firewall ttl-policy). One that accepts leaves the packet to the policies.
func (v *vdom) timeToLive() []rule.Rule {
	var out []rule.Rule
	for _, n := range v.root.Get("firewall", "ttl-policy").Active() {
		p := policy{node: n, Policy: zoned.Policy{Line: n.Line, Text: fmt.Sprintf("firewall ttl-policy %s srcintf %s srcaddr %s service %s",
			n.Word, shown(values(n, "srcintf")), shown(values(n, "srcaddr")), shown(values(n, "service")))}}
		unread := unreadBelow(n) != "" || len(n.Why()) > 0
		if !unread && (value(n, "status") == "disable" || value(n, "action") == "accept") {
			continue
		}
		p.Doubt("it drops packets by their time to live, before the policies")
		p.Matches = []zoned.Match{zoned.AnyMatch()}
		if !unread && v.zoneDoubt(values(n, "srcintf")) == "" {
			p.From = v.interfaces(values(n, "srcintf"))
			p.Matches = []zoned.Match{v.timedMatch(&p)}
		}
		out = append(out, p.Rules()...)
	}
	return out
}

// timedMatch returns what an entry of firewall ttl-policy may match: IPv4 from its sources.
func (v *vdom) timedMatch(p *policy) zoned.Match {
	services, limited := v.policyServices(p)
	if len(limited) > 0 {
		services = known.Exactly(service.Any())
	}
	return zoned.Match{Sources: v.addressList(p, "srcaddr", values(p.node, "srcaddr"), false), Destinations: known.Exactly(addr.Any4()), Services: services}
}

// boundMACs returns a rule that may drop anything where packets pass only from the hardware
// address that a table binds their source to (FortiOS CLI Reference, firewall ipmacbinding
// setting, bindthroughfw).
func (v *vdom) boundMACs() []rule.Rule {
	n := v.root.Get("firewall", "ipmacbinding", "setting")
	if !isOn(n, "bindthroughfw") && unreadBelow(n) == "" {
		return nil
	}
	p := zoned.Policy{Line: n.Line, Text: "firewall ipmacbinding setting", Matches: []zoned.Match{zoned.AnyMatch()}}
	p.Doubt("packets pass only from the hardware address that their source is bound to")
	return p.Rules()
}

// skipped are tables with rules that do not filter what the firewall forwards, or
// filter by content, and why a user may want to know.
var skipped = []struct{ path, reason string }{
	{"firewall local-in-policy", "filters traffic to the firewall itself, which is not read"},
	{"firewall local-in-policy6", "filters traffic to the firewall itself, which is not read"},
	{"firewall interface-policy", "may drop by content, which is not read"},
	{"firewall interface-policy6", "may drop by content, which is not read"},
	{"firewall DoS-policy", "may drop above a rate, which is not read"},
	{"firewall DoS-policy6", "may drop above a rate, which is not read"},
	{"firewall proxy-policy", "filters what goes through the proxy, which is not read"},
	{"firewall sniffer", "does not forward"},
	{"router policy", "may choose another interface to leave by, which is not read: flows are asked for the interfaces that they declare"},
	{"router policy6", "may choose another interface to leave by, which is not read: flows are asked for the interfaces that they declare"},
}

func (v *vdom) notes() []device.Note {
	var notes []device.Note
	for _, s := range skipped {
		if n := v.root.Get(strings.Fields(s.path)...); n != nil && len(n.Nodes) > 0 {
			notes = append(notes, device.Note{Line: n.Line, Text: "config " + s.path, Reason: s.reason})
		}
	}
	return append(notes, v.asymmetric()...)
}

// asymmetric notes that packets of connections that the firewall has not seen pass without
// a policy. Those that open one are asked as ever (Fortinet Technical Tip 198575), and no
// other packet counts for a flow.
func (v *vdom) asymmetric() []device.Note {
	settings := v.root.Get("system", "settings")
	var notes []device.Note
	for _, s := range []string{"asymroute", "asymroute6"} {
		if isOn(settings, s) {
			notes = append(notes, device.Note{Line: settings.Get(s).Line, Text: "set " + s + " enable", Reason: "packets of connections that the firewall did not see opened pass without a policy"})
		}
	}
	return notes
}

// bridged is a binding for a VDOM in transparent mode: which of its interfaces a packet
// takes is a matter of hardware addresses, so that no way through it is sure.
func bridged(settings *tree.Node) []device.Binding {
	if value(settings, "opmode") != "transparent" {
		return nil
	}
	line := settings.Get("opmode").Line
	r := &rule.Rule{Line: line, Text: "set opmode transparent", Action: rule.Permit, Unknown: []string{"the VDOM bridges, which is not followed"}}
	return []device.Binding{{Stage: device.StageBetween, V4: true, V6: true, Rule: r, Line: line}}
}
