package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/extent"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A comparison gathers changes.
type comparison struct {
	budget *extent.Budget
	groups map[string]*group
	done   []Change
}

// A group is traffic that the same rules decide, between the same zones.
type group struct {
	Change
	products []traffic.Product
}

func newComparison(shares int) *comparison {
	return &comparison{budget: extent.NewBudget(shares), groups: make(map[string]*group)}
}

// A listPair is the two lists that one kind of packets meets.
type listPair struct {
	*comparison
	zones         *extent.Zones
	before, after *extent.List
	// alone says of each rule whether it is paired with none in the other list.
	aloneBefore, aloneAfter []bool
	packets                 Packets
}

func (c *comparison) compare(from, to *rule.Ruleset, packets Packets) {
	never := rule.Established
	if packets == Replies {
		never = rule.New
	}
	before, after, beforeDefault, afterDefault := from.Rules, to.Rules, from.Default, to.Default
	zones := extent.NewZones(nil, before, after)
	p := &listPair{
		comparison: c, zones: zones, packets: packets,
		before: extent.NewList(before, beforeDefault, never, zones), after: extent.NewList(after, afterDefault, never, zones),
	}
	a, b := effective(before, beforeDefault), effective(after, afterDefault)
	p.aloneBefore, p.aloneAfter = unpaired(before[:a], after[:b])
	for i, alone := range p.aloneBefore {
		if alone {
			p.compareAt(p.before.Possible(i), i)
		}
	}
	for j, alone := range p.aloneAfter {
		if alone {
			p.compareAfter(j)
		}
	}
	if beforeDefault != afterDefault {
		p.compareAt(zones.Everything(), -1)
	}
	c.close()
}

// effective returns how many rules there are up to the last that does not do what
// happens anyway.
func effective(rules []rule.Rule, fallback rule.Action) int {
	n := len(rules)
	for n > 0 && rules[n-1].Action == fallback {
		n--
	}
	return n
}

// compareAt compares what of the extents comes to rule i of the first list before any
// other rule that is alone in it; -1 is the default action.
func (p *listPair) compareAt(extents []extent.Extent, i int) {
	for _, e := range extents {
		p.before.Divide(e, 0, len(p.before.Rules()), p.budget, func(was extent.Part) {
			if firstAlone(was, p.aloneBefore) != i || i < 0 && 0 <= was.Rule && was.Rule < len(p.aloneBefore) {
				return
			}
			p.after.Divide(was.Extent, 0, len(p.after.Rules()), p.budget, func(is extent.Part) {
				if i >= 0 || firstAlone(is, p.aloneAfter) < 0 { // else rule i of the other list was compared
					p.record(was, is)
				}
			})
		})
	}
}

// compareAfter compares what comes to rule j of the second list before any other rule
// that is alone in it, and in the first list to none that is.
func (p *listPair) compareAfter(j int) {
	for _, e := range p.after.Possible(j) {
		p.after.Divide(e, 0, len(p.after.Rules()), p.budget, func(is extent.Part) {
			if firstAlone(is, p.aloneAfter) != j {
				return
			}
			p.before.Divide(is.Extent, 0, len(p.before.Rules()), p.budget, func(was extent.Part) {
				if firstAlone(was, p.aloneBefore) < 0 {
					p.record(was, is)
				}
			})
		})
	}
}

// firstAlone returns the first rule that takes part in deciding the packets and is
// alone, -1 if there is none.
func firstAlone(part extent.Part, alone []bool) int {
	for _, i := range part.Perhaps {
		if i < len(alone) && alone[i] {
			return i
		}
	}
	if i := part.Rule; i >= 0 && i < len(alone) && alone[i] {
		return i
	}
	return -1
}

