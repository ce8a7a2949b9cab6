package fortios

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// A policy is an entry of firewall policy or policy6, as far as it is alike for all
// that it matches.
type policy struct {
	zoned.Policy
	node *tree.Node
	v6   bool // of the table policy6, where srcaddr and dstaddr are IPv6
	// vips are names of virtual IPs, and of groups of them, in dstaddr.
	vips []string
}

// rules returns the rules of the VDOM: what other tables decide, the rules for virtual
// IPs, the policies in the order of the text, and what passes within a zone; and what the
// policies do to sources.
func (v *vdom) rules() ([]rule.Rule, []device.Translation) {
	policies := v.policies()
	rules := v.vipRules(policies)
	rules = slices.Grow(rules, len(policies))
	for i := range policies {
		rules = append(rules, policies[i].Rules()...)
	}
	rules = append(rules, v.intrazone()...)
	return slices.Insert(rules, 0, v.beside(rules)...), v.sourceTranslations(policies)
}

func (v *vdom) policies() []policy {
	firewall := v.root.Get("firewall")
	out := make([]policy, 0, len(firewall.Get("policy").Active())+len(firewall.Get("policy6").Active()))
	var unread []policy
	for _, table := range []string{"policy", "policy6"} {
		for _, n := range firewall.Get(table).Active() {
			switch {
			case strings.HasPrefix(n.Word, unreadMark): // it may move or delete any of them
				unread = append(unread, unreadPolicies(n)...)
			case value(n, "status") != "disable" || unreadBelow(n) != "":
				out = append(out, v.policy(n, table == "policy6"))
			default:
				off := rule.Rule{Name: value(n, "name"), Line: n.Line, Text: policyText(n), Place: n.Word}
				if value(n, "action") == "accept" {
					off.Action = rule.Permit
				}
				v.disabled = append(v.disabled, off)
			}
		}
	}
	if len(unread) > 0 {
		return append(unread, out...)
	}
	return out
}

// unreadPolicies stand for a line among policies that was not read: it may permit or
// deny anything.
func unreadPolicies(n *tree.Node) []policy {
	p := zoned.Policy{Line: n.Line, Text: strings.TrimPrefix(n.Word, unreadMark) + " " + strings.Join(n.Values, " "), Matches: []zoned.Match{zoned.AnyMatch()}}
	p.Doubt("a line that is not read")
	permit := p
	permit.Action = rule.Permit
	return []policy{{Policy: permit, node: n}, {Policy: p, node: n}}
}

func (v *vdom) policy(n *tree.Node, v6 bool) policy {
	p := policy{node: n, v6: v6, Policy: zoned.Policy{
		Name: value(n, "name"), Line: n.Line, Place: n.Word, Text: policyText(n),
		From: v.interfaces(values(n, "srcintf")), To: v.interfaces(values(n, "dstintf")),
	}}
	switch action := value(n, "action"); action {
	case "accept", "allow":
		p.Action = rule.Permit
	case "deny":
	default:
		if len(values(n, "action")) > 0 { // a policy without an action denies
			p.DoubtAction("action %s", shown(values(n, "action")))
		}
	}
	reach := v.conditions(&p)
	for _, table := range []string{"srcintf", "dstintf"} {
		if len(values(n, table)) == 0 {
			p.Doubt("%s is not set", table)
		}
		if why := v.zoneDoubt(values(n, table)); why != "" {
			p.Doubt("%s", why)
			reach = anything
		}
	}
	v.matches(&p)
	switch reach {
	case anything:
		p.From, p.To, p.Matches = nil, nil, []zoned.Match{zoned.AnyMatch()}
	case fromSources:
		for i := range p.Matches {
			p.Matches[i].Destinations, p.Matches[i].Services = known.Exactly(addr.Any()), known.Exactly(service.Any())
		}
	}
	return p
}

