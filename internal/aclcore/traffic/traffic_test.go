package traffic

import (
	"math/bits"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// The universe of these tests has four sources, four destinations and four
// services: 64 packets, so that a set of packets is a uint64. Two addresses are
// IPv6 and one service is of another protocol.
var (
	hosts = []netip.Addr{
		netip.MustParseAddr("10.0.0.0"), netip.MustParseAddr("10.0.0.1"),
		netip.MustParseAddr("2001:db8::"), netip.MustParseAddr("2001:db8::1"),
	}
	asked = []service.Range{
		service.Ports(service.TCP, 80, 80), service.Ports(service.TCP, 81, 81), service.Ports(service.TCP, 443, 443), service.Ports(service.UDP, 53, 53),
	}
)

func addresses(mask uint8) addr.Set {
	var ranges []addr.Range
	for i, h := range hosts {
		if mask>>i&1 == 1 {
			ranges = append(ranges, addr.RangeOf(h, h))
		}
	}
	return addr.SetOf(ranges...)
}

func servicesOf(mask uint8) service.Set {
	var ranges []service.Range
	for i, r := range asked {
		if mask>>i&1 == 1 {
			ranges = append(ranges, r)
		}
	}
	return service.SetOf(ranges...)
}

// product makes a product and its packets from three masks of four bits.
func product(mask uint16) (Product, uint64) {
	src, dst, svc := uint8(mask&15), uint8(mask>>4&15), uint8(mask>>8&15)
	p := Product{addresses(src), addresses(dst), servicesOf(svc)}
	return p, packetsOf(p)
}

func packetsOf(p Product) (packets uint64) {
	bit := 0
	for _, from := range hosts {
		for _, to := range hosts {
			for _, a := range asked {
				if p.Contains(from, to, a.ProtoFrom, 1024, a.DstFrom) {
					packets |= 1 << bit
				}
				bit++
			}
		}
	}
	return packets
}

// union returns the packets of disjoint products.
func union(t *testing.T, products []Product) (packets uint64) {
	t.Helper()
	for _, p := range products {
		more := packetsOf(p)
		if more == 0 {
			t.Fatalf("%s is empty", p)
		}
		if packets&more != 0 {
			t.Fatalf("%s overlaps others of\n%s", p, text(products))
		}
		packets |= more
	}
	return packets
}

func text(products []Product) string {
	var out []string
	for _, p := range products {
		out = append(out, p.String())
	}
	return strings.Join(out, "\n")
}

func TestProductAlgebra(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 20000 {
		p, inP := product(uint16(r.Uint32()))
		o, inO := product(uint16(r.Uint32()))
		if bits.OnesCount64(inP) == 0 != p.IsEmpty() {
			t.Fatalf("%s is empty: %t", p, p.IsEmpty())
		}
		if got := packetsOf(p.Intersect(o)); got != inP&inO || p.Intersect(o).IsEmpty() != (inP&inO == 0) {
			t.Fatalf("%s and %s share %s", p, o, p.Intersect(o))
		}
		if p.Overlaps(o) != (inP&inO != 0) {
			t.Fatalf("%s overlaps %s: %t", p, o, p.Overlaps(o))
		}
		if p.ContainsProduct(o) != (inO&^inP == 0) {
			t.Fatalf("%s contains %s: %t", p, o, p.ContainsProduct(o))
		}
		if inP != 0 {
			rest := p.Subtract(o)
			if got := union(t, rest); got != inP&^inO || len(rest) > 3 {
				t.Fatalf("%s without %s is\n%s", p, o, text(rest))
			}
		}
	}
}

func TestByFamily(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for range 2000 {
		p, packets := product(uint16(r.Uint32()))
		var want uint64
		for bit := range 64 {
			if hosts[bit/16].Is4() == hosts[bit/4%4].Is4() {
				want |= packets & (1 << bit)
			}
		}
		v4, v6 := p.ByFamily()
		if got := packetsOf(v4) | packetsOf(v6); got != want || v4.Overlaps(v6) {
			t.Fatalf("%s has the families %s and %s", p, v4, v6)
		}
	}
}

func TestIsCatchAll(t *testing.T) {
	for _, tt := range []struct {
		p    Product
		want bool
	}{
		{Any(), true},
		{Product{addr.Any4(), addr.Any4(), service.Any()}, true},
		{Product{addr.Any6(), addr.Any(), service.Any()}, true},
		{Product{addr.Any4(), addr.Any6(), service.Any()}, false},
		{Product{addr.Any(), addresses(1), service.Any()}, false},
		{Product{addr.Any(), addr.Any(), servicesOf(1)}, false},
		{Product{}, false},
	} {
		if tt.p.IsCatchAll() != tt.want {
			t.Errorf("%s is any → any: %t", tt.p, !tt.want)
		}
	}
}

// disjoint turns arbitrary products into disjoint ones.
func disjoint(masks []uint16) (out []Product) {
	for _, m := range masks {
		p, packets := product(m)
		if packets == 0 {
			continue
		}
		fresh := []Product{p}
		for _, o := range out {
			var next []Product
			for _, f := range fresh {
				next = append(next, f.Subtract(o)...)
			}
			fresh = next
		}
		out = append(out, fresh...)
	}
	return out
}

func checkMerge(t *testing.T, products []Product, r *rand.Rand) {
	t.Helper()
	want := union(t, products)
	merged := Merge(products)
	if got := union(t, merged); got != want {
		t.Fatalf("merging\n%s\ngives\n%s", text(products), text(merged))
	}
	if len(merged) > len(products) {
		t.Fatalf("%d products became %d", len(products), len(merged))
	}
	if !slices.IsSortedFunc(merged, Product.Compare) {
		t.Fatalf("not sorted:\n%s", text(merged))
	}
	shuffled := slices.Clone(products)
	r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	if again := Merge(shuffled); !slices.EqualFunc(merged, again, Product.Equal) {
		t.Fatalf("merging\n%s\ngives\n%s\nand in another order\n%s", text(products), text(merged), text(again))
	}
	if again := Merge(merged); !slices.EqualFunc(merged, again, Product.Equal) {
		t.Fatalf("merging\n%s\nonce more gives\n%s", text(merged), text(again))
	}
	if len(products) > 0 && len(products) <= maxRecut/8 {
		checkRecut(t, products, r)
	}
}

// checkRecut cuts the products into smaller ones and checks that this changes
// nothing in what is cut afresh.
func checkRecut(t *testing.T, products []Product, r *rand.Rand) {
	t.Helper()
	var finer []Product
	for _, p := range products {
		by, _ := product(uint16(r.Uint32()))
		finer = append(finer, p.Subtract(by)...)
		if hit := p.Intersect(by); !hit.IsEmpty() {
			finer = append(finer, hit)
		}
	}
	a, b := recut(products), recut(finer)
	slices.SortFunc(a, Product.Compare)
	slices.SortFunc(b, Product.Compare)
	if !slices.EqualFunc(a, b, Product.Equal) {
		t.Fatalf("the same packets are cut as\n%s\nand as\n%s", text(a), text(b))
	}
}

func TestMergeLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for range 2000 {
		masks := make([]uint16, r.IntN(7))
		for i := range masks {
			masks[i] = uint16(r.Uint32())
		}
		checkMerge(t, disjoint(masks), r)
	}
}

