package addr

import (
	"cmp"
	"net/netip"
	"slices"
	"sort"
	"strings"

	"go4.org/netipx"
)

// Range is an inclusive run of addresses of one family. A valid Range has
// From <= To, both IPv4 or both IPv6, without zones.
type Range struct {
	From, To netip.Addr
}

// RangeOf returns the range from a to b.
func RangeOf(a, b netip.Addr) Range { return Range{a, b} }

// RangeOfPrefix returns the addresses of p, host bits masked away.
func RangeOfPrefix(p netip.Prefix) Range {
	r := netipx.RangeOfPrefix(p.Masked())
	return Range{r.From(), r.To()}
}

// IsSingle reports whether the range is one host.
func (r Range) IsSingle() bool { return r.From == r.To }

// Is4 reports whether the range is of IPv4 addresses.
func (r Range) Is4() bool { return r.From.Is4() }

// Contains reports whether a lies in the range; an address of the other family
// never does.
func (r Range) Contains(a netip.Addr) bool {
	return r.From.Compare(a) <= 0 && a.Compare(r.To) <= 0
}

// String writes the range the shortest way that [Parse] reads: a host, a prefix,
// or "first-last".
func (r Range) String() string {
	if r.IsSingle() {
		return r.From.String()
	}
	if p, ok := netipx.IPRangeFrom(r.From, r.To).Prefix(); ok {
		return p.String()
	}
	return r.From.String() + "-" + r.To.String()
}

func compareRange(a, b Range) int {
	return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To))
}

var (
	all4 = Range{netip.AddrFrom4([4]byte{}), netip.AddrFrom4([4]byte{255, 255, 255, 255})}
	all6 = Range{netip.IPv6Unspecified(), netip.AddrFrom16([16]byte{
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	})}
	anySet = Set{[]Range{all4, all6}}
)

// Set is an immutable set of IPv4 and IPv6 addresses, safe for concurrent use.
// The zero value is the empty set. Addresses of the two families never compare
// equal: ::ffff:10.0.0.1 is not 10.0.0.1.
type Set struct {
	// r is sorted by From, IPv4 first, and minimal: ranges neither overlap nor
	// touch. Every method relies on it, and equal sets have equal r.
	r []Range
}

// Any returns the set of all IPv4 and all IPv6 addresses.
func Any() Set { return anySet }

// Any4 returns the set of all IPv4 addresses.
func Any4() Set { return Set{anySet.r[:1:1]} }

// Any6 returns the set of all IPv6 addresses.
func Any6() Set { return Set{anySet.r[1:]} }

// SetOf returns the union of the ranges, given in any order.
func SetOf(ranges ...Range) Set {
	switch len(ranges) {
	case 0:
		return Set{}
	case 1:
		return Set{[]Range{ranges[0]}}
	}
	sorted := make([]Range, len(ranges)) // a clone would have callers allocate ranges
	copy(sorted, ranges)
	slices.SortFunc(sorted, compareRange)
	out := sorted[:1]
	for _, r := range sorted[1:] {
		last := &out[len(out)-1]
		if touches(*last, r) {
			if r.To.Compare(last.To) > 0 {
				last.To = r.To
			}
			continue
		}
		out = append(out, r)
	}
	return Set{out}
}

// touches reports whether b, which starts no earlier than a, overlaps a or
// follows it without a gap.
func touches(a, b Range) bool {
	if a.Is4() != b.Is4() {
		return false
	}
	if b.From.Compare(a.To) <= 0 {
		return true
	}
	return a.To.Next() == b.From
}

// IsEmpty reports whether the set has no address.
func (s Set) IsEmpty() bool { return len(s.r) == 0 }

// IsAny reports whether the set holds every address of both families.
func (s Set) IsAny() bool { return len(s.r) == 2 && s.r[0] == all4 && s.r[1] == all6 }

// Ranges returns the minimal sorted ranges of the set. The caller must not
// modify them.
func (s Set) Ranges() []Range { return s.r }

// Equal reports whether s and o hold the same addresses.
func (s Set) Equal(o Set) bool { return slices.Equal(s.r, o.r) }

