package azure

import (
	"cmp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
)

// A place is a subnet or a network interface, which may have a group. Ids are in lower case.
type place struct {
	what, id, name string
	line           int
	// groups are those that the text says it has; settled says that it has no others.
	groups  []string
	settled bool
	// doubt tells why it is not known what a group filters there.
	doubt string
	// endpoints says that groups filter for private endpoints in the subnet.
	endpoints bool
}

// A card is a network interface. endpoint says that it is one of a private endpoint.
type card struct {
	place
	addresses []address
	endpoint  bool
}

// An address of a card is private; public says that it has a public one besides.
type address struct {
	configuration, subnet string
	set                   addr.Set
	public                bool
}

// A subnetwork is a subnet. users are the ids of what has an address in it, where allUsers
// says that the text has them.
type subnetwork struct {
	place
	prefixes addr.Set
	users    []string
	allUsers bool
}

// A publicAddress belongs to the configuration of an interface, or to something else.
type publicAddress struct {
	name, configuration string
	line                int
	set                 addr.Set
}

// idOf returns the id of a resource in lower case, empty where it is an expression.
func idOf(v *jsontree.Value) string {
	if id := strings.ToLower(text(v, "id")); !strings.HasPrefix(id, "[") {
		return id
	}
	return ""
}

// kindOf returns the kind of a resource in lower case, by its type or its id; empty if it
// has neither.
func kindOf(v *jsontree.Value) string {
	if kind := strings.ToLower(text(v, "type")); kind != "" {
		return kind[strings.LastIndexByte(kind, '/')+1:]
	}
	words := strings.Split(idOf(v), "/")
	if len(words) < 2 {
		return ""
	}
	return words[len(words)-2]
}

// isSubnet tells subnets from service tags and other resources that have prefixes.
func isSubnet(v, p *jsontree.Value) bool {
	switch kindOf(v) {
	case "subnets":
		return true
	case "":
		return (p.Get("addressPrefix") != nil || p.Get("addressPrefixes") != nil) &&
			slices.ContainsFunc([]string{"networkSecurityGroup", "ipConfigurations", "delegations", "routeTable", "privateEndpointNetworkPolicies"},
				func(key string) bool { return p.Get(key) != nil })
	}
	return false
}

// newPlace reads what a subnet and an interface have in common. An answer of the API has
// all settings: a group that is not there does not exist.
func newPlace(what string, v, p *jsontree.Value) place {
	out := place{what: what, id: idOf(v), name: cmp.Or(text(v, "name"), last(text(v, "id"))), line: v.Line, settled: text(p, "provisioningState") != ""}
	switch group := p.Get("networkSecurityGroup"); {
	case group == nil:
	case group.IsNull():
		out.settled = true
	default:
		out.groups = []string{strings.ToLower(text(group, "id"))}
	}
	return out
}

func (e *export) addSubnet(v *jsontree.Value) {
	p := properties(v)
	s := subnetwork{place: newPlace("the subnet", v, p)}
	for _, word := range texts(p, "addressPrefix", "addressPrefixes") {
		set, ok := zoned.Host(word)
		if !ok {
			s.doubt = "a prefix of the subnet is not read"
		}
		s.prefixes = s.prefixes.Union(set)
	}
	if list := itemsOf(p.Get("delegations")); len(list) > 0 {
		s.doubt = "the subnet " + s.name + " is delegated to a service, which decides what groups filter there"
	}
	policies := text(p, "privateEndpointNetworkPolicies")
	s.endpoints = policies == "Enabled" || policies == "NetworkSecurityGroupEnabled"
	if list := p.Get("ipConfigurations"); list != nil && list.Kind == jsontree.Array {
		s.allUsers = true
		for i := range list.Items {
			s.users = append(s.users, idOf(&list.Items[i]))
		}
	}
	for i := range e.subnets {
		if before := &e.subnets[i]; s.id != "" && before.id == s.id {
			before.merge(&s)
			return
		}
	}
	e.subnets = append(e.subnets, s)
}

// merge adds what another answer tells of the same subnet.
func (s *subnetwork) merge(o *subnetwork) {
	s.groups, s.doubt = append(s.groups, o.groups...), cmp.Or(s.doubt, o.doubt)
	s.settled, s.endpoints = s.settled && o.settled, s.endpoints && o.endpoints
	s.prefixes, s.users, s.allUsers = s.prefixes.Union(o.prefixes), append(s.users, o.users...), s.allUsers && o.allUsers
}

// empty reports whether nothing but the users has an address in the subnet.
func (s *subnetwork) empty(users map[string]bool) bool {
	return s.allUsers && !slices.ContainsFunc(s.users, func(user string) bool { return user == "" || !users[user] })
}

func (e *export) addCard(v *jsontree.Value) {
	p := properties(v)
	c := card{place: newPlace("the network interface", v, p), endpoint: !p.Get("privateEndpoint").IsNull()}
	for _, configuration := range itemsOf(p.Get("ipConfigurations")) {
		at := properties(&configuration)
		set, ok := zoned.Host(cmp.Or(text(at, "privateIPAddress"), text(at, "privateIpAddress")))
		if _, one := set.Single(); !ok || !one {
			continue
		}
		a := address{configuration: idOf(&configuration), set: set}
		if a.configuration == "" && c.id != "" {
			a.configuration = c.id + "/ipconfigurations/" + strings.ToLower(text(&configuration, "name"))
		}
		if subnet := at.Get("subnet"); subnet != nil {
			a.subnet = strings.ToLower(text(subnet, "id"))
		}
		for _, key := range []string{"publicIPAddress", "publicIpAddress"} {
			if public := at.Get(key); !public.IsNull() {
				a.public = true
				if word := text(properties(public), "ipAddress"); word != "" {
					e.addPublic(public, word, a.configuration)
				}
			}
		}
		c.addresses = append(c.addresses, a)
	}
	e.cards = append(e.cards, c)
}

// addPublic takes a public address, which several answers may tell of.
func (e *export) addPublic(v *jsontree.Value, word, configuration string) {
	set, ok := zoned.Host(word)
	if !ok || slices.ContainsFunc(e.publics, func(p publicAddress) bool { return p.set.Equal(set) && p.configuration == configuration }) {
		return
	}
	e.publics = append(e.publics, publicAddress{name: word, configuration: configuration, line: v.Line, set: set})
}

// noteAssociations notes which subnets and interfaces a group says that it is associated
// with.
func (e *export) noteAssociations(v *jsontree.Value) {
	for _, key := range []string{"subnets", "networkInterfaces"} {
		for _, other := range itemsOf(properties(v).Get(key)) {
			e.groupsAt[idOf(&other)] = append(e.groupsAt[idOf(&other)], groupID(v))
		}
	}
}

// associated returns the id of what effective rules are associated with.
func associated(v *jsontree.Value) string {
	association := v.Get("association")
	if association == nil {
		return ""
	}
	for _, key := range []string{"subnet", "networkInterface"} {
		if other := association.Get(key); !other.IsNull() {
			return idOf(other)
		}
	}
	return ""
}
