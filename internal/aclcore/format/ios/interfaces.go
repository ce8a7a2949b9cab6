package ios

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/terminal"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// topology reads the interfaces and routes of a text.
type topology struct {
	doc *device.Document
	// at is the interface whose block is being read, -1 outside of one.
	at int
	// routes and others read blocks of their own.
	routes routes
	others otherFilters
	doubts doubts
	// shown says that there is an interface block with more than the lists that are
	// applied to it.
	shown bool
	// slashes says that an interface has an address with a length, as NX-OS and EOS write
	// it, and IOS does not.
	slashes bool
	nat     nat
	maps    routeMaps
}

// readTopology adds to the document the interfaces, where its lists are applied, and
// the static routes.
func (p *parser) readTopology(doc *device.Document, text string) {
	t := &topology{doc: doc, at: -1, routes: routes{doc: doc}}
	for l := range terminal.Commands(text) {
		t.line(l)
	}
	t.others.doubt(doc)
	doc.Topology = t.shown
	if !t.shown {
		doc.Interfaces = nil
	}
	doc.Translations = t.nat.translations(doc, &t.maps)
	p.bindLists(doc, t.slashes)
	t.doubts.finish(doc, p.dialect)
}

func (t *topology) line(l terminal.Line) {
	if l.Indented && t.at < 0 && !t.routes.open() && !t.others.open() && !t.doubts.open() && t.maps.open == nil { // most lines of a long text
		return
	}
	words := strings.Fields(l.Text)
	low := strings.Fields(strings.ToLower(l.Text))
	switch {
	case low[0] == "interface" && !l.Indented && len(words) > 1:
		t.maps.open = nil
		t.routes.close()
		t.others.close()
		t.doubts.maps.Outer(words, low)
		t.begin(l, holder(l.Text))
	case t.at >= 0 && (l.Indented || ofInterface(low)):
		t.setting(l, words, low)
	case l.Indented:
		t.routes.inner(l, words)
		t.others.inner(low)
		t.doubts.maps.Inner(words, low)
		t.maps.inner(l, words, low)
	case t.maps.open != nil && (low[0] == "match" || low[0] == "set"): // some collectors cut the blanks off
		t.maps.inner(l, words, low)
	default:
		t.at = -1
		t.routes.outer(l, words)
		t.others.outer(l, low)
		t.doubts.outer(t.doc, l, words, low)
		t.nat.rule(l, words)
		t.maps.begin(l, words, low)
	}
}

// ofInterface reports whether a command that is not indented belongs to the interface before
// it all the same: some collectors cut the blanks off.
func ofInterface(low []string) bool {
	if !topWords[low[0]] && low[0] != "exit" && low[0] != "end" && low[0] != "flowspec" {
		return true
	}
	second := ""
	if len(low) > 1 {
		second = low[1]
	}
	switch low[0] {
	case "service-policy", "switchport":
		return true
	case "crypto":
		return second == "map" && len(low) == 3
	case "mac":
		return second == "access-group"
	case "vrf":
		return second == "forwarding" || second == "member"
	case "cts":
		return second == "role-based" && len(low) == 3
	case "ip", "ipv4", "ipv6":
		switch second {
		case "address", "access-group", "traffic-filter", "inspect", "auth-proxy", "admission", "policy", "verify":
			return true
		case "wccp":
			return slices.Contains(low, "redirect")
		case "nat":
			return len(low) == 3
		case "vrf":
			return len(low) > 2 && low[2] == "forwarding"
		}
	}
	return false
}

// begin opens the block of an interface, which may have one already.
func (t *topology) begin(l terminal.Line, name string) {
	t.at = slices.IndexFunc(t.doc.Interfaces, func(i device.Interface) bool { return i.Name == name })
	if t.at < 0 {
		t.at = len(t.doc.Interfaces)
		t.doc.Interfaces = append(t.doc.Interfaces, device.Interface{Name: name, Line: l.Number})
	}
}

