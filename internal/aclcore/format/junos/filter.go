package junos

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// filterKey names a filter: one name may stand in both families.
type filterKey struct {
	family, name string
}

// A filter is one firewall filter with its rules.
type filter struct {
	key  filterKey
	node *tree.Node
	path []string // of its commands, behind prefix
	// prefix is that of the part of the text.
	prefix []string
	rules  []rule.Rule
	// twice says that the text has another one of the name, at the old place of filters.
	twice bool
}

// families are the families whose filters are read; in others they filter frames.
var families = map[string]addr.Set{"inet": addr.Any4(), "inet6": addr.Any6()}

// readFilters adds the filters of the text as lists, each with what filters the replies.
func (c *config) readFilters(doc *device.Document) {
	var order []filterKey
	c.filters = make(map[filterKey]*filter)
	add := func(family string, path []string, n *tree.Node) {
		key := filterKey{family, n.Word}
		if c.filters[key] != nil {
			c.filters[key].twice = true
			return
		}
		order = append(order, key)
		c.filters[key] = &filter{key: key, prefix: c.prefix, node: n, path: append(slices.Clone(path), "filter", n.Word)}
	}
	firewall := c.root.Applied("firewall")
	for _, n := range firewall.Applied("filter").Active() {
		add("inet", []string{"firewall"}, n)
	}
	for _, f := range firewall.Applied("family").Active() {
		for _, n := range f.Applied("filter").Active() {
			if _, ok := families[f.Word]; ok {
				add(f.Word, []string{"firewall", "family", f.Word}, n)
				continue
			}
			c.note(n, fmt.Sprintf("filters of the family %s are not read", f.Word))
		}
	}
	for _, key := range order {
		f := c.filters[key]
		f.rules = c.terms(f, 0)
	}
	bindings := c.bindings(doc.Interfaces)
	doc.Bindings = append(doc.Bindings, bindings...)
	for _, key := range order {
		doc.Lists = append(doc.Lists, c.list(key, bindings))
	}
	for _, ch := range c.chains {
		doc.Lists = append(doc.Lists, c.chainList(ch, bindings))
	}
}

func (c *config) note(n *tree.Node, reason string) {
	c.notes = append(c.notes, device.Note{Line: n.Line, Text: "filter " + n.Word, Reason: reason})
}

// name returns the list's name of a filter, and whether it stands in one family only.
func (c *config) name(key filterKey) (string, bool) {
	other := filterKey{"inet6", key.name}
	if key.family == "inet6" {
		other.family = "inet"
	}
	if c.filters[other] != nil {
		return key.family + " " + key.name, false
	}
	return key.name, true
}

func (c *config) list(key filterKey, bindings []device.Binding) device.List {
	name, alone := c.name(key)
	l := device.List{Name: name, Rules: c.filters[key].rules, Default: rule.Deny, Writer: c.filters[key]}
	for _, t := range c.filters[key].node.Applied("term").Inactives() {
		off := rule.Rule{Name: t.Word, Line: t.Line, Place: t.Word, Text: termText(t), Action: rule.Permit}
		if then := t.Applied("then"); then.Applied("discard") != nil || then.Applied("reject") != nil {
			off.Action = rule.Deny
		}
		l.Disabled = append(l.Disabled, off)
	}
	if alone {
		l.Aliases = append(l.Aliases, key.family+" "+key.name)
	}
	c.bound(&l, bindings)
	return l
}

// bound tells a list the interfaces that it filters for, and what its replies meet.
func (c *config) bound(l *device.List, bindings []device.Binding) {
	for _, b := range bindings {
		switch {
		case b.List != l.Name || b.Rule != nil || b.From+b.To == "":
		case b.Stage == device.StageIn:
			l.Aliases = append(l.Aliases, b.From+" in")
		default:
			l.Aliases = append(l.Aliases, b.To+" out")
		}
	}
	c.replies(l, bindings)
}

