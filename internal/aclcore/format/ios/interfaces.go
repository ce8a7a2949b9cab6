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
	// at is the interface whose block is being read, -1 outside of one; vrf is that of
	// the block of a VRF.
	at  int
	vrf string
	// shown says that there is an interface block with more than the lists that are
	// applied to it.
	shown bool
	nat   nat
}

// readTopology adds to the document the interfaces, where its lists are applied, and
// the static routes.
func (p *parser) readTopology(doc *device.Document, text string) {
	t := &topology{doc: doc, at: -1}
	for l := range terminal.Commands(text) {
		t.line(l)
	}
	doc.Topology = t.shown
	if !t.shown {
		doc.Interfaces = nil
	}
	doc.Translations = t.nat.translations()
	p.bindLists(doc)
}

func (t *topology) line(l terminal.Line) {
	if l.Indented && t.at < 0 && t.vrf == "" { // most lines of a long text
		return
	}
	words := strings.Fields(l.Text)
	word := strings.ToLower(words[0])
	switch {
	case word == "interface" && !l.Indented && len(words) > 1:
		t.vrf = ""
		t.begin(l, holder(l.Text))
	case l.Indented && t.at >= 0:
		t.setting(l, words)
	case l.Indented && t.vrf != "":
		if word == "ip" || word == "ipv6" {
			t.route(l, words, t.vrf)
		}
	case !l.Indented:
		t.at, t.vrf = -1, ""
		if word == "vrf" && len(words) > 2 && words[1] == "context" {
			t.vrf = words[2]
		}
		if word == "ip" || word == "ipv6" {
			t.route(l, words, "")
			t.nat.rule(l, words)
		}
	}
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
func (t *topology) setting(l terminal.Line, words []string) {
	i := &t.doc.Interfaces[t.at]
	low := make([]string, len(words))
	for k, w := range words {
		low[k] = strings.ToLower(w)
	}
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
		t.nat.iface(i.Name, low[2])
	case has("zone-member", "security"):
		i.Zone = words[2]
		t.undecided(i, l, "the zone-based firewall is not read")
	case has("ip", "inspect"), has("ipv6", "inspect"):
		i.Stateful = "line " + l.Text + " lets replies pass"
	case has("ip", "access-group", "common"), has("ipv4", "access-group", "common"), has("ipv6", "access-group", "common"):
		t.undecided(i, l, "a common access list is not read")
	case has("service-policy", "type", "inspect"):
		t.undecided(i, l, "a policy of type inspect is not read")
	}
}

func (t *topology) address(i *device.Interface, words []string) {
	if p, n := terminal.Prefix(words[2:]); n > 0 {
		i.Addresses = append(i.Addresses, p)
		return
	}
	i.Unknown = append(i.Unknown, "its address is not in the text: "+strings.Join(words, " "))
}

// undecided notes that something which is not read filters at the interface, in both
// directions.
func (t *topology) undecided(i *device.Interface, l terminal.Line, why string) {
	b := device.Binding{
		Rule: &rule.Rule{Line: l.Number, Text: l.Text, Action: rule.Permit, Unknown: []string{why}}, From: i.Name, V4: true, V6: true, Line: l.Number,
	}
	t.doc.Bindings = append(t.doc.Bindings, b)
	b.Stage, b.From, b.To = device.StageOut, "", i.Name
	t.doc.Bindings = append(t.doc.Bindings, b)
}

// route reads "ip route [vrf V] NETWORK MASK [INTERFACE] [NEXT-HOP]".
func (t *topology) route(l terminal.Line, words []string, vrf string) {
	if len(words) < 4 || strings.ToLower(words[1]) != "route" {
		return
	}
	words = words[2:]
	if strings.ToLower(words[0]) == "vrf" {
		vrf, words = words[1], words[2:]
	}
	to, n := terminal.Prefix(words)
	if n == 0 || n >= len(words) {
		return
	}
	r := device.Route{VRF: vrf, To: to.Masked(), Line: l.Number}
	for _, w := range words[n:min(n+2, len(words))] {
		if a, err := netip.ParseAddr(strings.TrimSuffix(w, ",")); err == nil {
			r.Via = a
		} else if r.Interface == "" && startsLikeInterface(w) {
			r.Interface = w
		}
	}
	r.Discard = strings.EqualFold(r.Interface, "null0")
	t.doc.Routes = append(t.doc.Routes, r)
}

// startsLikeInterface reports whether the word is a name with a number at its end.
func startsLikeInterface(w string) bool {
	return !startsWithDigit(w) && strings.ContainsAny(w, "0123456789")
}

// bindLists notes where lists are applied to interfaces. A list that is applied and not
// defined permits everything on IOS; what other systems do is as the list itself says.
func (p *parser) bindLists(doc *device.Document) {
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
		if l := p.byKey[b.key]; l != nil && l.command == "" && p.dialect == IOS && !p.eos {
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
