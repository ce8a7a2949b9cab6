package junos

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// A chain is a list of filters that an interface asks one behind the other, as if they
// were one filter, which Junos calls after the interface and the direction (Juniper,
// Firewall Filters User Guide, multiple firewall filters applied as a list).
type chain struct {
	name, alias string
	keys        []filterKey
	filters     []*filter
	// starts are the numbers of the first rules of the filters.
	starts []int
}

// bindings are the filters that interfaces ask.
func (c *config) bindings(interfaces []device.Interface) []device.Binding {
	out := c.beside(interfaces)
	for _, port := range c.root.Applied("interfaces").Active() {
		if port.Word == "interface-range" {
			out = append(out, c.rangeBindings(port)...)
			continue
		}
		for _, unit := range port.Applied("unit").Active() {
			name := port.Word + "." + unit.Word
			if why := c.doubtAlong("interfaces", port.Word, "unit", unit.Word); why != "" {
				out = append(out, unread(name, unit.Line, why)...)
			}
			out = append(out, c.unitFilters(name, unit)...)
			for _, family := range []string{"inet", "inet6"} {
				if why := c.doubtBelow(unit.Applied("family", family)); why != "" {
					out = append(out, unread(name, unit.Line, why)...)
				}
				for _, side := range unit.Applied("family", family, "filter").Active() {
					out = append(out, c.bind(name, family, side)...)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b device.Binding) int {
		return strings.Compare(fmt.Sprintf("%09d%s", a.Line, a.List), fmt.Sprintf("%09d%s", b.Line, b.List))
	})
	return out
}

// rangeBindings leave open what the filters of interface ranges do, whose members are not
// read.
func (c *config) rangeBindings(ranges *tree.Node) []device.Binding {
	var out []device.Binding
	for _, r := range ranges.Active() {
		for _, unit := range r.Applied("unit").Active() {
			for _, family := range unit.Applied("family").Active() {
				if f := family.Applied("filter"); f != nil {
					out = append(out, unread("", f.Line, fmt.Sprintf("the interface-range %s has a filter: its members are not read", r.Word))...)
				}
			}
		}
	}
	return out
}

// unread returns bindings that leave open what is filtered at an interface, or at all for
// no name.
func unread(name string, line int, why string) []device.Binding {
	r := rule.Rule{Line: line, Action: rule.Permit, Text: why, Unknown: []string{why}}
	return []device.Binding{
		{Stage: device.StageIn, From: name, Rule: &r, V4: true, V6: true, Line: line},
		{Stage: device.StageOut, To: name, Rule: &r, V4: true, V6: true, Line: line},
	}
}

func (c *config) bind(name, family string, side *tree.Node) []device.Binding {
	b := device.Binding{V4: family == "inet", V6: family == "inet6", Line: side.Line}
	letter := "i"
	switch side.Word {
	case "input", "input-list":
		b.From = name
	case "output", "output-list":
		b.To, b.Stage, letter = name, device.StageOut, "o"
	default:
		return nil
	}
	words := side.Words()
	switch {
	case len(words) == 0:
		return nil
	case len(words) == 1:
		b.List, _ = c.name(filterKey{family, words[0]})
	case strings.HasSuffix(side.Word, "-list"):
		b.List = c.chain(name+"-"+letter, family, words)
	default: // "input f precedence 1"
		b.List, _ = c.name(filterKey{family, words[0]})
	}
	return []device.Binding{b}
}

// chain keeps a list of filters and returns its name.
func (c *config) chain(name, family string, words []string) string {
	ch := &chain{name: family + " " + name, alias: name}
	for _, w := range words {
		ch.keys = append(ch.keys, filterKey{family, w})
	}
	c.chains = append(c.chains, ch)
	return ch.name
}

// chainRules returns the rules of all filters of a chain: what no term of one decides goes
// on to the next.
func (c *config) chainRules(ch *chain) []rule.Rule {
	var out []rule.Rule
	ch.starts, ch.filters = nil, nil
	for _, key := range ch.keys {
		f := c.filters[key]
		ch.starts, ch.filters = append(ch.starts, len(out)), append(ch.filters, f)
		if f == nil {
			out = append(out, undecided(fmt.Sprintf("the filter %s is not in the text", key.name))...)
			continue
		}
		out = append(out, f.rules...)
	}
	return out
}

func (c *config) chainList(ch *chain, bindings []device.Binding) device.List {
	l := device.List{Name: ch.name, Aliases: []string{ch.alias}, Rules: c.chainRules(ch), Default: rule.Deny, Writer: ch}
	c.bound(&l, bindings)
	return l
}

// filter returns the filter that a rule is of, by its number; the last one for the end.
func (ch *chain) filter(number int) *filter {
	i := len(ch.starts) - 1
	for i > 0 && ch.starts[i] > number {
		i--
	}
	return ch.filters[i]
}
