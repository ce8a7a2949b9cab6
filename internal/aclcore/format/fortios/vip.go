package fortios

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// A vip is a virtual IP: packets to its outside address are translated before the
// policies are asked, whether or not a policy names it.
type vip struct {
	name string
	line int
	// takes is what is translated: from the sources that it is limited to, to its
	// outside address and ports.
	takes zoned.Match
	from  []string // interfaces that packets enter by, none for any
	// mapped are the addresses behind it, ports says that other ports are used there.
	mapped known.Set[addr.Set]
	ports  bool
	// first and last are the ports behind it, 0 if they are the same or not one range of
	// as many.
	first, last uint16
	// forwards says that it is for some ports alone. why are its settings that are not
	// read.
	forwards bool
	why      []string
}

func (v *vdom) readVIPs() {
	for _, n := range v.root.Get("firewall", "vip").Active() {
		if value(n, "status") != "disable" {
			v.vips = append(v.vips, v.vip(n))
		}
	}
}

func (v *vdom) vip(n *tree.Node) vip {
	p := vip{name: n.Word, line: n.Line, from: v.interfaces(values(n, "extintf"))}
	why := fmt.Sprintf("virtual IP %q ", n.Word)
	outside, ok := spanOf(value(n, "extip"))
	if ok && value(n, "extip") == "0.0.0.0" { // the address that its interface has
		ok = false
	}
	p.takes = zoned.Match{Sources: known.Exactly(addr.Any4()), Destinations: known.Exactly(outside), Services: known.Exactly(service.Any())}
	if !ok {
		p.takes.Destinations = known.AtMost(addr.Any4(), why+"has no address that is read")
	}
	if inside, ok := spanOf(value(n, "mappedip")); ok {
		p.mapped = known.Exactly(inside)
	} else {
		p.mapped = known.AtMost(addr.Any4(), why+"has no inside address that is read")
	}
	if kind := value(n, "type"); kind != "" && kind != "static-nat" {
		p.takes.Services = known.AtMost(service.Any(), why+"is of the type "+kind)
	}
	if filter := values(n, "src-filter"); len(filter) > 0 {
		p.takes.Sources = sourcesOf(filter, why)
	}
	if named := values(n, "service"); len(named) > 0 {
		p.takes.Services = p.takes.Services.Intersect(v.services.Union(named))
	}
	if value(n, "portforward") == "enable" {
		p.forwards = true
		p.forward(n, why)
	}
	for _, o := range n.Others(vipSettings...) {
		if !isOff(o.Values) || o.Word == "nat44" {
			p.why = known.Reasons(p.why, []string{why + "has the setting " + o.Word + ", which is not read"})
		}
	}
	if len(p.why) > 0 {
		p.takes.Services = known.AtMost(p.takes.Services.Possible, p.why...)
	}
	return p
}

// vipSettings are those that are read, or that change nothing of what is translated.
var vipSettings = strings.Fields(`uuid id comment color status extip extintf mappedip portforward protocol extport mappedport src-filter service type
	arp-reply gratuitous-arp-interval portmapping-type nat-source-vip`)

// forward limits the virtual IP to the ports that it forwards.
func (p *vip) forward(n *tree.Node, why string) {
	protocol, ok := map[string]uint8{"": service.TCP, "tcp": service.TCP, "udp": service.UDP, "sctp": service.SCTP}[value(n, "protocol")]
	outside, read := zoned.PortList(value(n, "extport"))
	if !ok || !read {
		p.takes.Services = known.AtMost(service.Any(), why+"forwards ports that are not read")
		return
	}
	set, _ := zoned.Boxes(protocol, zoned.AllPorts(), outside)
	p.takes.Services = p.takes.Services.Intersect(known.Exactly(set))
	mapped := value(n, "mappedport")
	p.ports = mapped != value(n, "extport")
	if inside, ok := zoned.PortList(mapped); ok && len(inside) == 1 && len(outside) == 1 && inside[0].To-inside[0].From == outside[0].To-outside[0].From {
		p.first, p.last = inside[0].From, inside[0].To
	}
}

func spanOf(text string) (addr.Set, bool) {
	from, to, isRange := strings.Cut(text, "-")
	if !isRange {
		to = from
	}
	return zoned.Span(from, to)
}

func sourcesOf(filter []string, why string) zoned.Addresses {
	var all addr.Set
	for _, text := range filter {
		set, ok := zoned.Host(text)
		if !ok {
			set, ok = spanOf(text)
		}
		if !ok {
			return known.AtMost(addr.Any4(), why+"is limited to sources that are not read")
		}
		all = all.Union(set)
	}
	return known.Exactly(all)
}

