package vpc

import (
	"fmt"
	"maps"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// Permission is one rule of a security group: it permits services from a peer
// (ingress) or to it (egress).
type Permission struct {
	// Line is where the rule starts in the file.
	Line int
	// Label is what the text of the rule starts with: the group, or the resource that
	// the rule is of its own. Name is the rule's id or description.
	Label, Name string
	Services    service.Set
	Peer        Peer
	// Unknown are reasons why it is not known whether the rule matches.
	Unknown []string
}

// Group is a security group.
type Group struct {
	// Name leads the names of the group's lists. Aliases select them as well, alone
	// (ingress) or followed by a direction.
	Name    string
	Aliases []string
	// Key is what peers and interfaces call the group: its id, or another name that
	// is unique in the file where the id is not known yet.
	Key  string
	Line int
	// Ingress and Egress are the rules of each direction. Their order is without
	// effect.
	Ingress, Egress []Permission
	// Inline tells of the directions whose rules cannot be resources of their own.
	Inline map[Direction]bool
}

func (g *Group) permissions(d Direction) []Permission {
	if d == Egress {
		return g.Egress
	}
	return g.Ingress
}

// A side is the rules of one group in one direction.
type side struct {
	group     string // the group's key
	direction Direction
}

// groupLists returns the two lists of every group. A list holds, from the top:
//
//  1. the addresses of interfaces that do not carry the group, undecidable: other
//     groups decide there,
//  2. the group's own permits,
//  3. for interfaces that carry further groups, the permits of those: the rules of
//     all groups of an interface count as one list,
//  4. if the file is incomplete, what may be missing.
func (b *builder) groupLists() []device.List {
	own := make(map[side][]rule.Rule)
	for i := range b.network.Groups {
		g := &b.network.Groups[i]
		for _, d := range []Direction{Ingress, Egress} {
			own[side{g.Key, d}] = b.permits(g.permissions(d), d)
		}
	}
	var lists []device.List
	for i := range b.network.Groups {
		g := &b.network.Groups[i]
		foreign := b.foreignOf(g.Key)
		for _, d := range []Direction{Ingress, Egress} {
			list := device.List{Default: rule.Deny}
			list.Name, list.Aliases = names(g.Name, g.Aliases, d)
			foreign := foreignRules(g, d, foreign)
			list.Rules = append(foreign, own[side{g.Key, d}]...)
			list.Rules = append(list.Rules, b.shared(g, d, own)...)
			if b.network.Incomplete != "" {
				r := rule.Rule{Line: g.Line, Text: list.Name, Action: rule.Permit, Unknown: []string{b.network.Incomplete}}
				list.Rules = append(list.Rules, placed(r, d, addr.Any(), addr.Any(), service.Any()))
			}
			for j := range list.Rules {
				r := &list.Rules[j]
				r.Place = list.Name // also those that other groups have permits of
				switch {
				case j < len(foreign):
					r.Place += " elsewhere"
				case g.Inline[d]:
					r.Place += " inline"
				}
			}
			lists = append(lists, list)
		}
	}
	return lists
}

// permits turns permissions into rules: one for the addresses that the peer surely
// has, and an undecidable one if it may have more.
func (b *builder) permits(permissions []Permission, d Direction) []rule.Rule {
	var rules []rule.Rule
	for i := range permissions {
		p := &permissions[i]
		sure, more := b.resolve(p.Peer)
		r := rule.Rule{
			Name: p.Name, Line: p.Line, Action: rule.Permit, Unknown: p.Unknown,
			Text: fmt.Sprintf("%s %s %s %s %s", p.Label, d, p.Services, d.preposition(), b.text(p.Peer)),
		}
		if !sure.IsEmpty() || more == "" {
			rules = append(rules, placed(r, d, sure, addr.Any(), p.Services))
		}
		if more != "" {
			r.Unknown = append(slices.Clip(p.Unknown), more)
			rules = append(rules, placed(r, d, addr.Any(), addr.Any(), p.Services))
		}
	}
	b.rules += len(rules)
	return rules
}

// foreignOf returns the addresses where the group surely does not decide alone. Past
// the bound it returns all but the group's own addresses, which is wider and as
// safe, since what is foreign is undecidable.
func (b *builder) foreignOf(key string) addr.Set {
	m := b.members
	carried := m.carried[key]
	switch {
	case m.known.IsEmpty():
		return addr.Set{}
	case carried.IsEmpty():
		return m.known
	}
	b.foreign += len(m.known.Ranges())
	if b.foreign > b.maxForeign {
		return addr.Any().Subtract(carried)
	}
	return m.known.Subtract(carried)
}

// foreignRules makes traffic of the foreign addresses undecidable, whatever the
// group says about it.
func foreignRules(g *Group, d Direction, foreign addr.Set) []rule.Rule {
	if foreign.IsEmpty() {
		return nil
	}
	r := rule.Rule{
		Line: g.Line, Text: fmt.Sprintf("%s %s on interfaces that do not carry the group", g.Name, d),
		Unknown: []string{fmt.Sprintf("no network interface with this address carries %s; ask the groups that it carries", g.Name)},
	}
	deny := placed(r, d, addr.Any(), foreign, service.Any())
	permit := deny
	permit.Action = rule.Permit
	return []rule.Rule{deny, permit}
}

// shared returns the permits of the other groups on interfaces that carry this one.
func (b *builder) shared(g *Group, d Direction, own map[side][]rule.Rule) []rule.Rule {
	var rules []rule.Rule
	others := b.members.shared[g.Key]
	for _, other := range slices.Sorted(maps.Keys(others)) {
		permits, described := own[side{other, d}]
		reason := ""
		switch {
		case !described:
			reason = fmt.Sprintf("the interface also carries %s, which the file does not describe", other)
		case b.rules+len(permits) > b.maxRules:
			reason = fmt.Sprintf("the interface also carries %s, and the file has too many rules to put the two together", other)
		}
		if reason != "" {
			r := rule.Rule{Line: g.Line, Text: fmt.Sprintf("%s %s", other, d), Action: rule.Permit, Unknown: []string{reason}}
			rules = append(rules, placed(r, d, addr.Any(), others[other], service.Any()))
			continue
		}
		for _, r := range permits {
			peer := r.Traffic.Sources
			if d == Egress {
				peer = r.Traffic.Destinations
			}
			rules = append(rules, placed(r, d, peer, others[other], r.Traffic.Services))
		}
		b.rules += len(permits)
	}
	return rules
}
