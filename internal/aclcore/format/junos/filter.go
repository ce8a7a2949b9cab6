package junos

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
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// filterKey names a filter: one name may stand in both families.
type filterKey struct {
	family, name string
}

// A filter is one firewall filter with its rules.
type filter struct {
	key   filterKey
	node  *tree.Node
	path  []string // of its commands
	rules []rule.Rule
}

// families are the families whose filters are read; in others they filter frames.
var families = map[string]addr.Set{"inet": addr.Any4(), "inet6": addr.Any6()}

// readFilters adds the filters of the text as lists, each with what filters the replies.
func (c *config) readFilters(doc *device.Document) {
	var order []filterKey
	c.filters = make(map[filterKey]*filter)
	add := func(family string, path []string, n *tree.Node) {
		key := filterKey{family, n.Word}
		if c.filters[key] == nil {
			order = append(order, key)
			c.filters[key] = &filter{key: key, node: n, path: append(slices.Clone(path), "filter", n.Word)}
		}
	}
	firewall := c.root.Get("firewall")
	for _, n := range firewall.Get("filter").Active() {
		add("inet", []string{"firewall"}, n)
	}
	for _, f := range firewall.Get("family").Active() {
		for _, n := range f.Get("filter").Active() {
			if _, ok := families[f.Word]; ok {
				add(f.Word, []string{"firewall", "family", f.Word}, n)
				continue
			}
			c.note(n, fmt.Sprintf("filters of the family %s are not read", f.Word))
		}
	}
	for _, key := range order {
		f := c.filters[key]
		f.rules = c.terms(f.node, key.family, 0)
	}
	bindings := c.bindings()
	doc.Bindings = append(doc.Bindings, bindings...)
	for _, key := range order {
		doc.Lists = append(doc.Lists, c.list(key, bindings))
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
	for _, t := range c.filters[key].node.Get("term").Inactives() {
		off := rule.Rule{Name: t.Word, Line: t.Line, Place: t.Word, Text: termText(t), Action: rule.Permit}
		if then := t.Get("then"); then.Get("discard") != nil || then.Get("reject") != nil {
			off.Action = rule.Deny
		}
		l.Disabled = append(l.Disabled, off)
	}
	if alone {
		l.Aliases = append(l.Aliases, key.family+" "+key.name)
	}
	for _, b := range bindings {
		switch {
		case b.List != name:
		case b.Stage == device.StageIn:
			l.Aliases = append(l.Aliases, b.From+" in")
		default:
			l.Aliases = append(l.Aliases, b.To+" out")
		}
	}
	c.replies(&l, bindings)
	return l
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
		for _, f := range c.filters {
			if name, _ := c.name(f.key); name == others[0] {
				l.Return = f.rules
			}
		}
		if l.Return == nil {
			l.Return = undecided(fmt.Sprintf("the filter %s for replies is not in the text", others[0]))
		}
	}
	l.Stateless = true
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

// bindings are the filters that interfaces ask.
func (c *config) bindings() []device.Binding {
	var out []device.Binding
	for _, port := range c.root.Get("interfaces").Active() {
		for _, unit := range port.Get("unit").Active() {
			for family := range families {
				f := unit.Get("family", family, "filter")
				for _, side := range f.Active() {
					out = append(out, c.bind(port.Word+"."+unit.Word, family, side)...)
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b device.Binding) int {
		return strings.Compare(fmt.Sprintf("%09d%s", a.Line, a.List), fmt.Sprintf("%09d%s", b.Line, b.List))
	})
	return out
}

func (c *config) bind(name, family string, side *tree.Node) []device.Binding {
	b := device.Binding{V4: family == "inet", V6: family == "inet6", Line: side.Line}
	switch side.Word {
	case "input", "input-list":
		b.From = name
	case "output", "output-list":
		b.To, b.Stage = name, device.StageOut
	default:
		return nil
	}
	var out []device.Binding
	for _, list := range side.Words() {
		b.List, _ = c.name(filterKey{family, list})
		out = append(out, b)
	}
	return out
}

// maxNesting bounds how deep filters name filters.
const maxNesting = 8

// terms returns the rules of a filter in the order of its terms. A term that goes on
// with the next one is no rule. Statements of the filter itself that are not known put
// all of it in doubt.
func (c *config) terms(n *tree.Node, family string, depth int) []rule.Rule {
	var out []rule.Rule
	if why := c.doubt(n, n.Get("term")); why != "" {
		out = append(out, undecided(why)...)
	}
	for _, o := range n.Others("term", "interface-specific", "accounting-profile", "enhanced-mode", "fast-filter-lookup", "physical-interface-filter",
		"interface-shared", "apply-groups", "apply-groups-except", "description", "instance-shared") {
		out = append(out, undecided(fmt.Sprintf("the statement %s of the filter is not known", o.Word))...)
	}
	for _, t := range n.Get("term").Active() {
		out = append(out, c.term(t, family, depth)...)
	}
	return out
}

func (c *config) term(t *tree.Node, family string, depth int) []rule.Rule {
	p := zoned.Policy{Name: t.Word, Line: t.Line, Place: t.Word, Text: termText(t)}
	if t.Repeated {
		p.Doubt("there are two terms of the name %s", t.Word)
	}
	if why := c.doubt(t, t.Get("from"), t.Get("then")); why != "" {
		p.Doubt("%s", why)
	}
	if nested := t.Get("filter"); nested != nil {
		return c.nested(nested, family, depth, t)
	}
	for _, o := range t.Others("from", "then", "apply-groups", "apply-groups-except", "description") {
		p.Doubt("the statement %s is not known", o.Word)
	}
	outcome := action(t.Get("then"), &p)
	m := newMatcher(c, family, &p)
	if !m.from(t.Get("from")) || outcome == goesOn {
		return nil // it matches no packet that opens a connection, or decides nothing
	}
	p.Matches = m.matches()
	if m.services.flags && !m.services.hasProtocol {
		return flagsOfAny(p, m.state)
	}
	return inState(p.Rules(), m.state)
}

func inState(rules []rule.Rule, state rule.State) []rule.Rule {
	for i := range rules {
		rules[i].State = state
	}
	return rules
}

// flagsOfAny returns the rules of a term on TCP flags that names no protocol: for TCP
// they are decided, and in other protocols the flags are read at the same place, where
// anything may be.
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
		if inner == nil || depth == maxNesting {
			return append(out, undecided(fmt.Sprintf("the filter %s is not in the text, or is nested too deep", name))...)
		}
		for _, r := range c.terms(inner.node, family, depth+1) {
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

// actions that end the way of a packet, and those that change nothing of it.
var harmlessActions = strings.Fields(`count log syslog sample policer three-color-policer hierarchical-policer forwarding-class loss-priority dscp
	port-mirror port-mirror-instance ipsec-sa no-refresh prefix-action service-accounting traffic-class packet-mode traffic-class-count`)

// action reads what a term does. A term without an action that decides accepts.
func action(then *tree.Node, p *zoned.Policy) int {
	p.Action = rule.Permit
	var ends []string
	for _, a := range then.Active() {
		switch {
		case a.Word == "accept", a.Word == "discard", a.Word == "reject":
			ends = append(ends, a.Word)
		case a.Word == "next" && slices.Equal(a.Words(), []string{"term"}):
			ends = append(ends, "next")
		case slices.Contains(harmlessActions, a.Word), a.Word == "apply-groups", a.Word == "apply-groups-except":
		default:
			p.DoubtAction("the action %s is not decided", a)
		}
	}
	switch {
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