// replies says which rules the replies meet: those of the filter for the other
// direction on the same interface, all of them where none is bound there. A filter that
// is bound nowhere in the text is asked for the first packet only.
func (c *config) replies(l *device.List, bindings []device.Binding) {
	var others []string
	for _, b := range bindings {
		if b.List != l.Name {
			continue
		}
		others = append(others, otherSide(b, bindings))
	}
	slices.Sort(others)
	others = slices.Compact(others)
	switch {
	case len(others) == 0:
		return
	case len(others) > 1:
		l.Return = undecided("the interfaces that the filter is bound to have different filters for replies")
	case others[0] == "":
		l.Return = []rule.Rule{{Action: rule.Permit, Traffic: traffic.Any(), Text: "no filter for the other direction"}}
	default:
		rules, ok := c.rulesOf(others[0])
		if l.Return = rules; !ok {
			l.Return = undecided(fmt.Sprintf("the filter %s for replies is not in the text", others[0]))
		}
	}
	l.Stateless = true
}

// rulesOf returns the rules of the list of the name.
func (c *config) rulesOf(list string) ([]rule.Rule, bool) {
	for _, ch := range c.chains {
		if ch.name == list {
			return c.chainRules(ch), true
		}
	}
	for _, f := range c.filters {
		if name, _ := c.name(f.key); name == list {
			return f.rules, true
		}
	}
	return nil, false
}

// otherSide returns the list that is bound to the other direction of the interface, for
// the same family.
func otherSide(b device.Binding, bindings []device.Binding) string {
	for _, o := range bindings {
		if o.V4 == b.V4 && (b.Stage == device.StageIn && o.Stage == device.StageOut && o.To == b.From || b.Stage == device.StageOut && o.Stage == device.StageIn && o.From == b.To) {
			return o.List
		}
	}
	return ""
}

// maxNesting bounds how deep filters name filters.
const maxNesting = 8

// maxNested bounds how many rules nested filters become together.
const maxNested = 50_000

// terms returns the rules of a filter in the order of its terms. A term that goes on
// with the next one is no rule. Statements of the filter itself that are not known put
// all of it in doubt.
func (c *config) terms(f *filter, depth int) []rule.Rule {
	var out []rule.Rule
	n, family := f.node, f.key.family
	why := cmp.Or(c.doubtAlong(f.path[:len(f.path)-1]...), c.doubt(n, n.Applied("term")))
	if f.twice {
		why = fmt.Sprintf("there is another filter %s, at firewall filter and at firewall family inet filter", n.Word)
	}
	if why != "" {
		out = append(out, undecided(why)...)
	}
	for _, o := range n.Others("term", "interface-specific", "accounting-profile", "enhanced-mode", "fast-filter-lookup", "physical-interface-filter",
		"interface-shared", "apply-groups", "apply-groups-except", "description", "instance-shared") {
		out = append(out, undecided(fmt.Sprintf("the statement %s of the filter is not known", o.Word))...)
	}
	for _, t := range n.Applied("term").Active() {
		out = append(out, c.term(t, family, depth)...)
	}
	return out
}

func (c *config) term(t *tree.Node, family string, depth int) []rule.Rule {
	p := zoned.Policy{Name: t.Word, Line: t.Line, Place: t.Word, Text: termText(t)}
	if t.Repeated {
		return undecided(fmt.Sprintf("there are two terms of the name %s", t.Word))
	}
	if why := c.groups.below(t, 0); why != "" {
		return undecided(why)
	}
	if why := c.doubt(t, t.Applied("from"), t.Applied("then")); why != "" {
		p.Doubt("%s", why)
	}
	if nested := t.Applied("filter"); nested != nil && !nested.Emptied() {
		if others := t.Others("filter", "apply-groups", "apply-groups-except", "description"); len(others) > 0 {
			return undecided(fmt.Sprintf("%s beside a filter that the term asks", others[0]))
		}
		return c.nested(nested, family, depth, t)
	}
	outcome := action(t.Applied("then"), &p)
	for _, o := range t.Others("from", "then", "filter", "apply-groups", "apply-groups-except", "description") {
		p.DoubtAction("the statement %s is not known", o.Word)
	}
	m := newMatcher(c, family, &p)
	if !m.from(t.Applied("from")) || outcome == goesOn {
		return nil // it matches no packet that opens a connection, or decides nothing
	}
	p.Matches = m.matches()
	if m.services.flags {
		return flagsOfAny(p, m.state)
	}
	return p.Rules()
}

