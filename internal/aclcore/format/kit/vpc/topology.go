package vpc

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Order says that security groups and network ACLs filter for the interfaces that carry
// them and nothing in transit. A security group lets replies pass, a network ACL asks
// its other list about them; it filters nothing within its subnet.
var Order = device.Order{
	Guards: true,
	Source: "Amazon VPC User Guide, Control traffic to your AWS resources using security groups; Control subnet traffic with network access control lists",
}

// maxAddresses bounds the addresses of one interface.
const maxAddresses = 256

// Topology adds to a document the network interfaces, and which lists filter for each.
func (n *Network) Topology(doc *device.Document) {
	names := make(map[string]string)
	for i := range n.Groups {
		names[n.Groups[i].Key] = n.Groups[i].Name
	}
	subnets := make(map[string]addr.Set)
	for i := range n.Interfaces {
		if in := &n.Interfaces[i]; in.Subnet != "" {
			subnets[in.Subnet] = subnets[in.Subnet].Union(in.Private)
		}
	}
	for i := range n.Interfaces {
		in := &n.Interfaces[i]
		own := singles(in.Private)
		if in.ID == "" || len(own) == 0 {
			continue
		}
		doc.Interfaces = append(doc.Interfaces, device.Interface{Name: in.ID, Port: in.Subnet, Addresses: own})
		doc.Translations = append(doc.Translations, public(in)...)
		n.guard(doc, in, names)
		for k := range n.ACLs {
			if a := &n.ACLs[k]; in.Subnet != "" && slices.Contains(a.Aliases, in.Subnet) {
				bind(doc, in.ID, device.Binding{List: a.Name, Line: a.Line, Except: subnets[in.Subnet]})
			}
		}
	}
	doc.Topology = len(doc.Interfaces) > 0
	if !doc.Topology && len(n.Groups) == 1 && len(n.ACLs) == 0 {
		bind(doc, "", device.Binding{List: n.Groups[0].Name, Line: n.Groups[0].Line})
	}
}

// public is the translation of the public IPv4 addresses of an interface, which the
// Internet gateway makes private ones (Amazon VPC User Guide, "Internet gateways"): of one
// to one. Which is behind which of several is not told apart.
func public(in *Interface) []device.Translation {
	shown, _ := in.Public.Split()
	private, _ := in.Private.Split()
	if shown.IsEmpty() || private.IsEmpty() {
		return nil
	}
	t := device.Translation{
		Name: in.ID, Text: "public address of network interface " + in.ID, Search: device.SearchDestination, Reverse: true,
		Match:       traffic.Product{Sources: addr.Any4(), Destinations: shown, Services: service.Any()},
		Destination: device.Mapping{Kind: device.Static, To: private},
	}
	_, one := shown.Single()
	if _, single := private.Single(); !one || !single {
		t.Unknown = []string{"the network interface has several addresses"}
	}
	return []device.Translation{t}
}

// guard notes which group's lists filter for an interface. They hold the rules of all
// groups that it carries.
func (n *Network) guard(doc *device.Document, in *Interface, names map[string]string) {
	why := "the network interface carries no security group"
	for _, g := range in.Groups {
		if name, ok := names[g]; ok {
			bind(doc, in.ID, device.Binding{List: name})
			return
		}
		why = fmt.Sprintf("the rules of the security group %s are not in the file", g)
	}
	bind(doc, in.ID, device.Binding{Rule: &rule.Rule{Text: strings.TrimSpace("network interface " + in.ID), Action: rule.Permit, Unknown: []string{why}}})
}

// bind notes the binding for both directions.
func bind(doc *device.Document, id string, b device.Binding) {
	name := b.List
	b.V4, b.V6 = true, true
	for _, d := range []Direction{Ingress, Egress} {
		b.Stage, b.From, b.To = device.StageLocalIn, "", id
		if d == Egress {
			b.Stage, b.From, b.To = device.StageLocalOut, id, ""
		}
		if name != "" {
			b.List = name + " " + d.String()
		}
		doc.Bindings = append(doc.Bindings, b)
	}
}

// singles returns the addresses of a set one by one, as far as they are few.
func singles(set addr.Set) (out []netip.Prefix) {
	for _, r := range set.Ranges() {
		for a := r.From; len(out) < maxAddresses; a = a.Next() {
			out = append(out, netip.PrefixFrom(a, a.BitLen()))
			if a == r.To {
				break
			}
		}
	}
	return out
}
