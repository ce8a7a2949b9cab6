package azure

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// The levels at which a group may be associated. What enters is asked of the subnet's
// first, what leaves of the interface's, and both have to permit. Source: Microsoft Learn,
// How network security groups filter network traffic.
const (
	ofSubnet = iota
	ofInterface
)

// topology adds to a document the network interfaces, and which lists filter for the
// addresses of each and for those of subnets.
func (e *export) topology(doc *device.Document) {
	g := &guards{export: e, filters: make(map[filter]int), subnetAt: make(map[string]int), users: make(map[string]bool)}
	for i := range e.subnets {
		g.subnetAt[e.subnets[i].id] = i
	}
	names := e.interfaceNames()
	var taken addr.Set
	for i := range e.cards {
		c := &e.cards[i]
		g.card(c)
		for _, a := range c.addresses {
			g.users[a.configuration] = true
		}
		in := device.Interface{Name: names[i], Line: c.line}
		for _, a := range c.addresses {
			in.Port = cmp.Or(in.Port, last(a.subnet))
			taken = taken.Union(a.set)
			for _, r := range a.set.Ranges() {
				in.Addresses = append(in.Addresses, netip.PrefixFrom(r.From, r.From.BitLen()))
			}
		}
		if len(in.Addresses) > 0 {
			doc.Interfaces = append(doc.Interfaces, in)
		}
	}
	for i := range e.subnets {
		g.subnet(&e.subnets[i], taken)
	}
	doc.Topology = len(g.order) > 0
	doc.Translations = e.publicTranslations()
	if !doc.Topology && len(e.groups)+len(e.effective) == 1 && len(e.policies) == 0 {
		g.add(filter{ofInterface, strings.TrimSuffix(doc.Lists[0].Name, " "+inbound), ""}, 0, addr.Any())
	}
	doc.Bindings = g.bindings()
}

// interfaceNames returns what the interfaces are called: by their names, and by their ids
// where several have one name.
func (e *export) interfaceNames() []string {
	count := make(map[string]int)
	for i := range e.cards {
		count[e.cards[i].name]++
	}
	out := make([]string, len(e.cards))
	for i := range e.cards {
		c := &e.cards[i]
		switch {
		case count[c.name] == 1 && c.name != "":
			out[i] = c.name
		case c.id != "":
			out[i] = c.id
		default:
			out[i] = fmt.Sprintf("network interface %d", i+1)
		}
	}
	return out
}

// A filter is a list that filters at a level, or why it is not known what does. One without
// both permits everything.
type filter struct {
	level     int
	list, why string
}

// guards gathers the addresses that each filter is for.
type guards struct {
	*export
	// subnetAt is where a subnet stands, by id; users are the configurations of interfaces
	// whose addresses are known.
	subnetAt map[string]int
	users    map[string]bool
	order    []filter
	filters  map[filter]int // index in order
	sets     []addr.Set
	lines    []int
}

func (g *guards) add(f filter, line int, set addr.Set) {
	if set.IsEmpty() {
		return
	}
	at, ok := g.filters[f]
	if !ok {
		at = len(g.order)
		g.filters[f] = at
		g.order, g.sets, g.lines = append(g.order, f), append(g.sets, addr.Set{}), append(g.lines, line)
	}
	g.sets[at] = g.sets[at].Union(set)
}

// card adds what filters for the addresses of an interface.
func (g *guards) card(c *card) {
	for _, a := range c.addresses {
		subnet := place{id: a.subnet, name: last(a.subnet), what: "the subnet", line: c.line}
		if i, ok := g.subnetAt[a.subnet]; ok && a.subnet != "" {
			subnet = g.subnets[i].place
		}
		list, why := g.filterOf(&c.place)
		above, whyAbove := g.filterOf(&subnet)
		open := list+why+above+whyAbove == ""
		switch {
		case c.endpoint && !subnet.endpoints:
			list, why = "", fmt.Sprintf("%s %s is of a private endpoint, for which groups filter only where its subnet says so", c.what, c.name)
		case open && a.public:
			why = fmt.Sprintf("%s %s has a public address and no network security group: a Standard one lets nothing in then", c.what, c.name)
		}
		if above+whyAbove != "" {
			g.add(filter{ofSubnet, above, whyAbove}, subnet.line, a.set)
		}
		if open || list+why != "" {
			g.add(filter{ofInterface, list, why}, c.line, a.set)
		}
	}
}