// Single returns the only address of the set, if it has exactly one.
func (s Set) Single() (netip.Addr, bool) {
	if len(s.r) == 1 && s.r[0].IsSingle() {
		return s.r[0].From, true
	}
	return netip.Addr{}, false
}

// Contains reports whether a is in the set.
func (s Set) Contains(a netip.Addr) bool {
	i, found := slices.BinarySearchFunc(s.r, a, func(r Range, a netip.Addr) int { return r.From.Compare(a) })
	if found {
		return true
	}
	return i > 0 && s.r[i-1].Contains(a)
}

// search returns the index of the first range that ends at a or after it.
func (s Set) search(a netip.Addr) int {
	from, to := 0, len(s.r)
	for from < to {
		if mid := int(uint(from+to) / 2); s.r[mid].To.Compare(a) < 0 {
			from = mid + 1
		} else {
			to = mid
		}
	}
	return from
}

// muchLonger reports whether s has so many more ranges than o that it is faster to
// search s for each range of o than to walk along both.
func (s Set) muchLonger(o Set) bool { return len(s.r) > 8*len(o.r) }

// ContainsSet reports whether every address of o is in s.
func (s Set) ContainsSet(o Set) bool {
	if len(s.r) == 1 && len(o.r) > 1 { // one range holds all others if it holds the outermost
		return s.r[0].From.Compare(o.r[0].From) <= 0 && o.r[len(o.r)-1].To.Compare(s.r[0].To) <= 0
	}
	i, search := 0, s.muchLonger(o)
	for _, r := range o.r {
		if search {
			i = s.search(r.From)
		}
		for i < len(s.r) && s.r[i].To.Compare(r.From) < 0 {
			i++
		}
		// s is minimal, so r must lie within one range of it.
		if i == len(s.r) || s.r[i].From.Compare(r.From) > 0 || r.To.Compare(s.r[i].To) > 0 {
			return false
		}
	}
	return true
}

// Overlaps reports whether s and o share an address.
func (s Set) Overlaps(o Set) bool {
	if o.muchLonger(s) {
		s, o = o, s
	}
	if s.muchLonger(o) {
		for _, r := range o.r {
			if i := s.search(r.From); i < len(s.r) && s.r[i].From.Compare(r.To) <= 0 {
				return true
			}
		}
		return false
	}
	for i, j := 0, 0; i < len(s.r) && j < len(o.r); {
		switch {
		case s.r[i].To.Compare(o.r[j].From) < 0:
			i++
		case o.r[j].To.Compare(s.r[i].From) < 0:
			j++
		default:
			return true
		}
	}
	return false
}

// Union returns the addresses in s or o.
func (s Set) Union(o Set) Set {
	switch {
	case s.IsEmpty():
		return o
	case o.IsEmpty():
		return s
	}
	return SetOf(slices.Concat(s.r, o.r)...)
}

// UnionOf returns the addresses of any of the sets, in one step for all of them.
func UnionOf(sets []Set) Set {
	if len(sets) == 1 {
		return sets[0]
	}
	n := 0
	for _, s := range sets {
		n += len(s.r)
	}
	ranges := make([]Range, 0, n)
	for _, s := range sets {
		ranges = append(ranges, s.r...)
	}
	return SetOf(ranges...)
}

// Intersect returns the addresses in both s and o.
func (s Set) Intersect(o Set) Set {
	switch {
	case s.ContainsSet(o):
		return o
	case o.ContainsSet(s):
		return s
	case len(s.r) == 1 || o.muchLonger(s):
		s, o = o, s
	}
	if len(o.r) == 1 {
		return s.within(o.r[0])
	}
	var out []Range
	i, search := 0, s.muchLonger(o)
	for _, b := range o.r {
		if search {
			i = s.search(b.From)
		}
		for ; i < len(s.r) && s.r[i].From.Compare(b.To) <= 0; i++ {
			a := s.r[i]
			if a.To.Compare(b.From) < 0 {
				continue
			}
			if b.From.Compare(a.From) > 0 {
				a.From = b.From
			}
			if b.To.Compare(a.To) <= 0 {
				a.To = b.To
				out = append(out, a)
				break // the next range of o may start in the same range of s
			}
			out = append(out, a)
		}
	}
	return Set{out}
}

