package azure

import (
	"cmp"
	"fmt"
	"regexp"
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

// The two directions, as Azure writes them.
const (
	inbound  = "inbound"
	outbound = "outbound"
)

// A securityRule is one rule of a group.
type securityRule struct {
	zoned.Policy
	direction string
	priority  int
	// vnet says on which sides the rule has the tag VirtualNetwork alone, internet
	// likewise: they are complements.
	vnet, internet [2]bool
}

// settings are what a rule may have.
var settings = append(strings.Fields(`name priority direction access protocol description provisioningState id etag type resourceGroup
	sourceAddressPrefix sourceAddressPrefixes sourceApplicationSecurityGroups sourcePortRange sourcePortRanges
	destinationAddressPrefix destinationAddressPrefixes destinationApplicationSecurityGroups destinationPortRange destinationPortRanges
	expandedSourceAddressPrefix expandedDestinationAddressPrefix properties`), jsontree.Doubts)

// rule reads a rule of a group, or an effective one.
func (e *export) rule(v *jsontree.Value) securityRule {
	p := properties(v)
	r := securityRule{direction: strings.ToLower(text(p, "direction"))}
	r.Name, r.Line = text(v, "name"), v.Line
	priority, err := strconv.Atoi(text(p, "priority"))
	r.priority = priority
	if err != nil {
		r.Doubt("the priority %q is not read", text(p, "priority"))
	}
	switch access := strings.ToLower(text(p, "access")); access {
	case "allow":
		r.Action = rule.Permit
	case "deny":
	default:
		r.DoubtAction("access %q is not known", text(p, "access"))
	}
	for _, k := range p.Others(settings...) {
		r.Doubt("%s is not known", k)
	}
	r.Unknown = known.Reasons(r.Unknown, v.Why())
	r.Matches = []zoned.Match{{
		Sources: e.addresses(&r, p, "source", 0), Destinations: e.addresses(&r, p, "destination", 1), Services: services(&r, p),
	}}
	r.Text = ruleText(&r, p)
	r.Place = fmt.Sprintf("%s %d %s", r.direction, r.priority, r.Name)
	return r
}

// addresses reads one side of a rule; at is 0 for the source.
func (e *export) addresses(r *securityRule, p *jsontree.Value, side string, at int) zoned.Addresses {
	if expanded := p.Get("expanded" + strings.ToUpper(side[:1]) + side[1:] + "AddressPrefix"); expanded != nil && len(expanded.Items) > 0 {
		return prefixSet(expanded)
	}
	words := texts(p, side+"AddressPrefix", side+"AddressPrefixes")
	var set zoned.Addresses
	for _, w := range words {
		set = set.Union(e.address(w))
	}
	if len(words) == 1 {
		r.vnet[at], r.internet[at] = strings.EqualFold(words[0], "VirtualNetwork"), strings.EqualFold(words[0], "Internet")
	}
	groups := p.Get(side + "ApplicationSecurityGroups")
	if groups != nil {
		for i := range groups.Items {
			set = set.Union(e.applicationGroup(&groups.Items[i]))
		}
	}
	if len(words) == 0 && (groups == nil || len(groups.Items) == 0) {
		r.Doubt("the %s is not set", side)
		return known.Exactly(addr.Any())
	}
	// An interface of the group is in its virtual network: the near end of a rule.
	if near := map[string]int{inbound: 1, outbound: 0}[r.direction]; r.vnet[at] && near == at {
		return known.Exactly(addr.Any())
	}
	return set
}

// tagName is how service tags are written: Storage, Sql.WestEurope.
var tagName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)?$`)

// address reads an address, a prefix, or a service tag.
func (e *export) address(word string) zoned.Addresses {
	if word == "*" || strings.EqualFold(word, "any") {
		return known.Exactly(addr.Any())
	}
	if set, ok := zoned.Host(word); ok {
		return known.Exactly(set)
	}
	if from, to, ok := strings.Cut(word, "-"); ok {
		if set, ok := zoned.Span(from, to); ok {
			return known.Exactly(set)
		}
	}
	if set, ok := e.tags[strings.ToLower(word)]; ok {
		return set
	}
	if strings.HasPrefix(word, "[") {
		return known.AtMost(addr.Any(), fmt.Sprintf("the expression %s of the template is not resolved", word))
	}
	if !tagName.MatchString(word) {
		return known.AtMost(addr.Any(), fmt.Sprintf("the address %q is not read", word))
	}
	// Public services have no private addresses.
	public := addr.Any()
	for _, p := range []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"} {
		set, _ := zoned.Host(p)
		public = public.Subtract(set)
	}
	return known.AtMost(public, fmt.Sprintf("the addresses of the service tag %s are not in the text", word))
}

func (e *export) applicationGroup(v *jsontree.Value) zoned.Addresses {
	id := strings.ToLower(text(v, "id"))
	name := id[strings.LastIndexByte(id, '/')+1:]
	if !e.interfaces && !e.moreMembers {
		return known.AtMost(addr.Any(), fmt.Sprintf("the members of the application security group %s are not in the text", name))
	}
	if e.moreMembers || e.unreadMembers || e.unread[id] {
		return known.Between(e.members[id], addr.Any(), fmt.Sprintf("the application security group %s may have members that are not in the text", name))
	}
	return known.Exactly(e.members[id])
}

// protocols are the words for protocols in rules.
var protocols = map[string][]uint8{
	"tcp": {service.TCP}, "udp": {service.UDP}, "icmp": {service.ICMP, service.ICMPv6}, "esp": {50}, "ah": {51},
}

// services reads protocol and ports of a rule.
func services(r *securityRule, p *jsontree.Value) zoned.Services {
	word := strings.ToLower(text(p, "protocol"))
	sources, ok1 := ports(texts(p, "sourcePortRange", "sourcePortRanges"))
	destinations, ok2 := ports(texts(p, "destinationPortRange", "destinationPortRanges"))
	if !ok1 || !ok2 {
		r.Doubt("a port range is not read, or not set")
		sources, destinations = zoned.AllPorts(), zoned.AllPorts()
	}
	whole := slices.Equal(sources, zoned.AllPorts()) && slices.Equal(destinations, zoned.AllPorts())
	if word == "*" || word == "all" || word == "any" {
		if whole {
			return known.Exactly(service.Any())
		}
		return known.Exactly(boxes([]uint8{service.TCP, service.UDP}, sources, destinations))
	}
	numbers, ok := protocols[word]
	if !ok {
		r.Doubt("the protocol %q is not known", text(p, "protocol"))
		return known.Exactly(service.Any())
	}
	if !whole && !service.HasPorts(numbers[0]) {
		r.Doubt("ports of a protocol that has none")
		whole = true
	}
	if whole {
		sources, destinations = zoned.AllPorts(), zoned.AllPorts()
	}
	return known.Exactly(boxes(numbers, sources, destinations))
}

func boxes(numbers []uint8, sources, destinations []zoned.Ports) service.Set {
	var set service.Set
	for _, n := range numbers {
		one, _ := zoned.Boxes(n, sources, destinations)
		set = set.Union(one)
	}
	return set
}

// ports reads port ranges; "*" is all of them.
func ports(words []string) ([]zoned.Ports, bool) {
	var out []zoned.Ports
	for _, w := range words {
		if w == "*" || w == "0-65535" {
			return zoned.AllPorts(), true
		}
		list, ok := zoned.PortList(w)
		if !ok {
			return nil, false
		}
		out = append(out, list...)
	}
	return out, len(out) > 0
}

// ruleText writes the rule on one line.
func ruleText(r *securityRule, p *jsontree.Value) string {
	side := func(name string) string {
		words := texts(p, name+"AddressPrefix", name+"AddressPrefixes")
		if groups := p.Get(name + "ApplicationSecurityGroups"); groups != nil {
			for i := range groups.Items {
				id := text(&groups.Items[i], "id")
				words = append(words, id[strings.LastIndexByte(id, '/')+1:])
			}
		}
		return shown(words)
	}
	return fmt.Sprintf("%s %d %s %s %s -> %s %s", r.Name, r.priority, cmp.Or(text(p, "access"), "?"), text(p, "protocol"), side("source"), side("destination"),
		shown(texts(p, "destinationPortRange", "destinationPortRanges")))
}

// maxNames is how many words of a list are shown.
const maxNames = 4

func shown(words []string) string {
	if len(words) > maxNames {
		return strings.Join(words[:maxNames], ",") + fmt.Sprintf(",… (%d)", len(words))
	}
	return strings.Join(words, ",")
}
