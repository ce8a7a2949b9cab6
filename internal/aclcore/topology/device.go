package topology

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/nearest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// A Device is a firewall of the estate.
type Device struct {
	Name string
	// Source is where its text is from, for people.
	Source   string
	Document *device.Document
	Order    device.Order
	// Interfaces maps interfaces, by the device's own names, to zones of the estate.
	Interfaces map[string]string
	// Guards are the addresses that it filters for besides those that its text has.
	Guards addr.Set
	// SkipZones leaves out the comparison of its prefixes with the zones.
	SkipZones bool
}

// A node is a device that is ready to be crossed.
type node struct {
	Device
	sides []*side
	// zones are those that the device has an open side in, in order.
	zones []int
	// own are its interfaces' addresses, those that it guards left out; guards are all
	// that it filters for.
	own, guards addr.Set
	// zoned are the lists with rules that ask for interfaces or zones.
	zoned map[string]bool
	lists map[string]*device.List
	// nat has its translations, nil if there are none.
	nat *translator
}

// A side is an interface of a device, or a zone of its own, and the zone of the estate
// that it lies in.
type side struct {
	name string
	zone int
	// members are the interfaces behind the name, none where the text has none.
	members []*device.Interface
	// inRules is what rules call it; names are all that bindings may call it.
	inRules string
	names   []string
	vrf     string
	shut    bool
	// shown are the addresses that the device answers for there because it translates
	// them.
	shown addr.Set
	// unshown is a translation that makes the device answer for addresses there which the
	// text does not tell, nil if there is none.
	unshown *natRule
}

func newNode(d Device) *node {
	n := &node{Device: d, lists: map[string]*device.List{}, zoned: map[string]bool{}}
	for i := range d.Document.Lists {
		l := &d.Document.Lists[i]
		n.lists[l.Name] = l
		n.zoned[l.Name] = slices.ContainsFunc(l.Rules, asksForZones)
	}
	var own []addr.Range
	for _, i := range d.Document.Interfaces {
		for _, p := range i.Addresses {
			own = append(own, addr.RangeOf(p.Addr(), p.Addr()))
		}
	}
	n.own, n.guards = addr.SetOf(own...), d.Guards
	if d.Order.Guards {
		n.guards = n.guards.Union(n.own)
		for _, b := range d.Document.Bindings {
			n.guards = n.guards.Union(b.Addresses)
		}
	}
	n.nat = newTranslator(n)
	n.own = n.own.Subtract(n.guards)
	if d.Order.Guards {
		n.own = addr.Set{}
	}
	return n
}

func asksForZones(r rule.Rule) bool {
	return len(r.SourceZones)+len(r.DestinationZones) > 0 || r.Pair != rule.AnyPair
}

// resolve finds the sides of the device, and says what is wrong with its declaration,
// led by the attribute.
func (n *node) resolve(zone func(name string) (int, bool), zones []string) (problems []error) {
	for _, name := range slices.Sorted(maps.Keys(n.Interfaces)) {
		at := fmt.Sprintf("devices[%q].interfaces[%q]", n.Name, name)
		number, ok := zone(n.Interfaces[name])
		if !ok || number == 0 {
			problems = append(problems, fmt.Errorf("%s: there is no zone %q%s; zones has %s", at, n.Interfaces[name], meant(n.Interfaces[name], zones), quoted(zones)))
			continue
		}
		s, ok := n.side(name)
		if !ok {
			known := n.interfaceNames()
			problems = append(problems, fmt.Errorf("%s: %s has no interface %q%s; it has %s", at, n.Source, name, n.meant(name, known), quoted(known)))
			continue
		}
		if other := n.same(s, number); other != nil {
			problems = append(problems, fmt.Errorf("%s: it is the same interface as %q, which is mapped to zone %q; map it once", at, other.name, n.Interfaces[other.name]))
			continue
		}
		s.zone, s.shown, s.unshown = number, n.nat.shownAt(s), n.nat.unshownAt(s)
		n.sides = append(n.sides, s)
		if !s.shut && !slices.Contains(n.zones, number) {
			n.zones = append(n.zones, number)
		}
	}
	slices.Sort(n.zones)
	return problems
}