func inState(rules []rule.Rule, state rule.State) []rule.Rule {
	for i := range rules {
		rules[i].State = state
	}
	return rules
}

// flagsOfAny returns the rules of a term on TCP flags. They are decided for TCP; in other
// protocols, of a term that does not ask for TCP alone, the flags are read at the same
// place, where anything may be.
func flagsOfAny(p zoned.Policy, state rule.State) []rule.Rule {
	tcp, other := p, p
	tcp.Matches, other.Matches = nil, nil
	for _, m := range p.Matches {
		t := m
		t.Services = m.Services.Intersect(known.Exactly(tcpOnly))
		tcp.Matches = append(tcp.Matches, t)
		m.Services = m.Services.Subtract(known.Exactly(tcpOnly))
		other.Matches = append(other.Matches, m)
	}
	other.Doubt("a condition on TCP flags without protocol tcp")
	return append(inState(tcp.Rules(), state), other.Rules()...)
}

// nested returns the rules of a filter that a term asks. What it does not decide is in
// doubt, since it may be discarded there or go on.
func (c *config) nested(n *tree.Node, family string, depth int, t *tree.Node) []rule.Rule {
	var out []rule.Rule
	for _, name := range n.Words() {
		inner := c.filters[filterKey{family, name}]
		if inner == nil || depth == maxNesting || c.left <= 0 {
			return append(out, undecided(fmt.Sprintf("the filter %s is not in the text, or is nested too deep", name))...)
		}
		rules := c.terms(inner, depth+1)
		c.left -= len(rules)
		for _, r := range rules {
			r.Place, r.Line, r.Text = t.Word, t.Line, "filter "+name+" "+r.Text
			out = append(out, r)
		}
	}
	deny := zoned.Policy{Line: t.Line, Text: termText(t), Place: t.Word, Matches: []zoned.Match{zoned.AnyMatch()}}
	deny.Doubt("no term of the nested filter decides")
	return append(out, deny.Rules()...)
}

// termText writes the term on one line.
func termText(t *tree.Node) string { return "term " + t.String() }

// undecided returns two rules that together leave open what becomes of all traffic.
func undecided(why string) []rule.Rule { return zoned.Undecided(0, why, why, zoned.AnyMatch()) }

// What a term does with a packet that it matches.
const (
	decides = iota
	goesOn
)

// Actions that change nothing of what becomes of a packet, with a value or without.
var (
	harmlessActions = strings.Fields(`count policer three-color-policer hierarchical-policer forwarding-class loss-priority dscp port-mirror-instance
		prefix-action traffic-class traffic-class-count ipsec-sa`)
	harmlessFlags = strings.Fields(`log syslog sample port-mirror no-refresh service-accounting packet-mode`)
)

// action reads what a term does. A term without an action that decides accepts.
func action(then *tree.Node, p *zoned.Policy) int {
	p.Action = rule.Permit
	switch ends := endings(then, p, 0); {
	case len(ends) > 1:
		p.DoubtAction("there are several actions: %s", strings.Join(ends, ", "))
	case len(ends) == 0:
	case ends[0] == "next":
		return goesOn
	case ends[0] != "accept":
		p.Action = rule.Deny
	}
	return decides
}

// endings returns the actions below the node that decide. A command may hold several
// actions, which a tree of words has one below the other ("then count c discard").
func endings(n *tree.Node, p *zoned.Policy, depth int) (ends []string) {
	if depth > maxLevels {
		return nil
	}
	for _, a := range n.Active() {
		switch {
		case a.Word == "accept", a.Word == "discard", a.Word == "reject":
			ends = append(ends, a.Word)
		case a.Word == "next" && a.Emptied():
		case a.Word == "next" && slices.Equal(a.Words(), []string{"term"}):
			ends = append(ends, "next")
		case slices.Contains(harmlessFlags, a.Word):
			ends = append(ends, endings(a, p, depth+1)...)
		case slices.Contains(harmlessActions, a.Word):
			for _, value := range a.Active() {
				if a.Word != "three-color-policer" {
					ends = append(ends, endings(value, p, depth+1)...)
				}
			}
		case a.Word == "apply-groups", a.Word == "apply-groups-except":
		default:
			p.DoubtAction("the action %s is not decided", a)
		}
	}
	return ends
}
