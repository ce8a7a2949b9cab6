package panos

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/objects"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// names are the objects of a scope, resolved as it sees them.
type names struct {
	addresses *objects.Scope[addr.Set]
	services  *objects.Scope[service.Set]
	// own are the objects of the innermost level, for the writer.
	ownAddresses *objects.Level[addr.Set]
	ownServices  *objects.Level[service.Set]
	// applications and groups of them, by level.
	levels []*tree.Node
}

func newNames(s *scope) *names {
	n := &names{levels: s.levels}
	var addresses []*objects.Level[addr.Set]
	var services []*objects.Level[service.Set]
	for _, level := range s.levels {
		addresses = append(addresses, addressLevel(level))
		services = append(services, serviceLevel(level))
	}
	doubtHidden(s, addresses, addressTables)
	doubtHidden(s, services, serviceTables)
	n.ownAddresses, n.ownServices = addresses[0], services[0]
	n.addresses = objects.NewScope(zoned.AddressOptions(addr.Any(), literal), addresses...)
	n.services = objects.NewScope(zoned.ServiceOptions(builtIn), services...)
	return n
}

// The tables of objects that have one space of names, of which the last holds groups.
var (
	addressTables = []string{"external-list", "region", "address", "address-group"}
	serviceTables = []string{"service", "service-group"}
)

// doubtHidden puts objects in doubt that two levels define and not alike, where it is not
// known which one counts: between device groups, and for what Panorama pushes beside the
// firewall's own, that is a setting of Panorama; of a shared group it is not known whether
// its members are those of the virtual system.
func doubtHidden[S known.Algebra[S]](s *scope, levels []*objects.Level[S], tables []string) {
	hidden := make(map[string]bool)
	for i, level := range levels {
		for _, name := range level.Names() {
			for j := i + 1; j < len(levels); j++ {
				if !levels[j].Has(name) || alike(s.levels[i], s.levels[j], name, tables) {
					continue
				}
				hidden[name] = true
				if s.panorama || i > 0 || j < len(levels)-1 { // not the virtual system's and a shared one
					level.Doubt(name, 0, fmt.Sprintf("%q is defined at two levels, and which one counts is a setting of Panorama", name))
				}
			}
		}
	}
	if len(hidden) == 0 {
		return
	}
	for i, node := range s.levels[1:] {
		for _, g := range node.Get(tables[len(tables)-1]).Active() {
			for _, member := range slices.Concat(g.Get("static").Words(), g.Get("members").Words(), g.Get("member").Words()) {
				if hidden[member] {
					levels[i+1].Doubt(g.Word, g.Line, fmt.Sprintf("its member %q is defined at two levels", member))
				}
			}
		}
	}
}

func alike(a, b *tree.Node, name string, tables []string) bool {
	return !slices.ContainsFunc(tables, func(t string) bool { return !a.Get(t, name).Same(b.Get(t, name)) })
}

func addressLevel(level *tree.Node) *objects.Level[addr.Set] {
	l := &objects.Level[addr.Set]{}
	for _, n := range level.Get("address").Active() {
		l.Add(n.Word, n.Line, address(n))
	}
	for _, n := range level.Get("address-group").Active() {
		if l.Has(n.Word) {
			l.Doubt(n.Word, n.Line, fmt.Sprintf("%q is the name of an address and of a group", n.Word))
		}
		addGroup(l, level, n)
	}
	for _, n := range level.Get("external-list").Active() {
		l.Add(n.Word, n.Line, known.AtMost(addr.Any(), fmt.Sprintf("external list %q is kept elsewhere", n.Word)))
	}
	for _, n := range level.Get("region").Active() {
		l.Add(n.Word, n.Line, region(n))
	}
	return l
}

// addressKinds are the ways to say what an address object stands for.
var addressKinds = []string{"ip-netmask", "ip-range", "ip-wildcard", "fqdn"}

// notes are elements that change nothing of what an object stands for.
var noteWords = []string{"description", "tag", "disable-override", "color", "comments", "id", "loc"}

