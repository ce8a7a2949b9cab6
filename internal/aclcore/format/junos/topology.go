package junos

import (
	"net/netip"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
)

// readTopology fills in the interfaces with their zones and routing instances, and the
// static routes.
func (c *config) readTopology(doc *device.Document) {
	zoneOf, vrfOf := make(map[string]string), make(map[string]string)
	for _, z := range c.root.Applied("security", "zones", "security-zone").Active() {
		for _, name := range z.Applied("interfaces").Words() {
			zoneOf[name] = z.Word
		}
	}
	doc.Routes = append(doc.Routes, routes(c.root, "")...)
	for _, vr := range c.root.Applied("routing-instances").Active() {
		for _, name := range vr.Applied("interface").Words() {
			vrfOf[name] = vr.Word
		}
		doc.Routes = append(doc.Routes, routes(vr, vr.Word)...)
	}
	for _, port := range c.root.Applied("interfaces").Active() {
		for _, unit := range port.Applied("unit").Active() {
			name := port.Word + "." + unit.Word
			i := device.Interface{
				Name: name, Port: port.Word, Line: unit.Line, Zone: zoneOf[name], VRF: vrfOf[name],
				Shutdown: port.Applied("disable") != nil || unit.Applied("disable") != nil,
			}
			for _, family := range []string{"inet", "inet6"} {
				for _, address := range unit.Applied("family", family, "address").Active() {
					if p, err := netip.ParsePrefix(address.Word); err == nil {
						i.Addresses = append(append(i.Addresses, p), shared(address, p)...)
					}
				}
				if unit.Applied("family", family, "dhcp") != nil {
					i.Unknown = append(i.Unknown, "its address comes from DHCP")
				}
			}
			doc.Interfaces = append(doc.Interfaces, i)
		}
	}
	doc.Topology = len(doc.Interfaces) > 0
}

// shared returns the addresses that the device shares with others by VRRP.
func shared(address *tree.Node, p netip.Prefix) (out []netip.Prefix) {
	for _, family := range [][2]string{{"vrrp-group", "virtual-address"}, {"vrrp-inet6-group", "virtual-inet6-address"}} {
		for _, g := range address.Applied(family[0]).Active() {
			for _, text := range g.Applied(family[1]).Words() {
				if a, err := netip.ParseAddr(text); err == nil {
					out = append(out, netip.PrefixFrom(a, p.Bits()))
				}
			}
		}
	}
	return out
}

func routes(n *tree.Node, vrf string) []device.Route {
	var out []device.Route
	for _, table := range [][]string{{"routing-options", "static", "route"}, {"routing-options", "rib", "inet6.0", "static", "route"}} {
		for _, route := range n.Applied(table...).Active() {
			to, err := netip.ParsePrefix(route.Word)
			if err != nil {
				continue
			}
			r := device.Route{VRF: vrf, To: to.Masked(), Line: route.Line, Discard: route.Applied("discard") != nil || route.Applied("reject") != nil}
			for _, hop := range route.Applied("next-hop").Words() {
				if via, err := netip.ParseAddr(hop); err == nil {
					r.Via = via
				} else if strings.Contains(hop, ".") {
					r.Interface = hop
				}
			}
			out = append(out, r)
		}
	}
	return out
}
