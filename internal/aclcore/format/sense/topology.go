package sense

import (
	"net/netip"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
)

// topology fills in the interfaces, which list filters what, and the static routes.
func (c *config) topology(doc *device.Document) {
	for _, s := range c.interfaces {
		i := device.Interface{Name: s.name, Port: s.device, Line: s.e.line, Shutdown: s.e.get("enable") == nil || s.e.value("enable") == "0"}
		for _, v := range []struct{ address, length string }{{"ipaddr", "subnet"}, {"ipaddrv6", "subnetv6"}} {
			text := s.e.value(v.address)
			if text == "" || text == "none" {
				continue
			}
			if p, err := netip.ParsePrefix(text + "/" + s.e.value(v.length)); err == nil {
				i.Addresses = append(i.Addresses, p)
			} else {
				i.Unknown = append(i.Unknown, "its address is "+text)
			}
		}
		if s.bridged {
			i.Unknown = append(i.Unknown, "it is in a bridge")
		}
		doc.Interfaces = append(doc.Interfaces, i)
		doc.Bindings = append(doc.Bindings,
			device.Binding{List: ListIn, Stage: device.StageIn, From: s.name, V4: true, V6: true, Line: s.e.line},
			device.Binding{List: ListOut, Stage: device.StageOut, To: s.name, V4: true, V6: true, Line: s.e.line})
	}
	gateways := make(map[string]*element)
	for _, e := range c.root.get("gateways").all("gateway_item") {
		gateways[e.value("name")] = e
	}
	for _, e := range c.root.get("OPNsense", "Gateways").all("gateway_item") {
		gateways[e.value("name")] = e
	}
	for _, e := range c.root.get("staticroutes").all("route") {
		to, err := netip.ParsePrefix(e.value("network"))
		if err != nil || e.get("disabled") != nil && (e.isSet("disabled") || !c.opn) {
			continue
		}
		r := device.Route{To: to.Masked(), Line: e.line}
		if g := gateways[e.value("gateway")]; g != nil {
			r.Interface = g.value("interface")
			r.Via, _ = netip.ParseAddr(g.value("gateway"))
		}
		doc.Routes = append(doc.Routes, r)
	}
	doc.Topology = len(doc.Interfaces) > 0
}
