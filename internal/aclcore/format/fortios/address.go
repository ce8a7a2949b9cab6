package fortios

import (
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/objects"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
)

func (v *vdom) readAddresses() {
	firewall := v.root.Get("firewall")
	for _, n := range firewall.Get("address").Active() {
		v.addresses.Add(n.Word, n.Line, address(n))
	}
	for _, n := range firewall.Get("address6").Active() {
		v.addresses6.Add(n.Word, n.Line, address6(n))
	}
	readGroups(&v.addresses, firewall.Get("addrgrp"))
	readGroups(&v.addresses6, firewall.Get("addrgrp6"))
	doubtAll(&v.addresses, firewall.Get("address"), firewall.Get("addrgrp"))
	doubtAll(&v.addresses6, firewall.Get("address6"), firewall.Get("addrgrp6"))
	v.v4 = objects.NewScope(zoned.AddressOptions(addr.Any4(), builtIn(addr.Any4())), &v.addresses)
	v.v6 = objects.NewScope(zoned.AddressOptions(addr.Any6(), builtIn(addr.Any6())), &v.addresses6)
}

// builtIn returns the addresses that a firewall has without a word in its text.
func builtIn(all addr.Set) func(string) (zoned.Addresses, bool) {
	return func(name string) (zoned.Addresses, bool) {
		switch name {
		case "all":
			return known.Exactly(all), true
		case "none":
			return known.Exactly(addr.Set{}), true
		}
		return zoned.Addresses{}, false
	}
}

// address reads an entry of firewall address.
func address(n *tree.Node) zoned.Addresses {
	undecided := func(format string, args ...any) zoned.Addresses {
		return known.AtMost(addr.Any4(), fmt.Sprintf("address %q ", n.Word)+fmt.Sprintf(format, args...))
	}
	if why := unreadBelow(n); why != "" {
		return undecided("is in doubt: %s", why)
	}
	kind := value(n, "type")
	switch kind {
	case "", "ipmask", "subnet":
		return subnet(n, undecided)
	case "iprange":
		if set, ok := zoned.Span(value(n, "start-ip"), value(n, "end-ip")); ok {
			return known.Exactly(set)
		}
	case "wildcard":
		if w := values(n, "wildcard"); len(w) == 2 {
			if set, ok := zoned.Wildcard(w[0], w[1]); ok {
				return set
			}
		}
	default:
		return undecided("is of the type %s, which only the firewall resolves", kind)
	}
	return undecided("is a %s that is not read", kind)
}

// subnet reads "subnet 10.0.0.0 255.0.0.0" or "subnet 10.0.0.0/8"; an address without
// one is everything.
func subnet(n *tree.Node, undecided func(string, ...any) zoned.Addresses) zoned.Addresses {
	words := values(n, "subnet")
	switch len(words) {
	case 0:
		if n.Get("subnet") == nil {
			return known.Exactly(addr.Any4())
		}
	case 1:
		if set, ok := zoned.Host(words[0]); ok && addr.Any4().ContainsSet(set) {
			return known.Exactly(set)
		}
	case 2:
		if set, ok := zoned.Masked(words[0], words[1]); ok {
			return known.Exactly(set)
		}
	}
	return undecided("has the subnet %q, which is not read", strings.Join(words, " "))
}

// address6 reads an entry of firewall address6.
func address6(n *tree.Node) zoned.Addresses {
	kind := value(n, "type")
	if why := unreadBelow(n); why != "" {
		return known.AtMost(addr.Any6(), fmt.Sprintf("address %q: %s", n.Word, why))
	}
	switch kind {
	case "", "ipprefix":
		prefix := value(n, "ip6")
		if n.Get("ip6") == nil {
			return known.Exactly(addr.Any6())
		}
		if set, ok := zoned.Host(prefix); ok && addr.Any6().ContainsSet(set) {
			return known.Exactly(set)
		}
	case "iprange":
		if set, ok := zoned.Span(value(n, "start-ip"), value(n, "end-ip")); ok && addr.Any6().ContainsSet(set) {
			return known.Exactly(set)
		}
	}
	return known.AtMost(addr.Any6(), fmt.Sprintf("address %q is of the type %s, or has a value, that is not read", n.Word, kind))
}

// doubtAll puts all objects in doubt if a line of one of the tables was not read: it
// may change any of them.
func doubtAll[S known.Algebra[S]](l *objects.Level[S], tables ...*tree.Node) {
	for _, t := range tables {
		if why := unreadBelow(t); why != "" {
			for _, name := range l.Names() {
				l.Doubt(name, 0, fmt.Sprintf("in %s %s", t.Word, why))
			}
		}
	}
}

// readGroups reads addrgrp or addrgrp6. What a group excludes counts only where
// exclude is enabled.
func readGroups(l *objects.Level[addr.Set], groups *tree.Node) {
	for _, g := range groups.Active() {
		l.Members(g.Word, g.Line, values(g, "member")...)
		if value(g, "exclude") == "enable" {
			l.Except(g.Word, g.Line, values(g, "exclude-member")...)
		}
		if why := unreadBelow(g); why != "" {
			l.Doubt(g.Word, g.Line, fmt.Sprintf("address group %q: %s", g.Word, why))
		}
	}
}
