package topology

import (
	"net/netip"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
)

// ranks finds the rules that may match some addresses, in their order.
type ranks struct {
	v4, v6 ranksOfFamily
	// broad are rules for many addresses, which are always looked at.
	broad []int
}

type ranksOfFamily struct {
	starts []netip.Addr
	// at has the rules for the addresses from starts[i] to before starts[i+1].
	at [][]int
}

// maxSegments is how many segments a rule may take before it counts as broad.
const maxSegments = 32

func newRanks(rules []natRule, set func(*natRule) addr.Set) *ranks {
	x := &ranks{}
	var starts4, starts6 []netip.Addr
	for i := range rules {
		for _, r := range set(&rules[i]).Ranges() {
			starts := &starts6
			if r.Is4() {
				starts = &starts4
			}
			*starts = append(*starts, r.From)
			if next := r.To.Next(); next.IsValid() {
				*starts = append(*starts, next)
			}
		}
	}
	x.v4, x.v6 = newRanksOfFamily(starts4), newRanksOfFamily(starts6)
	for i := range rules {
		x.place(i, set(&rules[i]))
	}
	return x
}

func newRanksOfFamily(starts []netip.Addr) ranksOfFamily {
	slices.SortFunc(starts, netip.Addr.Compare)
	starts = slices.Compact(starts)
	return ranksOfFamily{starts, make([][]int, len(starts))}
}

func (x *ranks) family(r addr.Range) *ranksOfFamily {
	if r.Is4() {
		return &x.v4
	}
	return &x.v6
}

// place enters the rule in the segments of its addresses.
func (x *ranks) place(rule int, set addr.Set) {
	n := 0
	for _, r := range set.Ranges() {
		first, last := x.family(r).segments(r)
		n += last - first
	}
	if n > maxSegments {
		x.broad = append(x.broad, rule)
		return
	}
	for _, r := range set.Ranges() {
		f := x.family(r)
		first, last := f.segments(r)
		for i := first; i < last; i++ {
			f.at[i] = append(f.at[i], rule)
		}
	}
}

// segments returns the segments that a range touches.
func (f *ranksOfFamily) segments(r addr.Range) (first, last int) {
	first, found := slices.BinarySearchFunc(f.starts, r.From, netip.Addr.Compare)
	if !found {
		first = max(first-1, 0)
	}
	last, found = slices.BinarySearchFunc(f.starts, r.To, netip.Addr.Compare)
	if found {
		last++
	}
	return first, last
}

// of returns the rules for some of the addresses, in order.
func (x *ranks) of(set addr.Set) []int {
	out := slices.Clone(x.broad)
	for _, r := range set.Ranges() {
		f := x.family(r)
		first, last := f.segments(r)
		for i := first; i < last; i++ {
			out = append(out, f.at[i]...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
