package audit

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/extent"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// shadowed finds the units that never decide a packet, and lets them go: what covers one
// of them is covered itself where it is one of them.
func (a *auditor) shadowed() []bool {
	out := make([]bool, len(a.units))
	for n, u := range a.units {
		if !a.meets(u) || a.isForStrays(u) {
			continue
		}
		if a.isEmpty(u) {
			if a.hasNoServices(u) {
				continue
			}
			out[n] = true
			a.find(Finding{Kind: Shadowed, Rule: u.first, Reason: "it matches no packet: its sources and its destinations have no address of the same IP version, or there are none"})
			continue
		}
		sure, perhaps := a.covered(u, func(j int, sure bool) bool { return sure })
		switch {
		case perhaps:
			a.Unknown++
		case sure:
			out[n] = true
			a.explainShadowed(u)
		case a.isDecidable(u):
			if all, _ := a.covered(u, func(j int, sure bool) bool { return sure || a.mayCover(j, u) }); all {
				a.explainPossible(u)
			}
		}
	}
	for n, u := range a.units {
		if out[n] {
			a.remove(u)
		}
	}
	return out
}

// isDecidable reports whether it is known what the unit matches, but for applications and
// users: only of such a unit it is said that others may cover it.
func (a *auditor) isDecidable(u unit) bool {
	for i := u.first; i <= u.last; i++ {
		if len(a.rules[i].Unknown) > 0 {
			return false
		}
	}
	return true
}

// mayCover reports whether a rule can match all packets of the unit if its conditions
// turn out so: one for some applications matches none of others.
func (a *auditor) mayCover(j int, u unit) bool {
	if a.Open != nil && slices.ContainsFunc(a.rules[j].Unknown, func(reason string) bool { return !a.Open(reason) }) {
		return false
	}
	apps := a.rules[j].Applications
	if len(apps) == 0 {
		return true
	}
	for i := u.first; i <= u.last; i++ {
		own := a.rules[i].Applications
		if len(own) == 0 || slices.ContainsFunc(own, func(name string) bool { return !slices.Contains(apps, name) }) {
			return false
		}
	}
	return true
}

// remove lets a unit go.
func (a *auditor) remove(u unit) {
	if u.repeated {
		return
	}
	for i := u.first; i <= u.last; i++ {
		a.gone[i] = true
	}
}

// meets reports whether packets that are asked about can match the unit.
func (a *auditor) meets(u unit) bool {
	for _, s := range a.stages {
		for i := u.first; i <= u.last; i++ {
			if s.Meets(i) {
				return true
			}
		}
	}
	return false
}

func (a *auditor) isEmpty(u unit) bool {
	for _, s := range a.stages {
		for i := u.first; i <= u.last; i++ {
			if len(s.Possible(i)) > 0 {
				return false
			}
		}
	}
	return true
}

// hasNoServices reports whether the unit is for packets that are not asked about, such as
// later fragments, or is assumed not to hold: it has its use all the same.
func (a *auditor) hasNoServices(u unit) bool {
	for i := u.first; i <= u.last; i++ {
		if a.rules[i].Traffic.Services.IsEmpty() {
			return true
		}
	}
	return false
}

// covered reports whether the rules before the unit for which by holds decide all of its
// packets; unknown says that this could not be found out.
func (a *auditor) covered(u unit, by func(j int, sure bool) bool) (all, unknown bool) {
	label := func(j int, sure bool) extent.Label {
		if by(j, sure) {
			return extent.Unwanted
		}
		return extent.Skip
	}
	for _, s := range a.stages {
		for i := u.first; i <= u.last; i++ {
			switch s.Search(s.Possible(i), u.first, u.first, label, extent.Wanted, searchSteps) {
			case extent.Found:
				return false, false
			case extent.GivenUp:
				unknown = true
			}
		}
	}
	return !unknown, unknown
}

