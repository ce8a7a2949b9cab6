package asa

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// freeTails is how many rules any text may have copied to put the global list
// after others.
const freeTails = 1 << 18

// document reads the lists and joins them with where they are applied.
func (p *parser) document() *device.Document {
	d := &device.Document{Format: Format}
	if p.oldIPv6 && !p.versioned {
		p.anyone = addr.Any4()
	}
	p.bindings = p.bound()
	byList := make(map[string][]binding)
	for _, b := range p.bindings {
		byList[b.list] = append(byList[b.list], b)
	}
	global, groups := p.global(), p.bridgeBindings()
	tails := budget{freeTails + p.size/16}
	for _, l := range p.order {
		if !l.isFilter() {
			continue
		}
		own := device.List{Name: l.name, Rules: p.rules(l), Default: rule.Deny}
		own.Disabled = l.disabled
		if p.lists[l.name] != l && p.lists[l.name] != nil {
			own.Name = ipv6Prefix + l.name
		}
		in, apart := applied(byList[l.name])
		between, after := p.bridged(l.name, groups), global.after(l.name)
		if len(in) > 0 && !tails.spend(len(own.Rules)+len(after)) {
			after = appendUndecided(nil, rule.Rule{}, "the global access list is too long to follow every other list")
		}
		if len(in) == 0 || len(between)+len(after) == 0 {
			own.Aliases = append(in, apart...)
			d.Lists = append(d.Lists, own)
			continue
		}
		// Where the list alone decides, it is a list of its own.
		for _, where := range apart {
			d.Lists = append(d.Lists, device.List{Name: where, Rules: own.Rules, Default: rule.Deny})
		}
		own.Aliases, own.Rules = in, slices.Concat(own.Rules, between, after)
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
func (p *parser) bridged(list string, groups []binding) []rule.Rule {
	for _, b := range groups {
		if b.list != list {
			return appendUndecided(nil, rule.Rule{Line: b.line.number, Text: b.line.text},
				"members of the bridge group take this list next")
		}
	}
	return nil
}

// bridgeBindings returns where lists are applied to bridge groups' own interfaces.
func (p *parser) bridgeBindings() []binding {
	var out []binding
	for _, b := range p.bindings {
		if b.in && p.bridges[b.iface] {
			out = append(out, b)
		}
	}
	return out
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
	i := slices.IndexFunc(p.bindings, func(b binding) bool { return b.global })
	if i < 0 {
		return nil
	}
	b := p.bindings[i]
	if l := p.lists[b.list]; l != nil && l.isFilter() {
		return &globalList{b.list, p.rules(l)}
	}
	like := rule.Rule{Line: b.line.number, Text: b.line.text}
	return &globalList{b.list, appendUndecided(nil, like, "the global access list "+b.list+" is not in the text")}
}

// applied returns where a list filters what enters an interface, and where else it is
// applied.
func applied(bindings []binding) (in, apart []string) {
	for _, b := range bindings {
		if b.in {
			in = append(in, b.where)
		} else {
			apart = append(apart, b.where)
		}
	}
	return in, apart
}
