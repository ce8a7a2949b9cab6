package ios

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/terminal"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// nat collects the commands of address translation: the interfaces that are inside and
// outside, the pools, and the rules in the order of the text.
//
// Sources: Cisco, IP Addressing: NAT Configuration Guide (Configuring NAT for IP Address
// Conservation), and NAT Order of Operation (document 6209).
type nat struct {
	inside, outside []string
	pools           map[string]addr.Set
	rules           []natLine
	// unread are what is not understood, as translations.
	unread []device.Translation
}

// natLine is a command "ip nat {inside|outside} source …".
type natLine struct {
	terminal.Line
	words   []string
	low     []string
	outside bool
}

// iface takes "ip nat …" of an interface. Other words than inside and outside are rules of
// another kind, which are not read.
func (n *nat) iface(l terminal.Line, name string, low []string) {
	switch {
	case low[2] == "inside" && len(low) == 3:
		n.inside = append(n.inside, name)
	case low[2] == "outside" && len(low) == 3:
		n.outside = append(n.outside, name)
	default:
		t := unreadNAT(l, "address translation of this kind is not read")
		t.To = []string{name}
		n.unread = append(n.unread, t)
	}
}

func unreadNAT(l terminal.Line, why string) device.Translation {
	return device.Translation{
		Line: l.Number, Text: l.Text, Match: traffic.Any(), Reverse: true, Unknown: []string{why},
		Source: device.Mapping{Kind: device.Dynamic}, Destination: device.Mapping{Kind: device.Dynamic},
	}
}

// harmlessNAT are the commands that translate nothing.
var harmlessNAT = []string{"translation", "log", "service", "settings", "create", "switchover", "portmap", "syslog", "piggyback-support", "stateful", "name", "scale"}

// rule takes "ip nat …" of the whole device, and what takes such a command away.
func (n *nat) rule(l terminal.Line, words []string) {
	low := strings.Fields(strings.ToLower(l.Text))
	undo := low[0] == "no"
	if undo {
		words, low = words[1:], low[1:]
	}
	if len(low) < 3 || low[0] != "ip" && low[0] != "ipv6" || low[1] != "nat" {
		return
	}
	switch {
	case undo:
		n.remove(l, low)
	case low[0] == "ipv6":
		n.unread = append(n.unread, unreadNAT(l, "address translation of IPv6 is not read"))
	case slices.Contains(harmlessNAT, low[2]):
	case low[2] == "pool":
		n.pool(words, low)
	case len(low) > 4 && (low[2] == "inside" || low[2] == "outside") && low[3] == "source":
		n.rules = append(n.rules, natLine{l, words, low, low[2] == "outside"})
	default:
		n.unread = append(n.unread, unreadNAT(l, "address translation of this kind is not read"))
	}
}

// remove takes "no ip nat …": of a rule that is in the text word for word, or of one that
// cannot be told.
func (n *nat) remove(l terminal.Line, low []string) {
	before := len(n.rules)
	n.rules = slices.DeleteFunc(n.rules, func(r natLine) bool { return slices.Equal(r.low, low) })
	if len(n.rules) == before && !slices.Contains(harmlessNAT, low[2]) {
		n.unread = append(n.unread, unreadNAT(l, "the command removes a translation that the text does not have word for word"))
	}
}

// pool reads "ip nat pool NAME FIRST LAST {netmask MASK|prefix-length N}". A pool in
// another form has no addresses that are known.
func (n *nat) pool(words, low []string) {
	if n.pools == nil {
		n.pools = make(map[string]addr.Set)
	}
	if len(words) < 6 {
		return
	}
	a, err := netip.ParseAddr(words[4])
	b, err2 := netip.ParseAddr(words[5])
	if _, twice := n.pools[words[3]]; twice || err != nil || err2 != nil || a.Is4() != b.Is4() || b.Less(a) || slices.Contains(low, "rotary") {
		n.pools[words[3]] = addr.Set{}
		return
	}
	n.pools[words[3]] = addr.SetOf(addr.RangeOf(a, b))
}

// translations returns the rules: static ones, which a router tries first, then dynamic
// ones, and what is not understood before both. Where no interface is inside or none
// outside nothing is translated.
func (n *nat) translations(doc *device.Document, maps *routeMaps) []device.Translation {
	r := natReader{nat: n, doc: doc, maps: maps}
	if doc.Topology && (len(n.inside) == 0 || len(n.outside) == 0) {
		return n.unread
	}
	out := slices.Clone(n.unread)
	var dynamic [][]device.Translation
	for _, l := range n.rules {
		if l.low[4] == "static" {
			out = append(out, r.static(l)...)
		} else {
			dynamic = append(dynamic, r.dynamic(l))
		}
	}
	contradict(dynamic)
	return append(out, slices.Concat(dynamic...)...)
}

// contradict puts dynamic rules in doubt that match the same packets: in which order a
// router tries them is not documented.
func contradict(rules [][]device.Translation) {
	const why = "another dynamic rule matches the same packets, and which one is tried first is not documented"
	for i := range rules {
		for j := range rules[:i] {
			if !overlap(rules[i], rules[j]) {
				continue
			}
			for _, one := range [][]device.Translation{rules[i], rules[j]} {
				for k := range one {
					one[k].Unknown = known.Reasons(one[k].Unknown, []string{why})
				}
			}
		}
	}
}

func overlap(a, b []device.Translation) bool {
	for i := range a {
		for j := range b {
			if slices.Equal(a[i].From, b[j].From) && alike(a[i].To, b[j].To) && a[i].Match.Overlaps(b[j].Match) {
				return true
			}
		}
	}
	return false
}

// alike reports whether packets may leave by interfaces of both; none means all.
func alike(a, b []string) bool {
	return len(a) == 0 || len(b) == 0 || slices.ContainsFunc(a, func(name string) bool { return slices.Contains(b, name) })
}