// deciders returns the units that decide packets of u before it, perhaps ones too where
// that is asked for.
func (a *auditor) deciders(u unit, perhaps bool) (out []int) {
	seen := make(map[int]bool)
	note := func(i int) { seen[a.unitOf[i]] = true }
	budget := extent.NewBudget(shares)
	for _, s := range a.stages {
		for i := u.first; i <= u.last; i++ {
			for _, e := range s.Possible(i) {
				s.Divide(e, 0, u.first, budget, func(part extent.Part) {
					if part.Rule >= 0 {
						note(part.Rule)
					}
					if perhaps {
						for _, j := range part.Perhaps {
							note(j)
						}
					}
				})
			}
		}
	}
	for n := range seen {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// maxCandidates is how many units are tried to find few that cover another.
const maxCandidates = 32

// minimal returns the first rules of few of the units that cover u: one if one does, else
// some of which none can be left out.
func (a *auditor) minimal(u unit, units []int, surely bool) (rules []int) {
	covers := func(some []int) bool {
		all, _ := a.covered(u, func(j int, sure bool) bool { return (sure || !surely) && slices.Contains(some, a.unitOf[j]) })
		return all
	}
	if !covers(units) {
		return nil // too many to find them all
	}
	if len(units) <= maxCandidates {
		units = fewest(units, covers)
	}
	for _, n := range units {
		rules = append(rules, a.units[n].first)
	}
	return rules
}

func fewest(units []int, covers func([]int) bool) []int {
	for _, n := range units {
		if covers([]int{n}) {
			return []int{n}
		}
	}
	for i := 0; i < len(units); {
		if without := slices.Delete(slices.Clone(units), i, i+1); covers(without) {
			units = without
		} else {
			i++
		}
	}
	return units
}

// explainPossible tells what covers a unit perhaps.
func (a *auditor) explainPossible(u unit) {
	f := Finding{Kind: PossiblyShadowed, Rule: u.first, Reason: "it decides no packet if the rules before it match that cannot be decided"}
	if a.explains(PossiblyShadowed) {
		by := slices.DeleteFunc(a.deciders(u, true), func(n int) bool { return !a.mayCover(a.units[n].first, u) })
		f.CoveredBy = a.minimal(u, by, false)
	}
	a.find(f)
}

// explainShadowed tells what covers a unit, and whether that does the other thing.
func (a *auditor) explainShadowed(u unit) {
	f, against := Finding{Kind: Shadowed, Rule: u.first}, Finding{Kind: Contradicts, Rule: u.first}
	contradicted := a.isContradicted(u)
	if a.explains(Shadowed) || contradicted && a.explains(Contradicts) {
		by := a.deciders(u, false)
		if f.CoveredBy = a.minimal(u, by, true); len(f.CoveredBy) == 0 {
			f.Reason = "many rules before it decide all of its packets together"
		}
		for _, n := range by {
			if first := a.units[n].first; a.rules[first].Action != a.rules[u.first].Action {
				against.CoveredBy = append(against.CoveredBy, first)
			}
		}
	}
	a.find(f)
	if contradicted {
		word := "permitted"
		if a.rules[u.first].Action == rule.Permit {
			word = "denied"
		}
		against.Reason = "packets that it is for are " + word + " before it"
		a.find(against)
	}
}

// isContradicted reports whether rules before the unit surely do the other thing to some of
// its packets.
func (a *auditor) isContradicted(u unit) bool {
	label := func(j int, sure bool) extent.Label {
		switch {
		case !sure:
			return extent.Skip
		case a.rules[j].Action != a.rules[u.first].Action:
			return extent.Wanted
		}
		return extent.Unwanted
	}
	return slices.ContainsFunc(a.stages, func(s *stage) bool {
		for i := u.first; i <= u.last; i++ {
			if s.Search(s.Possible(i), 0, u.first, label, extent.Unwanted, searchSteps) == extent.Found {
				return true
			}
		}
		return false
	})
}
