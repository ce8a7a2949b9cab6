package gcp

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// The two directions.
const (
	ingress = "ingress"
	egress  = "egress"
)

// An entry is one rule with its priority; next says that what it matches goes on to the
// next stage.
type entry struct {
	zoned.Policy
	direction string
	priority  int
	next      bool
}

// settings are what a VPC rule may have.
var settings = append(strings.Fields(`name id description network priority direction allowed denied disabled sourceRanges destinationRanges sourceTags targetTags
	sourceServiceAccounts targetServiceAccounts logConfig selfLink kind creationTimestamp enableLogging selfLinkWithId params`), jsontree.Doubts)

// vpcRule reads a VPC firewall rule; ok is false for one that is disabled.
func (e *export) vpcRule(v *jsontree.Value) (r entry, ok bool) {
	if text(v, "disabled") == "true" {
		return r, false
	}
	r.Name, r.Line, r.direction, r.priority = text(v, "name"), v.Line, ingress, 1000
	if strings.EqualFold(text(v, "direction"), "EGRESS") {
		r.direction = egress
	} else if d := text(v, "direction"); d != "" && !strings.EqualFold(d, "INGRESS") {
		r.Doubt("the direction %q is not known", d)
	}
	if p := text(v, "priority"); p != "" {
		n, err := strconv.Atoi(p)
		if err != nil {
			r.Doubt("the priority %q is not read", p)
		}
		r.priority = n
	}
	for _, k := range v.Others(settings...) {
		r.Doubt("%s is not known", k)
	}
	r.Unknown = known.Reasons(r.Unknown, v.Why())
	list := v.Get("denied")
	if allowed := v.Get("allowed"); allowed != nil && len(allowed.Items) > 0 {
		r.Action = rule.Permit
		if list != nil && len(list.Items) > 0 {
			r.DoubtAction("the rule allows and denies")
		}
		list = allowed
	}
	far, near := e.far(v), e.near(v)
	m := zoned.Match{Sources: far, Destinations: near, Services: services(&r.Policy, list, "IPProtocol")}
	if r.direction == egress {
		m.Sources, m.Destinations = near, far
	}
	r.Matches = []zoned.Match{m}
	r.Place = "vpc " + r.Name
	r.Text = fmt.Sprintf("%s %d %s %s %s", r.Name, r.priority, r.direction, r.Action, shown(slices.Concat(
		texts(v, "sourceRanges"), texts(v, "sourceTags"), texts(v, "sourceServiceAccounts"), []string{"->"}, texts(v, "destinationRanges"), texts(v, "targetTags"), texts(v, "targetServiceAccounts"))))
	return r, true
}

// far returns the other end of a VPC rule: ranges, tags and accounts together, or all
// of IPv4.
func (e *export) far(v *jsontree.Value) zoned.Addresses {
	key, tags, accounts := "sourceRanges", texts(v, "sourceTags"), texts(v, "sourceServiceAccounts")
	if strings.EqualFold(text(v, "direction"), "EGRESS") {
		key, tags, accounts = "destinationRanges", nil, nil
	}
	set := prefixes(texts(v, key))
	set = set.Union(e.senders("tag", text(v, "network"), tags, e.tags)).Union(e.senders("service account", text(v, "network"), accounts, e.accounts))
	if len(texts(v, key))+len(tags)+len(accounts) == 0 {
		return known.Exactly(addr.Any4())
	}
	return set
}

// near returns the machines that a VPC rule is for.
func (e *export) near(v *jsontree.Value) zoned.Addresses {
	tags, accounts := texts(v, "targetTags"), texts(v, "targetServiceAccounts")
	set := known.Exactly(addr.Any())
	if len(tags)+len(accounts) > 0 {
		set = e.resolve("tag", text(v, "network"), tags, e.tags).Union(e.resolve("service account", text(v, "network"), accounts, e.accounts))
	}
	key := "destinationRanges"
	if strings.EqualFold(text(v, "direction"), "EGRESS") {
		key = "sourceRanges"
	}
	if ranges := texts(v, key); len(ranges) > 0 {
		set = set.Intersect(prefixes(ranges))
	}
	return set
}

