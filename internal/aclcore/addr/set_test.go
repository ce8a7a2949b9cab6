package addr

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
)

// universe holds the last IPv4 and the first IPv6 addresses: neighbours in sorted
// order, yet of different families and at the ends where arithmetic overflows.
var universe = []netip.Addr{
	netip.MustParseAddr("255.255.255.252"), netip.MustParseAddr("255.255.255.253"),
	netip.MustParseAddr("255.255.255.254"), netip.MustParseAddr("255.255.255.255"),
	netip.MustParseAddr("::"), netip.MustParseAddr("::1"), netip.MustParseAddr("::2"), netip.MustParseAddr("::3"),
}

// subset returns the addresses of the universe whose bit is set in mask.
func subset(mask int) Set {
	var ranges []Range
	for i, a := range universe {
		if mask>>i&1 == 1 {
			ranges = append(ranges, RangeOf(a, a))
		}
	}
	slices.Reverse(ranges) // SetOf takes any order
	return SetOf(ranges...)
}

func maskOf(s Set) (mask int) {
	for i, a := range universe {
		if s.Contains(a) {
			mask |= 1 << i
		}
	}
	return mask
}

// TestSetExhaustive compares every operation on every pair of subsets of the
// universe with the same operation on bit masks.
func TestSetExhaustive(t *testing.T) {
	n := 1 << len(universe)
	sets := make([]Set, n)
	for mask := range n {
		sets[mask] = subset(mask)
		if got := maskOf(sets[mask]); got != mask {
			t.Fatalf("subset(%08b) holds %08b", mask, got)
		}
		if sets[mask].IsEmpty() != (mask == 0) {
			t.Errorf("IsEmpty of %08b is %t", mask, sets[mask].IsEmpty())
		}
	}
	for a := range n {
		for b := range n {
			s, o := sets[a], sets[b]
			for _, op := range []struct {
				name string
				got  Set
				want int
			}{
				{"Union", s.Union(o), a | b},
				{"Intersect", s.Intersect(o), a & b},
				{"Subtract", s.Subtract(o), a &^ b},
			} {
				// Comparing the ranges themselves shows that the result is minimal.
				if !slices.Equal(op.got.r, sets[op.want].r) {
					t.Fatalf("%s of %s and %s is %s, want %s", op.name, s, o, op.got, sets[op.want])
				}
			}
			if got, want := s.Overlaps(o), a&b != 0; got != want {
				t.Fatalf("%s overlaps %s is %t", s, o, got)
			}
			if got, want := s.ContainsSet(o), b&^a == 0; got != want {
				t.Fatalf("%s contains %s is %t", s, o, got)
			}
			if got, want := s.Equal(o), a == b; got != want {
				t.Fatalf("%s equals %s is %t", s, o, got)
			}
			if s.Compare(o) != -o.Compare(s) || (s.Compare(o) == 0) != (a == b) {
				t.Fatalf("compare %s with %s is %d, the other way round %d", s, o, s.Compare(o), o.Compare(s))
			}
		}
	}
}

// TestLongSets compares sets of up to 64 ranges, long with short ones in all
// combinations, with bit masks.
func TestLongSets(t *testing.T) {
	var addresses []netip.Addr
	for a := netip.MustParseAddr("255.255.255.192"); a.IsValid(); a = a.Next() {
		addresses = append(addresses, a)
	}
	for a := netip.MustParseAddr("::"); len(addresses) < 128; a = a.Next() {
		addresses = append(addresses, a)
	}
	r := rand.New(rand.NewPCG(1, 1))
	draw := func() (s Set, mask [128]bool) {
		share, run := r.IntN(64), 1+r.IntN(8)
		var ranges []Range
		for i := 0; i < len(mask); i += run {
			if r.IntN(64) > share {
				continue
			}
			for j := i; j < min(i+run, len(mask)); j++ {
				mask[j] = true
				ranges = append(ranges, RangeOf(addresses[j], addresses[j]))
			}
		}
		return SetOf(ranges...), mask
	}
	for range 3000 {
		s, inS := draw()
		o, inO := draw()
		overlap, contained := false, true
		union, shared, rest := s.Union(o), s.Intersect(o), s.Subtract(o)
		for i, a := range addresses {
			overlap = overlap || inS[i] && inO[i]
			contained = contained && (inS[i] || !inO[i])
			if union.Contains(a) != (inS[i] || inO[i]) || shared.Contains(a) != (inS[i] && inO[i]) || rest.Contains(a) != (inS[i] && !inO[i]) {
				t.Fatalf("%s\nand %s\nunion %s\nintersection %s\ndifference %s", s, o, union, shared, rest)
			}
		}
		for _, x := range []Set{union, shared, rest} {
			if !slices.Equal(SetOf(x.r...).r, x.r) {
				t.Fatalf("%s\nand %s\ngive %v, which is not minimal", s, o, x.r)
			}
		}
		if s.Overlaps(o) != overlap || s.ContainsSet(o) != contained {
			t.Fatalf("%s\nand %s\noverlap %t, contains %t", s, o, s.Overlaps(o), s.ContainsSet(o))
		}
	}
}

