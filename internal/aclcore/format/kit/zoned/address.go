package zoned

import (
	"fmt"
	"math/bits"
	"net/netip"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/objects"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// Host returns the addresses of a host or a prefix, 10.0.0.1 or 10.0.0.0/8, IPv4 or
// IPv6. Host bits are masked, as devices do. ok is false for anything else, such as an
// IPv4 address that is written as one of IPv6.
func Host(text string) (set addr.Set, ok bool) {
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" && !a.Is4In6() {
		return addr.SetOf(addr.RangeOf(a, a)), true
	}
	if p, err := netip.ParsePrefix(text); err == nil && !p.Addr().Is4In6() {
		return addr.SetOf(addr.RangeOfPrefix(p.Masked())), true
	}
	return addr.Set{}, false
}

// Span returns the addresses from a to b inclusive, of one version. ok is false for a
// range that is the wrong way round: devices refuse it, so that nothing is known of one.
func Span(from, to string) (set addr.Set, ok bool) {
	a, err1 := netip.ParseAddr(strings.TrimSpace(from))
	b, err2 := netip.ParseAddr(strings.TrimSpace(to))
	if err1 != nil || err2 != nil || a.Zone() != "" || b.Zone() != "" || a.Is4() != b.Is4() || a.Is4In6() || b.Is4In6() || b.Less(a) {
		return addr.Set{}, false
	}
	return addr.SetOf(addr.RangeOf(a, b)), true
}

// Masked returns the IPv4 addresses that agree with address in the bits that are 1 in
// mask: a netmask, with the ones first.
func Masked(address, mask string) (set addr.Set, ok bool) {
	a, m, ok := pair(address, mask)
	free := ^m
	if !ok || free&(free+1) != 0 {
		return addr.Set{}, false
	}
	return addr.SetOf(addr.RangeOfPrefix(netip.PrefixFrom(toAddr(a), bits.LeadingZeros32(free)).Masked())), true
}

// maxScattered is how many bits of a wildcard mask may stand apart from the last ones:
// each doubles the ranges that it stands for.
const maxScattered = 16

// Wildcard returns the IPv4 addresses that agree with address in the bits that are 1
// in compare, which may be anywhere. Of more than 16 scattered bits nothing is sure.
func Wildcard(address, compare string) (known.Set[addr.Set], bool) {
	a, c, ok := pair(address, compare)
	if !ok {
		return known.Set[addr.Set]{}, false
	}
	free := ^c
	low := bits.TrailingZeros32(^free) // the last bits, which make one range
	scattered := free &^ (1<<low - 1)
	if bits.OnesCount32(scattered) > maxScattered {
		return known.AtMost(addr.Any4(), fmt.Sprintf("the mask %s has more than %d scattered bits", compare, maxScattered)), true
	}
	base := a & c
	var ranges []addr.Range
	for part := uint32(0); ; {
		first := base | part
		ranges = append(ranges, addr.RangeOf(toAddr(first), toAddr(first|(1<<low-1))))
		if part = (part - scattered) & scattered; part == 0 {
			return known.Exactly(addr.SetOf(ranges...)), true
		}
	}
}

func pair(address, mask string) (a, m uint32, ok bool) {
	x, err1 := netip.ParseAddr(address)
	y, err2 := netip.ParseAddr(mask)
	if err1 != nil || err2 != nil || !x.Is4() || !y.Is4() {
		return 0, 0, false
	}
	return fromAddr(x), fromAddr(y), true
}

func fromAddr(a netip.Addr) uint32 {
	b := a.As4()
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}

func toAddr(a uint32) netip.Addr {
	return netip.AddrFrom4([4]byte{byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a)})
}

// AddressOptions returns the options of a scope of addresses.
func AddressOptions(all addr.Set, other func(name string) (Addresses, bool)) objects.Options[addr.Set] {
	return objects.Options[addr.Set]{Kind: "address", All: all, Size: func(s addr.Set) int { return len(s.Ranges()) }, Other: other}
}

// ServiceOptions returns the options of a scope of services.
func ServiceOptions(other func(name string) (Services, bool)) objects.Options[service.Set] {
	return objects.Options[service.Set]{Kind: "service", All: service.Any(), Size: func(s service.Set) int { return len(s.Ranges()) }, Other: other}
}
