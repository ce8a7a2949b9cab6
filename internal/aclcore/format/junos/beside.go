package junos

import (
	"cmp"
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// beside returns what filters packets besides the filters of interfaces.
func (c *config) beside(interfaces []device.Interface) []device.Binding {
	out := c.tableFilters(c.root, "", interfaces)
	for _, instance := range c.root.Applied("routing-instances").Active() {
		out = append(out, c.tableFilters(instance, instance.Word, interfaces)...)
		out = append(out, flowRoutes(instance, instance.Word, interfaces)...)
	}
	out = append(out, flowRoutes(c.root, "", interfaces)...)
	for _, bridge := range []string{"vlans", "bridge-domains"} {
		out = append(out, vlanFilters(c.root.Applied(bridge))...)
	}
	return append(out, c.modes()...)
}

// tableFilters binds the filters of a forwarding table, which every packet meets that is
// routed by it (Juniper, Routing Policies, Firewall Filters, and Traffic Policers User
// Guide, Applying Filters to Forwarding Tables).
func (c *config) tableFilters(n *tree.Node, vrf string, interfaces []device.Interface) (out []device.Binding) {
	for _, family := range []string{"inet", "inet6"} {
		at := n.Applied("forwarding-options", "family", family)
		if why := c.doubtBelow(at); why != "" {
			out = append(out, everywhere(vrf, interfaces, func(name string) []device.Binding { return unread(name, at.Line, why) })...)
		}
		for _, side := range at.Applied("filter").Active() {
			out = append(out, everywhere(vrf, interfaces, func(name string) []device.Binding { return c.bind(name, family, side) })...)
		}
	}
	return out
}

// flowRoutes leave open what flow routes do, which filter at every interface (RFC 8955).
func flowRoutes(n *tree.Node, vrf string, interfaces []device.Interface) []device.Binding {
	flow := n.Applied("routing-options", "flow")
	if flow.Applied("route") == nil {
		return nil
	}
	return everywhere(vrf, interfaces, func(name string) []device.Binding {
		return unread(name, flow.Line, "flow routes filter too, and are not read")
	})
}

// everywhere binds at each interface of a routing instance, or wherever packets enter
// and leave if the text has no interfaces.
func everywhere(vrf string, interfaces []device.Interface, bind func(name string) []device.Binding) (out []device.Binding) {
	if len(interfaces) == 0 {
		return bind("")
	}
	for _, i := range interfaces {
		if i.VRF == vrf {
			out = append(out, bind(i.Name)...)
		}
	}
	return out
}

// vlanFilters leave open what the filters of VLANs do, at the interface that routes for
// the VLAN.
func vlanFilters(vlans *tree.Node) (out []device.Binding) {
	for _, v := range vlans.Active() {
		f := v.Applied("filter")
		if f == nil {
			f = v.Applied("forwarding-options", "filter")
		}
		if f != nil {
			routed := cmp.Or(v.Value("l3-interface"), v.Value("routing-interface"))
			out = append(out, unread(routed, f.Line, fmt.Sprintf("the filter of the VLAN %s is not read", v.Word))...)
		}
	}
	return out
}

// modes tell what a firewall does with a whole family: IPv6 is dropped unless a mode is
// set, and no policy is asked in the mode for packets (Juniper, CLI Reference,
// forwarding-options (Security)).
func (c *config) modes() (out []device.Binding) {
	policies := c.root.Applied("security", "policies")
	options := c.global.Applied("security", "forwarding-options", "family")
	for _, family := range []string{"inet", "mpls"} {
		if mode := options.Applied(family, "mode"); options.Value(family, "mode") == "packet-based" && policies != nil {
			out = append(out, unread("", mode.Line, "in the mode for packets no policy is asked")...)
		}
	}
	if policies == nil {
		return out
	}
	why := func(line int, reason string) device.Binding {
		r := rule.Rule{Line: line, Action: rule.Permit, Text: "security forwarding-options family inet6", Unknown: []string{reason}}
		return device.Binding{Rule: &r, V6: true, Line: line}
	}
	at := options.Applied("inet6", "mode")
	switch mode := options.Value("inet6", "mode"); {
	case mode == "flow-based":
	case mode == "drop":
		r := rule.Rule{Line: at.Line, Action: rule.Deny, Text: "security forwarding-options family inet6 mode drop"}
		out = append(out, device.Binding{Rule: &r, V6: true, Line: at.Line})
	case at == nil:
		out = append(out, why(0, "IPv6 is dropped by default before it is flow-based by default, and the text sets no mode for inet6"))
	default:
		out = append(out, why(at.Line, "no policy is asked in the mode "+mode))
	}
	return out
}

// unitFilters leave open what else filters at a unit.
func (c *config) unitFilters(name string, unit *tree.Node) (out []device.Binding) {
	if f := unit.Applied("filter"); f != nil {
		out = append(out, unread(name, f.Line, "a filter for all families is not read")...)
	}
	for _, family := range []string{"inet", "inet6"} {
		for _, word := range []string{"simple-filter", "service"} {
			if n := unit.Applied("family", family, word); n != nil {
				out = append(out, unread(name, n.Line, fmt.Sprintf("%s of the interface is not read", word))...)
			}
		}
	}
	return out
}