func address(n *tree.Node) zoned.Addresses {
	undecided := func(format string, args ...any) zoned.Addresses {
		return known.AtMost(addr.Any(), fmt.Sprintf("address %q ", n.Word)+fmt.Sprintf(format, args...))
	}
	if why := n.Why(); len(why) > 0 {
		return undecided("is in doubt: %s", why[0])
	}
	if others := n.Others(append(noteWords, addressKinds...)...); len(others) > 0 {
		return undecided("has an element that is not known: %s", others[0].Word)
	}
	var kinds []string
	for _, k := range addressKinds {
		if n.Get(k) != nil {
			kinds = append(kinds, k)
		}
	}
	if len(kinds) != 1 || n.Repeated {
		return undecided("is defined in %d ways", len(kinds))
	}
	value := n.Value(kinds[0])
	switch kinds[0] {
	case "ip-netmask":
		if set, ok := zoned.Host(value); ok {
			return known.Exactly(set)
		}
	case "ip-range":
		from, to, _ := strings.Cut(value, "-")
		if set, ok := zoned.Span(from, to); ok {
			return known.Exactly(set)
		}
	case "ip-wildcard":
		if a, w, ok := strings.Cut(value, "/"); ok {
			if set, ok := zoned.Wildcard(a, inverse(w)); ok {
				return set
			}
		}
	case "fqdn":
		return undecided("is a name, %s", value)
	}
	return undecided("has the value %q, which is not read", value)
}

// inverse turns wildcard bits, where 1 is free, into bits to compare.
func inverse(mask string) string {
	parts := strings.Split(mask, ".")
	for i, p := range parts {
		n, ok := zoned.Port(p)
		if !ok || n > 255 {
			return ""
		}
		parts[i] = fmt.Sprint(255 - n)
	}
	return strings.Join(parts, ".")
}

// literal reads an address that stands in a rule itself: a host, a prefix, a range.
func literal(text string) (zoned.Addresses, bool) {
	if set, ok := zoned.Host(text); ok {
		return known.Exactly(set), true
	}
	if from, to, ok := strings.Cut(text, "-"); ok {
		if set, ok := zoned.Span(from, to); ok {
			return known.Exactly(set), true
		}
	}
	if len(text) == 2 && strings.ToUpper(text) == text {
		return known.AtMost(addr.Any(), fmt.Sprintf("the addresses of the country %s are not in the text", text)), true
	}
	if strings.HasPrefix(text, "panw-") {
		return known.AtMost(addr.Any(), fmt.Sprintf("the predefined list %s is not in the text", text)), true
	}
	return zoned.Addresses{}, false
}

// region is a custom region: a list of addresses.
func region(n *tree.Node) zoned.Addresses {
	var set zoned.Addresses
	for _, text := range n.Get("address").Words() {
		one, ok := literal(text)
		if !ok {
			return known.AtMost(addr.Any(), fmt.Sprintf("region %q has the address %q, which is not read", n.Word, text))
		}
		set = set.Union(one)
	}
	if n.Repeated || len(n.Why()) > 0 || set.Possible.IsEmpty() || len(n.Others("address", "geo-location")) > 0 {
		return known.AtMost(addr.Any(), fmt.Sprintf("region %q has no addresses, or an element that is not known", n.Word))
	}
	return set
}

func addGroup(l *objects.Level[addr.Set], level, n *tree.Node) {
	dynamic := n.Get("dynamic")
	for _, why := range n.Why() {
		l.Doubt(n.Word, n.Line, fmt.Sprintf("address group %q is in doubt: %s", n.Word, why))
	}
	if others := n.Others(append(noteWords, "static", "dynamic")...); len(others) > 0 {
		l.Doubt(n.Word, n.Line, fmt.Sprintf("address group %q has an element that is not known: %s", n.Word, others[0].Word))
	}
	switch members := n.Get("static").Words(); {
	case n.Repeated:
		l.Doubt(n.Word, n.Line, fmt.Sprintf("there are two address groups %q", n.Word))
	case dynamic == nil && len(members) == 0 || dynamic != nil && n.Get("static") != nil:
		l.Doubt(n.Word, n.Line, fmt.Sprintf("address group %q has no members, or two kinds of them", n.Word))
	case dynamic == nil:
		l.Members(n.Word, n.Line, members...)
		return
	}
	if dynamic == nil {
		return
	}
	why := fmt.Sprintf("dynamic group %q may have addresses that are registered while the firewall runs", n.Word)
	l.Add(n.Word, n.Line, known.AtMost(addr.Any(), why))
	filter := dynamic.Value("filter")
	for _, object := range level.Get("address").Active() {
		if matchesTags(filter, object.Get("tag").Words()) {
			l.Add(n.Word, n.Line, address(object)) // and not what its name means elsewhere
		}
	}
}

