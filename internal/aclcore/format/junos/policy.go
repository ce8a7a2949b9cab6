package junos

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/objects"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// policies reads the security policies of a text.
type policies struct {
	*config
	books    map[string]*book // by zone, "" for global
	services *objects.Scope[service.Set]
	// applicationLevel has the applications of the text, globalApps says that they stand
	// beside the logical system or tenant and not in it.
	applicationLevel *objects.Level[service.Set]
	globalApps       bool
	site             *policySite
}

// policyList returns the security policies as one list: those of each pair of zones in
// their order, which never meet another pair's, then the global ones, then the default.
func (c *config) policyList(doc *device.Document) device.List {
	p := &policies{config: c, books: make(map[string]*book)}
	p.services = p.applications()
	p.site = p.newSite()
	node := c.root.Applied("security", "policies")
	doc.Translations = c.translations(p, doc.Interfaces)
	l := device.List{Name: PolicyList, Aliases: []string{"security policies"}, Default: rule.Deny, Rules: p.translated(doc.Translations)}
	if why := cmp.Or(c.doubtAlong("security", "policies"), c.doubt(node, node.Applied("from-zone"))); why != "" {
		l.Rules = append(l.Rules, undecided(why)...)
	}
	for _, from := range node.Applied("from-zone").Active() {
		if why := unknown(from, "to-zone"); why != "" {
			l.Rules = append(l.Rules, inZones(undecided(why), from.Word, "")...)
		}
		for _, to := range from.Applied("to-zone").Active() {
			if why := cmp.Or(c.doubt(from, from.Applied("to-zone"), to, to.Applied("policy")), unknown(to, "policy")); why != "" {
				l.Rules = append(l.Rules, inZones(undecided(why), from.Word, to.Word)...)
			}
			for _, n := range to.Applied("policy").Active() {
				l.Rules = append(l.Rules, p.rules(n, from.Word, to.Word)...)
			}
			l.Disabled = append(l.Disabled, p.disabled(to.Applied("policy"), from.Word, to.Word)...)
		}
	}
	global := node.Applied("global")
	if why := cmp.Or(c.doubt(global, global.Applied("policy")), unknown(global, "policy")); why != "" {
		l.Rules = append(l.Rules, undecided(why)...)
	}
	for _, n := range global.Applied("policy").Active() {
		l.Rules = append(l.Rules, p.rules(n, "", "")...)
	}
	l.Disabled = append(l.Disabled, p.disabled(global.Applied("policy"), "", "")...)
	defaults := node.Applied("default-policy")
	why := c.doubtBelow(defaults)
	if words := defaults.Words(); len(words) > 1 {
		why = "there are several default policies: " + strings.Join(words, ", ")
	}
	if why != "" {
		l.Rules = append(l.Rules, undecided(why)...)
	}
	if node.Applied("default-policy", "permit-all") != nil {
		l.Default = rule.Permit
	}
	for _, o := range node.Others("from-zone", "global", "default-policy", "policy-rematch", "apply-groups", "apply-groups-except", "policy-stats",
		"pre-id-default-policy", "unified-policy", "stateful", "traceoptions") {
		l.Rules = append(undecided(fmt.Sprintf("policies %s is not read", o.Word)), l.Rules...)
		doc.Notes = append(doc.Notes, device.Note{Line: o.Line, Text: "policies " + o.Word, Reason: "is not read"})
	}
	l.Writer = p.site
	return l
}

// unknown says that the node has statements beside the one that holds policies.
func unknown(n *tree.Node, holds string) string {
	for _, o := range n.Others(holds, "apply-groups", "apply-groups-except") {
		return fmt.Sprintf("the statement %s among policies is not known", o.Word)
	}
	return ""
}

func inZones(rules []rule.Rule, from, to string) []rule.Rule {
	for i := range rules {
		rules[i].SourceZones = []string{from}
		if to != "" {
			rules[i].DestinationZones = []string{to}
		}
	}
	return rules
}

// translated are the rules for addresses that a NAT rule translates: the policies
// compare what is behind it, so that nothing is decided for the address before it.
func (p *policies) translated(all []device.Translation) []rule.Rule {
	var out []rule.Rule
	for _, t := range all {
		if t.Destination.Kind == device.Unchanged {
			continue
		}
		m := zoned.AnyMatch()
		m.Destinations = known.Exactly(t.Match.Destinations)
		out = append(out, zoned.Undecided(t.Line, t.Text, t.Text+" translates the destination: policies compare the address behind it", m)...)
	}
	for i := range out {
		out[i].Translated = true
	}
	return out
}

// matchKeys are the conditions of a policy.
var matchKeys = strings.Fields("source-address destination-address application from-zone to-zone source-identity dynamic-application url-category")

