package match

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// scattered makes products of many ranges in both families, wide and narrow.
func scattered(r *rand.Rand) traffic.Product {
	set := func() addr.Set {
		var ranges []addr.Range
		for range 1 + r.IntN(1+r.IntN(1+r.IntN(40))) {
			v := r.Uint32()
			a := netip.AddrFrom4([4]byte{10, byte(v), byte(v >> 8), byte(v >> 16)})
			bits := 32 - r.IntN(1+r.IntN(24))
			if v>>24 < 64 {
				a = netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, byte(v), 15: byte(v >> 8)})
				bits = 128 - r.IntN(1+r.IntN(100))
			}
			ranges = append(ranges, addr.RangeOfPrefix(netip.PrefixFrom(a, bits)))
		}
		if r.IntN(20) == 0 {
			return addr.Any()
		}
		return addr.SetOf(ranges...)
	}
	asked := service.Any()
	switch port := uint16(r.IntN(100)); r.IntN(4) {
	case 0:
		asked = service.SetOf(service.Ports(service.TCP, port, port))
	case 1:
		asked = service.SetOf(service.Ports(service.TCP, port, port+uint16(r.IntN(100))), service.Ports(service.UDP, 53, 53))
	case 2:
		asked = service.SetOf(service.Range{ProtoFrom: service.TCP, ProtoTo: service.TCP, SrcFrom: port, SrcTo: 65535, DstFrom: port, DstTo: port},
			service.Range{ProtoFrom: service.TCP, ProtoTo: service.TCP, SrcFrom: 0, SrcTo: port / 2, DstFrom: 0, DstTo: port / 2})
	}
	return traffic.Product{Sources: set(), Destinations: set(), Services: asked}
}

// TestForestFindsEveryOverlap compares the candidates for many products with all
// products that overlap, and sees that they come in order.
func TestForestFindsEveryOverlap(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	for _, n := range []int{0, 1, leafSize, leafSize + 1, 300, 3000} {
		items := make([]traffic.Product, n)
		for i := range items {
			items[i] = scattered(r)
		}
		f := newForest(n, func(i int) (*traffic.Product, uint8) { return &items[i], uint8(i % 2) })
		for _, tree := range []*tree{f.v4, f.v6} {
			checkTree(t, tree)
		}
		for range 100 {
			v4, v6 := scattered(r).ByFamily()
			for _, p := range []traffic.Product{v4, v6} {
				if p.IsEmpty() {
					continue
				}
				for _, bits := range []uint8{1, 2, both} {
					var s search
					s.region.set(f.keys, p)
					s.start(f.of(p), bits)
					var found []int
					for owner, ok := s.next(); ok; owner, ok = s.next() {
						found = append(found, int(owner>>1))
					}
					if !slices.IsSorted(found) || len(slices.Compact(slices.Clone(found))) != len(found) {
						t.Fatalf("%d items: found %v", n, found)
					}
					for i := range items {
						_, ok := slices.BinarySearch(found, i)
						if wanted := bits>>(i%2)&1 == 1; ok && !wanted || !ok && wanted && items[i].Overlaps(p) {
							t.Fatalf("%d items, %s: item %d, %s, is found: %t", n, p, i, items[i], ok)
						}
					}
				}
			}
		}
	}
}

// checkTree sees that nodes bound what is below them and every entry is below one
// leaf.
func checkTree(t *testing.T, tree *tree) {
	t.Helper()
	seen := make([]bool, len(tree.entries))
	bounds := func(n *node, b box, owner uint32, bits uint8) {
		inner := b
		inner.include(&n.box)
		if inner != n.box || owner < n.first || bits&^n.bits != 0 {
			t.Fatalf("%v does not bound %v %d %b", n, b, owner, bits)
		}
	}
	var walk func(n *node)
	walk = func(n *node) {
		for i := n.start; i < n.start+uint32(n.count); i++ {
			if n.leaf {
				e := tree.entries[i]
				bounds(n, e.box, e.owner, e.bit())
				if seen[i] {
					t.Fatalf("entry %d is below two leaves", i)
				}
				seen[i] = true
				continue
			}
			below := &tree.nodes[i]
			bounds(n, below.box, below.first, below.bits)
			walk(below)
		}
	}
	if len(tree.nodes) > 0 {
		walk(&tree.nodes[0])
	}
	if slices.Contains(seen, false) {
		t.Fatal("an entry is below no leaf")
	}
}

