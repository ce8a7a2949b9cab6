package addr

import (
	"math/rand/v2"
	"net/netip"
	"testing"
)

// TestWildcardWithin holds every address that the mask leaves, and not all addresses.
func TestWildcardWithin(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var value, mask [4]byte
		for i := range value {
			value[i], mask[i] = byte(r.IntN(256)), byte(r.IntN(256))
		}
		mask[0] = 0
		s, err := WildcardWithin(netip.AddrFrom4(value), netip.AddrFrom4(mask))
		if err != nil {
			t.Fatalf("%v/%v: %v", value, mask, err)
		}
		for range 20 {
			one := value
			for i := range one {
				one[i] ^= mask[i] & byte(r.IntN(256))
			}
			if a := netip.AddrFrom4(one); !s.Contains(a) {
				t.Fatalf("%v under %v is not in %v", a, netip.AddrFrom4(mask), s)
			}
		}
		if other := value; !func() bool { other[0] ^= 1; return !s.Contains(netip.AddrFrom4(other)) }() {
			t.Fatalf("%v holds an address that differs where the mask is exact", s)
		}
	}
}
