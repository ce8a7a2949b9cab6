package panos

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// ListName is the name of the one list of a virtual system or device group.
const ListName = "security"

// Parse reads a configuration. The list of the virtual system or device group that
// in.Context names, or of the only one, is called security. Errors are led by source
// and line.
func Parse(in device.Input) (*device.Document, error) {
	root, notes, err := read(in.Source, in.Content)
	if err != nil {
		return nil, err
	}
	doc, err := Document(in, root)
	if doc != nil {
		doc.Notes = append(notes, doc.Notes...)
	}
	return doc, err
}

// Document is like [Parse] for a tree in place of a text: that of a configuration in any
// of its forms, which another reader has put together. in.Content is not read. Reasons of
// [tree.Node.Doubt] put a rule or an object in doubt.
func Document(in device.Input, root *tree.Node) (*device.Document, error) {
	doc := &device.Document{Format: "panos"}
	c := newConfig(root)
	s, err := choose(in, c.scopes(), doc)
	if err != nil || s == nil {
		return doc, err
	}
	n := newNames(s)
	zones := readTopology(doc, s, n)
	p := &policies{scope: s, names: n, seen: make(map[string]bool), zones: zones}
	rules := p.all(c)
	doc.Lists = []device.List{{
		Name: ListName, Aliases: []string{"security rules"}, Default: rule.Deny, Rules: rules, Disabled: p.disabled, Writer: p.writer(),
	}}
	doc.Bindings = []device.Binding{{List: ListName, Stage: device.StageBetween, V4: true, V6: true}}
	if s.panorama {
		doc.Notes = append(doc.Notes, device.Note{
			Line: s.levels[0].Line, Text: "device-group " + s.name,
			Reason: "the firewalls' own rules stand between the pre and the post rules, and are not in a text of Panorama",
		})
	}
	return doc, nil
}

// before returns the rules that come before all others: for what the text lacks.
func (p *policies) before(c config) []rule.Rule {
	var out []rule.Rule
	s := p.scope
	out = p.unread()
	if s.panorama {
		return append(append(out, p.dropping()...), p.translated()...)
	}
	system := s.device.Get("deviceconfig", "system")
	managed := system.Get("panorama-server")
	if managed == nil {
		managed = system.Get("panorama")
	}
	if managed != nil && len(c.pushed(s.name, "pre-rulebase"))+len(c.pushed(s.name, "post-rulebase")) == 0 {
		out = append(out, zoned.Undecided(managed.Line, "panorama-server",
			"Panorama manages the firewall, and what it pushes is not in the text: export the merged or the effective running configuration", zoned.AnyMatch())...)
	}
	if v6 := s.device.Get("deviceconfig", "setting", "session", "ipv6-firewalling"); v6.Value() == "no" {
		m := zoned.AnyMatch()
		m.Sources = known.Exactly(addr.Any6())
		out = append(out, zoned.Undecided(v6.Line, "ipv6-firewalling no", "the firewall does not filter IPv6", m)...)
	}
	return append(append(out, p.dropping()...), p.translated()...)
}

// rulebases are what a rulebase holds: rules of the same packets that do other things with
// them, besides those that are read.
var rulebases = strings.Fields(`security nat default-security-rules dos pbf qos decryption tunnel-inspect application-override captive-portal authentication
	sdwan network-packet-broker`)

// unread stands for rules that may be anywhere in the text, in a place that is not known:
// each may permit or deny anything.
func (p *policies) unread() []rule.Rule {
	var odd []*tree.Node
	for _, l := range p.scope.layers {
		odd = slices.Concat(odd, l.node.Others(rulebases...), l.node.Get("security").Others("rules"))
		for _, kind := range []string{"nat", "dos", "pbf"} {
			for _, n := range l.node.Get(kind, "rules").Active() {
				if len(n.Why()) > 0 {
					odd = append(odd, n)
				}
			}
		}
	}
	for _, n := range p.scope.levels[0].Active() {
		if n.Get("security") != nil && !slices.Contains([]string{"rulebase", "pre-rulebase", "post-rulebase"}, n.Word) || n.Word == "security" {
			odd = append(odd, n)
		}
	}
	var out []rule.Rule
	for _, n := range odd {
		out = append(out, zoned.Undecided(n.Line, fmt.Sprintf("%q", n.Word), "it is not known what stands there, and rules may", zoned.AnyMatch())...)
	}
	if s := p.scope; s.orphan {
		out = append(out, zoned.Undecided(s.levels[0].Line, "device-group "+s.name, "the text does not say which device groups it is below of, whose rules come first", zoned.AnyMatch())...)
	}
	return out
}

// dropping are the rules of DoS protection and of policy-based forwarding that drop what
// they match, whatever the security rules say. What they match is not read, so that each
// may drop everything.
func (p *policies) dropping() []rule.Rule {
	var out []rule.Rule
	for _, l := range p.scope.layers {
		for _, kind := range []struct{ name, action, called string }{{"dos", "deny", "DoS protection"}, {"pbf", "discard", "policy-based forwarding"}} {
			for _, n := range l.node.Get(kind.name, "rules").Active() {
				action := n.Get("action")
				if action == nil || n.Value("disabled") == "yes" || action.Value() != kind.action && action.Get(kind.action) == nil {
					continue
				}
				drop := zoned.Policy{Line: n.Line, Text: fmt.Sprintf("%s rule %q %s", kind.name, n.Word, kind.action), Matches: []zoned.Match{zoned.AnyMatch()}}
				drop.Doubt("a rule of %s drops what it matches, which is not read", kind.called)
				out = append(out, drop.Rules()...)
			}
		}
	}
	return out
}

// translated are the rules for addresses that a rule of address translation maps: the
// security rules compare the address before and the zone behind it, and a flow may
// mean either, so that nothing is decided.
func (p *policies) translated() []rule.Rule {
	var out []rule.Rule
	for _, t := range p.nat(nil) {
		if t.Destination.Kind == device.Unchanged {
			continue
		}
		m := zoned.AnyMatch()
		m.Destinations = known.Exactly(t.Match.Destinations.Union(t.Destination.To))
		why := fmt.Sprintf("NAT rule %q maps the destination: rules compare the address before it and the zone behind it", t.Name)
		out = append(out, zoned.Undecided(t.Line, t.Text, why, m)...)
	}
	for i := range out {
		out[i].Translated = true
	}
	return out
}