// within returns the addresses of s that are in b. Where b cuts no range of s, they are a
// part of s and take no room of their own.
func (s Set) within(b Range) Set {
	from := s.search(b.From)
	to := from + sort.Search(len(s.r)-from, func(i int) bool { return s.r[from+i].From.Compare(b.To) > 0 })
	if from == to {
		return Set{}
	}
	part := s.r[from:to:to]
	first, last := part[0], part[len(part)-1]
	if first.From.Compare(b.From) >= 0 && last.To.Compare(b.To) <= 0 {
		return Set{part}
	}
	part = slices.Clone(part)
	if first.From.Compare(b.From) < 0 {
		part[0].From = b.From
	}
	if last.To.Compare(b.To) > 0 {
		part[len(part)-1].To = b.To
	}
	return Set{part}
}

// Subtract returns the addresses in s that are not in o.
func (s Set) Subtract(o Set) Set {
	if !s.Overlaps(o) {
		return s
	}
	out := make([]Range, 0, len(s.r)+len(o.r))
	i := 0 // ranges of s before i are done
	rest, open := Range{}, false
	for _, cut := range o.r {
		if !open {
			// What lies before the cut is kept as it stands.
			next := i + Set{s.r[i:]}.search(cut.From)
			out = append(out, s.r[i:next]...)
			i = next
		}
		for open || i < len(s.r) {
			if !open {
				rest, open = s.r[i], true
				i++
			}
			if cut.To.Compare(rest.From) < 0 {
				break // the next cut may hit the rest
			}
			if rest.To.Compare(cut.From) < 0 {
				out, open = append(out, rest), false
				continue
			}
			if cut.From.Compare(rest.From) > 0 {
				out = append(out, Range{rest.From, cut.From.Prev()})
			}
			if cut.To.Compare(rest.To) < 0 {
				rest.From = cut.To.Next()
				break
			}
			open = false
		}
	}
	if open {
		out = append(out, rest)
	}
	return Set{append(out, s.r[i:]...)}
}

// maxPrefixes is how many prefixes a range may become before it is written as
// "first-last": 10.0.0.1-10.0.0.6 is easier to read than four prefixes.
const maxPrefixes = 2

// Strings writes the set in few entries that [Parse] reads, sorted: "any" for
// everything, prefixes where a range is one or two of them, else "first-last".
func (s Set) Strings() []string {
	if s.IsAny() {
		return []string{"any"}
	}
	out := make([]string, 0, len(s.r))
	for _, r := range s.r {
		prefixes := netipx.IPRangeFrom(r.From, r.To).Prefixes()
		if len(prefixes) > maxPrefixes {
			out = append(out, r.String())
			continue
		}
		for _, p := range prefixes {
			out = append(out, RangeOfPrefix(p).String())
		}
	}
	return out
}

// String joins [Set.Strings] with ", "; the empty set is "none".
func (s Set) String() string {
	if s.IsEmpty() {
		return "none"
	}
	return strings.Join(s.Strings(), ", ")
}

// Compare orders sets by their ranges, for stable output.
func (s Set) Compare(o Set) int { return slices.CompareFunc(s.r, o.r, compareRange) }

// Split returns the IPv4 and the IPv6 part of the set.
func (s Set) Split() (v4, v6 Set) {
	i := 0
	for i < len(s.r) && s.r[i].Is4() {
		i++
	}
	return Set{s.r[:i:i]}, Set{s.r[i:]}
}

// Prefixes returns the fewest prefixes that make up the set, hosts as /32 and
// /128.
func (s Set) Prefixes() []string {
	var out []string
	for _, r := range s.r {
		for _, p := range netipx.IPRangeFrom(r.From, r.To).Prefixes() {
			out = append(out, p.String())
		}
	}
	return out
}
