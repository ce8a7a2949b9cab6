package fortios

import (
	"fmt"
	"slices"
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

// addressSettings are those of addresses that are read, or that change nothing of what one
// stands for; groupSettings are those of groups.
var (
	addressSettings = words(`type subnet start-ip end-ip wildcard ip6 uuid comment color visibility associated-interface allow-routing cache-ttl tagging
	fabric-object global-object list obj-id obj-tag obj-type node-ip-only sub-type clearpass-spt policy-group route-tag host host-type`)
	groupSettings = words(`member exclude exclude-member type category uuid comment color visibility allow-routing tagging fabric-object global-object proxy`)
)

// oddSetting returns a setting of an entry that may change what it stands for and is not
// read, "" if there is none.
func oddSetting(n *tree.Node, read []string) string {
	if why := unreadBelow(n); why != "" {
		return why
	}
	for _, s := range n.Others(read...) {
		if !isOff(s.Values) || len(s.Nodes) > 0 {
			return "its setting " + s.Word + " is not read"
		}
	}
	return ""
}

// addressKinds are the types of addresses that are read.
var addressKinds = []string{"", "ipmask", "subnet", "iprange", "wildcard"}

// address reads an entry of firewall address.
func address(n *tree.Node) zoned.Addresses {
	undecided := func(format string, args ...any) zoned.Addresses {
		return known.AtMost(addr.Any4(), fmt.Sprintf("address %q ", n.Word)+fmt.Sprintf(format, args...))
	}
	kind := strings.Join(values(n, "type"), " ")
	if why := oddSetting(n, addressSettings); why != "" && slices.Contains(addressKinds, kind) {
		return undecided("is in doubt: %s", why)
	}
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
		if n.Get("subnet") == nil && n.Get("start-ip") == nil && n.Get("wildcard") == nil {
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
	kind := strings.Join(values(n, "type"), " ")
	if why := oddSetting(n, addressSettings); why != "" {
		return known.AtMost(addr.Any6(), fmt.Sprintf("address %q: %s", n.Word, why))
	}
	switch kind {
	case "", "ipprefix":
		prefix := value(n, "ip6")
		if n.Get("ip6") == nil && n.Get("start-ip") == nil {
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
		addGroup(l, g, "address group")
		switch {
		case isOn(g, "exclude"):
			l.Except(g.Word, g.Line, values(g, "exclude-member")...)
		case !isOff(values(g, "exclude")):
			l.Doubt(g.Word, g.Line, fmt.Sprintf("address group %q: exclude is neither enable nor disable", g.Word))
		}
	}
}

// addGroup adds a group of addresses or services, which is in doubt where it has no
// members, a setting that is not read, or the name of an object.
func addGroup[S known.Algebra[S]](l *objects.Level[S], g *tree.Node, kind string) {
	why := oddSetting(g, groupSettings)
	switch {
	case l.Has(g.Word):
		why = "an object has the same name"
	case len(values(g, "member")) == 0:
		why = "it has no members"
	case isOn(g, "proxy"):
		why = "it is for proxies"
	case !slices.Contains([]string{"", "default"}, value(g, "category")):
		why = "it is of the category " + value(g, "category")
	}
	if why != "" {
		l.Doubt(g.Word, g.Line, fmt.Sprintf("%s %q: %s", kind, g.Word, why))
	}
	l.Members(g.Word, g.Line, values(g, "member")...)
}
