package asa

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
	// port is the interface whose block is being read, nil outside of one.
	port *portBlock
	all  []*portBlock
	// transparent says that the device bridges.
	transparent bool
	names       map[string]netip.Addr
	doubts      doubts
}

// portBlock is one interface block.
type portBlock struct {
	device.Interface
	bridged, management bool
	// forwards is the line that forbids it to open connections to another interface.
	forwards string
	// routed are the lines that send what enters by it another way.
	routed []command
}

// interfaceWords begin the commands of an interface that are no other commands.
var interfaceWords = []string{"nameif", "security-level", "shutdown", "bridge-group", "management-only", "ip", "ipv6", "no", "vlan", "description", "policy-route"}

// readTopology adds to the document the interfaces, where the lists that it has are
// applied, and the routes.
func (p *parser) readTopology(doc *device.Document, text string) {
	t := &topology{doc: doc, names: p.names}
	n := &nat{}
	for l := range terminal.Commands(text) {
		switch { // most lines of a long text
		case l.Indented && t.port == nil && n.object == "" && !translates(l.Text) && !t.doubts.open() && !strings.HasPrefix(l.Text, "vpn-filter "):
			continue
		case !l.Indented && strings.HasPrefix(l.Text, "access-list "):
			t.port, n.object = nil, ""
			continue
		}
		words := strings.Fields(l.Text)
		n.take(l, words)
		t.line(l, words)
	}
	for _, i := range t.all {
		if i.Name == "" {
			continue // it takes part in nothing
		}
		if i.SecurityLevel == nil {
			level := 0
			if strings.EqualFold(i.Name, "inside") {
				level = 100
			}
			i.SecurityLevel = &level
		}
		doc.Interfaces = append(doc.Interfaces, i.Interface)
	}
	doc.Topology = len(doc.Interfaces) > 0
	doc.Translations = p.translations(n, doc)
	t.restrict()
	p.bindLists(doc)
	t.doubts.finish(doc)
}

func (t *topology) line(l terminal.Line, words []string) {
	word := strings.ToLower(words[0])
	if word == "interface" && !l.Indented {
		t.port = &portBlock{Interface: device.Interface{Port: strings.Join(words[1:], ""), Line: l.Number}}
		t.all = append(t.all, t.port)
		return
	}
	if t.port != nil && (l.Indented || slices.Contains(interfaceWords, word)) {
		if word == "policy-route" && len(words) > 2 && words[1] == "route-map" {
			t.port.routed = append(t.port.routed, command{l, words, words})
		}
		t.setting(word, words)
		return
	}
	t.port = nil
	t.doubts.line(l, words)
	switch {
	case l.Indented:
	case word == "route" && len(words) > 4:
		t.route(l, words[1], words[2:])
	case word == "ipv6" && len(words) > 4 && words[1] == "route":
		t.route(l, words[2], words[3:])
	case strings.HasPrefix(l.Text, "same-security-traffic permit inter-interface"):
		t.doc.SameSecurity = true
	case strings.HasPrefix(l.Text, "no same-security-traffic permit inter-interface"):
		t.doc.SameSecurity = false
	case strings.HasPrefix(l.Text, "same-security-traffic permit intra-interface"):
		t.doc.SameInterface = true
	case strings.HasPrefix(l.Text, "no same-security-traffic permit intra-interface"):
		t.doc.SameInterface = false
	case strings.HasPrefix(l.Text, "firewall transparent"):
		t.transparent = true
	}
}

// setting reads a command of an interface.
func (t *topology) setting(word string, words []string) {
	i := t.port
	switch word {
	case "nameif":
		if len(words) > 1 {
			i.Name = words[1]
		}
	case "security-level":
		if len(words) > 1 {
			if n, ok := number(words[1], 100); ok {
				i.SecurityLevel = &n
			}
		}
	case "shutdown":
		i.Shutdown = true
	case "management-only":
		i.management = true
	case "bridge-group":
		i.bridged = true
	case "ip", "ipv6":
		t.address(words)
	case "no":
		switch {
		case len(words) < 2:
		case words[1] == "shutdown":
			i.Shutdown = false
		case words[1] == "nameif":
			i.Name = ""
		case words[1] == "management-only":
			i.management = false
		case words[1] == "forward":
			i.forwards = strings.Join(words, " ")
		}
	}
}

