package kubernetes

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// The lists of a cluster.
const (
	ingress = "ingress"
	egress  = "egress"
)

// Parse reads manifests. Its lists are ingress, what the receiving pods ask, and egress,
// what the sending pods ask. Errors are led by source and line.
func Parse(in device.Input) (*device.Document, error) {
	c, err := read(in.Source, in.Content)
	if err != nil {
		return nil, err
	}
	if len(c.policies)+len(c.tiers)+len(c.pods) == 0 {
		return nil, fmt.Errorf("%s: holds no network policy and no pod", in.Source)
	}
	return &device.Document{Format: "kubernetes", Lists: c.lists()}, nil
}

// Lists returns the lists of manifests that another reader has put together. Errors are
// those of [Parse]. Reasons under [jsontree.Doubts] put a rule of a NetworkPolicy in
// doubt.
func Lists(source string, values []jsontree.Value) ([]device.List, error) {
	c, err := take(source, values)
	if err != nil {
		return nil, err
	}
	return c.lists(), nil
}

func (c *cluster) lists() []device.List {
	var out []device.List
	for _, direction := range []string{ingress, egress} {
		rules := slices.Concat(c.tier(direction, "Admin"), c.networkPolicies(direction), c.tier(direction, "Baseline"))
		out = append(out, device.List{Name: direction, Default: rule.Permit, Rules: rules, Writer: c})
	}
	return out
}

// networkPolicies returns the rules of the NetworkPolicies: what any of them permits,
// then a deny for every pod that one of them selects.
func (c *cluster) networkPolicies(direction string) []rule.Rule {
	var permits, denies []rule.Rule
	for _, o := range c.policies {
		if !c.isFor(o, direction) {
			continue
		}
		own := c.selected(o.namespace, nil, orEmpty(present(o.spec, "podSelector")))
		list := o.spec.Get(direction)
		for i := range itemsOf(list) {
			p := c.rule(o, &list.Items[i], direction, own)
			permits = append(permits, p.Rules()...)
		}
		m := zoned.Match{Sources: known.Exactly(addr.Any()), Destinations: own, Services: anyService()}
		if direction == egress {
			m.Sources, m.Destinations = own, known.Exactly(addr.Any())
		}
		deny := zoned.Policy{Name: o.name, Implied: true, Line: o.line, Text: o.String() + ": no rule of a policy for these pods permits it", Matches: []zoned.Match{m}, Place: o.String()}
		denies = append(denies, deny.Rules()...)
	}
	return append(permits, denies...)
}

func orEmpty(v *jsontree.Value) *jsontree.Value {
	if v == nil {
		return &jsontree.Value{Kind: jsontree.Object}
	}
	return v
}

// isFor reports whether a policy is for the direction: for what it says, or else for
// ingress, and for egress if it has rules for it.
func (c *cluster) isFor(o object, direction string) bool {
	types := itemsOf(o.spec.Get("policyTypes"))
	if len(types) == 0 {
		return direction == ingress || len(itemsOf(o.spec.Get(egress))) > 0
	}
	return slices.ContainsFunc(types, func(t jsontree.Value) bool { return strings.EqualFold(t.Text, direction) })
}

// rule reads a rule of a NetworkPolicy.
func (c *cluster) rule(o object, v *jsontree.Value, direction string, own zoned.Addresses) zoned.Policy {
	p := zoned.Policy{Name: o.name, Line: v.Line, Action: rule.Permit, Text: fmt.Sprintf("%s %s rule", o, direction)}
	side := map[string]string{ingress: "from", egress: "to"}[direction]
	for _, k := range v.Others(side, "ports", jsontree.Doubts) {
		p.Doubt("%s is not known", k)
	}
	p.Unknown = known.Reasons(p.Unknown, v.Why())
	far := c.peers(o.namespace, v.Get(side))
	src, dst := far, own
	if direction == egress {
		src, dst = own, far
	}
	p.Matches = c.matches(src, dst, v.Get("ports"))
	return p
}

// tier returns the rules of the admin policies, or of the baseline ones, by priority. Two
// policies of one priority that do not agree leave open which is asked first.
func (c *cluster) tier(direction, tier string) []rule.Rule {
	type ranked struct {
		object
		priority int
	}
	var policies []ranked
	for _, o := range c.tiers {
		own := map[string]string{"AdminNetworkPolicy": "Admin", "BaselineAdminNetworkPolicy": "Baseline"}[o.kind]
		if own == "" {
			own = text(o.spec, "tier")
		}
		if !strings.EqualFold(own, tier) {
			continue
		}
		n, err := strconv.Atoi(text(o.spec, "priority"))
		if err != nil {
			n = 0
		}
		policies = append(policies, ranked{o, n})
	}
	slices.SortStableFunc(policies, func(a, b ranked) int { return a.priority - b.priority })
	var staged []zoned.Staged
	for i, o := range policies {
		tied := i > 0 && policies[i-1].priority == o.priority || i+1 < len(policies) && policies[i+1].priority == o.priority
		own := c.subject(o.spec.Get("subject"))
		list := o.spec.Get(direction)
		for j := range itemsOf(list) {
			s := c.tierRule(o.object, &list.Items[j], direction, own)
			if tied {
				s.Doubt("another policy has the priority %d too", o.priority)
			}
			staged = append(staged, s)
		}
	}
	return zoned.Stage(staged)
}

