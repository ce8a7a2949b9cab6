package azure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// Parse reads an export. Its lists are the two directions of each network security
// group, "NAME inbound" and "NAME outbound", and the firewall policies. Errors are led by
// source and line.
func Parse(in device.Input) (*device.Document, error) {
	e, err := read(in.Source, in.Content)
	if err != nil {
		return nil, err
	}
	doc := &device.Document{Format: "azure", Lists: e.all()}
	if len(doc.Lists) == 0 {
		return nil, fmt.Errorf("%s: holds no network security group and no rule collection", in.Source)
	}
	e.topology(doc)
	return doc, nil
}

// Lists returns the lists of resources that another reader has put together, in the shape
// of the REST API: the two directions of each network security group in the order of the
// groups, and the firewall policies. Application security groups may have members that are
// not among the values. Reasons under [jsontree.Doubts] put a rule in doubt.
func Lists(source string, values []jsontree.Value) ([]device.List, error) {
	e, err := take(source, values)
	if err != nil {
		return nil, err
	}
	e.moreMembers = true
	return e.all(), nil
}

func (e *export) all() []device.List {
	var out []device.List
	for i, v := range e.groups {
		p := properties(v)
		out = append(out, e.lists(e.titles[i], ownName(v), text(v, "id"), []*jsontree.Value{p.Get("securityRules"), p.Get("defaultSecurityRules")}, true)...)
	}
	for i, v := range e.effective {
		out = append(out, e.lists(e.effectiveTitles[i], last(text(groupOf(v), "id")), text(groupOf(v), "id"), []*jsontree.Value{v.Get("effectiveSecurityRules")}, false)...)
	}
	return append(out, e.firewallPolicies()...)
}

func last(id string) string { return id[strings.LastIndexByte(id, '/')+1:] }

// lists returns the two directions of a group, which are called by its title. Where the text
// has no default rules, those that Azure adds are added.
func (e *export) lists(title, name, id string, parts []*jsontree.Value, defaults bool) []device.List {
	byDirection := map[string][]securityRule{}
	for _, part := range parts {
		if part == nil {
			continue
		}
		for i := range part.Items {
			r := e.rule(&part.Items[i])
			switch r.direction {
			case inbound, outbound:
				byDirection[r.direction] = append(byDirection[r.direction], r)
			default:
				r.Doubt("the direction %q is not known", r.direction)
				byDirection[inbound] = append(byDirection[inbound], r)
				byDirection[outbound] = append(byDirection[outbound], r)
			}
		}
	}
	for _, l := range e.loose {
		if group := strings.ToLower(name); !defaults || l.group != "" && l.group != group {
			continue
		}
		r := e.rule(l.v)
		if l.group == "" {
			r.Doubt("the group of the rule is not in the text")
		}
		for _, direction := range []string{inbound, outbound} {
			if r.direction == direction || r.direction != inbound && r.direction != outbound {
				byDirection[direction] = append(byDirection[direction], r)
			}
		}
	}
	if defaults && (parts[1] == nil || len(parts[1].Items) == 0) {
		for _, direction := range []string{inbound, outbound} {
			byDirection[direction] = append(byDirection[direction], e.defaults(direction)...)
		}
	}
	var out []device.List
	for _, direction := range []string{inbound, outbound} {
		rules := byDirection[direction]
		slices.SortStableFunc(rules, func(a, b securityRule) int { return a.priority - b.priority })
		l := device.List{Name: title + " " + direction, Default: rule.Deny, Rules: append(e.adminRules(), lower(rules)...), Writer: newSite(name, id, direction, rules)}
		l.Aliases = []string{title + " " + map[string]string{inbound: "ingress", outbound: "egress"}[direction]}
		out = append(out, l)
	}
	return out
}

// lower returns the rules of one direction in order of priority. Where a rule for the
// tag VirtualNetwork and one for Internet follow each other and are alike otherwise,
// what both match is decided, whichever of the two an address is in. Azure has each priority
// once: rules of one that do not agree are in doubt.
func lower(rules []securityRule) []rule.Rule {
	for i := 0; i < len(rules); {
		last, mixed := i+1, false
		for ; last < len(rules) && rules[last].priority == rules[i].priority; last++ {
			mixed = mixed || rules[last].Action != rules[i].Action
		}
		for ; i < last; i++ {
			if mixed {
				rules[i].Doubt("the priority %d is there twice", rules[i].priority)
			}
		}
	}
	var out []rule.Rule
	for i := range rules {
		out = append(out, rules[i].Rules()...)
		if i > 0 {
			if both, ok := complements(&rules[i-1], &rules[i]); ok {
				out = append(out, both.Rules()...)
			}
		}
	}
	return out
}

// complements returns what two neighbouring rules decide together.
func complements(a, b *securityRule) (zoned.Policy, bool) {
	if a.Action != b.Action || len(a.Unknown)+len(b.Unknown) > 0 {
		return zoned.Policy{}, false
	}
	for at := range 2 {
		if !(a.vnet[at] && b.internet[at] || a.internet[at] && b.vnet[at]) {
			continue
		}
		x, y := a.Matches[0], b.Matches[0]
		both := b.Policy
		m := zoned.Match{Sources: x.Sources.Intersect(y.Sources), Destinations: x.Destinations.Intersect(y.Destinations), Services: x.Services.Intersect(y.Services)}
		if at == 0 {
			m.Sources = known.Exactly(addr.Any())
		} else {
			m.Destinations = known.Exactly(addr.Any())
		}
		both.Text = a.Text + " and " + b.Text
		both.Matches = []zoned.Match{m}
		return both, true
	}
	return zoned.Policy{}, false
}

// defaults are the rules that every group ends with. Source: Microsoft Learn, Network
// security groups, default security rules.
func (e *export) defaults(direction string) []securityRule {
	make := func(name string, priority int, action rule.Action, src, dst string) securityRule {
		r := securityRule{direction: direction, priority: priority}
		r.Name, r.Action, r.Place = name, action, fmt.Sprintf("%s %d %s", direction, priority, name)
		m := zoned.Match{Sources: e.address(src), Destinations: e.address(dst), Services: known.Exactly(service.Any())}
		near := map[string]int{inbound: 1, outbound: 0}[direction]
		for at, word := range []string{src, dst} {
			r.vnet[at], r.internet[at] = word == "VirtualNetwork", word == "Internet"
			if r.vnet[at] && at == near && at == 0 {
				m.Sources = known.Exactly(addr.Any())
			} else if r.vnet[at] && at == near {
				m.Destinations = known.Exactly(addr.Any())
			}
		}
		r.Matches = []zoned.Match{m}
		r.Text = fmt.Sprintf("%s %d %s * %s -> %s * (default)", name, priority, map[rule.Action]string{rule.Permit: "Allow", rule.Deny: "Deny"}[action], src, dst)
		return r
	}
	if direction == inbound {
		return []securityRule{
			make("AllowVnetInBound", 65000, rule.Permit, "VirtualNetwork", "VirtualNetwork"),
			make("AllowAzureLoadBalancerInBound", 65001, rule.Permit, "AzureLoadBalancer", "*"),
			make("DenyAllInBound", 65500, rule.Deny, "*", "*"),
		}
	}
	return []securityRule{
		make("AllowVnetOutBound", 65000, rule.Permit, "VirtualNetwork", "VirtualNetwork"),
		make("AllowInternetOutBound", 65001, rule.Permit, "*", "Internet"),
		make("DenyAllOutBound", 65500, rule.Deny, "*", "*"),
	}
}
