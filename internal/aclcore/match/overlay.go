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
	if o.needsWhole(q) {
		return o.whole().Match(q)
	}
	above := o.top.Match(q)
	if above.Cut {
		return o.whole().Match(q)
	}
	var parts []Part
	var rest []traffic.Product
	for _, p := range above.Parts {
		if p.Rule < 0 {
			rest = append(rest, p.Product)
		} else {
			parts = append(parts, p)
		}
	}
	if len(rest) == 0 {
		return Answer{Parts: parts}
	}
	q.Products = rest
	below := o.base.Match(q)
	for _, p := range below.Parts {
		p.Rule, p.Intent, p.Permit = o.shift(p.Rule), o.shift(p.Intent), o.shift(p.Permit)
		parts = append(parts, p)
	}
	return Answer{Parts: parts, Cut: below.Cut}
}

// needsWhole reports whether the base cannot be asked on its own: a rule on top
// that cannot be decided changes what the rules below it mean, and replies meet
// both.
func (o *Overlay) needsWhole(q Question) bool {
	if o.base.rules.Stateless {
		return true
	}
	c := q.crossing()
	for i := range o.top.rules.Rules {
		r := &o.top.rules.Rules[i]
		if possible, sure := c.meets(r); possible && !sure && slices.ContainsFunc(q.Products, r.Traffic.Overlaps) {
			return true
		}
	}
	return false
}

func (o *Overlay) whole() *Index {
	rules := *o.base.rules
	rules.Rules = slices.Concat(o.top.rules.Rules, rules.Rules)
	return New(&rules)
}

func (o *Overlay) shift(i int) int {
	if i < 0 {
		return i
	}
	return i + len(o.top.rules.Rules)
}

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

// Label implements [Matcher].
func (o *Overlay) Label(i int, replies bool) (name string, line int) {
	x, i := o.owner(i, replies)
	return x.Label(i, replies)
}

// Position implements [Matcher].
func (o *Overlay) Position(i int, replies bool) int {
	if i < 0 || replies && o.base.rules.Return != nil {
		return i
	}
	return max(0, i-len(o.top.rules.Rules))
}

// owner returns the index that rule i stands in and its number there. Replies that
// have a list of their own never meet the rules on top.
func (o *Overlay) owner(i int, replies bool) (*Index, int) {
	n := len(o.top.rules.Rules)
	switch {
	case i < 0, replies && o.base.rules.Return != nil:
		return o.base, i
	case i < n:
		return o.top, i
	}
	return o.base, i - n
}