func FuzzMerge(f *testing.F) {
	f.Add([]byte{0x11, 0x01, 0x22, 0x02, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, data []byte) {
		var masks []uint16
		for ; len(data) >= 2 && len(masks) < 8; data = data[2:] {
			masks = append(masks, uint16(data[0])|uint16(data[1])<<8)
		}
		checkMerge(t, disjoint(masks), rand.New(rand.NewPCG(3, 3)))
	})
}

// TestMergeExhaustive goes through every set of packets of two sources, two
// destinations and two services. Merge finds the fewest products for all of them
// but four: three bricks that interlock around two opposite corners, which cutting
// one dimension after the other cannot give, and for which it takes four products.
func TestMergeExhaustive(t *testing.T) {
	var cells []Product
	for _, src := range []uint16{1, 2} {
		for _, dst := range []uint16{1, 2} {
			for _, svc := range []uint16{1, 2} {
				p, _ := product(src | dst<<4 | svc<<8)
				cells = append(cells, p)
			}
		}
	}
	interlocked := 0
	for mask := range 1 << len(cells) {
		var in []Product
		for i, c := range cells {
			if mask>>i&1 == 1 {
				in = append(in, c)
			}
		}
		merged := Merge(in)
		if union(t, merged) != union(t, in) {
			t.Fatalf("merging\n%s\ngives\n%s", text(in), text(merged))
		}
		want := fewest(in, cells)
		if want == 3 && len(merged) == 4 && len(in) == 6 {
			interlocked++
			continue
		}
		if len(merged) != want {
			t.Errorf("merging\n%s\ngives %d products, %d are enough:\n%s", text(in), len(merged), want, text(merged))
		}
	}
	if interlocked > 4 {
		t.Errorf("%d sets of packets take one product too many", interlocked)
	}
}

