package audit

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/extent"

// Share says what becomes of the packets that open connections and match a unit of rules.
type Share struct {
	// Decides are those that it decides, surely or perhaps, and Taken those that rules
	// before it surely decide; both are merged and sorted.
	Decides, Taken []Excess
	// Cut says that some are missing in both, as the rules before it divide its traffic too
	// finely.
	Cut bool
}

// Units returns the first and the last rule of each unit, in order.
func (r *Result) Units() (out [][2]int) {
	for _, u := range r.of.units {
		out = append(out, [2]int{u.first, u.last})
	}
	return out
}

// Share returns the share of unit n.
func (r *Result) Share(n int) Share {
	a, budget := r.of, extent.NewBudget(shares)
	decides, taken := newSum(a.zones), newSum(a.zones)
	a.divide(a.units[n], budget, func(part extent.Extent, decided bool) {
		if decided {
			decides.add(part)
		} else {
			taken.add(part)
		}
	})
	return Share{decides.excess(), taken.excess(), budget.Exhausted()}
}
