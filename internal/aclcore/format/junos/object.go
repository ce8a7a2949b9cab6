package junos

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/objects"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// A book is the addresses that a policy of a zone can name.
type book struct {
	scope *objects.Scope[addr.Set]
	// level has those of the book itself; behind them come the global ones.
	level *objects.Level[addr.Set]
}

// book returns the names of addresses that a policy of the zone uses: those of the
// zone's own book or of the books that are attached to it, then the global ones. Global
// policies, of the zone "", use the global ones only.
func (p *policies) book(zone string) *book {
	b := p.books[zone]
	if b == nil {
		b = &book{level: &objects.Level[addr.Set]{}}
		p.books[zone] = b
		p.fill(b, zone)
	}
	return b
}

func (p *policies) fill(b *book, zone string) {
	security := p.root.Applied("security")
	if zone == "" {
		p.readBook(b.level, security.Applied("address-book", "global"), "")
		b.scope = objects.NewScope(zoned.AddressOptions(addr.Any(), anyAddress), b.level)
		return
	}
	ofZone := security.Applied("zones", "security-zone", zone)
	p.readBook(b.level, ofZone.Applied("address-book"), p.doubt(security.Applied("zones"), security.Applied("zones", "security-zone"), ofZone))
	for _, other := range security.Applied("address-book").Active() {
		if other.Applied("attach", "zone", zone) != nil {
			p.readBook(b.level, other, "")
		}
	}
	// A set's members are of its own book.
	global := p.book("")
	b.scope = objects.NewScope(zoned.AddressOptions(addr.Any(), func(name string) (zoned.Addresses, bool) {
		if global.level.Has(name) {
			return global.scope.Resolve(name), true
		}
		return anyAddress(name)
	}), b.level)
}

func anyAddress(name string) (zoned.Addresses, bool) {
	switch name {
	case "any":
		return known.Exactly(addr.Any()), true
	case "any-ipv4":
		return known.Exactly(addr.Any4()), true
	case "any-ipv6":
		return known.Exactly(addr.Any6()), true
	}
	return zoned.Addresses{}, false
}

// readBook adds the addresses and sets of a book, doubted for the reason why if there is
// one.
func (p *policies) readBook(l *objects.Level[addr.Set], book *tree.Node, why string) {
	if book == nil {
		return
	}
	doubt := cmp.Or(why, p.doubtAlong("security", "address-book"), p.doubt(book, book.Applied("address"), book.Applied("address-set")))
	for _, n := range book.Applied("address").Active() {
		if l.Has(n.Word) {
			l.Doubt(n.Word, n.Line, fmt.Sprintf("two books of the zone have an address %s", n.Word))
		}
		l.Add(n.Word, n.Line, address(n))
		if why := cmp.Or(doubt, p.doubtBelow(n)); why != "" {
			l.Doubt(n.Word, n.Line, why)
		}
	}
	for _, n := range book.Applied("address-set").Active() {
		if l.Has(n.Word) {
			l.Doubt(n.Word, n.Line, fmt.Sprintf("there are two things of the name %s", n.Word))
		}
		l.Members(n.Word, n.Line, n.Applied("address").Words()...)
		l.Members(n.Word, n.Line, n.Applied("address-set").Words()...)
		if why := cmp.Or(doubt, p.doubtBelow(n)); why != "" {
			l.Doubt(n.Word, n.Line, why)
		}
		for _, o := range n.Others("address", "address-set", "description", "apply-groups") {
			l.Doubt(n.Word, n.Line, fmt.Sprintf("address-set %s: %s is not read", n.Word, o))
		}
	}
}

// address reads an entry of an address book.
func address(n *tree.Node) zoned.Addresses {
	var sets []zoned.Addresses
	undecided := func(what string) zoned.Addresses {
		return known.AtMost(addr.Any(), fmt.Sprintf("address %q %s", n.Word, what))
	}
	for _, v := range n.Active() {
		switch v.Word {
		case "description", "apply-groups", tree.DoubtWord:
			continue
		case "range-address":
			for _, from := range v.Active() {
				set, ok := zoned.Span(from.Word, from.Value("to"))
				if !ok || set.IsEmpty() {
					return undecided("has a range that is not read")
				}
				sets = append(sets, known.Exactly(set))
			}
		case "wildcard-address":
			text, _ := v.Text()
			a, mask, _ := strings.Cut(text, "/")
			set, ok := zoned.Wildcard(a, mask)
			if !ok {
				return undecided("has a wildcard that is not read")
			}
			sets = append(sets, set)
		case "dns-name":
			return undecided("is a name, " + strings.Join(v.Words(), " "))
		case "ip-prefix":
			for _, text := range v.Words() {
				set, ok := zoned.Host(text)
				if !ok {
					return undecided("is not read")
				}
				sets = append(sets, known.Exactly(set))
			}
		default:
			set, ok := zoned.Host(v.Word)
			if !ok {
				return undecided("has the value " + v.Word + ", which is not read")
			}
			sets = append(sets, known.Exactly(set))
		}
	}
	if len(sets) != 1 {
		return undecided(fmt.Sprintf("has %d values", len(sets)))
	}
	return sets[0]
}