// TestBoxesCover sees that the boxes of a product hold every address of it, however
// few they may be, and are no more than they may be.
func TestBoxesCover(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	for range 500 {
		p := scattered(r)
		k := newKeys(func(yield func(*traffic.Product) bool) { yield(&p) })
		v4, v6 := p.ByFamily()
		for _, q := range []traffic.Product{v4, v6} {
			for _, limit := range []int{1, 2, 3, 7, 64} {
				boxes := k.boxes(nil, q, limit)
				if len(boxes) > limit || (len(boxes) == 0) != q.IsEmpty() {
					t.Fatalf("%s has %d boxes of %d", q, len(boxes), limit)
				}
				for _, s := range q.Sources.Ranges() {
					for _, d := range q.Destinations.Ranges() {
						pair := traffic.Product{Sources: addr.SetOf(s), Destinations: addr.SetOf(d), Services: q.Services}
						for _, b := range k.boxes(nil, pair, 1) {
							if !slices.ContainsFunc(boxes, func(outer box) bool { inner := outer; inner.include(&b); return inner == outer }) {
								t.Fatalf("%s with %d boxes: none holds %s", q, limit, pair)
							}
						}
					}
				}
			}
		}
	}
}

// bigRulesets are of every shape, and too big for the oracle.
func bigRulesets() map[string]*rule.Ruleset {
	r := rand.New(rand.NewPCG(25, 26))
	mixed := &rule.Ruleset{Default: rule.Permit}
	for range 600 {
		one := enginetest.DrawRule(r)
		one.Traffic = scattered(r)
		mixed.Rules = append(mixed.Rules, one)
	}
	stateless := *mixed
	stateless.Stateless = true
	both := stateless
	both.Return = slices.Clone(mixed.Rules[300:])
	return map[string]*rule.Ruleset{
		"enterprise": enginetest.Enterprise(2000, 3).Rules, "mixed": mixed, "stateless": &stateless, "two lists": &both,
		"narrow": enginetest.Narrow(500, 1), "overlapping": enginetest.Overlapping(500, 1), "half any": enginetest.HalfAny(500, 1),
	}
}

// TestEveryWayAgreesOnBigRulesets answers wide and narrow questions by a scan, in
// the forest and by streaming. The scan is compared with the oracle elsewhere.
func TestEveryWayAgreesOnBigRulesets(t *testing.T) {
	r := rand.New(rand.NewPCG(27, 28))
	for name, rs := range bigRulesets() {
		t.Run(name, func(t *testing.T) {
			var qs []Question
			for range 25 {
				p := scattered(r)
				if r.IntN(2) == 0 { // what some rule is about
					p = rs.Rules[r.IntN(len(rs.Rules))].Traffic
				}
				qs = append(qs, Question{Products: []traffic.Product{p}, SourceZone: []string{"", "a", "b"}[r.IntN(3)]})
			}
			indexed := planted(rs)
			indexed.replies.planted()
			streamed := New(rs).MatchAll(qs)
			for i, q := range qs {
				a, b := New(rs).Match(q), indexed.Match(q)
				if !reflect.DeepEqual(a, b) || !reflect.DeepEqual(a, streamed[i]) {
					t.Fatalf("%v: %d parts by a scan, %d by the forest, %d by streaming", q, len(a.Parts), len(b.Parts), len(streamed[i].Parts))
				}
				if v := indexed.Verdict(q); v != a.Verdict() {
					t.Fatalf("%v: the verdict alone is %s, of the parts %s", q, v, a.Verdict())
				}
				checkPartition(t, q, a)
			}
		})
	}
}

// checkPartition sees that the parts are disjoint and, unless cut, cover the
// question.
func checkPartition(t *testing.T, q Question, a Answer) {
	t.Helper()
	if len(a.Parts) > 300 {
		return // quadratic
	}
	var left []traffic.Product
	for _, p := range q.Products {
		v4, v6 := p.ByFamily()
		left = append(left, v4, v6)
	}
	left = slices.DeleteFunc(left, traffic.Product.IsEmpty)
	for i, part := range a.Parts {
		for _, other := range a.Parts[:i] {
			if part.Overlaps(other.Product) {
				t.Fatalf("%v: parts %s and %s overlap", q, part.Product, other.Product)
			}
		}
		var next []traffic.Product
		for _, p := range left {
			next = append(next, p.Subtract(part.Product)...)
		}
		left = slices.DeleteFunc(next, traffic.Product.IsEmpty)
	}
	if len(left) > 0 && !a.Cut {
		t.Fatalf("%v: nothing is said of %s", q, left[0])
	}
}

