package audit

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/extent"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// excess finds what rules permit that no flow wants, and lets those go that permit
// nothing else.
func (a *auditor) excess(shadowed []bool) []bool {
	unused := make([]bool, len(a.units))
	if !a.Declared {
		return unused
	}
	for n, u := range a.units {
		if shadowed[n] || !a.isPermit(u) || a.isForStrays(u) || !a.stages[0].Meets(u.first) {
			continue
		}
		used, unknown := a.used(u)
		if unknown {
			a.Unknown++
			continue
		}
		f := Finding{Kind: Wider, Rule: u.first}
		if !used {
			f.Kind = Unused
		}
		switch a.measure(u, &f); {
		case len(f.Excess) > 0:
		case f.Cut:
			a.Unknown++
			continue
		default:
			continue
		}
		if !used {
			unused[n] = true
		}
		f.Reason = reasonOf(f)
		a.find(f)
	}
	for n, u := range a.units {
		if unused[n] {
			a.remove(u)
		}
	}
	return unused
}

func reasonOf(f Finding) string {
	switch {
	case f.Kind == Unused:
		return "no declared flow wants what it permits"
	case f.Packets == nil:
		return "declared flows want less than it permits"
	}
	return fmt.Sprintf("declared flows want %s of %s packets that it decides", readable(new(big.Int).Sub(f.Decides, f.Packets)), readable(f.Decides))
}

// maxDigits is how many digits of a number are read one by one.
const maxDigits = 15

// readable writes a number, and only about how much it is where that has many digits.
func readable(n *big.Int) string {
	if text := n.String(); len(text) <= maxDigits {
		return text
	}
	return new(big.Float).SetInt(n).Text('e', 1)
}

// used reports whether the unit decides what a flow wants.
func (a *auditor) used(u unit) (used, unknown bool) {
	for i := u.first; i <= u.last; i++ {
		if a.touched[i] {
			return true, false
		}
	}
	covering := func(_ int, sure bool) extent.Label {
		if sure {
			return extent.Unwanted
		}
		return extent.Skip
	}
	for _, n := range a.undivided {
		if a.Flows[n].Deny {
			continue
		}
		for _, w := range a.traffic(&a.Flows[n]) {
			s := a.stageFor(w.later)
			for i := u.first; i <= u.last; i++ {
				var shared []extent.Extent
				for _, e := range extent.Of(extent.Between{From: a.zones.Declared(w.from), To: a.zones.Declared(w.to)}, w.Product) {
					for _, of := range s.Possible(i) {
						if in := of.Intersect(e); !in.IsEmpty() {
							shared = append(shared, in)
						}
					}
				}
				switch s.Search(shared, u.first, u.first, covering, extent.Wanted, searchSteps) {
				case extent.Found:
					return true, false
				case extent.GivenUp:
					unknown = true
				}
			}
		}
	}
	return false, unknown
}

// A sum is disjoint traffic between zones.
type sum struct {
	zones    *extent.Zones
	products map[string][]traffic.Product
	between  map[string]extent.Between
}

func newSum(z *extent.Zones) *sum {
	return &sum{z, make(map[string][]traffic.Product), make(map[string]extent.Between)}
}

func (s *sum) add(e extent.Extent) {
	key := fmt.Sprint(e.From, e.To)
	s.products[key], s.between[key] = append(s.products[key], e.Product), e.Between
}

// size counts the packets, those between different zones apart.
func (s *sum) size() *big.Int {
	n := new(big.Int)
	for _, products := range s.products {
		for _, p := range products {
			n.Add(n, Count(p))
		}
	}
	return n
}

// packets counts the packets, whatever zones they go between; it is nil where they differ
// in that, since the same packet could be counted twice.
func (s *sum) packets() *big.Int {
	if len(s.products) > 1 {
		return nil
	}
	return s.size()
}

// excess returns the traffic, merged and sorted.
func (s *sum) excess() (out []Excess) {
	for key, products := range s.products {
		from, to := s.zones.Names(s.between[key])
		for _, p := range traffic.Merge(products) {
			out = append(out, Excess{p, from, to})
		}
	}
	slices.SortFunc(out, func(x, y Excess) int {
		return cmp.Or(x.Product.Compare(y.Product), slices.Compare(x.SourceZones, y.SourceZones), slices.Compare(x.DestinationZones, y.DestinationZones))
	})
	return out
}

// measure works out what of the packets that the unit decides, perhaps, no flow wants.
func (a *auditor) measure(u unit, f *Finding) {
	s, budget := a.stages[0], a.excessBudget.Part(excessShares)
	defer a.excessBudget.Return(budget)
	decides, excess := newSum(a.zones), newSum(a.zones)
	a.divide(u, budget, func(part extent.Extent, decided bool) {
		if !decided {
			return
		}
		decides.add(part)
		if f.Kind == Unused {
			return
		}
		s.wanted.Divide(part, 0, len(s.wanted.Rules()), budget, func(rest extent.Part) {
			if rest.Rule < 0 {
				excess.add(rest.Extent)
			}
		})
	})
	if f.Kind == Unused {
		excess = decides
		if budget.Exhausted() && len(decides.products) == 0 { // all that it matches, then
			for _, e := range s.Possible(u.first) {
				excess.add(e)
			}
		}
	}
	f.Excess, f.Size, f.Cut = excess.excess(), excess.size(), budget.Exhausted()
	if packets, all := excess.packets(), decides.packets(); !f.Cut && packets != nil && all != nil {
		f.Packets, f.Decides = packets, all
	}
}

// divide yields the packets that open connections and match the unit, each once: those
// that it decides, perhaps, and those that rules before it surely decide.
func (a *auditor) divide(u unit, budget *extent.Budget, yield func(part extent.Extent, decided bool)) {
	s := a.stages[0]
	for i := u.first; i <= u.last; i++ {
		for _, e := range s.Possible(i) {
			s.Divide(e, 0, i, budget, func(part extent.Part) {
				ofUnit := func(j int) bool { return j >= u.first }
				if !ofUnit(part.Rule) && !slices.ContainsFunc(part.Perhaps, ofUnit) {
					yield(part.Extent, part.Rule < 0)
				}
			})
		}
	}
}