// resolve returns the addresses that the machines with the tags or accounts have in the
// network; "" stands for one that is not known.
func (e *export) resolve(kind, network string, names []string, all map[string][]member) zoned.Addresses {
	var out zoned.Addresses
	for _, n := range names {
		var sets []addr.Set
		unread := false
		for _, m := range all[n] {
			if network == "" || m.network == "" || sameNetwork(network, m.network) {
				sets, unread = append(sets, m.addresses), unread || m.unread
			}
		}
		set := addr.UnionOf(sets)
		switch {
		case e.moreMachines:
			out = out.Union(known.Between(set, addr.Any(), fmt.Sprintf("there may be machines with the %s %s that are not in the text", kind, n)))
		case !e.machines:
			out = out.Union(known.AtMost(addr.Any(), fmt.Sprintf("the machines with the %s %s are not in the text", kind, n)))
		case unread:
			out = out.Union(known.Between(set, addr.Any(), fmt.Sprintf("the address of a machine with the %s %s is not in the text", kind, n)))
		default:
			out = out.Union(known.Exactly(set))
		}
	}
	return out
}

// senders are the addresses that machines send from, as [export.resolve] has them. Rules for
// sources compare the primary address; it is left open whether they have alias addresses too.
func (e *export) senders(kind, network string, names []string, all map[string][]member) zoned.Addresses {
	set := e.resolve(kind, network, names, all)
	for _, n := range names {
		for _, m := range all[n] {
			if !m.alias.IsEmpty() {
				set = set.Subtract(known.AtMost(m.alias, fmt.Sprintf("whether the %s %s has the alias addresses of its machines as sources", kind, n)))
			}
		}
	}
	return set
}

// prefixes returns what is known of a list of ranges; one that is not read may be any.
func prefixes(words []string) zoned.Addresses {
	var out zoned.Addresses
	for _, w := range words {
		set, ok := zoned.Host(w)
		if !ok {
			out = out.Union(known.AtMost(addr.Any(), fmt.Sprintf("the range %q is not read", w)))
			continue
		}
		out = out.Union(known.Exactly(set))
	}
	return out
}

// protocolNumbers are the words for protocols.
var protocolNumbers = map[string]uint8{"tcp": service.TCP, "udp": service.UDP, "icmp": service.ICMP, "esp": 50, "ah": 51, "sctp": service.SCTP, "ipip": 4}

// services reads a list of protocols with ports.
func services(p *zoned.Policy, list *jsontree.Value, key string) zoned.Services {
	if list == nil || len(list.Items) == 0 {
		p.Doubt("no protocol is set")
		return known.Exactly(service.Any())
	}
	var set service.Set
	for i := range list.Items {
		v := &list.Items[i]
		word := strings.ToLower(text(v, key))
		if word == "all" {
			return known.Exactly(service.Any())
		}
		number, ok := protocolNumbers[word]
		if n, err := strconv.ParseUint(word, 10, 8); err == nil {
			number, ok = uint8(n), true
		}
		ports := zoned.AllPorts()
		if words := texts(v, "ports"); len(words) > 0 && ok {
			ports = nil
			for _, w := range words {
				list, read := zoned.PortList(w)
				ok = ok && read && len(list) > 0
				ports = append(ports, list...)
			}
			ok = ok && service.HasPorts(number)
		}
		if !ok || len(v.Others(key, "ports")) > 0 {
			p.Doubt("the protocol %q or its ports are not read", word)
			return known.Exactly(service.Any())
		}
		one, _ := zoned.Boxes(number, zoned.AllPorts(), ports)
		set = set.Union(one)
	}
	return known.Exactly(set)
}

// maxNames is how many words of a list are shown.
const maxNames = 6

