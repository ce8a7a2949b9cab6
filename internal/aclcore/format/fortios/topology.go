package fortios

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// readTopology fills in the interfaces of the VDOM, its static routes and its virtual
// IPs.
func (v *vdom) readTopology(doc *device.Document) {
	zoneOf := make(map[string]string)
	for _, z := range v.root.Get("system", "zone").Active() {
		for _, member := range v.zones[z.Word] {
			zoneOf[member] = z.Word
		}
	}
	for _, n := range v.interfaceNodes() {
		if owner := value(n, "vdom"); owner != "" && v.name != "" && owner != v.name {
			continue
		}
		i := device.Interface{Name: n.Word, Zone: zoneOf[n.Word], Line: n.Line, Shutdown: value(n, "status") == "down"}
		if p, ok := prefixOf(values(n, "ip")); ok {
			i.Addresses = append(i.Addresses, p)
		}
		i.Addresses = append(i.Addresses, more(n, i.Addresses)...)
		if mode := value(n, "mode"); mode != "" && mode != "static" {
			i.Unknown = append(i.Unknown, "its address comes from "+mode)
		}
		if len(i.Unknown) == 0 {
			for _, p := range i.Addresses {
				v.own[i.Name] = append(v.own[i.Name], p.Addr())
			}
		}
		doc.Interfaces = append(doc.Interfaces, i)
	}
	for _, n := range v.root.Get("router", "static").Active() {
		if r, ok := route(n); ok {
			doc.Routes = append(doc.Routes, r)
		}
	}
	for _, n := range v.root.Get("router", "static6").Active() {
		if r, ok := route6(n); ok {
			doc.Routes = append(doc.Routes, r)
		}
	}
	for i := range v.vips {
		doc.Translations = append(doc.Translations, v.vips[i].translation())
	}
	doc.Topology = len(doc.Interfaces) > 0
}

// interfaceNodes are the interfaces of the whole text: where there are VDOMs they
// stand in the global part.
func (v *vdom) interfaceNodes() []*tree.Node {
	return slices.Concat(v.root.Get("system", "interface").Active(), v.global.Get("system", "interface").Active())
}

// more returns the addresses of an interface besides its first: secondary ones, those of
// IPv6, and those that it shares with others by VRRP.
func more(n *tree.Node, first []netip.Prefix) (out []netip.Prefix) {
	for _, second := range n.Get("secondaryip").Active() {
		if p, ok := prefixOf(values(second, "ip")); ok {
			out = append(out, p)
		}
	}
	for _, six := range append([]*tree.Node{n.Get("ipv6")}, n.Get("ipv6", "ip6-extra-addr").Active()...) {
		text := value(six, "ip6-address")
		if text == "" && six != nil {
			text = six.Word
		}
		if p, err := netip.ParsePrefix(text); err == nil && !p.Addr().IsUnspecified() {
			out = append(out, p)
		}
	}
	for _, group := range n.Get("vrrp").Active() {
		a, err := netip.ParseAddr(value(group, "vrip"))
		if err != nil {
			continue
		}
		shared := netip.PrefixFrom(a, a.BitLen())
		for _, p := range append(first[:len(first):len(first)], out...) {
			if p.Contains(a) {
				shared = netip.PrefixFrom(a, p.Bits())
			}
		}
		out = append(out, shared)
	}
	return out
}

// prefixOf reads "10.0.0.1 255.255.255.0" or "10.0.0.1/24".
func prefixOf(args []string) (netip.Prefix, bool) {
	switch len(args) {
	case 1:
		p, err := netip.ParsePrefix(args[0])
		return p, err == nil
	case 2:
		set, ok := zoned.Masked(args[0], args[1])
		a, err := netip.ParseAddr(args[0])
		if !ok || err != nil || a.IsUnspecified() {
			return netip.Prefix{}, false
		}
		p, err := netip.ParsePrefix(maskedText(set.Prefixes()))
		return netip.PrefixFrom(a, p.Bits()), err == nil
	}
	return netip.Prefix{}, false
}