// setting reads a command of an interface.
func (t *topology) setting(l terminal.Line, words, low []string) {
	i := &t.doc.Interfaces[t.at]
	has := func(prefix ...string) bool { return len(low) > len(prefix) && slices.Equal(low[:len(prefix)], prefix) }
	switch {
	case low[0] == "shutdown":
		i.Shutdown, t.shown = true, true
	case slices.Equal(low, []string{"no", "shutdown"}):
		i.Shutdown, t.shown = false, true
	case has("ip", "address"), has("ipv4", "address"), has("ipv6", "address"):
		t.shown = true
		t.address(i, words)
	case has("vrf", "forwarding"), has("vrf", "member"), has("ip", "vrf", "forwarding"):
		i.VRF = words[len(words)-1]
	case has("vrf") && len(words) == 2:
		i.VRF = words[1]
	case has("ip", "nat"):
		t.nat.iface(l, i.Name, low)
	case has("zone-member", "security"):
		i.Zone = words[2]
		undecidedAt(t.doc, i, l, "the zone-based firewall is not read")
	case has("ip", "inspect"), has("ipv6", "inspect"):
		i.Stateful = "line " + l.Text + " lets replies pass"
	default:
		if a, ok := virtual(low); ok {
			i.Addresses = append(i.Addresses, beside(i.Addresses, a))
		}
		t.others.setting(t.doc, i, l, low)
		t.doubts.setting(t.doc, i, l, words, low)
	}
}

// virtual reads an address that the device shares with another: "standby 1 ip A", "vrrp 1
// ip A", "vrrp 1 address-family ipv4" with "address A primary" below it, "glbp 1 ip A", of
// NX-OS "ip A" below "hsrp 1" and "address A" below "vrrp 1", of EOS "ip virtual-router
// address A" and "vrrp 1 ipv4 A".
func virtual(low []string) (netip.Addr, bool) {
	at := -1
	switch low[0] {
	case "standby", "vrrp", "glbp":
		if k := slices.IndexFunc(low, func(w string) bool { return w == "ip" || w == "ipv4" || w == "ipv6" }); k > 0 {
			at = k + 1
		}
	case "ip", "ipv6":
		at = 1
		if len(low) > 3 && low[1] == "virtual-router" {
			at = 3
		}
	case "address":
		at = 1
	}
	if at < 0 || at >= len(low) {
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(low[at])
	return a, err == nil
}

// beside returns the address with the prefix that it lies in of those there are.
func beside(prefixes []netip.Prefix, a netip.Addr) netip.Prefix {
	for _, p := range prefixes {
		if p.Contains(a) {
			return netip.PrefixFrom(a, p.Bits())
		}
	}
	return netip.PrefixFrom(a, a.BitLen())
}

func (t *topology) address(i *device.Interface, words []string) {
	rest := words[2:]
	if strings.EqualFold(rest[0], "virtual") { // EOS: one that switches share
		rest = rest[1:]
	}
	if p, n := terminal.Prefix(rest); n > 0 {
		t.slashes = t.slashes || strings.EqualFold(words[0], "ip") && n == 1
		i.Addresses = append(i.Addresses, p)
		return
	}
	i.Unknown = append(i.Unknown, "its address is not in the text: "+strings.Join(words, " "))
}

// bindLists notes where lists are applied to interfaces. A list that is applied and not
// defined permits everything on IOS; what other systems do is as the list itself says.
// slashes says that the text is of another system.
func (p *parser) bindLists(doc *device.Document, slashes bool) {
	for _, b := range bound(p.bindings) {
		at, direction, ok := cutLast(b.alias)
		if !ok || !strings.HasPrefix(b.spot, familyName(b.key.v6)) {
			continue // of a terminal line
		}
		x := device.Binding{List: b.key.name, From: at, V4: !b.key.v6, V6: b.key.v6, Line: b.line.number}
		if other := (listKey{!b.key.v6, b.key.name}); p.byKey[other] != nil {
			x.List = familyName(b.key.v6) + " " + b.key.name
		}
		if direction == "out" {
			x.Stage, x.From, x.To = device.StageOut, "", at
		}
		if l := p.byKey[b.key]; l != nil && l.command == "" && p.dialect == IOS && !p.eos && !slashes {
			x.Rule = &rule.Rule{Line: b.line.number, Text: b.line.text + " (the list is not defined, so that everything passes)", Action: rule.Permit}
		}
		doc.Bindings = append(doc.Bindings, x)
	}
}

// cutLast parts the last word, a direction, from what comes before it.
func cutLast(alias string) (before, direction string, ok bool) {
	k := strings.LastIndexByte(alias, ' ')
	if k < 0 {
		return "", "", false
	}
	before, direction = alias[:k], alias[k+1:]
	return before, direction, direction == "in" || direction == "out"
}