func shown(words []string) string {
	if len(words) > maxNames {
		return strings.Join(words[:maxNames], " ") + fmt.Sprintf(" … (%d)", len(words))
	}
	return strings.Join(words, " ")
}

// policySettings are what a rule of a policy may have, matchSettings what it may match.
var (
	policySettings = append(strings.Fields(`action description direction disabled enableLogging kind match priority ruleName ruleTupleCount targetServiceAccounts
		targetSecureTags targetResources tlsInspect securityProfileGroup`), jsontree.Doubts)
	matchSettings = strings.Fields("srcIpRanges destIpRanges layer4Configs versionedExpr config")
)

// policyRule reads a rule of a policy; ok is false for one that is disabled.
func (e *export) policyRule(v *jsontree.Value, p *policy) (r entry, ok bool) {
	if text(v, "disabled") == "true" {
		return r, false
	}
	r.Line, r.direction = v.Line, strings.ToLower(text(v, "direction"))
	r.Name = text(v, "ruleName")
	n, err := strconv.Atoi(text(v, "priority"))
	r.priority = n
	if err != nil {
		r.Doubt("the priority is not read")
	}
	switch action := text(v, "action"); action {
	case "allow":
		r.Action = rule.Permit
	case "deny":
	case "goto_next":
		r.next = true
	default:
		r.DoubtAction("action %s", action)
	}
	for _, k := range v.Others(policySettings...) {
		r.Doubt("%s is not known", k)
	}
	r.Unknown = known.Reasons(r.Unknown, v.Why())
	match := v.Get("match")
	if match != nil && match.Get("config") != nil {
		match = match.Get("config")
	}
	for _, k := range match.Others(matchSettings...) {
		if !alternative(k, "src") && !alternative(k, "dest") {
			r.Doubt("%s", k)
		}
	}
	m := zoned.AnyMatch()
	m.Sources, m.Destinations = end(match, "src"), end(match, "dest")
	m.Services = services(&r.Policy, match.Get("layer4Configs"), "ipProtocol")
	e.targets(&r, v, &m)
	r.Matches = []zoned.Match{m}
	r.Place = fmt.Sprintf("policy %s rule %d", p.name, r.priority)
	r.Text = fmt.Sprintf("policy %s %d %s %s %s", p.name, r.priority, r.direction, text(v, "action"),
		shown(slices.Concat(texts(match, "srcIpRanges"), []string{"->"}, texts(match, "destIpRanges"))))
	return r, true
}

// alternative reports whether a key of a match may add to one end of the traffic: names,
// countries, lists and tags stand beside ranges, and a network scope limits all of them.
func alternative(key, side string) bool {
	return strings.HasPrefix(key, side) && !strings.Contains(key, "Network")
}

// end returns one end of a rule of a policy: its ranges, or anything where something else
// is one.
func end(match *jsontree.Value, side string) zoned.Addresses {
	ranges := texts(match, side+"IpRanges")
	set := known.Exactly(addr.Any())
	if len(ranges) > 0 {
		set = prefixes(ranges)
	}
	for _, k := range match.Others(matchSettings...) {
		if alternative(k, side) {
			set = set.Doubt(addr.Any(), k)
		}
	}
	return set
}

// targets limits the rule to the machines that it is for.
func (e *export) targets(r *entry, v *jsontree.Value, m *zoned.Match) {
	if accounts := texts(v, "targetServiceAccounts"); len(accounts) > 0 {
		set := e.resolve("service account", "", accounts, e.accounts)
		if r.direction == egress {
			m.Sources = m.Sources.Intersect(set)
		} else {
			m.Destinations = m.Destinations.Intersect(set)
		}
	}
	for _, key := range []string{"targetSecureTags", "targetResources"} {
		if list := v.Get(key); list != nil && len(list.Items) > 0 && !(key == "targetResources" && e.effective) {
			r.Doubt("%s", key)
		}
	}
}
