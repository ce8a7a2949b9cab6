package service

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// cells cut each dimension where the interesting values are. A box made of whole
// cells is in a set exactly when one packet of each cell is.
var (
	protoCells = cells(0, 1, 2, 6, 7, 17, 18, 58, 59, 255)
	portCells  = cells(0, 1, 2048, 2304, 65535) // 2048 to 2303 is ICMP type 8
)

// cells returns the runs that start at the given bounds; the last one is a run of
// one.
func cells(bounds ...int) (out [][2]int) {
	for i, b := range bounds {
		to := b
		if i+1 < len(bounds) {
			to = bounds[i+1] - 1
		}
		out = append(out, [2]int{b, to})
	}
	return out
}

// A grid is a set of cells, the slow and obvious implementation of Set.
type grid map[[3]int]bool

func (g grid) fill(p, s, d [2]int) {
	for i := p[0]; i <= p[1]; i++ {
		for j := s[0]; j <= s[1]; j++ {
			for k := d[0]; k <= d[1]; k++ {
				g[[3]int{i, j, k}] = true
			}
		}
	}
}

func box(p, s, d [2]int) Range {
	return Range{
		uint8(protoCells[p[0]][0]), uint8(protoCells[p[1]][1]),
		uint16(portCells[s[0]][0]), uint16(portCells[s[1]][1]),
		uint16(portCells[d[0]][0]), uint16(portCells[d[1]][1]),
	}
}

func gridOf(s Set) grid {
	g := make(grid)
	for i, p := range protoCells {
		for j, src := range portCells {
			for k, dst := range portCells {
				if s.Contains(uint8(p[1]), uint16(src[1]), uint16(dst[1])) {
					g[[3]int{i, j, k}] = true
				}
			}
		}
	}
	return g
}

func (g grid) equal(o grid) bool {
	return len(g) == len(o) && !slices.ContainsFunc(g.list(), func(c [3]int) bool { return !o[c] })
}

func (g grid) list() (out [][3]int) {
	for c := range g {
		out = append(out, c)
	}
	return out
}

// set builds the set from single cells in random order.
func (g grid) set(r *rand.Rand) Set {
	list := g.list()
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	var ranges []Range
	for _, c := range list {
		ranges = append(ranges, box([2]int{c[0], c[0]}, [2]int{c[1], c[1]}, [2]int{c[2], c[2]}))
	}
	return SetOf(ranges...)
}

// combine applies a set operation cell by cell.
func combine(a, b grid, op func(inA, inB bool) bool) grid {
	g := make(grid)
	for i := range protoCells {
		for j := range portCells {
			for k := range portCells {
				if c := [3]int{i, j, k}; op(a[c], b[c]) {
					g[c] = true
				}
			}
		}
	}
	return g
}

// draw returns a random set both as boxes and as a grid; next(n) is in [0, n).
func draw(next func(n int) int) (Set, grid) {
	run := func(n int) [2]int {
		a, b := next(n), next(n)
		return [2]int{min(a, b), max(a, b)}
	}
	g := make(grid)
	var ranges []Range
	for range next(5) {
		p, s, d := run(len(protoCells)), run(len(portCells)), run(len(portCells))
		g.fill(p, s, d)
		ranges = append(ranges, box(p, s, d))
	}
	return SetOf(ranges...), g
}

func checkAlgebra(t *testing.T, next func(n int) int, seed *rand.Rand) {
	t.Helper()
	s, gs := draw(next)
	o, oGrid := draw(next)
	for _, x := range []struct {
		name string
		got  Set
		want grid
	}{
		{"first", s, gs},
		{"union", s.Union(o), combine(gs, oGrid, func(a, b bool) bool { return a || b })},
		{"intersection", s.Intersect(o), combine(gs, oGrid, func(a, b bool) bool { return a && b })},
		{"difference", s.Subtract(o), combine(gs, oGrid, func(a, b bool) bool { return a && !b })},
	} {
		if !gridOf(x.got).equal(x.want) {
			t.Fatalf("%s of %v and %v is %v", x.name, s.r, o.r, x.got.r)
		}
		// Built from other boxes in another order, the set must come out the same.
		if again := x.want.set(seed); !slices.Equal(x.got.r, again.r) || x.got.Compare(again) != 0 || !x.got.Equal(again) {
			t.Fatalf("%s of %v and %v is %v, and built from its cells %v", x.name, s.r, o.r, x.got.r, again.r)
		}
	}
	shared := combine(gs, oGrid, func(a, b bool) bool { return a && b })
	if s.Overlaps(o) != (len(shared) > 0) {
		t.Fatalf("%v overlaps %v is %t", s.r, o.r, s.Overlaps(o))
	}
	if s.ContainsSet(o) != (len(shared) == len(oGrid)) {
		t.Fatalf("%v contains %v is %t", s.r, o.r, s.ContainsSet(o))
	}
	if s.Equal(o) != gs.equal(oGrid) {
		t.Fatalf("%v equals %v is %t", s.r, o.r, s.Equal(o))
	}
	if s.IsEmpty() != (len(gs) == 0) || s.IsAny() != (len(gs) == len(protoCells)*len(portCells)*len(portCells)) {
		t.Fatalf("%v: empty %t, any %t", s.r, s.IsEmpty(), s.IsAny())
	}
}

