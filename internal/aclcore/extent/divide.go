package extent

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Part is packets that one rule decides.
type Part struct {
	Extent
	// Rule is the rule that surely decides, -1 for the default action, and Action what
	// it does.
	Rule   int
	Action rule.Action
	// Perhaps are the rules before it that match perhaps, in order.
	Perhaps []int
	// Outcome is Unknown where one of Perhaps has the other action.
	Outcome match.Outcome
}

// Budget is how much work may still be done. Nothing is known of what was not reached
// when it is used up.
type Budget struct{ left int }

// NewBudget returns a budget for about so many shares that rules take of traffic.
func NewBudget(shares int) *Budget { return &Budget{shares * shareWork} }

// shareWork is the least that a share counts for; one in more ranges counts for as many.
const shareWork = 128

// Exhausted reports whether the budget is used up.
func (b *Budget) Exhausted() bool { return b.left < 0 }

// Part takes a budget for so many shares out of b, or for what is left; Return gives back
// what is left of it.
func (b *Budget) Part(shares int) *Budget {
	part := &Budget{min(shares*shareWork, max(0, b.left))}
	b.left -= part.left
	return part
}

// Return gives back what is left of a part of b.
func (b *Budget) Return(part *Budget) { b.left += max(0, part.left) }

func (b *Budget) spend(e *Extent) bool {
	b.left -= max(shareWork, len(e.Sources.Ranges())+len(e.Destinations.Ranges())+len(e.Services.Ranges()))
	return b.left >= 0
}

// maxTogether is how many pieces are carried past the rules together. Each of more is
// followed alone, past the rules that it can meet.
const maxTogether = 32

// maxRagged is how many ranges a piece is carried with at each end. What narrow rules leave
// of wide traffic gets a range more by each, and all of them are copied for the next: halves
// are followed alone, so that the cost stays in proportion to the number of rules.
const maxRagged = 96

// A piece is packets that no rule has surely decided yet.
type piece struct {
	Extent
	perhaps []int
	unsure  [2]bool // by action
}

func (p piece) ragged() bool {
	return max(len(p.Sources.Ranges()), len(p.Destinations.Ranges())) > maxRagged
}

// halves returns a ragged piece in two, cut where it is most so, and another as it is.
func (p piece) halves() []piece {
	if !p.ragged() {
		return []piece{p}
	}
	low, high := p, p
	if r := p.Sources.Ranges(); len(r) >= len(p.Destinations.Ranges()) {
		low.Sources, high.Sources = addr.SetOf(r[:len(r)/2]...), addr.SetOf(r[len(r)/2:]...)
	} else {
		r := p.Destinations.Ranges()
		low.Destinations, high.Destinations = addr.SetOf(r[:len(r)/2]...), addr.SetOf(r[len(r)/2:]...)
	}
	return []piece{low, high}
}

// A divider divides one extent.
type divider struct {
	*List
	budget *Budget
	// before is the first rule that is not asked any more, and from the first that is.
	from, before int
	yield        func(Part)
}

// Divide yields the packets of e by the rule that decides them, as if the list began
// with rule from and its default action came before rule before. The parts are disjoint;
// their union is e unless the budget does not last.
func (l *List) Divide(e Extent, from, before int, budget *Budget, yield func(Part)) {
	if !e.IsEmpty() {
		d := divider{l, budget, from, before, yield}
		d.pass(piece{Extent: e}, from)
	}
}

func (d *divider) pass(p piece, from int) {
	open, spare := []piece{p}, []piece(nil)
	for i := range d.index.Overlapping(p.Product, from) {
		if i >= d.before {
			break
		}
		open, spare = d.meet(i, open, spare[:0]), open
		if len(open) == 0 || d.budget.Exhausted() {
			return
		}
		if len(open) > maxTogether || slices.ContainsFunc(open, piece.ragged) {
			for _, one := range slices.Clone(open) {
				for _, part := range one.halves() {
					if d.pass(part, i+1); d.budget.Exhausted() {
						return
					}
				}
			}
			return
		}
	}
	for _, one := range open {
		d.decide(one, -1, d.fallback)
	}
}

// meet lets rule i take its share of the open pieces and appends to next what is left.
func (d *divider) meet(i int, open, next []piece) []piece {
	var rest, spare []Extent
	for _, p := range open {
		rest = append(rest[:0], p.Extent)
		d.hits(i, p.Extent, func(share Extent, sure bool) bool {
			spare = spare[:0]
			for _, e := range rest {
				in := e.Intersect(share)
				if in.IsEmpty() {
					spare = append(spare, e)
					continue
				}
				if !d.budget.spend(&e) {
					return false
				}
				spare = e.Subtract(spare, share)
				taken := piece{in, p.perhaps, p.unsure}
				if sure {
					d.decide(taken, i, d.rules[i].Action)
					continue
				}
				taken.perhaps = append(slices.Clip(taken.perhaps), i)
				taken.unsure[d.rules[i].Action] = true
				next = append(next, taken)
			}
			rest, spare = spare, rest
			return true
		})
		if d.budget.Exhausted() {
			return nil
		}
		for _, e := range rest {
			next = append(next, piece{e, p.perhaps, p.unsure})
		}
	}
	return next
}

func (d *divider) decide(p piece, i int, action rule.Action) {
	part := Part{Extent: p.Extent, Rule: i, Action: action, Perhaps: p.perhaps, Outcome: match.Denied}
	switch {
	case p.unsure[1-action]:
		part.Outcome = match.Unknown
	case action == rule.Permit:
		part.Outcome = match.Permitted
	}
	d.yield(part)
}
