package traffic

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// leftovers returns what random narrow rules leave of one /16 to another, in n or a
// few more products: what a missing flow looks like before it is merged.
func leftovers(n int) []Product {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	prefix := func(second byte) addr.Set {
		bits := 24 + r.IntN(9)
		p, _ := netip.AddrFrom4([4]byte{10, second, byte(r.Uint32()), byte(r.Uint32())}).Prefix(bits)
		return addr.SetOf(addr.RangeOfPrefix(p))
	}
	out := []Product{{
		addr.SetOf(addr.RangeOfPrefix(netip.MustParsePrefix("10.1.0.0/16"))), addr.SetOf(addr.RangeOfPrefix(netip.MustParsePrefix("10.2.0.0/16"))),
		service.SetOf(service.Ports(service.TCP, 0, 1023)),
	}}
	for len(out) < n {
		port := uint16(r.IntN(1024))
		rule := Product{prefix(1), prefix(2), service.SetOf(service.Ports(service.TCP, port, port))}
		var next []Product
		for _, p := range out {
			next = append(next, p.Subtract(rule)...)
		}
		out = next
	}
	return out
}

func BenchmarkMerge(b *testing.B) {
	for _, n := range []int{2, 10, maxRecut - 10, 300, 2000} {
		in := leftovers(n)
		b.Run(fmt.Sprint(len(in)), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Merge(in)
			}
		})
	}
}

func BenchmarkSubtract(b *testing.B) {
	in := leftovers(64)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		in[0].Subtract(in[i%64])
	}
}