func TestSetTextRoundTrip(t *testing.T) {
	for mask := 1; mask < 1<<len(universe); mask++ {
		roundTrip(t, subset(mask))
	}
	for _, s := range []Set{Any(), Any4(), Any6(), Any4().Subtract(subset(1)), Any().Subtract(subset(0b10010))} {
		roundTrip(t, s)
	}
}

func roundTrip(t *testing.T, s Set) {
	t.Helper()
	var back Set
	for _, text := range s.Strings() {
		l, err := Parse(text)
		if err != nil {
			t.Fatalf("%s is written as %q: %s", s, text, err)
		}
		back = back.Union(l.Set)
	}
	if !back.Equal(s) {
		t.Errorf("%s is read back as %s", s, back)
	}
}

func TestSetStrings(t *testing.T) {
	for _, tt := range []struct {
		in   []string
		want string
	}{
		{nil, "none"},
		{[]string{"any"}, "any"},
		{[]string{"::/0", "0.0.0.0/0"}, "any"},
		{[]string{"0.0.0.0/0"}, "0.0.0.0/0"},
		{[]string{"10.0.0.1", "10.0.0.0"}, "10.0.0.0/31"},
		{[]string{"10.0.0.1-10.0.0.2"}, "10.0.0.1, 10.0.0.2"},
		{[]string{"10.0.0.1-10.0.0.3"}, "10.0.0.1, 10.0.0.2/31"},
		{[]string{"10.0.0.1-10.0.0.6"}, "10.0.0.1-10.0.0.6"},
		{[]string{"10.0.1.0/24", "10.0.0.0/24", "10.0.2.0/24"}, "10.0.0.0/23, 10.0.2.0/24"},
		{[]string{"2001:db8::1", "10.0.0.1"}, "10.0.0.1, 2001:db8::1"},
	} {
		if got := parseAll(t, tt.in...).String(); got != tt.want {
			t.Errorf("%q is written as %s, want %s", tt.in, got, tt.want)
		}
	}
}

func parseAll(t *testing.T, texts ...string) Set {
	t.Helper()
	var s Set
	for _, text := range texts {
		l, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		s = s.Union(l.Set)
	}
	return s
}

func TestSingleAndSplit(t *testing.T) {
	s := parseAll(t, "10.0.0.1", "10.0.0.3", "2001:db8::/64")
	if _, ok := s.Single(); ok {
		t.Errorf("%s is a single host", s)
	}
	v4, v6 := s.Split()
	if v4.String() != "10.0.0.1, 10.0.0.3" || v6.String() != "2001:db8::/64" {
		t.Errorf("split into %s and %s", v4, v6)
	}
	// The two halves share memory with s: adding to one must not touch the other.
	if v4.Union(parseAll(t, "10.0.0.9")); v6.String() != "2001:db8::/64" || s.String() != "10.0.0.1, 10.0.0.3, 2001:db8::/64" {
		t.Errorf("%s and %s after a union with the IPv4 half", s, v6)
	}
	if a, ok := parseAll(t, "10.0.0.1/32").Single(); !ok || a != netip.MustParseAddr("10.0.0.1") {
		t.Errorf("10.0.0.1/32 is not the single host 10.0.0.1: %s, %t", a, ok)
	}
}

