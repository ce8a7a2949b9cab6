package asa

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/config"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// document reads the lists and joins them with where they are applied.
func (p *parser) document() *config.Document {
	d := &config.Document{Format: Format}
	global := p.global()
	for _, l := range p.order {
		if !l.isFilter() {
			continue
		}
		own := config.List{Name: l.name, Rules: p.rules(l), Default: rule.Deny}
		if p.lists[l.name] != l && p.lists[l.name] != nil {
			own.Name = ipv6Prefix + l.name
		}
		in, apart := p.applied(l.name)
		after := slices.Concat(p.bridged(l.name), global.after(l.name))
		if len(in) == 0 || len(after) == 0 {
			own.Aliases = append(in, apart...)
			d.Lists = append(d.Lists, own)
			continue
		}
		// Where the list alone decides, it is a list of its own.
		for _, where := range apart {
			d.Lists = append(d.Lists, config.List{Name: where, Rules: own.Rules, Default: rule.Deny})
		}
		own.Aliases, own.Rules = in, slices.Concat(own.Rules, after)
		d.Lists = append(d.Lists, own)
	}
	for _, l := range p.foreign {
		p.note(l, "this command is not of an ASA")
	}
	d.Notes = p.notes
	return d
}

// bridged returns what may come after the list on the members of a bridge group:
// the list of the group's own interface. Who is a member is not followed.
func (p *parser) bridged(list string) []rule.Rule {
	for _, b := range p.bindings {
		if b.in && b.list != list && slices.Contains(p.bridges, b.iface) {
			return appendUndecided(nil, rule.Rule{Line: b.line.number, Text: b.line.text},
				"members of the bridge group take this list next")
		}
	}
	return nil
}

// globalList is the list that decides what no list of the interface does.
type globalList struct {
	name  string
	rules []rule.Rule
}

// after returns the rules that come after the list.
func (g *globalList) after(list string) []rule.Rule {
	if g == nil || g.name == list {
		return nil
	}
	return g.rules
}

// global reads the list that is applied globally, nil if there is none. It is not
// known which it is if the text has no such list; then it may do anything.
func (p *parser) global() *globalList {
	at := slices.IndexFunc(p.bindings, func(b binding) bool { return b.global })
	if at < 0 {
		return nil
	}
	b := p.bindings[at]
	if l := p.lists[b.list]; l != nil && l.isFilter() {
		return &globalList{b.list, p.rules(l)}
	}
	like := rule.Rule{Line: b.line.number, Text: b.line.text}
	return &globalList{b.list, appendUndecided(nil, like, "the global access list "+b.list+" is not in the text")}
}

// applied returns where the list filters what enters an interface, and where else
// it is applied.
func (p *parser) applied(name string) (in, apart []string) {
	for _, b := range p.bindings {
		switch {
		case b.list != name:
		case b.in:
			in = append(in, b.where)
		default:
			apart = append(apart, b.where)
		}
	}
	return in, apart
}
