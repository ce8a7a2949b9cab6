package junos

import (
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// translations returns the NAT rules in the order of their kinds: static, destination,
// source. Within a kind the first rule that matches counts.
func (c *config) translations(p *policies) []device.Translation {
	var out []device.Translation
	nat := c.root.Get("security", "nat")
	for _, kind := range []string{"static", "destination", "source"} {
		for _, set := range nat.Get(kind, "rule-set").Active() {
			for _, n := range set.Get("rule").Active() {
				out = append(out, c.translation(p, nat, kind, set, n))
			}
		}
	}
	return out
}

func (c *config) translation(p *policies, nat *tree.Node, kind string, set, n *tree.Node) device.Translation {
	t := device.Translation{
		Name: n.Word, Line: n.Line, Text: fmt.Sprintf("%s NAT rule %s", kind, n.Word),
		From: set.Get("from", "zone").Words(), To: set.Get("to", "zone").Words(), Reverse: kind == "static",
		Search: map[string]device.Search{"static": device.SearchDestination, "destination": device.SearchDestination, "source": device.SearchSource}[kind],
	}
	match := n.Get("match")
	src := c.natAddresses(p, &t, match, "source-address")
	dst := c.natAddresses(p, &t, match, "destination-address")
	t.Match = traffic.Product{Sources: src, Destinations: dst, Services: service.Any()}
	for _, o := range match.Others("source-address", "destination-address", "source-address-name", "destination-address-name") {
		t.Unknown = known.Reasons(t.Unknown, []string{"match " + o.String()})
	}
	for _, other := range []string{"interface", "routing-instance", "routing-group"} {
		if set.Get("from", other) != nil || set.Get("to", other) != nil {
			t.Unknown = known.Reasons(t.Unknown, []string{"from or to " + other})
		}
	}
	then := n.Get("then", kind+"-nat")
	switch kind {
	case "source":
		t.Source = c.pool(&t, nat.Get("source", "pool"), then)
	case "destination":
		t.Destination = c.pool(&t, nat.Get("destination", "pool"), then)
	default:
		t.Destination = device.Mapping{Kind: device.Static, To: c.prefix(&t, then.Get("prefix").Words())}
	}
	return t
}

func (c *config) natAddresses(p *policies, t *device.Translation, match *tree.Node, key string) addr.Set {
	words := match.Get(key).Words()
	names := match.Get(key + "-name").Words()
	if len(words)+len(names) == 0 {
		return addr.Any()
	}
	named := p.book("").Union(names)
	t.Unknown = known.Reasons(t.Unknown, named.Why)
	return named.Possible.Union(c.prefix(t, words))
}

// prefix returns the addresses of prefixes; what is not read may be any address.
func (c *config) prefix(t *device.Translation, words []string) addr.Set {
	var out addr.Set
	for _, w := range words {
		set, ok := zoned.Host(w)
		if !ok {
			t.Unknown = known.Reasons(t.Unknown, []string{"the address " + w + " is not read"})
			return addr.Any()
		}
		out = out.Union(set)
	}
	return out
}

// pool returns what a rule of source or destination NAT maps to; off maps to nothing.
func (c *config) pool(t *device.Translation, pools, then *tree.Node) device.Mapping {
	name := then.Value("pool")
	switch {
	case then.Get("off") != nil:
		return device.Mapping{}
	case then.Get("interface") != nil:
		return device.Mapping{Kind: device.Dynamic}
	}
	m := device.Mapping{Kind: device.Dynamic, To: c.prefix(t, pools.Get(name, "address").Words())}
	if t.Match.Destinations.IsAny() || pools.Get(name, "port") != nil {
		return m
	}
	if _, single := m.To.Single(); single {
		m.Kind = device.Static
	}
	return m
}
