package kubernetes

import (
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// peers returns the other ends of a rule of a NetworkPolicy: any of the items of the
// list, each of whose fields hold together. No list, and an empty one, is everything.
func (c *cluster) peers(namespace string, list *jsontree.Value) zoned.Addresses {
	items := itemsOf(list)
	if len(items) == 0 {
		return known.Exactly(addr.Any())
	}
	var out zoned.Addresses
	for i := range items {
		p := &items[i]
		block, namespaces, pods := present(p, "ipBlock"), present(p, "namespaceSelector"), present(p, "podSelector")
		switch {
		case len(p.Others("ipBlock", "namespaceSelector", "podSelector")) > 0 || block == nil && namespaces == nil && pods == nil:
			out = out.Union(known.AtMost(all(), "a peer is not understood"))
		case block != nil:
			out = out.Union(c.block(block))
		default:
			out = out.Union(c.selected(namespace, namespaces, pods))
		}
	}
	return out
}

// present returns the field, nil if it is null.
func present(v *jsontree.Value, key string) *jsontree.Value {
	if field := v.Get(key); !field.IsNull() {
		return field
	}
	return nil
}

// block returns a block of addresses without its exceptions. Whether it holds for pods
// depends on the cluster.
func (c *cluster) block(v *jsontree.Value) zoned.Addresses {
	set, ok := zoned.Host(text(v, "cidr"))
	for _, e := range itemsOf(v.Get("except")) {
		one, read := zoned.Host(e.Text)
		ok = ok && read
		set = set.Subtract(one)
	}
	if !ok {
		return known.AtMost(all(), fmt.Sprintf("the block %q is not read", text(v, "cidr")))
	}
	return c.outside(set)
}

// outside says that addresses are sure where no pod has them.
func (c *cluster) outside(set addr.Set) zoned.Addresses {
	if len(c.pods) == 0 {
		return known.Between(addr.Set{}, set, "whether a block of addresses holds for pods depends on the cluster, and the pods are not in the text")
	}
	return known.Between(set.Subtract(c.podAddresses), set, "whether a block of addresses holds for pods depends on the cluster")
}

var protocolNumbers = map[string]uint8{"": service.TCP, "TCP": service.TCP, "UDP": service.UDP, "SCTP": service.SCTP}

// carried are the protocols that policies speak of; what becomes of others is for the
// cluster to decide.
var carried = service.SetOf(service.Whole(service.TCP), service.Whole(service.UDP), service.Whole(service.SCTP))

// anyService is every port, and perhaps every other protocol.
func anyService() zoned.Services {
	return known.Between(carried, service.Any(), "what policies do with other protocols than TCP, UDP and SCTP depends on the cluster")
}

// matches returns the traffic of a rule: its ports, and for ports by name those that the
// receiving pods have under it.
func (c *cluster) matches(src, dst zoned.Addresses, list *jsontree.Value) []zoned.Match {
	items := itemsOf(list)
	if len(items) == 0 {
		return []zoned.Match{{Sources: src, Destinations: dst, Services: anyService()}}
	}
	var out []zoned.Match
	var set zoned.Services
	for i := range items {
		p := &items[i]
		protocol, ok := protocolNumbers[strings.ToUpper(text(p, "protocol"))]
		port := p.Get("port")
		switch {
		case !ok || len(p.Others("protocol", "port", "endPort")) > 0:
			set = set.Union(known.AtMost(service.Any(), "a port is not understood"))
		case port == nil || port.IsNull():
			set = set.Union(known.Exactly(service.SetOf(service.Whole(protocol))))
		default:
			if number, isNumber := zoned.Port(port.Text); isNumber && port.Text != "" {
				set = set.Union(portRange(protocol, number, text(p, "endPort")))
				continue
			}
			out = append(out, c.named(src, dst, port.Text, protocol)...)
		}
	}
	if !set.Possible.IsEmpty() {
		out = append(out, zoned.Match{Sources: src, Destinations: dst, Services: set})
	}
	return out
}

func portRange(protocol uint8, from uint16, end string) zoned.Services {
	to := from
	if end != "" {
		n, ok := zoned.Port(end)
		if !ok || n < from {
			return known.AtMost(service.SetOf(service.Whole(protocol)), "the end of a range of ports is not read")
		}
		to = n
	}
	return known.Exactly(service.SetOf(service.Ports(protocol, from, to)))
}

// named returns the matches of a port by name: for each pod that has it, its number.
func (c *cluster) named(src, dst zoned.Addresses, name string, protocol uint8) []zoned.Match {
	if len(c.pods) == 0 {
		return []zoned.Match{{Sources: src, Destinations: dst, Services: known.AtMost(service.SetOf(service.Whole(protocol)), fmt.Sprintf("the pods with the port %q are not in the text", name))}}
	}
	var out []zoned.Match
	for i := range c.pods {
		p := &c.pods[i]
		if !p.addresses.Overlaps(dst.Possible) {
			continue
		}
		var sure, possible []service.Range
		for _, n := range p.ports[name] {
			if protocolNumbers[strings.ToUpper(n.protocol)] == protocol {
				possible = append(possible, service.Ports(protocol, n.number, n.number))
				if !n.unsure {
					sure = append(sure, service.Ports(protocol, n.number, n.number))
				}
			}
		}
		if len(possible) > 1 {
			sure = nil
		}
		services := known.Between(service.SetOf(sure...), service.SetOf(possible...), fmt.Sprintf("the pod %s/%s has the port %q more than once, or in a container that need not run", p.namespace, p.name, name))
		if len(possible) > 0 {
			out = append(out, zoned.Match{Sources: src, Destinations: dst.Intersect(known.Exactly(p.addresses)), Services: services})
		}
	}
	return out
}