// applications returns the names of applications: those of the text hide predefined
// ones of the same name.
func (p *policies) applications() *objects.Scope[service.Set] {
	l := &objects.Level[service.Set]{}
	apps := p.root.Applied("applications")
	if apps == nil {
		apps = p.global.Applied("applications")
		p.globalApps = apps != nil
	}
	p.applicationLevel = l
	doubt := cmp.Or(p.doubtAlong("applications"), p.doubt(apps, apps.Applied("application"), apps.Applied("application-set")))
	for _, n := range apps.Applied("application").Active() {
		l.Add(n.Word, n.Line, application(n))
		if why := cmp.Or(doubt, p.doubtBelow(n)); why != "" {
			l.Doubt(n.Word, n.Line, why)
		}
	}
	for _, n := range apps.Applied("application-set").Active() {
		l.Members(n.Word, n.Line, n.Applied("application").Words()...)
		l.Members(n.Word, n.Line, n.Applied("application-set").Words()...)
		for _, o := range n.Others("application", "application-set", "description", "apply-groups") {
			l.Doubt(n.Word, n.Line, fmt.Sprintf("application-set %s: %s is not read", n.Word, o))
		}
		if why := cmp.Or(doubt, p.doubtBelow(n)); why != "" {
			l.Doubt(n.Word, n.Line, why)
		}
	}
	return objects.NewScope(zoned.ServiceOptions(builtIn), l)
}

func builtIn(name string) (zoned.Services, bool) {
	if name == "any" {
		return known.Exactly(service.Any()), true
	}
	texts, ok := predefined[name]
	var set service.Set
	for _, text := range texts {
		word, ports, _ := strings.Cut(text, " ")
		protocol, _ := protocolOf(word)
		switch {
		case ports == "":
			set = set.Union(service.SetOf(service.Whole(protocol)))
		case service.HasTypes(protocol):
			number, _ := zoned.Port(ports)
			set = set.Union(service.SetOf(service.Type(protocol, uint8(number))))
		default:
			list, _ := zoned.PortList(ports)
			one, _ := zoned.Boxes(protocol, zoned.AllPorts(), list)
			set = set.Union(one)
		}
	}
	return known.Exactly(set), ok
}

var applicationKeys = strings.Fields("protocol source-port destination-port icmp-type icmp-code icmp6-type icmp6-code application-protocol inactivity-timeout alg description ether-type term")

// application reads an application: its own conditions, or those of its terms.
func application(n *tree.Node) zoned.Services {
	terms := n.Applied("term").Active()
	if len(terms) == 0 {
		return applicationTerm(n, n.Word)
	}
	if others := n.Others("term", "description", "apply-groups", "application-protocol", "inactivity-timeout"); len(others) > 0 {
		return known.AtMost(service.Any(), fmt.Sprintf("application %q has %s beside its terms", n.Word, others[0]))
	}
	var set zoned.Services
	for _, t := range terms {
		set = set.Union(applicationTerm(t, n.Word))
	}
	return set
}

func applicationTerm(n *tree.Node, name string) zoned.Services {
	undecided := func(what string) zoned.Services {
		return known.AtMost(service.Any(), fmt.Sprintf("application %q %s", name, what))
	}
	var s serviceMatch
	protocols := 0
	for _, x := range settings(n, applicationKeys, nil) {
		switch x.key {
		case "application-protocol", "inactivity-timeout", "alg", "description", "term", "apply-groups":
			continue
		case "protocol":
			protocols++
		case "icmp6-type", "icmp6-code":
			s.v6 = true
			x.key = "icmp" + strings.TrimPrefix(x.key, "icmp6")
		}
		if !s.add(x) {
			return undecided("has " + x.node.String() + ", which is not decided")
		}
	}
	if protocols != 1 {
		return undecided(fmt.Sprintf("has %d protocols", protocols))
	}
	if len(s.protocols) > 0 && s.protocols[0] == service.ICMPv6 {
		s.v6 = true
	}
	set := s.set()
	if !set.IsExact() {
		return undecided("has a condition that is not for its protocol")
	}
	return set
}
