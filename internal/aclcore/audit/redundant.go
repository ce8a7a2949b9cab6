package audit

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/extent"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// redundant finds the units without which nothing changes. It lets one after the other
// go, as far as nothing changes without those that are gone already.
func (a *auditor) redundant(shadowed, unused []bool) {
	var found []int
	for n, u := range a.units {
		if shadowed[n] || a.hasNoServices(u) || a.isForStrays(u) || !a.meets(u) || !a.oneAction(u) {
			continue
		}
		all, unknown := a.changesNothing(u, func(int) bool { return false })
		switch {
		case unknown:
			a.Unknown++
		case all:
			found = append(found, n)
		}
	}
	for _, n := range found {
		u := a.units[n]
		f := Finding{Kind: Redundant, Rule: u.first}
		if a.explains(Redundant) {
			f.CoveredBy = a.takers(u)
		}
		switch all, _ := a.changesNothing(u, func(j int) bool { return a.gone[j] }); {
		case unused[n]:
		case a.isWrittenOutDefault(u):
			f.Reason = "it writes the default action out, which is often meant: for its log or its counter"
		case all:
			a.remove(u)
		default:
			f.Reason = "it may go alone, but not together with the other rules that may: they decide its packets in its place"
		}
		a.find(f)
	}
}

// isWrittenOutDefault reports whether the unit does what happens anyway, to all that is
// left of an address family: behind it there are only rules that do so too.
func (a *auditor) isWrittenOutDefault(u unit) bool {
	for i := u.first; i < len(a.rules); i++ {
		r := &a.rules[i]
		whole := *r
		v4, v6 := r.Traffic.ByFamily()
		if v4.IsCatchAll() || v6.IsCatchAll() {
			whole.Traffic = traffic.Any()
		}
		if !whole.IsCatchAll() || r.Action != a.Rules.Default {
			return false
		}
	}
	return true
}

func (a *auditor) oneAction(u unit) bool {
	for i := u.first; i <= u.last; i++ {
		if a.rules[i].Action != a.rules[u.first].Action {
			return false
		}
	}
	return true
}

// changesNothing reports whether the same becomes of all packets, surely, where the unit
// is gone besides the rules for which gone holds.
func (a *auditor) changesNothing(u unit, gone func(j int) bool) (all, unknown bool) {
	action := a.rules[u.first].Action
	label := func(j int, sure bool) extent.Label {
		switch {
		case gone(j), u.first <= j && j <= u.last:
			return extent.Skip
		case j < u.first && sure:
			return extent.Unwanted // it never comes to the unit
		case j < u.first:
			return extent.Skip
		case a.rules[j].Action != action:
			return extent.Wanted
		case sure:
			return extent.Unwanted
		}
		return extent.Skip
	}
	end := extent.Wanted
	if a.Rules.Default == action {
		end = extent.Unwanted
	}
	for _, s := range a.stages {
		for i := u.first; i <= u.last; i++ {
			switch s.Search(s.Possible(i), u.last+1, len(a.rules), label, end, searchSteps) {
			case extent.Found:
				return false, false
			case extent.GivenUp:
				unknown = true
			}
		}
	}
	return !unknown, unknown
}

// maxTakers is how many units are named that decide the packets of one that is gone.
const maxTakers = 8

// takers returns the first rules of the units that decide the packets of u where it is
// gone, Default for the default action.
func (a *auditor) takers(u unit) (out []int) {
	seen := make(map[int]bool)
	budget := extent.NewBudget(shares)
	for _, s := range a.stages {
		for i := u.first; i <= u.last; i++ {
			for _, e := range s.Possible(i) {
				s.Divide(e, 0, u.first, budget, func(part extent.Part) {
					if part.Rule >= 0 {
						return
					}
					s.Divide(part.Extent, u.last+1, len(a.rules), budget, func(part extent.Part) { seen[a.firstOf(part.Rule)] = true })
				})
			}
		}
	}
	for first := range seen {
		out = append(out, first)
	}
	slices.SortFunc(out, func(x, y int) int { // the default action is last
		if x == y {
			return 0
		}
		if uint(x) < uint(y) {
			return -1
		}
		return 1
	})
	return out[:min(maxTakers, len(out))]
}

func (a *auditor) firstOf(i int) int {
	if i < 0 {
		return Default
	}
	return a.units[a.unitOf[i]].first
}

// isPermit reports whether the unit permits packets that flows may want.
func (a *auditor) isPermit(u unit) bool {
	for i := u.first; i <= u.last; i++ {
		if r := &a.rules[i]; r.Action != rule.Permit || r.State == rule.Established {
			return false
		}
	}
	return true
}