// FuzzSet builds sets from arbitrary ranges and compares membership, before and
// after each operation, at every bound and its neighbours.
func FuzzSet(f *testing.F) {
	f.Add([]byte("0123456789abcdef"), []byte("fedcba9876543210"))
	f.Add([]byte{0, 0, 255, 255}, []byte{128, 1, 3, 3})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		ra, rb := rangesFrom(a), rangesFrom(b)
		s, o := SetOf(ra...), SetOf(rb...)
		in := func(ranges []Range, p netip.Addr) bool {
			return slices.ContainsFunc(ranges, func(r Range) bool { return r.Contains(p) })
		}
		for _, r := range slices.Concat(ra, rb) {
			for _, p := range []netip.Addr{r.From, r.To, r.From.Prev(), r.To.Next()} {
				if !p.IsValid() {
					continue
				}
				inA, inB := in(ra, p), in(rb, p)
				if s.Contains(p) != inA || s.Union(o).Contains(p) != (inA || inB) ||
					s.Intersect(o).Contains(p) != (inA && inB) || s.Subtract(o).Contains(p) != (inA && !inB) {
					t.Errorf("%s of %v and %v: in the first %t, in the second %t", p, ra, rb, inA, inB)
				}
			}
		}
		if !s.Subtract(o).Union(s.Intersect(o)).Equal(s) {
			t.Errorf("%s is not what is left without %s together with what they share", s, o)
		}
		roundTrip(t, s)
	})
}

// rangesFrom reads four bytes a range: family, first, length, scale.
func rangesFrom(data []byte) []Range {
	var out []Range
	for ; len(data) >= 4; data = data[4:] {
		size := 4
		if data[0]&1 == 1 {
			size = 16
		}
		from, to := make([]byte, size), make([]byte, size)
		at := int(data[3]) % size
		from[at], to[at] = data[1], data[2]
		lo, _ := netip.AddrFromSlice(from)
		hi, _ := netip.AddrFromSlice(to)
		if hi.Less(lo) {
			lo, hi = hi, lo
		}
		out = append(out, RangeOf(lo, hi))
	}
	return out
}

func TestRangeString(t *testing.T) {
	for _, tt := range []struct{ from, to, want string }{
		{"10.0.0.1", "10.0.0.1", "10.0.0.1"},
		{"10.0.0.0", "10.0.0.255", "10.0.0.0/24"},
		{"10.0.0.0", "10.0.0.254", "10.0.0.0-10.0.0.254"},
		{"::", "::ffff", "::/112"},
	} {
		r := RangeOf(netip.MustParseAddr(tt.from), netip.MustParseAddr(tt.to))
		if r.String() != tt.want {
			t.Errorf("%s-%s is written as %s, want %s", tt.from, tt.to, r, tt.want)
		}
	}
}

// TestContainsDoesNotAllocate guards the innermost calls of matching.
func TestContainsDoesNotAllocate(t *testing.T) {
	s, o := parseAll(t, "10.0.0.0/8", "172.16.0.0/12", "2001:db8::/32"), parseAll(t, "10.1.0.0/16", "2001:db8::7")
	a := netip.MustParseAddr("172.16.9.9")
	n := testing.AllocsPerRun(100, func() {
		if !s.Contains(a) || !s.ContainsSet(o) || !s.Overlaps(o) || s.Equal(o) {
			panic("wrong answer")
		}
	})
	if n != 0 {
		t.Errorf("%g allocations", n)
	}
}

func TestCompareSorts(t *testing.T) {
	sets := []Set{parseAll(t, "2001:db8::1"), parseAll(t, "10.0.0.2"), {}, parseAll(t, "10.0.0.1", "10.0.0.9"), parseAll(t, "10.0.0.1")}
	slices.SortFunc(sets, Set.Compare)
	want := []string{"none", "10.0.0.1", "10.0.0.1, 10.0.0.9", "10.0.0.2", "2001:db8::1"}
	if got := texts(sets); !slices.Equal(got, want) {
		t.Errorf("sorted as %q, want %q", got, want)
	}
}

func texts(sets []Set) []string {
	out := make([]string, len(sets))
	for i, s := range sets {
		out[i] = s.String()
	}
	return out
}

func TestUnionOf(t *testing.T) {
	at := func(from, to byte) Set {
		return SetOf(RangeOf(netip.AddrFrom4([4]byte{10, 0, 0, from}), netip.AddrFrom4([4]byte{10, 0, 0, to})))
	}
	for _, sets := range [][]Set{nil, {at(1, 3)}, {at(1, 3), at(7, 9), at(4, 5)}, {at(9, 9), {}, at(0, 8), Any6()}} {
		var want Set
		for _, s := range sets {
			want = want.Union(s)
		}
		if got := UnionOf(sets); !got.Equal(want) {
			t.Errorf("UnionOf(%v) = %s, want %s", sets, got, want)
		}
	}
}
