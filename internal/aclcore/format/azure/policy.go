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
// deny. Those of the base policy come first in each kind, whatever their priorities. Source:
// Microsoft Learn, Azure Firewall rule processing logic.
func (e *export) firewallPolicies() []device.List {
	byPolicy := map[string][]*jsontree.Value{}
	var order []string
	for _, g := range e.policies {
		id := policyOf(text(g, "id"))
		if byPolicy[strings.ToLower(id)] == nil {
			order = append(order, id)
		}
		byPolicy[strings.ToLower(id)] = append(byPolicy[strings.ToLower(id)], g)
	}
	var out []device.List
	for _, id := range order {
		var s stages
		e.inherit(&s, strings.ToLower(id), byPolicy, 0)
		out = append(out, device.List{Name: "firewall " + last(id), Default: rule.Deny, Rules: slices.Concat(s.doubts, s.translations, s.network, s.application)})
	}
	return out
}

// stages are the rules of a policy and of those that it is based on, by their kinds. doubts
// leave everything open.
type stages struct{ doubts, translations, network, application []rule.Rule }

func (s *stages) doubt(line int, text, format string, args ...any) {
	s.doubts = append(s.doubts, zoned.Undecided(line, text, fmt.Sprintf(format, args...), zoned.AnyMatch())...)
}

// maxBases bounds how many policies are based on each other: Azure has one level.
const maxBases = 8

// inherit adds the rules of the policy behind those of its base.
func (e *export) inherit(s *stages, id string, byPolicy map[string][]*jsontree.Value, depth int) {
	name, groups := last(id), byPolicy[id]
	line := 0
	if len(groups) > 0 {
		line = groups[0].Line
	}
	owner, ok := e.owners[id]
	switch base := owner.Get("basePolicy"); {
	case e.moreMembers: // another reader tells of the base
	case !ok:
		s.doubt(line, "policy "+name, "the policy %s itself is not in the text: it may have a base policy", name)
	case depth == maxBases:
		s.doubt(line, "policy "+name, "the policy %s is based on itself", name)
	case !base.IsNull():
		e.inherit(s, strings.ToLower(text(base, "id")), byPolicy, depth+1)
	}
	if depth > 0 && len(groups) == 0 {
		s.doubt(line, "policy "+name, "the rules of the base policy %s are not in the text", name)
	}
	e.collections(s, groups)
}

// policyOf returns the id of the policy in that of a rule collection group.
func policyOf(id string) string {
	words := strings.Split(id, "/")
	for i, w := range words {
		if strings.EqualFold(w, "firewallPolicies") && i+1 < len(words) {
			return strings.Join(words[:i+2], "/")
		}
	}
	return "policy"
}

// byPriority sorts groups or collections, and leaves everything open if one has no priority,
// or the same as another one.
func byPriority(s *stages, of string, list []*jsontree.Value) []*jsontree.Value {
	number := func(v *jsontree.Value) int {
		n, err := strconv.Atoi(text(properties(v), "priority"))
		if err != nil {
			s.doubt(v.Line, of+" "+text(v, "name"), "the priority %q is not read", text(properties(v), "priority"))
		}
		return n
	}
	priorities := make(map[*jsontree.Value]int, len(list))
	seen := make(map[int]bool, len(list))
	for _, v := range list {
		n := number(v)
		if seen[n] {
			s.doubt(v.Line, of+" "+text(v, "name"), "another %s has the priority %d too", of, n)
		}
		priorities[v], seen[n] = n, true
	}
	slices.SortStableFunc(list, func(a, b *jsontree.Value) int { return priorities[a] - priorities[b] })
	return list
}

// collections adds the rules of the groups of one policy.
func (e *export) collections(s *stages, groups []*jsontree.Value) {
	for _, g := range byPriority(s, "rule collection group", groups) {
		list := properties(g).Get("ruleCollections")
		if list.Kind != jsontree.Array {
			s.doubt(g.Line, "ruleCollections", "the rule collections are no list")
			continue
		}
		var collections []*jsontree.Value
		for i := range list.Items {
			collections = append(collections, &list.Items[i])
		}
		for _, c := range byPriority(s, "rule collection", collections) {
			e.collection(s, c)
		}
	}
}

// collection adds the rules of one collection.
func (e *export) collection(s *stages, c *jsontree.Value) {
	rules := c.Get("rules")
	if rules == nil {
		return
	}
	if rules.Kind != jsontree.Array {
		s.doubt(c.Line, "rules", "the rules of a collection are no list")
		return
	}
	for i := range rules.Items {
		v := &rules.Items[i]
		r := e.firewallRule(v, c)
		switch text(v, "ruleType") {
		case "NetworkRule":
			s.network = append(s.network, r.Rules()...)
		case "NatRule":
			s.translations = append(s.translations, zoned.Undecided(r.Line, r.Text, "the destination is translated", r.Matches[0])...)
		case "ApplicationRule":
			r.Doubt("application rules match by name and content")
			s.application = append(s.application, r.Rules()...)
		default:
			s.doubt(r.Line, r.Text, "the type %q of the rule is not known", text(v, "ruleType"))
		}
	}
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
			return known.Exactly(service.Any())
		}
		if len(numbers) > 0 && !service.HasPorts(numbers[0]) {
			set = set.Union(boxes(numbers, zoned.AllPorts(), zoned.AllPorts()))
			continue
		}
		if !ok {
			p.Doubt("a port is not read, or not set")
			return known.Exactly(service.Any())
		}
		set = set.Union(boxes(numbers, zoned.AllPorts(), list))
	}
	return known.Exactly(set)
}