func (t *topology) address(words []string) {
	if len(words) < 3 || words[1] != "address" {
		return
	}
	i := t.port
	rest := slices.Clone(words[2:])
	if a, ok := t.names[rest[0]]; ok && a.IsValid() {
		rest[0] = a.String()
	}
	if p, n := terminal.Prefix(rest); n > 0 {
		i.Addresses = append(i.Addresses, p)
		if k := slices.Index(rest, "standby"); k >= 0 && k+1 < len(rest) {
			if a, err := netip.ParseAddr(rest[k+1]); err == nil {
				i.Addresses = append(i.Addresses, netip.PrefixFrom(a, p.Bits()))
			}
		}
		return
	}
	i.Unknown = append(i.Unknown, "its address is not in the text: "+strings.Join(words, " "))
}

func (t *topology) route(l terminal.Line, iface string, words []string) {
	for k := range words {
		if a, ok := t.names[words[k]]; ok && a.IsValid() {
			words[k] = a.String()
		}
	}
	if words[0] == "0" {
		words[0] = "0.0.0.0"
	}
	if len(words) > 1 && words[1] == "0" {
		words[1] = "0.0.0.0"
	}
	to, n := terminal.Prefix(words)
	if n == 0 || n >= len(words) {
		return
	}
	r := device.Route{To: to.Masked(), Interface: iface, Line: l.Number, Discard: strings.EqualFold(iface, "null0")}
	r.Via, _ = netip.ParseAddr(words[n])
	t.doc.Routes = append(t.doc.Routes, r)
}

// restrict notes what passes no traffic, and what passes it in a way that is not
// followed.
func (t *topology) restrict() {
	for _, i := range t.all {
		if i.Name == "" {
			continue
		}
		for _, c := range i.routed {
			c.doubt(t.doc, device.StageIn, i.Name, "what it matches is sent another way")
		}
		b := device.Binding{From: i.Name, Stage: device.StageIn, V4: true, V6: true, Line: i.Line}
		switch {
		case t.transparent || i.bridged || strings.HasPrefix(i.Port, "BVI"):
			b.Rule = &rule.Rule{
				Line: i.Line, Text: "interface " + i.Port + " is bridged", Action: rule.Permit,
				Unknown: []string{"the interface is in a bridge group, which is not followed"},
			}
		case i.management:
			b.Rule = &rule.Rule{Line: i.Line, Text: "interface " + i.Port + " is management-only", Action: rule.Deny}
		case i.forwards != "":
			b.Rule = &rule.Rule{
				Line: i.Line, Text: i.forwards, Action: rule.Permit, Unknown: []string{"it opens no connections to one of the other interfaces, which is not followed"},
			}
			t.doc.Bindings = append(t.doc.Bindings, b)
			continue
		default:
			continue
		}
		t.doc.Bindings = append(t.doc.Bindings, b)
		b.Stage, b.From, b.To = device.StageOut, "", i.Name
		t.doc.Bindings = append(t.doc.Bindings, b)
	}
}

// bindLists notes where the lists of the document are applied.
func (p *parser) bindLists(doc *device.Document) {
	entered := make(map[string]bool)
	has := func(name string) bool {
		return slices.ContainsFunc(doc.Lists, func(l device.List) bool { return l.Name == name })
	}
	add := func(b binding, iface string) {
		x := device.Binding{List: b.list, Stage: device.StageIn, From: iface, V4: true, V6: true, Line: b.line.number}
		if !b.in && !b.global {
			x.Stage, x.From, x.To = device.StageOut, "", iface
			if has(b.where) {
				x.List = b.where
			}
		}
		if p.oldIPv6 {
			x.V4, x.V6 = has(b.list), has(ipv6Prefix+b.list)
			if x.V6 && !x.V4 {
				x.List = ipv6Prefix + b.list
			}
		}
		doc.Bindings = append(doc.Bindings, x)
	}
	for _, b := range p.bindings {
		if b.iface != "" && !strings.HasSuffix(b.where, " control-plane") && !p.unread(b.list) {
			entered[b.iface] = entered[b.iface] || b.in
			add(b, b.iface)
		}
	}
	for _, b := range p.bindings {
		if !b.global {
			continue
		}
		for _, i := range doc.Interfaces {
			if !entered[i.Name] {
				add(b, i.Name)
			}
		}
		if len(doc.Interfaces) == 0 && len(entered) == 0 {
			add(b, "")
		}
	}
}

// unread reports whether the list filters no routed packets.
func (p *parser) unread(name string) bool {
	l := p.lists[name]
	return l != nil && !l.isFilter()
}