func (p *policies) rules(n *tree.Node, from, to string) []rule.Rule {
	q := zoned.Policy{Name: n.Word, Line: n.Line, Text: policyText(n, from, to)}
	if from != "" {
		q.From, q.To = []string{from}, []string{to}
	}
	q.Place = p.site.add(from, to, n.Word)
	if from == "junos-global" {
		q.From, q.To = nil, nil
		q.Doubt("the zone junos-global")
	}
	why := p.groups.below(n, 0)
	if n.Repeated {
		why = fmt.Sprintf("there are two policies of the name %s", n.Word)
	}
	if why != "" {
		q.Matches = []zoned.Match{zoned.AnyMatch()}
		q.DoubtAction("%s", why)
		return q.Rules()
	}
	if why := p.doubt(n, n.Applied("match"), n.Applied("then")); why != "" {
		q.Doubt("%s", why)
	}
	p.outcome(&q, n.Applied("then"))
	for _, o := range n.Others("match", "then", "description", "apply-groups", "apply-groups-except") {
		q.Doubt("%s", o)
	}
	p.match(&q, n.Applied("match"), from, to)
	return q.Rules()
}

// disabled returns the policies that are inactive.
func (p *policies) disabled(n *tree.Node, from, to string) (out []rule.Rule) {
	for _, c := range n.Inactives() {
		q := zoned.Policy{Name: c.Word, Line: c.Line, Text: policyText(c, from, to), Place: p.site.add(from, to, c.Word), Action: rule.Permit}
		if c.Applied("then", "permit") == nil {
			q.Action = rule.Deny
		}
		out = append(out, q.Disabled())
	}
	return out
}

// policyText writes the policy on one line.
func policyText(n *tree.Node, from, to string) string {
	if from == "" {
		return "global policy " + n.String()
	}
	return fmt.Sprintf("from-zone %s to-zone %s policy %s", from, to, n)
}

// outcome reads what the policy does.
func (p *policies) outcome(q *zoned.Policy, then *tree.Node) {
	permit := then.Applied("permit")
	denies := then.Applied("deny") != nil || then.Applied("reject") != nil
	q.Action = rule.Permit
	switch {
	case permit == nil && !denies, permit != nil && denies:
		q.DoubtAction("the policy has no action, or two")
	case denies:
		q.Action = rule.Deny
	}
	for _, o := range permit.Others("application-services", "destination-address", "tcp-options", "apply-groups") {
		q.Doubt("permit %s", o)
	}
	if permit.Applied("destination-address") != nil {
		q.Doubt("%s", permit.Applied("destination-address"))
	}
	for _, o := range then.Others("permit", "deny", "reject", "count", "log", "apply-groups", "apply-groups-except") {
		q.Doubt("then %s", o)
	}
}

// match reads what the policy matches.
func (p *policies) match(q *zoned.Policy, n *tree.Node, from, to string) {
	values := make(map[string][]string)
	excluded := make(map[string]bool)
	for _, s := range settings(n, matchKeys, []string{"source-address-excluded", "destination-address-excluded"}) {
		switch s.key {
		case "source-address-excluded", "destination-address-excluded":
			excluded[strings.TrimSuffix(s.key, "-excluded")] = true
		case "source-address", "destination-address", "application", "from-zone", "to-zone":
			values[s.key] = append(values[s.key], s.value)
		case "dynamic-application":
			p.dynamic(q, s.value)
		case "source-identity":
			if s.value != "any" {
				q.Users = append(q.Users, s.value)
			}
		case "url-category":
			if s.value != "any" {
				q.Doubt("%s %s", s.key, s.value)
			}
		case "apply-groups", "apply-groups-except":
		default:
			q.Doubt("the condition %s is not decided", s.node)
		}
	}
	switch {
	case from == "":
		q.From, q.To = zonesOf(values["from-zone"]), zonesOf(values["to-zone"])
	case len(values["from-zone"])+len(values["to-zone"]) > 0:
		q.Doubt("zones among the conditions of a policy for a pair of zones")
	}
	q.Matches = []zoned.Match{{
		Sources:      p.addresses(q, "source-address", values, excluded, from),
		Destinations: p.addresses(q, "destination-address", values, excluded, to),
		Services:     p.servicesOf(q, values["application"]),
	}}
}

// dynamic limits the policy to an application by name; junos:web and its kind are groups
// of them, which only the device knows.
func (p *policies) dynamic(q *zoned.Policy, name string) {
	switch bare := strings.TrimPrefix(name, "junos:"); {
	case name == "any", name == "none":
	case bare != name && bare == strings.ToUpper(bare):
		q.Applications = append(q.Applications, name)
	default:
		q.Doubt("dynamic-application %s", name)
	}
}

func zonesOf(words []string) []string {
	if slices.Contains(words, "any") {
		return nil
	}
	return words
}

func (p *policies) addresses(q *zoned.Policy, key string, values map[string][]string, excluded map[string]bool, zone string) zoned.Addresses {
	words := values[key]
	set := known.Exactly(addr.Any())
	if len(words) == 0 {
		q.Doubt("%s is not set", key)
	} else {
		set = p.book(zone).scope.Union(words)
	}
	if excluded[key] {
		return zoned.Negate(addr.Any(), set)
	}
	return set
}

func (p *policies) servicesOf(q *zoned.Policy, words []string) zoned.Services {
	if len(words) == 0 {
		q.Doubt("application is not set")
		return known.Exactly(service.Any())
	}
	return p.services.Union(words)
}