// fewest returns the size of the smallest partition of the packets into products,
// by trying every one for the first packet that is left.
func fewest(in, cells []Product) int {
	var all []Product
	for s := uint16(1); s < 4; s++ {
		for d := uint16(1); d < 4; d++ {
			for v := uint16(1); v < 4; v++ {
				p, _ := product(s | d<<4 | v<<8)
				all = append(all, p)
			}
		}
	}
	var packets uint64
	for _, c := range in {
		packets |= packetsOf(c)
	}
	var solve func(left uint64) int
	solve = func(left uint64) int {
		if left == 0 {
			return 0
		}
		first := uint64(1) << bits.TrailingZeros64(left)
		best := len(cells)
		for _, p := range all {
			if in := packetsOf(p); in&first != 0 && in&^left == 0 {
				best = min(best, 1+solve(left&^in))
			}
		}
		return best
	}
	return solve(packets)
}

func parse(t *testing.T, line string) Product {
	t.Helper()
	left, right, _ := strings.Cut(line, " -> ")
	dst, svc, _ := strings.Cut(right, " ")
	var p Product
	for _, x := range []struct {
		texts string
		into  *addr.Set
	}{{left, &p.Sources}, {dst, &p.Destinations}} {
		for _, text := range strings.Split(x.texts, ",") {
			l, err := addr.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			*x.into = x.into.Union(l.Set)
		}
	}
	for _, text := range strings.Split(svc, ",") {
		l, err := service.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		p.Services = p.Services.Union(l.Set)
	}
	return p
}

// TestMergeReadsWell holds cases where a person sees at once what the answer is.
func TestMergeReadsWell(t *testing.T) {
	for _, tt := range []struct {
		name     string
		in, want []string
	}{
		{"adjacent prefixes", []string{"10.0.0.0/25 -> 10.9.0.1 tcp/80", "10.0.0.128/25 -> 10.9.0.1 tcp/80"}, []string{"10.0.0.0/24 -> 10.9.0.1 tcp/80"}},
		{"adjacent ports", []string{"10.0.0.1 -> 10.9.0.1 tcp/81", "10.0.0.1 -> 10.9.0.1 tcp/80"}, []string{"10.0.0.1 -> 10.9.0.1 tcp/80-81"}},
		{"distant hosts", []string{"10.0.0.1 -> 10.9.0.1 tcp/80", "10.7.0.1 -> 10.9.0.1 tcp/80"}, []string{"10.0.0.1, 10.7.0.1 -> 10.9.0.1 tcp/80"}},
		{"two by two", []string{"10.0.0.1 -> 10.9.0.1 tcp/80", "10.0.0.1 -> 10.9.0.2 tcp/80", "10.0.0.3 -> 10.9.0.2 tcp/80", "10.0.0.3 -> 10.9.0.1 tcp/80"},
			[]string{"10.0.0.1, 10.0.0.3 -> 10.9.0.1, 10.9.0.2 tcp/80"}},
		{"nothing to join", []string{"10.0.0.1 -> 10.9.0.1 tcp/80", "10.0.0.2 -> 10.9.0.2 tcp/443"},
			[]string{"10.0.0.1 -> 10.9.0.1 tcp/80", "10.0.0.2 -> 10.9.0.2 tcp/443"}},
		// The order of rules, which knows nothing of people, decides how the packets
		// come cut.
		{"one host has one port, cut by services", []string{"10.0.0.0-10.0.0.8 -> 10.9.0.1 tcp/80", "10.0.0.10-10.0.0.255 -> 10.9.0.1 tcp/80", "10.0.0.0/24 -> 10.9.0.1 tcp/443"},
			[]string{"10.0.0.0-10.0.0.8,10.0.0.10-10.0.0.255 -> 10.9.0.1 tcp/80", "10.0.0.0/24 -> 10.9.0.1 tcp/443"}},
		{"one host has one port, cut by sources", []string{"10.0.0.0-10.0.0.8 -> 10.9.0.1 tcp/80,tcp/443", "10.0.0.9 -> 10.9.0.1 tcp/443", "10.0.0.10-10.0.0.255 -> 10.9.0.1 tcp/80,tcp/443"},
			[]string{"10.0.0.0-10.0.0.8,10.0.0.10-10.0.0.255 -> 10.9.0.1 tcp/80", "10.0.0.0/24 -> 10.9.0.1 tcp/443"}},
		{"fragments of a hole", []string{"10.0.0.1 -> 10.9.0.1 tcp/80", "10.0.0.1 -> 10.9.0.2 tcp/80", "10.0.0.2 -> 10.9.0.1 tcp/80"},
			[]string{"10.0.0.1 -> 10.9.0.1,10.9.0.2 tcp/80", "10.0.0.2 -> 10.9.0.1 tcp/80"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var in []Product
			for _, line := range tt.in {
				in = append(in, parse(t, line))
			}
			var want []string
			for _, line := range tt.want {
				want = append(want, parse(t, strings.ReplaceAll(line, ", ", ",")).String())
			}
			if got := text(Merge(in)); got != strings.Join(want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
			}
		})
	}
}
