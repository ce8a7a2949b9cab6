package tfplan

import (
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
)

// panosObjects puts addresses, services and groups of them into the tree.
func (r panosResources) panosObjects(root *tree.Node) {
	for i := range r.resources {
		res := &r.resources[i]
		kind, ok := strings.CutPrefix(res.kind, "panos_")
		if !ok {
			continue
		}
		kind = strings.TrimPrefix(kind, "panorama_")
		build, isObject := panosObjectKinds[kind]
		if !isObject {
			continue
		}
		p, why := r.panosPlace(res)
		name := r.text(res.values, "name")
		if why != "" || name == "" && kind != "addresses" {
			if why == "" {
				why = afterApply("name")
			}
			r.notes = append(r.notes, device.Note{Line: res.line, Text: res.address, Reason: why})
			continue
		}
		if kind == "addresses" {
			r.panosAddresses(root, p, res)
			continue
		}
		table := root.Put(res.line, p.path(build.table)...)
		if table.Get(name) != nil {
			if res.data { // the resource tells what will be
				continue
			}
			table.Get(name).Doubt(res.address + " is another object of the name")
			continue
		}
		r.grown(res, res.values, table.Put(res.line, name), func(a *attributes, n *tree.Node) {
			a.known = append(a.known, "name")
			build.build(a, n)
			a.rest("location", "vsys", "device_group", "id", "description", "tags", "tag", "disable_override", "tfid", "color", "timeouts")
		})
	}
	for _, res := range r.kinds(false, "panos_device_group_parent") {
		if group, parent := r.text(res.values, "device_group"), r.text(res.values, "parent"); group != "" && parent != "" {
			root.Put(res.line, "readonly", "device-group", group, "parent-dg", parent)
		}
	}
}

// panosObjectKinds are the types of objects, without panorama_, with the table that they
// stand in.
var panosObjectKinds = map[string]struct {
	table string
	build func(a *attributes, n *tree.Node)
}{
	"addresses":         {"address", nil},
	"address":           {"address", (*attributes).panosAddress},
	"address_object":    {"address", (*attributes).panosAddressObject},
	"address_group":     {"address-group", (*attributes).panosAddressGroup},
	"service":           {"service", (*attributes).panosService},
	"service_object":    {"service", (*attributes).panosServiceObject},
	"service_group":     {"service-group", func(a *attributes, n *tree.Node) { a.panosMembers(n, "members", "members", "services") }},
	"application_group": {"application-group", func(a *attributes, n *tree.Node) { a.panosMembers(n, "members", "members", "applications") }},
}

// panosAddresses reads the objects of one resource with many.
func (r panosResources) panosAddresses(root *tree.Node, p panosPlace, res *resource) {
	list := res.values.get("addresses")
	if list.isUnknown() || list.value == nil {
		r.notes = append(r.notes, device.Note{Line: res.line, Text: res.address, Reason: afterApply("addresses")})
		return
	}
	for _, name := range list.value.Keys {
		w := list.get(name)
		n := root.Put(w.line(res.line), p.path("address", name)...)
		r.grown(res, w, n, func(a *attributes, n *tree.Node) {
			a.panosAddress(n)
			a.rest("description", "tags", "tag", "disable_override")
		})
	}
}

func (a *attributes) panosAddress(n *tree.Node) {
	for _, attribute := range []string{"ip_netmask", "ip_range", "ip_wildcard", "fqdn"} {
		if text := a.text(attribute); text != "" {
			n.Put(a.line, dashed(attribute), text)
		}
	}
}

func (a *attributes) panosAddressObject(n *tree.Node) {
	kind, value := a.text("type"), a.text("value")
	if kind == "" {
		kind = "ip-netmask"
	}
	n.Put(a.line, kind, value)
}

func (a *attributes) panosAddressGroup(n *tree.Node) {
	a.panosMembers(n, "static", "static", "static_addresses")
	filter := a.text("dynamic_match")
	a.known = append(a.known, "dynamic")
	if dynamic := a.w.get("dynamic"); !dynamic.value.IsNull() || hasUnknown(dynamic) {
		filter = "?"
		if !hasUnknown(dynamic) {
			filter = dynamic.value.Get("filter").TextOr("?")
		}
	}
	if filter != "" {
		n.Put(a.line, "dynamic", "filter", filter)
	}
}

func (a *attributes) panosMembers(n *tree.Node, word string, keys ...string) {
	for _, key := range keys {
		members, _ := a.words(key)
		for _, m := range members {
			n.Put(a.line, word, m)
		}
	}
}

func (a *attributes) panosService(n *tree.Node) {
	protocols, _ := a.blocks("protocol")
	for _, w := range protocols {
		a.within(w, func(b *attributes) {
			for _, protocol := range []string{"tcp", "udp", "sctp"} {
				blocks, _ := b.blocks(protocol)
				for _, block := range blocks {
					b.within(block, func(c *attributes) {
						c.panosPorts(n, protocol, c.text("destination_port"), c.text("source_port"))
						c.rest("override")
					})
				}
			}
			b.rest()
		})
	}
}

func (a *attributes) panosServiceObject(n *tree.Node) {
	a.panosPorts(n, a.text("protocol"), a.text("destination_port"), a.text("source_port"))
	a.known = append(a.known, "override_session_timeout", "override_timeout", "override_half_closed_timeout", "override_time_wait_timeout")
}

func (a *attributes) panosPorts(n *tree.Node, protocol, destination, source string) {
	if destination != "" {
		n.Put(a.line, "protocol", protocol, "port", destination)
	}
	if source != "" {
		n.Put(a.line, "protocol", protocol, "source-port", source)
	}
}
