package addr

import "net/netip"

// WildcardWithin returns a set that holds all addresses of [Wildcard], and more of them
// where that refuses a mask as too scattered: the low bits of the mask are then taken for
// free. It serves to tell which addresses are surely not meant.
func WildcardWithin(a, wildcard netip.Addr) (Set, error) {
	const scattered = 12
	mask := wildcard.AsSlice()
	free := 0
	for i := range len(mask) * 8 { // from the first bit on
		if mask[i/8]>>(7-i%8)&1 == 0 {
			continue
		}
		if free++; free > scattered {
			for j := i; j < len(mask)*8; j++ {
				mask[j/8] |= 1 << (7 - j%8)
			}
			break
		}
	}
	wider, _ := netip.AddrFromSlice(mask)
	return Wildcard(a, wider)
}