// isVIP reports whether a name in dstaddr is that of a virtual IP or a group of them.
func (v *vdom) isVIP(name string) bool {
	firewall := v.root.Get("firewall")
	return firewall.Get("vip", name) != nil || firewall.Get("vipgrp", name) != nil
}

// names reports whether the policy names the virtual IP.
func (v *vdom) names(p *policy, vip *vip) bool {
	return slices.ContainsFunc(p.vips, func(name string) bool {
		return name == vip.name || slices.Contains(values(v.root.Get("firewall", "vipgrp", name), "member"), vip.name)
	})
}

// vipRules are the rules for packets that virtual IPs translate. They come before all
// others, and nothing that a virtual IP takes comes to the others.
func (v *vdom) vipRules(policies []policy) []rule.Rule {
	central := v.value("system", "settings", "central-nat") == "enable"
	var out []rule.Rule
	for i := range v.vips {
		vip := &v.vips[i]
		for j := range policies {
			if r := v.underVIP(&policies[j], vip); r != nil {
				out = append(out, r...)
			}
		}
		end := zoned.Policy{Line: vip.line, Implied: true, Text: fmt.Sprintf("virtual IP %q: no policy accepts what it translates", vip.name), From: vip.from, Matches: []zoned.Match{vip.takes}}
		if central {
			permit := end
			permit.Action = rule.Permit
			permit.Doubt("central NAT is on: the policies compare the inside address of virtual IP %q", vip.name)
			end.Doubt("central NAT is on: the policies compare the inside address of virtual IP %q", vip.name)
			out = append(out, permit.Rules()...)
		}
		out = append(out, end.Rules()...)
	}
	return append(append(out, v.otherVIPs()...), v.nat64()...)
}

// underVIP returns what a policy does with the packets that the virtual IP takes.
func (v *vdom) underVIP(p *policy, vip *vip) []rule.Rule {
	named := v.names(p, vip)
	q := p.Policy
	q.Unknown = slices.Clone(p.Unknown)
	q.From = within(p.From, vip.from)
	if len(q.From) == 0 && len(p.From) > 0 && len(vip.from) > 0 {
		return nil // it enters by an interface that the policy is not for
	}
	switch matches := v.vipMatch(p); {
	case named:
		if isOn(p.node, "dstaddr-negate") {
			q.Doubt("it negates virtual IP %q", vip.name)
		}
		if len(p.Matches) > 1 {
			if _, limited := v.policyServices(p); len(limited) > 0 {
				q.Doubt("service %q is limited to destinations, and the destination is translated", limited[0])
			}
		}
		if vip.ports && !p.Matches[0].Services.Sure.IsAny() {
			q.Doubt("virtual IP %q maps the port: the policy compares the port behind it", vip.name)
		}
	case matches == never:
		return nil
	default:
		q.Doubt("the packet is translated by virtual IP %q, which the policy does not name", vip.name)
	}
	q.Matches = nil
	for _, m := range p.Matches {
		dst := vip.takes.Destinations
		if !named {
			dst = reach(m.Destinations, vip)
		}
		services := m.Services.Intersect(vip.takes.Services)
		if named && vip.ports { // the ports of the policy are those behind
			services = vip.takes.Services
		}
		q.Matches = append(q.Matches, zoned.Match{Sources: m.Sources.Intersect(vip.takes.Sources), Destinations: dst, Services: services})
	}
	return q.Rules()
}

// reach returns the part of what the virtual IP takes that a policy may mean that
// lists other addresses: by the outside address or by the one behind it.
func reach(dst zoned.Addresses, vip *vip) zoned.Addresses {
	if dst.Possible.Overlaps(vip.mapped.Possible) {
		return vip.takes.Destinations
	}
	return dst.Intersect(vip.takes.Destinations)
}

// Whether a policy matches packets of a virtual IP that it does not name.
const (
	never = iota
	perhaps
)

// vipMatch reports whether the policy matches what a virtual IP translates though it
// does not name it. A deny does not, unless match-vip is on, which is the factory
// setting from 7.2.3 on.
func (v *vdom) vipMatch(p *policy) int {
	if p.Action == rule.Deny && !p.AnyAction && (value(p.node, "match-vip") == "disable" || p.node.Get("match-vip") == nil && v.before(7, 2, 3)) {
		return never
	}
	return perhaps
}

// within returns the interfaces that two lists share, where none stands for all.
func within(a, b []string) []string {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	return slices.DeleteFunc(slices.Clone(a), func(name string) bool { return !slices.Contains(b, name) })
}
