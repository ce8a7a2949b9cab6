package script

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// EditFor returns what makes put stand on top of the list, denies first, and take stand
// in it no more. Those of put that are on top already stay where they are, and so do the
// rules of ours in keep. What is left of one of ours, where somebody has taken away the
// rest, is taken out too.
func (l *List) EditFor(put, take []Rule, keep []rule.Rule) (Edit, error) {
	var e Edit
	all := slices.Concat(put, take)
	ours := make([]rule.Rule, 0, len(all)+len(keep))
	for _, r := range all {
		ours = append(ours, r.Rule)
	}
	ours = append(ours, keep...)
	found, err := l.Find(ours)
	if err != nil {
		return e, err
	}
	var denies, permits []Rule
	gone := map[int]bool{}
	for n, r := range all {
		if n < len(put) {
			switch {
			case found.OnTop[n]:
				continue
			case r.Action == rule.Deny:
				denies = append(denies, r)
			default:
				permits = append(permits, r)
			}
		}
		for _, removal := range []Removal{{At: found.At[n], Rule: r}, {At: found.Parts[n], Rule: r, Debris: true}} {
			removal.At = slices.DeleteFunc(slices.Clone(removal.At), func(i int) bool { return gone[i] })
			if len(removal.At) > 0 {
				e.Remove = append(e.Remove, removal)
			}
			for _, i := range removal.At {
				gone[i] = true
			}
		}
	}
	below := l.belowDenies(found, ours, gone)
	switch {
	case len(denies)+len(permits) == 0:
	case below == 0 || len(permits) == 0:
		e.Insert = []Insertion{{0, slices.Concat(denies, permits)}}
	case len(denies) == 0:
		e.Insert = []Insertion{{below, permits}}
	default:
		e.Insert = []Insertion{{0, denies}, {below, permits}}
	}
	return e, nil
}

// belowDenies is the place below the last deny of ours that is on top and stays, counted
// without the rules that go.
func (l *List) belowDenies(found *Found, ours []rule.Rule, gone map[int]bool) int {
	last := -1
	for _, n := range found.Order {
		if at := found.At[n]; ours[n].Action == rule.Deny && !gone[at[0]] {
			last = max(last, at[len(at)-1])
		}
	}
	below := 0
	for i := range last + 1 {
		if !gone[i] {
			below++
		}
	}
	return below
}

// Difference tells how a list differs from what it was to become, at most ten rules of
// each kind, a line each; none where it is the same.
func Difference(want, got *rule.Ruleset) []string {
	if differ(want, got) == "" {
		return nil
	}
	const most = 10
	wanted, had := map[string]int{}, map[string]int{}
	for i := range want.Rules {
		wanted[contentKey(&want.Rules[i])]++
	}
	for i := range got.Rules {
		had[contentKey(&got.Rules[i])]++
	}
	var out []string
	list := func(rs *rule.Ruleset, other map[string]int, words string) {
		count := 0
		for i := range rs.Rules {
			key := contentKey(&rs.Rules[i])
			if other[key] > 0 {
				other[key]--
				continue
			}
			if count++; count <= most {
				out = append(out, fmt.Sprintf("%s: %s", words, rs.Refer(i)))
			}
		}
		if count > most {
			out = append(out, fmt.Sprintf("%s: %d more", words, count-most))
		}
	}
	list(want, had, "not there")
	list(got, wanted, "not expected")
	if len(out) == 0 {
		out = append(out, "the rules stand in another order, or under another default: "+differ(want, got))
	}
	return out
}