func serviceLevel(level *tree.Node) *objects.Level[service.Set] {
	l := &objects.Level[service.Set]{}
	for _, n := range level.Get("service").Active() {
		l.Add(n.Word, n.Line, serviceOf(n))
	}
	for _, n := range level.Get("service-group").Active() {
		members := n.Get("members")
		if members == nil {
			members = n.Get("member")
		}
		if l.Has(n.Word) {
			l.Doubt(n.Word, n.Line, fmt.Sprintf("%q is the name of a service and of a group", n.Word))
		}
		if n.Repeated || len(members.Words()) == 0 {
			l.Doubt(n.Word, n.Line, fmt.Sprintf("service group %q has no members, or is there twice", n.Word))
		}
		l.Members(n.Word, n.Line, members.Words()...)
		for _, why := range n.Why() {
			l.Doubt(n.Word, n.Line, fmt.Sprintf("service group %q is in doubt: %s", n.Word, why))
		}
		if others := n.Others(append(noteWords, "members", "member")...); len(others) > 0 {
			l.Doubt(n.Word, n.Line, fmt.Sprintf("service group %q has an element that is not known: %s", n.Word, others[0].Word))
		}
	}
	return l
}

// builtIn are the services that every firewall has.
func builtIn(name string) (zoned.Services, bool) {
	ports := map[string][]uint16{"service-http": {80, 8080}, "service-https": {443}}[name]
	if name == "any" {
		return known.Exactly(service.Any()), true
	}
	var set service.Set
	for _, p := range ports {
		set = set.Union(service.SetOf(service.Ports(service.TCP, p, p)))
	}
	return known.Exactly(set), len(ports) > 0
}

var protocols = []struct {
	word   string
	number uint8
}{{"tcp", service.TCP}, {"udp", service.UDP}, {"sctp", service.SCTP}}

func serviceOf(n *tree.Node) zoned.Services {
	undecided := func(format string, args ...any) zoned.Services {
		return known.AtMost(service.Any(), fmt.Sprintf("service %q ", n.Word)+fmt.Sprintf(format, args...))
	}
	if why := n.Why(); len(why) > 0 {
		return undecided("is in doubt: %s", why[0])
	}
	protocol := n.Get("protocol")
	if others := slices.Concat(n.Others(append(noteWords, "protocol")...), protocol.Others("tcp", "udp", "sctp")); len(others) > 0 || n.Repeated || len(protocol.Words()) > 1 {
		return undecided("has an element that is not known, or is there twice: %s", n)
	}
	var all service.Set
	for _, p := range protocols {
		node := protocol.Get(p.word)
		if node == nil {
			continue
		}
		destinations, ok := ports(node, "port", nil)
		sources, ok2 := ports(node, "source-port", zoned.AllPorts())
		if !ok || !ok2 || len(node.Others("port", "source-port", "override")) > 0 {
			return undecided("has ports that are not read")
		}
		set, ok := zoned.Boxes(p.number, sources, destinations)
		if !ok {
			return undecided("has more ports than are kept")
		}
		all = all.Union(set)
	}
	if all.IsEmpty() {
		return undecided("has no ports")
	}
	return known.Exactly(all)
}

// ports reads the ports below the word; absent are what it is without one.
func ports(n *tree.Node, word string, absent []zoned.Ports) ([]zoned.Ports, bool) {
	p := n.Get(word)
	if p == nil {
		return absent, true
	}
	return zoned.PortList(p.Value())
}
