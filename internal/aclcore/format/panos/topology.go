package panos

import (
	"net/netip"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
)

// readTopology fills in the interfaces of the scope with their zones, its static routes
// and its rules of address translation. It returns the names of the zones.
func readTopology(doc *device.Document, s *scope, n *names) []string {
	var zones []string
	zoneOf := make(map[string]string)
	for _, z := range s.levels[0].Get("zone").Active() {
		zones = append(zones, z.Word)
		for _, kind := range z.Get("network").Active() {
			if slices.Contains([]string{"layer3", "layer2", "virtual-wire", "tap", "tunnel", "external"}, kind.Word) {
				for _, name := range kind.Words() {
					zoneOf[name] = z.Word
				}
			}
		}
	}
	network := s.device.Get("network")
	vrfOf := make(map[string]string)
	for _, kind := range []string{"virtual-router", "logical-router"} {
		for _, r := range network.Get(kind).Active() {
			for _, name := range r.Get("interface").Words() {
				vrfOf[name] = r.Word
			}
			doc.Routes = append(doc.Routes, routes(r)...)
		}
	}
	for _, kind := range network.Get("interface").Active() {
		for _, i := range kind.Active() {
			for _, unit := range append(i.Get("layer3", "units").Active(), i.Get("units").Active()...) {
				doc.Interfaces = append(doc.Interfaces, interfaceOf(unit, unit, zoneOf, vrfOf, n))
			}
			if i.Get("layer3") != nil || i.Get("ip") != nil {
				doc.Interfaces = append(doc.Interfaces, interfaceOf(i, i.Get("layer3"), zoneOf, vrfOf, n))
			}
		}
	}
	p := &policies{scope: s, names: n}
	doc.Translations = p.nat(doc.Interfaces)
	doc.Topology = len(doc.Interfaces) > 0
	return zones
}

func interfaceOf(i, settings *tree.Node, zoneOf, vrfOf map[string]string, n *names) device.Interface {
	out := device.Interface{Name: i.Word, Line: i.Line, Zone: zoneOf[i.Word], VRF: vrfOf[i.Word], Shutdown: i.Value("link-state") == "down"}
	for _, text := range slices.Concat(settings.Get("ip").Words(), i.Get("ip").Words(), settings.Get("ipv6", "address").Words()) {
		if p, err := netip.ParsePrefix(text); err == nil {
			if !slices.Contains(out.Addresses, p) {
				out.Addresses = append(out.Addresses, p)
			}
			continue
		}
		out.Unknown = append(out.Unknown, "its address is "+text)
	}
	if settings.Get("dhcp-client") != nil {
		out.Unknown = append(out.Unknown, "its address comes from DHCP")
	}
	return out
}

func routes(router *tree.Node) []device.Route {
	var out []device.Route
	for _, family := range []string{"ip", "ipv6"} {
		for _, n := range router.Get("routing-table", family, "static-route").Active() {
			to, err := netip.ParsePrefix(n.Value("destination"))
			if err != nil {
				continue
			}
			r := device.Route{VRF: router.Word, To: to.Masked(), Interface: n.Value("interface"), Discard: n.Get("nexthop", "discard") != nil, Line: n.Line}
			for _, kind := range []string{"ip-address", "ipv6-address"} {
				if via, err := netip.ParseAddr(n.Value("nexthop", kind)); err == nil {
					r.Via = via
				}
			}
			out = append(out, r)
		}
	}
	return out
}