// TestNothingIsPermittedBehindItsShadow: that is so although ten thousand rules
// permit, and no part shows it.
func TestNothingIsPermittedBehindItsShadow(t *testing.T) {
	x := New(enginetest.Shadowed(10_000, 1))
	a := x.Match(anyToAny)
	if v := a.Verdict(); v != Blocked || !a.Cut || x.Verdict(anyToAny) != Blocked {
		t.Errorf("shadowed permits: %s, cut %t, alone %s", v, a.Cut, x.Verdict(anyToAny))
	}
	x.rules.Rules[9_999].Traffic.Services = service.Any() // no longer behind its shadow
	x = New(x.rules)
	if a := x.Match(anyToAny); a.Verdict() != Partial || x.Verdict(anyToAny) != Partial {
		t.Errorf("one permit in the open: %s, alone %s", a.Verdict(), x.Verdict(anyToAny))
	}
}

// TestConcurrentQuestions asks while the forest is planted; the race detector sees
// the rest.
func TestConcurrentQuestions(t *testing.T) {
	e := enginetest.Enterprise(500, 5)
	qs := questions(e.Flows(200))
	want := make([]string, len(qs))
	for i, q := range qs {
		want[i] = fmt.Sprint(New(e.Rules).Match(q))
	}
	x := New(e.Rules)
	var wait sync.WaitGroup
	for range 10 {
		wait.Go(func() {
			for i, q := range qs {
				if got := fmt.Sprint(x.Match(q)); got != want[i] {
					t.Errorf("question %d: %s, want %s", i, got, want[i])
				}
			}
			for i, a := range x.MatchAll(qs) {
				if got := fmt.Sprint(a); got != want[i] {
					t.Errorf("question %d of all: %s, want %s", i, got, want[i])
				}
			}
		})
	}
	wait.Wait()
	if x.forward.grown.Load() == nil {
		t.Error("no forest was planted")
	}
}

// TestHotPathsDoNotAllocate: the verdict of a narrow flow allocates nothing, in the
// forest or by a scan, nor does an answer but for its parts.
func TestHotPathsDoNotAllocate(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector takes things out of pools")
	}
	e := enginetest.Enterprise(3000, 7)
	qs := questions(e.Flows(100))
	for name, x := range map[string]*Index{"forest": planted(e.Rules), "scan": New(e.Rules)} {
		i := 0
		if n := testing.AllocsPerRun(200, func() { x.Verdict(qs[i%len(qs)]); i++ }); n != 0 {
			t.Errorf("%s: the verdict of a narrow flow takes %g allocations", name, n)
		}
		if n := testing.AllocsPerRun(200, func() { x.Match(qs[i%len(qs)]); i++ }); n > 1 {
			t.Errorf("%s: the parts of a narrow flow take %g allocations", name, n)
		}
	}
}

// TestKeysTellApart: ranges that share no address have no key in common, of either
// family, so that nothing is found in vain.
func TestKeysTellApart(t *testing.T) {
	r := rand.New(rand.NewPCG(29, 30))
	for range 300 {
		products := []traffic.Product{scattered(r), scattered(r), scattered(r)}
		k := newKeys(slices.Values([]*traffic.Product{&products[0], &products[1], &products[2]}))
		for _, a := range products {
			for _, b := range products {
				for _, x := range a.Sources.Ranges() {
					for _, y := range b.Destinations.Ranges() {
						sx, sy := k.addresses(nil, addr.SetOf(x))[0], k.addresses(nil, addr.SetOf(y))[0]
						share := sx.lo <= sy.hi && sy.lo <= sx.hi
						if x.Is4() == y.Is4() && share != addr.SetOf(x).Overlaps(addr.SetOf(y)) {
							t.Fatalf("%s and %s have the keys %v and %v", x, y, sx, sy)
						}
					}
				}
			}
		}
	}
}

// TestSearchLooksAtLittle: for a narrow flow a search goes through few nodes of the
// tree, and hardly more in a ruleset that is sixteen times as long.
func TestSearchLooksAtLittle(t *testing.T) {
	opened := func(n int) int {
		e := enginetest.Enterprise(n, 9)
		trees := planted(e.Rules).forward.grown.Load()
		var g region
		count := 0
		for _, p := range e.Flows(500) {
			g.set(trees.keys, p)
			for i := range trees.v4.nodes {
				if g.overlaps(&trees.v4.nodes[i].box) {
					count++
				}
			}
		}
		return count / 500
	}
	short, long := opened(2_000), opened(32_000)
	t.Logf("%d nodes of 2,000 rules, %d of 32,000", short, long)
	if short > 40 || long > 80 {
		t.Errorf("a narrow flow meets %d nodes of 2,000 rules and %d of 32,000", short, long)
	}
}