// side finds the interfaces that go by the name: by their own, by that of their
// hardware, or by the device's zone that they are in.
func (n *node) side(name string) (*side, bool) {
	doc := n.Document
	for _, called := range []func(i *device.Interface) string{
		func(i *device.Interface) string { return i.Name },
		func(i *device.Interface) string { return i.Port },
		func(i *device.Interface) string { return i.Zone },
	} {
		var members []*device.Interface
		for i := range doc.Interfaces {
			if called(&doc.Interfaces[i]) == name {
				members = append(members, &doc.Interfaces[i])
			}
		}
		if len(members) > 0 {
			return newSide(name, members), true
		}
	}
	if doc.Topology && len(doc.Interfaces) > 0 {
		return nil, false
	}
	return &side{name: name, inRules: name, names: []string{name}}, true
}

func newSide(name string, members []*device.Interface) *side {
	s := &side{name: name, members: members, inRules: members[0].Zone, names: []string{name}, vrf: members[0].VRF, shut: true}
	if s.inRules == "" {
		s.inRules = members[0].Name
	}
	for _, i := range members {
		s.shut = s.shut && i.Shutdown
		for _, other := range []string{i.Name, i.Port, i.Zone} {
			if other != "" && !slices.Contains(s.names, other) {
				s.names = append(s.names, other)
			}
		}
	}
	return s
}

// maxNamed is how many names an error lists.
const maxNamed = 20

// interfaceNames are the names that interfaces may be mapped by.
func (n *node) interfaceNames() []string {
	var names []string
	for _, i := range n.Document.Interfaces {
		name := cmp.Or(i.Name, i.Zone)
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// same returns the side in another zone that has an interface of s, nil if there is none.
func (n *node) same(s *side, zone int) *side {
	for _, other := range n.sides {
		if other.zone != zone && slices.ContainsFunc(s.members, func(i *device.Interface) bool { return slices.Contains(other.members, i) }) {
			return other
		}
	}
	return nil
}

// meant asks whether another interface is meant, by a shorter form of its name (Gi0/1) or one
// that is mistyped.
func (n *node) meant(name string, known []string) string {
	var long []string
	for _, i := range n.Document.Interfaces {
		for _, whole := range []string{i.Name, i.Port} {
			if shortens(name, whole) {
				long = append(long, whole)
			}
		}
	}
	if len(long) == 1 {
		return fmt.Sprintf(" (is %q meant?)", long[0])
	}
	return meant(name, known)
}

// shortens reports whether a name of an interface is a shorter form of another: the beginning of
// its letters, and all of its numbers.
func shortens(name, whole string) bool {
	kind, number := cutNumber(strings.ReplaceAll(name, " ", ""))
	long, all := cutNumber(whole)
	return kind != "" && number != "" && number == all && strings.HasPrefix(strings.ToLower(long), strings.ToLower(kind))
}

// cutNumber parts a name of an interface before its first digit.
func cutNumber(name string) (kind, number string) {
	i := strings.IndexAny(name, "0123456789")
	if i < 0 {
		return name, ""
	}
	return name[:i], name[i:]
}

// meant asks whether another name is meant, empty where none is like it.
func meant(name string, known []string) string {
	if near := nearest.Of(name, slices.Values(known)); near != "" {
		return fmt.Sprintf(" (is %q meant?)", near)
	}
	return ""
}

func quoted(names []string) string {
	var out []string
	for i, name := range names {
		if i == maxNamed {
			out = append(out, fmt.Sprintf("… and %d more", len(names)-maxNamed))
			break
		}
		out = append(out, fmt.Sprintf("%q", name))
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, ", ")
}

// at returns the sides in a zone that are not shut down.
func (n *node) at(zone int) (out []*side) {
	for _, s := range n.sides {
		if s.zone == zone && !s.shut {
			out = append(out, s)
		}
	}
	return out
}

// zoneNumbers returns the zones that the device has an open side in, in order.
func (n *node) zoneNumbers() []int { return n.zones }

// is reports whether a binding's name means the side; "" means every one.
func (s *side) is(name string) bool { return name == "" || slices.Contains(s.names, name) }

// level is the security level of the side's first interface, nil if it has none.
func (s *side) level() *int {
	for _, i := range s.members {
		if i.SecurityLevel != nil {
			return i.SecurityLevel
		}
	}
	return nil
}

// prefixes are the connected prefixes of the side.
func (s *side) prefixes() (out []netip.Prefix) {
	for _, i := range s.members {
		out = append(out, i.Addresses...)
	}
	return out
}