// subnet adds what filters for the addresses of a subnet that no interface has.
func (g *guards) subnet(s *subnetwork, taken addr.Set) {
	rest := s.prefixes.Subtract(taken)
	list, why := g.filterOf(&s.place)
	if list+why != "" {
		g.add(filter{ofSubnet, list, why}, s.line, rest)
	}
	if !s.empty(g.users) {
		why := fmt.Sprintf("no network interface of the text has this address of the subnet %s: one that is missing may have a group of its own", s.name)
		g.add(filter{ofInterface, "", why}, s.line, rest)
	} else if list+why == "" {
		g.add(filter{ofInterface, "", ""}, s.line, rest)
	}
}

// bindings returns the filters as a packet meets them.
func (g *guards) bindings() (out []device.Binding) {
	for _, direction := range []string{inbound, outbound} {
		levels := []int{ofSubnet, ofInterface}
		b := device.Binding{Stage: device.StageLocalIn, V4: true, V6: true}
		if direction == outbound {
			slices.Reverse(levels)
			b.Stage = device.StageLocalOut
		}
		for _, level := range levels {
			for i, f := range g.order {
				if f.level != level {
					continue
				}
				b := b
				b.Line, b.Addresses = g.lines[i], g.sets[i]
				if b.Addresses.IsAny() {
					b.Addresses = addr.Set{} // what is declared
				}
				switch {
				case f.list != "":
					b.List = f.list + " " + direction
				case f.why != "":
					b.Rule = &rule.Rule{Line: g.lines[i], Text: "network security groups " + direction, Action: rule.Permit, Unknown: []string{f.why}}
				default:
					b.Rule = &rule.Rule{Line: g.lines[i], Text: "no network security group is associated", Action: rule.Permit}
				}
				out = append(out, b)
			}
		}
	}
	return out
}

// filterOf returns the list of the group at a place, or why it is not known; neither where
// there is no group.
func (e *export) filterOf(p *place) (list, why string) {
	ids := slices.Clone(p.groups)
	if p.id != "" {
		ids = append(ids, e.groupsAt[p.id]...)
	}
	effective := -1
	for i, v := range e.effective {
		if p.id != "" && associated(v) == p.id {
			ids, effective = append(ids, effectiveID(v)), i
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	switch {
	case p.id == "" && p.what == "the subnet":
		return "", "the text does not say in which subnet the network interface is"
	case len(ids) == 0 && p.settled:
		return "", ""
	case len(ids) == 0:
		return "", fmt.Sprintf("the text does not say whether %s %s has a network security group", p.what, p.name)
	case len(ids) > 1:
		return "", fmt.Sprintf("the text names several network security groups for %s %s", p.what, p.name)
	case p.doubt != "":
		return "", p.doubt
	case effective >= 0:
		return e.effectiveTitles[effective], ""
	}
	return e.listOf(ids[0])
}

// listOf returns what the lists of a group are called, or why they are not known.
func (e *export) listOf(id string) (list, why string) {
	for i, v := range e.groups {
		if own := groupID(v); own != id && (strings.Contains(own, "/") || own != last(id)) {
			continue
		}
		if list != "" {
			return "", fmt.Sprintf("the text has the network security group %s twice", last(id))
		}
		list = e.titles[i]
	}
	if list == "" {
		return "", fmt.Sprintf("the rules of the network security group %s are not in the text", last(id))
	}
	return list, ""
}

// publicTranslations are those of public addresses to the private ones of interfaces, which
// groups compare: of one to one. Source: Microsoft Learn, Network security groups, the
// source or destination of a rule.
func (e *export) publicTranslations() (out []device.Translation) {
	for _, p := range e.publics {
		t := device.Translation{
			Name: p.name, Line: p.line, Text: "public address " + p.name, Search: device.SearchDestination, Reverse: true,
			Match:       traffic.Product{Sources: addr.Any4(), Destinations: p.set, Services: service.Any()},
			Destination: device.Mapping{Kind: device.Static, To: e.privateOf(p.configuration)},
		}
		if v4, _ := p.set.Split(); v4.IsEmpty() {
			t.Match.Sources = addr.Any6()
		}
		if _, one := t.Destination.To.Single(); !one {
			t.Unknown = []string{fmt.Sprintf("the text does not say which network interface has the public address %s", p.name)}
		}
		out = append(out, t)
	}
	return out
}

// privateOf returns the address of a configuration of an interface, none if it is not in
// the text.
func (e *export) privateOf(configuration string) addr.Set {
	for i := range e.cards {
		for _, a := range e.cards[i].addresses {
			if a.configuration != "" && a.configuration == configuration {
				return a.set
			}
		}
	}
	return addr.Set{}
}