func TestSetAgainstCells(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		checkAlgebra(t, r.IntN, r)
	}
}

func FuzzSet(f *testing.F) {
	f.Add([]byte{2, 1, 3, 0, 4, 0, 4, 1, 1, 2, 2, 3, 3, 1, 0, 9, 0, 4, 0, 4})
	f.Fuzz(func(t *testing.T, data []byte) {
		checkAlgebra(t, func(n int) int {
			if len(data) == 0 {
				return 0
			}
			v := int(data[0]) % n
			data = data[1:]
			return v
		}, rand.New(rand.NewPCG(3, 4)))
	})
}

// TestSetExhaustive goes through every pair of sets over two protocols, two source
// and two destination ports at the ends of their dimensions.
func TestSetExhaustive(t *testing.T) {
	var points []Range
	for _, p := range []uint8{254, 255} {
		for _, s := range []uint16{0, 1} {
			for _, d := range []uint16{65534, 65535} {
				points = append(points, Range{p, p, s, s, d, d})
			}
		}
	}
	sets := make([]Set, 256)
	for mask := range sets {
		var ranges []Range
		for i, p := range points {
			if mask>>i&1 == 1 {
				ranges = append(ranges, p)
			}
		}
		sets[mask] = SetOf(ranges...)
	}
	for a := range sets {
		for b := range sets {
			s, o := sets[a], sets[b]
			if !slices.Equal(s.Union(o).r, sets[a|b].r) || !slices.Equal(s.Intersect(o).r, sets[a&b].r) || !slices.Equal(s.Subtract(o).r, sets[a&^b].r) {
				t.Fatalf("%v and %v: union %v, intersection %v, difference %v", s.r, o.r, s.Union(o).r, s.Intersect(o).r, s.Subtract(o).r)
			}
			if s.Overlaps(o) != (a&b != 0) || s.ContainsSet(o) != (b&^a == 0) || s.Equal(o) != (a == b) {
				t.Fatalf("%v and %v: overlaps %t, contains %t, equal %t", s.r, o.r, s.Overlaps(o), s.ContainsSet(o), s.Equal(o))
			}
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

func roundTrip(t *testing.T, s Set) {
	t.Helper()
	if back := parseAll(t, s.Strings()...); !back.Equal(s) {
		t.Errorf("%v is written as %q, which is read as %v", s.r, s.Strings(), back.r)
	}
}

func TestStringsRoundTrip(t *testing.T) {
	for p := range 256 {
		s := SetOf(Whole(uint8(p)))
		roundTrip(t, s)
		roundTrip(t, Any().Subtract(s))
	}
	for _, p := range []uint8{ICMP, ICMPv6} {
		for _, r := range [][2]uint16{{0, 0}, {0, 255}, {8 << 8, 8<<8 | 255}, {8<<8 | 1, 8<<8 | 1}, {8<<8 | 1, 9 << 8}, {7, 3<<8 | 9}, {1, 65535}, {0, 65534}} {
			roundTrip(t, SetOf(Ports(p, r[0], r[1])))
			roundTrip(t, SetOf(Whole(p)).Subtract(SetOf(Ports(p, r[0], r[1]))))
		}
	}
	for _, p := range []uint8{TCP, UDP, SCTP, DCCP, UDPLite} {
		roundTrip(t, SetOf(Ports(p, 80, 80)))
		roundTrip(t, SetOf(Range{p, p, 80, 80, 0, maxPort}))
		roundTrip(t, SetOf(Range{p, p, 1, 2, 3, 4}, Range{p, p, 2, 3, 4, 5}))
		roundTrip(t, Any().Subtract(SetOf(Range{p, p, 1, 2, 3, 4})))
	}
}

func TestStrings(t *testing.T) {
	for _, tt := range []struct {
		in   []string
		want string
	}{
		{nil, "none"},
		{[]string{"any", "tcp/80"}, "any"},
		{[]string{"tcp/81", "tcp/80", "udp/53"}, "tcp/80-81, udp/53"},
		{[]string{"tcp/0-65535"}, "tcp"},
		{[]string{"icmp/8/0-255"}, "icmp/8"},
		{[]string{"icmp/8", "icmp/9/0"}, "icmp/8, icmp/9/0"},
		{[]string{"tcp/80 from 1024-65535"}, "tcp/80 from 1024-65535"},
		{[]string{"protocol/47"}, "gre"},
		{[]string{"protocol/253-254"}, "protocol/253-254"},
		{[]string{"icmp", "protocol/0", "protocol/2-255"}, "any"},
	} {
		if got := parseAll(t, tt.in...).String(); got != tt.want {
			t.Errorf("%q is written as %s, want %s", tt.in, got, tt.want)
		}
	}
}

func TestReverse(t *testing.T) {
	for _, tt := range []struct{ request, reply string }{
		{"tcp/443", "tcp/* from 443"},
		{"udp/53 from 1024-65535", "udp/1024-65535 from 53"},
		{"esp", "esp"},
		{"icmp/8", "icmp/0"},
		{"icmp/8/0", "icmp/0/0"},
		{"icmp/8/3-5", "icmp/0/3-5"},
		{"icmp/0", "none"},
		{"icmp/3", "none"},
		{"icmp", "icmp/0"},
		{"icmpv6/128", "icmpv6/129"},
		{"icmpv6/135", "none"},
		{"protocol/2-5", "protocol/2-5"},
	} {
		request := parseAll(t, tt.request)
		reply := request.Reverse()
		if got := reply.String(); got != tt.reply {
			t.Errorf("%s is answered by %s, want %s", tt.request, got, tt.reply)
		}
		// Requests leads back to those of the services that have a reply.
		if back := reply.Requests(); !request.ContainsSet(back) || !back.Reverse().Equal(reply) {
			t.Errorf("%s is answered by %s, which answers %s", tt.request, reply, back)
		}
	}
	if got, want := Any().Reverse(), parseAll(t, "protocol/0", "icmp/0", "protocol/2-57", "icmpv6/129", "protocol/59-255"); !got.Equal(want) {
		t.Errorf("any is answered by %s", got)
	}
}

// TestReverseAgainstPackets compares Reverse and Requests with what they say of
// one packet, over cells.
func TestReverseAgainstPackets(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 500 {
		s, _ := draw(r.IntN)
		reply := s.Reverse()
		requests := s.Requests()
		for _, p := range []uint8{0, ICMP, 2, TCP, UDP, ICMPv6, 255} {
			for _, src := range []uint16{0, 1, 80, 2047, 2048, 2050, 2303, 2304, 65535} {
				for _, dst := range []uint16{0, 1, 3, 255, 256, 2048, 2051, 2303, 2304, 128 << 8, 128<<8 | 7, 129 << 8, 129<<8 | 7, 65535} {
					backSrc, backDst, answered := replyOf(p, src, dst)
					if answered && s.Contains(p, src, dst) != reply.Contains(p, backSrc, backDst) {
						t.Fatalf("%v has protocol %d %d to %d: %t; its reply is in %v: %t", s.r, p, src, dst, s.Contains(p, src, dst), reply.r, reply.Contains(p, backSrc, backDst))
					}
					if answered && requests.Contains(p, src, dst) != s.Contains(p, backSrc, backDst) {
						t.Fatalf("protocol %d %d to %d is a request of %v: %t", p, src, dst, s.r, requests.Contains(p, src, dst))
					}
					if !answered && requests.Contains(p, src, dst) {
						t.Fatalf("protocol %d %d to %d has no reply and is a request of %v", p, src, dst, s.r)
					}
				}
			}
		}
	}
}

// replyOf is the reply of one packet; for ICMP dst is type*256 + code.
func replyOf(p uint8, src, dst uint16) (backSrc, backDst uint16, answered bool) {
	switch {
	case p == ICMP && dst>>8 == 8:
		return src, dst & 255, true
	case p == ICMPv6 && dst>>8 == 128:
		return src, dst + 256, true
	case p == ICMP || p == ICMPv6:
		return 0, 0, false
	}
	return dst, src, true
}

// TestHotCallsDoNotAllocate guards the innermost calls of matching.
func TestHotCallsDoNotAllocate(t *testing.T) {
	s, o := parseAll(t, "tcp/80", "tcp/443-445", "udp/53"), parseAll(t, "tcp/444")
	n := testing.AllocsPerRun(100, func() {
		if !s.Overlaps(o) || !s.ContainsSet(o) || s.Equal(o) || !s.Contains(TCP, 1, 80) || !Any().ContainsSet(s) {
			panic("wrong answer")
		}
	})
	if n != 0 {
		t.Errorf("%g allocations", n)
	}
}