// record notes a packet's two fates if they are not the same.
func (p *listPair) record(was, is extent.Part) {
	if was.Outcome == is.Outcome && (was.Outcome != match.Unknown || trail(p.before, was) == trail(p.after, is)) {
		return
	}
	e := was.Extent.Intersect(is.Extent)
	c := Change{Kind: Uncertain, Packets: p.packets, Before: decided(p.before, was), After: decided(p.after, is)}
	switch {
	case was.Outcome == match.Denied && is.Outcome == match.Permitted:
		c.Kind = Opened
	case was.Outcome == match.Permitted && is.Outcome == match.Denied:
		c.Kind = Closed
	}
	c.SourceZones, c.DestinationZones = p.zones.Names(e.Between)
	key := fmt.Sprintf("%d %d %d/%d %d/%d %x %x", c.Packets, c.Kind, c.Before.Outcome, c.Before.Rule, c.After.Outcome, c.After.Rule, e.From, e.To)
	g := p.groups[key]
	if g == nil {
		g = &group{Change: c}
		p.groups[key] = g
	}
	g.products = append(g.products, e.Product)
}

// trail writes which conditions decide what, in order, for an outcome that depends on
// them, so that lists get the same trail where they do the same: a condition that is met
// again changes nothing any more, nor does one at the end that does what happens anyway, and
// neighbours that do the same may change places.
func trail(l *extent.List, part extent.Part) string {
	type step struct {
		action rule.Action
		text   string
	}
	var steps []step
	seen := make(map[string]bool)
	for _, i := range part.Perhaps {
		r := &l.Rules()[i]
		text := fmt.Sprintf("%q %q %q", condition(r), r.SourceZones, r.DestinationZones)
		if !seen[text] {
			seen[text] = true
			steps = append(steps, step{r.Action, text})
		}
	}
	for len(steps) > 0 && steps[len(steps)-1].action == part.Action {
		steps = steps[:len(steps)-1]
	}
	for start := 0; start < len(steps); {
		end := start
		for end < len(steps) && steps[end].action == steps[start].action {
			end++
		}
		slices.SortFunc(steps[start:end], func(a, b step) int { return cmp.Compare(a.text, b.text) })
		start = end
	}
	return fmt.Sprint(steps, part.Action)
}

func decided(l *extent.List, part extent.Part) Decided {
	d := Decided{Outcome: part.Outcome, Rule: part.Rule}
	if part.Outcome != match.Unknown {
		return d
	}
	for _, i := range part.Perhaps {
		if r := &l.Rules()[i]; r.Action != part.Action {
			d.Rule, d.Reason = i, Doubt(r)
			break
		}
	}
	return d
}

// Doubt says why it is not known whether a rule matches.
func Doubt(r *rule.Rule) string {
	reasons := slices.Clone(r.Unknown)
	if len(r.Applications) > 0 {
		reasons = append(reasons, "it is for the application "+strings.Join(r.Applications, ", "))
	}
	if len(r.Users) > 0 {
		reasons = append(reasons, "it is for the user "+strings.Join(r.Users, ", "))
	}
	if r.ZonePatterns {
		reasons = append(reasons, "its zones are patterns")
	}
	if len(reasons) > 0 {
		return strings.Join(reasons, "; ")
	}
	return "a deny for a zone called any may be meant for every zone"
}

// close merges the groups of the lists that were compared.
func (c *comparison) close() {
	for _, g := range c.groups {
		for _, product := range traffic.Merge(g.products) {
			change := g.Change
			change.Product = product
			c.done = append(c.done, change)
		}
	}
	clear(c.groups)
}

func (c *comparison) result() Result {
	c.dropAgain()
	slices.SortFunc(c.done, func(a, b Change) int {
		order := func(rule int) uint { return uint(rule) } // the default action is last
		return cmp.Or(
			cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Packets, b.Packets),
			cmp.Compare(order(a.After.Rule), order(b.After.Rule)), cmp.Compare(order(a.Before.Rule), order(b.Before.Rule)),
			a.Product.Compare(b.Product),
			slices.Compare(a.SourceZones, b.SourceZones), slices.Compare(a.DestinationZones, b.DestinationZones),
		)
	})
	cut := c.budget.Exhausted()
	return Result{Changes: c.done, Same: len(c.done) == 0 && !cut, Cut: cut}
}
