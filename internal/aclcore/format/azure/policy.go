package azure

import (
	"cmp"
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
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// firewallPolicies returns a list for each firewall policy: network rules by the
// priority of their group and then of their collection, then application rules, then
// deny.
func (e *export) firewallPolicies() []device.List {
	byPolicy := map[string][]*jsontree.Value{}
	var order []string
	for _, g := range e.policies {
		name := policyOf(text(g, "id"))
		if byPolicy[name] == nil {
			order = append(order, name)
		}
		byPolicy[name] = append(byPolicy[name], g)
	}
	var out []device.List
	for _, name := range order {
		groups := byPolicy[name]
		slices.SortStableFunc(groups, func(a, b *jsontree.Value) int { return priority(properties(a)) - priority(properties(b)) })
		out = append(out, device.List{Name: "firewall " + name, Default: rule.Deny, Rules: e.collections(groups)})
	}
	return out
}

// policyOf returns the name of the policy in the id of a rule collection group.
func policyOf(id string) string {
	words := strings.Split(id, "/")
	for i, w := range words {
		if strings.EqualFold(w, "firewallPolicies") && i+1 < len(words) {
			return words[i+1]
		}
	}
	return "policy"
}

func priority(v *jsontree.Value) int {
	n, err := strconv.Atoi(text(v, "priority"))
	if err != nil {
		return 1 << 20
	}
	return n
}

func (e *export) collections(groups []*jsontree.Value) []rule.Rule {
	var translations, network, application []rule.Rule
	for _, g := range groups {
		var collections []*jsontree.Value
		list := properties(g).Get("ruleCollections")
		for i := range list.Items {
			collections = append(collections, &list.Items[i])
		}
		slices.SortStableFunc(collections, func(a, b *jsontree.Value) int { return priority(a) - priority(b) })
		for _, c := range collections {
			rules := c.Get("rules")
			if rules == nil {
				continue
			}
			for i := range rules.Items {
				r := e.firewallRule(&rules.Items[i], c)
				switch text(&rules.Items[i], "ruleType") {
				case "NetworkRule":
					network = append(network, r.Rules()...)
				case "NatRule":
					translations = append(translations, zoned.Undecided(r.Line, r.Text, "the destination is translated", r.Matches[0])...)
				default:
					r.Doubt("application rules match by name and content")
					application = append(application, r.Rules()...)
				}
			}
		}
	}
	return slices.Concat(translations, network, application)
}

// firewallRule reads a rule of a collection.
func (e *export) firewallRule(v, collection *jsontree.Value) zoned.Policy {
	p := zoned.Policy{Name: text(v, "name"), Line: v.Line, Unknown: v.Why()}
	action := ""
	if a := collection.Get("action"); a != nil {
		action = text(a, "type")
	}
	switch strings.ToLower(action) {
	case "allow":
		p.Action = rule.Permit
	case "deny", "dnat":
	default:
		p.DoubtAction("the action %q is not known", action)
	}
	if list := v.Get("destinationFqdns"); list != nil && len(list.Items) > 0 {
		p.Doubt("destination names are not in the text")
	}
	p.Matches = []zoned.Match{{
		Sources: e.firewallAddresses(v, "source"), Destinations: e.firewallAddresses(v, "destination"), Services: firewallServices(&p, v),
	}}
	p.Text = fmt.Sprintf("%s %s %s -> %s %s %s", cmp.Or(p.Name, "rule"), cmp.Or(action, "?"), shown(texts(v, "", "sourceAddresses")), shown(texts(v, "", "destinationAddresses")),
		shown(texts(v, "", "ipProtocols")), shown(texts(v, "", "destinationPorts")))
	return p
}

func (e *export) firewallAddresses(v *jsontree.Value, side string) zoned.Addresses {
	var set zoned.Addresses
	words, groups := texts(v, "", side+"Addresses"), texts(v, "", side+"IpGroups")
	for _, w := range words {
		set = set.Union(e.address(w))
	}
	for _, g := range groups {
		members, ok := e.ipGroups[strings.ToLower(g)]
		if !ok {
			set = set.Union(known.AtMost(addr.Any(), fmt.Sprintf("the IP group %s is not in the text", last(g))))
			continue
		}
		set = set.Union(members)
	}
	if len(words)+len(groups) == 0 {
		return known.AtMost(addr.Any(), "the "+side+" is not set")
	}
	return set
}

func firewallServices(p *zoned.Policy, v *jsontree.Value) zoned.Services {
	list, ok := ports(texts(v, "", "destinationPorts"))
	words := texts(v, "", "ipProtocols")
	if len(words) == 0 {
		return known.AtMost(service.Any(), "the protocol is not set")
	}
	var set service.Set
	for _, w := range words {
		numbers := protocols[strings.ToLower(w)]
		switch {
		case strings.EqualFold(w, "any") && ok && slices.Equal(list, zoned.AllPorts()):
			return known.Exactly(service.Any())
		case strings.EqualFold(w, "any"):
			numbers = []uint8{service.TCP, service.UDP}
		case len(numbers) == 0:
			p.Doubt("the protocol %q is not known", w)
		}
		if len(numbers) > 0 && !service.HasPorts(numbers[0]) {
			set = set.Union(boxes(numbers, zoned.AllPorts(), zoned.AllPorts()))
			continue
		}
		if !ok {
			p.Doubt("a port is not read, or not set")
		}
		set = set.Union(boxes(numbers, zoned.AllPorts(), list))
	}
	return known.Exactly(set)
}
