package gcp

import (
	"fmt"
	"net/netip"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A card is an interface of a machine. public are its external IPv4 addresses.
type card struct {
	member
	name    string
	line    int
	primary addr.Set
	public  []string
}

// topology adds to a document the interfaces of machines, and the lists of their networks:
// egress at the sender and ingress at the receiver, where targets say for which machines
// each rule is. Source: Google Cloud documentation, VPC firewall rules.
func (e *export) topology(doc *device.Document) {
	seen := make(map[string]int)
	for i := range e.cards {
		seen[e.cards[i].name]++
	}
	for i := range e.cards {
		c := &e.cards[i]
		in := device.Interface{Name: c.name, Port: networkOf(c.network), Line: c.line}
		if c.name == "" || seen[c.name] > 1 {
			in.Name = fmt.Sprintf("%s on line %d", c.name, c.line)
		}
		for _, r := range c.primary.Ranges() {
			in.Addresses = append(in.Addresses, netip.PrefixFrom(r.From, r.From.BitLen()))
		}
		if c.addresses.IsEmpty() {
			continue
		}
		doc.Interfaces = append(doc.Interfaces, in)
		doc.Translations = append(doc.Translations, c.translations()...)
	}
	doc.Bindings = e.bindings()
	doc.Topology = len(doc.Bindings) > 0
}

// bindings returns the lists of the networks for the addresses of their machines.
func (e *export) bindings() (out []device.Binding) {
	described := make(map[string]bool)
	for _, name := range e.networks() {
		described[name] = true
	}
	several := e.severalProjects()
	var order []string
	sets, lines := make(map[string][]addr.Set), make(map[string]int)
	for i := range e.cards {
		c := &e.cards[i]
		name := networkOf(c.network)
		if sets[name] == nil {
			order, lines[name] = append(order, name), c.line
		}
		sets[name] = append(sets[name], c.addresses)
	}
	for _, name := range order {
		b := device.Binding{Line: lines[name], V4: true, V6: true, Addresses: addr.UnionOf(sets[name])}
		if b.Addresses.IsEmpty() {
			continue
		}
		why := ""
		switch {
		case !described[name] || several[name]:
			why = fmt.Sprintf("the firewall rules of the network %s are not in the text", name)
		case !e.effective && len(e.policies) > 0:
			why = "the text has firewall policies and does not say where they are asked: export the effective firewalls of the network"
		}
		for _, direction := range []string{ingress, egress} {
			b := b
			b.Stage, b.List = device.StageLocalIn, name+" "+direction
			if direction == egress {
				b.Stage = device.StageLocalOut
			}
			if why != "" {
				b.List, b.Rule = "", &rule.Rule{Line: b.Line, Text: "network " + name + " " + direction, Action: rule.Permit, Unknown: []string{why}}
			}
			out = append(out, b)
		}
	}
	return out
}

// severalProjects returns the names of networks that machines and rules have in different
// projects.
func (e *export) severalProjects() map[string]bool {
	links := make(map[string]bool) // of rules
	for _, v := range e.rules {
		links[text(v, "network")] = true
	}
	own := make(map[string]bool)
	for i := range e.cards {
		own[e.cards[i].network] = true
	}
	out := make(map[string]bool)
	for a := range own {
		for b := range links {
			if networkOf(a) == networkOf(b) && b != "" && !sameNetwork(a, b) {
				out[networkOf(a)] = true
			}
		}
	}
	return out
}

// translations are those of external addresses to the primary internal one, which firewall
// rules compare. Source: Google Cloud documentation, VPC firewall rules, targets and IP
// addresses.
func (c *card) translations() (out []device.Translation) {
	private, _ := c.primary.Split()
	for _, word := range c.public {
		set, ok := zoned.Host(word)
		if !ok {
			continue
		}
		t := device.Translation{
			Name: c.name, Line: c.line, Text: "external address " + word + " of " + c.name, Search: device.SearchDestination, Reverse: true,
			Match:       traffic.Product{Sources: addr.Any4(), Destinations: set, Services: service.Any()},
			Destination: device.Mapping{Kind: device.Static, To: private},
		}
		if _, one := private.Single(); !one {
			t.Unknown = []string{"the internal address of the machine is not in the text"}
		}
		out = append(out, t)
	}
	return out
}

// newCard reads an interface of a machine.
func newCard(machine, v *jsontree.Value) card {
	c := card{name: text(machine, "name"), line: v.Line, member: member{network: text(v, "network")}}
	if nic := text(v, "name"); nic != "" && nic != "nic0" {
		c.name += " " + nic
	}
	for _, key := range []string{"networkIP", "ipv6Address"} {
		word := text(v, key)
		set, ok := zoned.Host(word)
		c.primary, c.unread = c.primary.Union(set), c.unread || !ok && word != ""
	}
	c.unread = c.unread || c.primary.IsEmpty()
	c.addresses = c.primary
	for _, alias := range items(v, "aliasIpRanges") {
		set, ok := zoned.Host(text(alias, "ipCidrRange"))
		c.addresses, c.unread = c.addresses.Union(set), c.unread || !ok
	}
	c.alias = c.addresses.Subtract(c.primary)
	for _, access := range items(v, "accessConfigs") {
		if word := text(access, "natIP"); word != "" {
			c.public = append(c.public, word)
		}
	}
	return c
}

func items(v *jsontree.Value, key string) (out []*jsontree.Value) {
	if list := v.Get(key); list != nil && list.Kind == jsontree.Array {
		for i := range list.Items {
			out = append(out, &list.Items[i])
		}
	}
	return out
}