// policyText writes the policy on one line, with what decides.
func policyText(n *tree.Node) string {
	text := "policy " + n.Word
	if name := value(n, "name"); name != "" {
		text += fmt.Sprintf(" %q", name)
	}
	for _, s := range []string{"srcintf", "dstintf", "srcaddr", "dstaddr", "srcaddr6", "dstaddr6", "service"} {
		if args := values(n, s); len(args) > 0 {
			text += " " + s + " "
			if isOn(n, s+"-negate") {
				text += "not "
			}
			text += shown(args)
		}
	}
	action := value(n, "action")
	if action == "" {
		action = "deny"
	}
	return text + " " + action
}

// maxNames is how many names of a list are shown.
const maxNames = 4

func shown(names []string) string {
	if len(names) > maxNames {
		return strings.Join(names[:maxNames], ",") + fmt.Sprintf(",… (%d)", len(names))
	}
	return strings.Join(names, ",")
}

// interfaces returns the zones of a policy, none for any. A zone stands for its
// members too, since a flow may declare either.
func (v *vdom) interfaces(names []string) []string {
	var out []string
	for _, name := range names {
		if name == "any" {
			return nil
		}
		out = append(out, name)
		out = append(out, v.zones[name]...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// matches fills in what the policy matches, one match for each address family and for
// each service that is limited to a destination.
func (v *vdom) matches(p *policy) {
	n := p.node
	services, limited := v.policyServices(p)
	add := func(src, dst zoned.Addresses) {
		p.Matches = append(p.Matches, zoned.Match{Sources: src, Destinations: dst, Services: services})
		for _, name := range limited {
			p.Matches = append(p.Matches, zoned.Match{
				Sources: src, Destinations: dst.Intersect(known.Exactly(v.limited[name])),
				Services: known.Exactly(serviceWithin(v, name)),
			})
		}
	}
	names4, names6 := [2]string{"srcaddr", "dstaddr"}, [2]string{"srcaddr6", "dstaddr6"}
	if p.v6 {
		names4, names6 = [2]string{}, names4
	}
	if src, dst := values(n, names4[0]), values(n, names4[1]); len(src)+len(dst) > 0 {
		add(v.addressList(p, names4[0], src, false), v.addressList(p, names4[1], dst, false))
	}
	if src, dst := values(n, names6[0]), values(n, names6[1]); len(src)+len(dst) > 0 {
		add(v.addressList(p, names6[0], src, true), v.addressList(p, names6[1], dst, true))
	}
	if len(p.Matches) == 0 {
		p.Doubt("no addresses are set")
		p.Matches = []zoned.Match{{Sources: known.Exactly(addr.Any()), Destinations: known.Exactly(addr.Any()), Services: services}}
	}
}

// addressList resolves a list of addresses; virtual IPs in it are kept apart.
func (v *vdom) addressList(p *policy, setting string, names []string, v6 bool) zoned.Addresses {
	scope, all := v.v4, addr.Any4()
	if v6 {
		scope, all = v.v6, addr.Any6()
	}
	var plain []string
	for _, name := range names {
		if setting == "dstaddr" && v.isVIP(name) {
			p.vips = append(p.vips, name)
			continue
		}
		plain = append(plain, name)
	}
	if len(names) == 0 {
		return known.AtMost(all, setting+" is not set")
	}
	set := scope.Union(plain)
	if isOn(p.node, setting+"-negate") {
		set = zoned.Negate(all, set)
		if len(plain) < len(names) {
			set = set.Doubt(all, "a virtual IP is negated")
		}
	}
	return set
}

// policyServices returns the services of a policy, and the names of those that are
// limited to a destination, which are not among them.
func (v *vdom) policyServices(p *policy) (set zoned.Services, limited []string) {
	names := values(p.node, "service")
	if len(names) == 0 {
		return known.AtMost(service.Any(), "service is not set"), nil
	}
	negated := isOn(p.node, "service-negate")
	var plain []string
	for _, name := range names {
		if _, ok := v.limited[name]; ok && !negated {
			limited = append(limited, name)
		} else {
			plain = append(plain, name)
		}
	}
	set = v.services.Union(plain)
	if negated {
		set = zoned.Negate(service.Any(), set)
	}
	return set, limited
}

func serviceWithin(v *vdom, name string) service.Set { return v.services.Resolve(name).Possible }
