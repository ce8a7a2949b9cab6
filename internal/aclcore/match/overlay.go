package match

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Overlay puts a few rules before those of an Index without indexing them all
// again. It is immutable and safe for concurrent use.
//
// Rules are numbered through: the rules on top first, then those of the base.
type Overlay struct {
	top  *Index
	base *Index
}

// NewOverlay returns base with the rules of top before its own. The default action
// of top does not matter.
func NewOverlay(top *rule.Ruleset, base *Index) *Overlay {
	return &Overlay{New(top), base}
}

// Match implements [Matcher].
func (o *Overlay) Match(q Question) Answer {
	if o.base.rules.Stateless {
		return o.matchBothWays(q)
	}
	c := q.crossing()
	if o.needsWhole(q.Products, c) {
		return o.whole().Match(q)
	}
	parts, rest, ok := o.above(q.Products, c)
	if !ok {
		return o.whole().Match(q)
	}
	if len(rest) == 0 {
		return Answer{Parts: parts}
	}
	q.Products = rest
	below := o.base.Match(q)
	return Answer{Parts: o.append(parts, below.Parts), Cut: below.Cut}
}

// matchBothWays answers where replies are filtered as well.
func (o *Overlay) matchBothWays(q Question) Answer {
	c := q.crossing()
	out, ok := o.way(q.Products, c, false)
	var parts []Part
	for _, part := range out {
		if part.Outcome == Denied {
			parts = append(parts, part)
			continue
		}
		silent, back := answered(part)
		if !silent.IsEmpty() {
			parts = append(parts, silent)
		}
		if back.IsEmpty() {
			continue
		}
		answers, all := o.way([]traffic.Product{back}, c.reply(), true)
		ok = ok && all
		for _, a := range answers {
			if p := replied(part, a); !p.IsEmpty() {
				parts = append(parts, p)
			}
		}
	}
	if !ok {
		return o.whole().Match(q)
	}
	return Answer{Parts: parts}
}

// way implements [oneWay].
func (o *Overlay) way(products []traffic.Product, c crossing, replies bool) (parts []Part, ok bool) {
	switch {
	case replies && !o.base.rules.OneList():
		return o.base.way(products, c, true)
	case o.needsWhole(products, c):
		return o.whole().way(products, c, replies)
	}
	parts, rest, ok := o.above(products, c)
	if len(rest) == 0 {
		return parts, ok
	}
	below, all := o.base.way(rest, c, replies)
	return o.append(parts, below), ok && all
}

// above returns what the rules on top decide, and the rest.
func (o *Overlay) above(products []traffic.Product, c crossing) (parts []Part, rest []traffic.Product, ok bool) {
	decided, ok := o.top.way(products, c, false)
	for _, p := range decided {
		if p.Rule < 0 {
			rest = append(rest, p.Product)
		} else {
			parts = append(parts, p)
		}
	}
	return parts, rest, ok
}

// append adds parts of the base, numbered as those of the overlay.
func (o *Overlay) append(parts, below []Part) []Part {
	for _, p := range below {
		p.Rule, p.Intent, p.Permit = o.shift(p.Rule), o.shift(p.Intent), o.shift(p.Permit)
		parts = append(parts, p)
	}
	return parts
}

// needsWhole reports whether the base cannot be asked on its own: a rule on top that
// cannot be decided changes what the rules below it mean.
func (o *Overlay) needsWhole(products []traffic.Product, c crossing) bool {
	for i := range o.top.rules.Rules {
		r := &o.top.rules.Rules[i]
		if possible, sure := c.meets(r); possible && !sure && slices.ContainsFunc(products, r.Traffic.Overlaps) {
			return true
		}
	}
	return false
}

func (o *Overlay) whole() *Index {
	rules := *o.base.rules
	rules.Rules = slices.Concat(o.top.rules.Rules, rules.Rules)
	if rules.Return != nil && rules.OneList() {
		rules.Return = slices.Concat(o.top.rules.Rules, rules.Return)
	}
	return New(&rules)
}

func (o *Overlay) shift(i int) int {
	if i < 0 {
		return i
	}
	return i + len(o.top.rules.Rules)
}

// Tracked implements [Matcher].
func (o *Overlay) Tracked() bool { return o.base.rules.Tracked }

// DeniesReplies implements [Matcher].
func (o *Overlay) DeniesReplies() bool { return o.top.DeniesReplies() || o.base.DeniesReplies() }

// Describe implements [Matcher].
func (o *Overlay) Describe(i int, replies bool) string {
	x, i := o.owner(i, replies)
	return x.Describe(i, replies)
}

// Refer implements [Matcher].
func (o *Overlay) Refer(i int, replies bool) string {
	x, i := o.owner(i, replies)
	return x.Refer(i, replies)
}

// Says implements [Matcher].
func (o *Overlay) Says(i int, replies bool) string {
	x, i := o.owner(i, replies)
	return x.Says(i, replies)
}

// Label implements [Matcher].
func (o *Overlay) Label(i int, replies bool) (name string, line int) {
	x, i := o.owner(i, replies)
	return x.Label(i, replies)
}

// Position implements [Matcher].
func (o *Overlay) Position(i int, replies bool) int {
	if i < 0 || replies && !o.base.rules.OneList() {
		return i
	}
	return max(0, i-len(o.top.rules.Rules))
}

// owner returns the index that rule i stands in and its number there. Replies that
// have a list of their own never meet the rules on top.
func (o *Overlay) owner(i int, replies bool) (*Index, int) {
	n := len(o.top.rules.Rules)
	switch {
	case i < 0, replies && !o.base.rules.OneList():
		return o.base, i
	case i < n:
		return o.top, i
	}
	return o.base, i - n
}