// maskedText writes the one prefix of a masked address.
func maskedText(prefixes []string) string {
	if len(prefixes) != 1 {
		return ""
	}
	if !strings.Contains(prefixes[0], "/") {
		return prefixes[0] + "/32"
	}
	return prefixes[0]
}

func route(n *tree.Node) (device.Route, bool) {
	r := device.Route{Interface: value(n, "device"), Line: n.Line, Discard: value(n, "blackhole") == "enable"}
	r.To = netip.PrefixFrom(netip.IPv4Unspecified(), 0)
	if args := values(n, "dst"); len(args) > 0 {
		set, ok := zoned.Masked(args[0], args[len(args)-1])
		p, err := netip.ParsePrefix(maskedText(set.Prefixes()))
		if !ok || err != nil {
			return r, false
		}
		r.To = p
	}
	r.Via, _ = netip.ParseAddr(value(n, "gateway"))
	return r, value(n, "status") != "disable"
}

// route6 reads an entry of router static6, of which everything is meant without dst.
func route6(n *tree.Node) (device.Route, bool) {
	r := device.Route{Interface: value(n, "device"), Line: n.Line, Discard: value(n, "blackhole") == "enable", To: netip.PrefixFrom(netip.IPv6Unspecified(), 0)}
	if args := values(n, "dst"); len(args) > 0 {
		p, err := netip.ParsePrefix(args[0])
		if err != nil {
			return r, false
		}
		r.To = p.Masked()
	}
	r.Via, _ = netip.ParseAddr(value(n, "gateway"))
	return r, value(n, "status") != "disable"
}

func (p *vip) translation() device.Translation {
	t := device.Translation{
		Name: p.name, Line: p.line, Text: fmt.Sprintf("virtual IP %q", p.name), From: p.from, Search: device.SearchDestination,
		Destination: device.Mapping{Kind: device.Static, To: p.mapped.Possible},
	}
	t.Match.Sources, t.Match.Destinations, t.Match.Services = p.takes.Sources.Possible, p.takes.Destinations.Possible, p.takes.Services.Possible
	t.Unknown = known.Reasons(known.Reasons(p.takes.Destinations.Why, p.takes.Services.Why), p.mapped.Why)
	t.Unknown = known.Reasons(known.Reasons(t.Unknown, p.takes.Sources.Why), p.why)
	nameless(&t)
	if one := zoned.OneToOne(t.Match.Destinations, t.Destination.To); one != "" {
		t.Destination.Kind = device.Dynamic
		t.Unknown = known.Reasons(t.Unknown, []string{one})
	}
	switch {
	case p.ports && p.first == 0:
		t.Unknown = known.Reasons(t.Unknown, []string{"it maps ports"})
	case p.ports:
		t.Destination.FirstPort, t.Destination.LastPort = p.first, p.last
	}
	return t
}

// nameless takes an interface without a name for any, in doubt.
func nameless(t *device.Translation) {
	for _, names := range []*[]string{&t.From, &t.To} {
		if slices.Contains(*names, "") {
			*names, t.Unknown = nil, known.Reasons(t.Unknown, []string{"an interface has no name"})
		}
	}
}

// intrazone returns what passes between the interfaces of one zone after all policies:
// nothing, unless the zone allows it. Two packets of the zone may enter and leave by
// the same interface, which no zone allows, so that a flow has to declare interfaces.
func (v *vdom) intrazone() []rule.Rule {
	var out []rule.Rule
	for _, z := range v.root.Get("system", "zone").Active() {
		if value(z, "intrazone") != "allow" {
			continue
		}
		p := zoned.Policy{Line: z.Line, Action: rule.Permit, Text: fmt.Sprintf("zone %q intrazone allow", z.Word), Matches: []zoned.Match{zoned.AnyMatch()}}
		members := v.zones[z.Word]
		between := p
		between.From, between.To, between.Pair = members, members, rule.DifferentZones
		whole := p
		whole.From, whole.To = []string{z.Word}, []string{z.Word}
		whole.Doubt("zone %q allows traffic between its interfaces, not within one of them; declare the interfaces", z.Word)
		if len(members) > 1 {
			out = append(append(out, between.Rules()...), whole.Rules()...)
		}
	}
	return out
}