// subject returns the pods that an admin policy is for.
func (c *cluster) subject(v *jsontree.Value) zoned.Addresses {
	switch {
	case v.Get("namespaces") != nil:
		return c.selected("", v.Get("namespaces"), nil)
	case v.Get("pods") != nil:
		return c.selected("", orEmpty(v.Get("pods").Get("namespaceSelector")), orEmpty(v.Get("pods").Get("podSelector")))
	}
	return known.AtMost(all(), "the subject of the policy is not understood")
}

func (c *cluster) tierRule(o object, v *jsontree.Value, direction string, own zoned.Addresses) zoned.Staged {
	s := zoned.Staged{Policy: zoned.Policy{Name: text(v, "name"), Line: v.Line, Text: fmt.Sprintf("%s %s %s %s", o, direction, text(v, "name"), text(v, "action")), Place: o.String()}}
	switch text(v, "action") {
	case "Allow", "Accept":
		s.Action = rule.Permit
	case "Deny":
	case "Pass":
		s.Next = true
	default:
		s.DoubtAction("the action %q is not known", text(v, "action"))
	}
	side := map[string]string{ingress: "from", egress: "to"}[direction]
	for _, k := range v.Others("name", "action", side, "ports", "protocols") {
		s.Doubt("%s is not known", k)
	}
	far := c.tierPeers(v.Get(side))
	src, dst := far, own
	if direction == egress {
		src, dst = own, far
	}
	s.Matches = c.tierMatches(&s.Policy, src, dst, v)
	return s
}

// tierPeers returns the other ends of a rule of an admin policy.
func (c *cluster) tierPeers(list *jsontree.Value) zoned.Addresses {
	var out zoned.Addresses
	items := itemsOf(list)
	if len(items) == 0 {
		return known.AtMost(all(), "the peers of the rule are not set")
	}
	for i := range items {
		p := &items[i]
		switch {
		case p.Get("namespaces") != nil:
			out = out.Union(c.selected("", p.Get("namespaces"), nil))
		case p.Get("pods") != nil:
			out = out.Union(c.selected("", orEmpty(p.Get("pods").Get("namespaceSelector")), orEmpty(p.Get("pods").Get("podSelector"))))
		case p.Get("networks") != nil:
			for _, n := range itemsOf(p.Get("networks")) {
				set, ok := zoned.Host(n.Text)
				if !ok {
					out = out.Union(known.AtMost(all(), fmt.Sprintf("the network %q is not read", n.Text)))
					continue
				}
				out = out.Union(known.Exactly(set)) // networks hold for pods as well
			}
		default:
			out = out.Union(known.AtMost(all(), "a peer is not in the text: "+strings.Join(p.Keys, ", ")))
		}
	}
	return out
}

// tierMatches returns the traffic of a rule of an admin policy, with the ports of
// either version of the API.
func (c *cluster) tierMatches(p *zoned.Policy, src, dst zoned.Addresses, v *jsontree.Value) []zoned.Match {
	plain := jsontree.Value{Kind: jsontree.Array}
	add := func(protocol, port, end string) {
		item := jsontree.Value{Kind: jsontree.Object, Keys: []string{"protocol"}, Items: []jsontree.Value{{Kind: jsontree.String, Text: protocol}}}
		for key, value := range map[string]string{"port": port, "endPort": end} {
			if value != "" {
				item.Keys = append(item.Keys, key)
				item.Items = append(item.Items, jsontree.Value{Kind: jsontree.String, Text: value})
			}
		}
		plain.Items = append(plain.Items, item)
	}
	one := func(protocol string, port *jsontree.Value) {
		switch {
		case port == nil:
			add(protocol, "", "")
		case port.Get("range") != nil:
			add(protocol, text(port.Get("range"), "start"), text(port.Get("range"), "end"))
		case port.Get("start") != nil:
			add(protocol, text(port, "start"), text(port, "end"))
		default:
			add(protocol, text(port, "number")+text(port, "port"), "")
		}
	}
	for _, item := range itemsOf(v.Get("ports")) { // v1alpha1
		switch {
		case item.Get("portNumber") != nil:
			add(text(item.Get("portNumber"), "protocol"), text(item.Get("portNumber"), "port"), "")
		case item.Get("portRange") != nil:
			add(text(item.Get("portRange"), "protocol"), text(item.Get("portRange"), "start"), text(item.Get("portRange"), "end"))
		case item.Get("namedPort") != nil:
			add("TCP", item.Get("namedPort").Text, "")
			add("UDP", item.Get("namedPort").Text, "")
			add("SCTP", item.Get("namedPort").Text, "")
		default:
			p.Doubt("a port is not understood")
		}
	}
	for _, item := range itemsOf(v.Get("protocols")) { // v1alpha2
		for i, key := range item.Keys {
			switch key {
			case "tcp", "udp", "sctp":
				one(strings.ToUpper(key), item.Items[i].Get("destinationPort"))
			case "destinationNamedPort":
				add("TCP", item.Items[i].Text, "")
				add("UDP", item.Items[i].Text, "")
				add("SCTP", item.Items[i].Text, "")
			default:
				p.Doubt("the protocol %s is not understood", key)
			}
		}
	}
	return c.matches(src, dst, &plain)
}
