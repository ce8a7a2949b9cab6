package ios

import (
	"fmt"
	"math/bits"
	"net/netip"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
)

// address is what an address field of an entry stands for.
type address struct {
	addresses
	// lost says that it is not known where in the line the field ends.
	lost bool
	// mask is the wildcard mask that is meant, where it stands for more ranges than are
	// listed; the addresses are then all that it may be.
	mask *addr.Mask
}

// address reads one address field at the head of w. In a standard list an address
// without a wildcard mask is a host.
func (r *resolver) address(w *words, standard bool) address {
	switch w.peek() {
	case "":
		return r.unknown(true, "an address is missing")
	case "any":
		w.skip(1)
		return exactly(family(r.v6))
	case "host":
		w.skip(1)
		return r.host(w)
	case "object-group", "addrgroup", "net-group":
		w.skip(1)
		return address{addresses: ofFamily(r.group(networkGroup, w.next()).addrs, r.v6)}
	}
	word := strings.TrimSuffix(w.peek(), ",")
	if strings.IndexByte(word, '/') >= 0 {
		p, err := netip.ParsePrefix(word)
		if err != nil || p.Addr().Is4() == r.v6 {
			return r.unknown(true, "%q is no %s address", word, familyTitle(r.v6))
		}
		w.skip(1)
		return exactly(r.ranges(addr.RangeOfPrefix(p)))
	}
	a, err := netip.ParseAddr(word)
	if err != nil || a.Zone() != "" || a.Is4() == r.v6 {
		return r.unknown(true, "%q is no %s address", word, familyTitle(r.v6))
	}
	w.skip(1)
	return r.masked(a, w, standard)
}

// unknown is an address field that cannot be known.
func (r *resolver) unknown(lost bool, format string, args ...any) address {
	return address{addresses: known.AtMost(family(r.v6), fmt.Sprintf(format, args...)), lost: lost}
}

// host reads what follows the word host.
func (r *resolver) host(w *words) address {
	word := w.next()
	if lower(word) == "dynamic" && w.peek() != "" { // of a list by domain name
		word = w.next()
	}
	a, err := netip.ParseAddr(word)
	switch {
	case word == "":
		return r.unknown(true, "host without an address")
	case err != nil || a.Zone() != "":
		return r.unknown(false, "host %s is a name that only the device can resolve", word)
	case a.Is4() == r.v6:
		return r.unknown(false, "host %s is not of the list's address family", word)
	}
	return exactly(r.ranges(addr.RangeOf(a, a)))
}

// masked reads the wildcard mask that follows the address.
func (r *resolver) masked(a netip.Addr, w *words, standard bool) address {
	if standard && w.peek() == "wildcard" && w.ahead(1) == "bits" {
		w.skip(2) // as "show access-lists" writes it
	}
	mask, err := netip.ParseAddr(w.peek())
	switch {
	case err != nil && standard:
		return exactly(r.ranges(addr.RangeOf(a, a)))
	case err != nil && w.done():
		return r.unknown(true, "%s has no wildcard mask", a)
	case err != nil:
		return address{addresses: known.AtMost(r.ranges(addr.RangeOfPrefix(widest(a))), fmt.Sprintf("%s has no wildcard mask", a))}
	}
	w.skip(1)
	set, err := r.wildcard(a, mask)
	if err != nil {
		out := r.unknown(false, "%s %s: %v", a, mask, err)
		if a.Is4() == mask.Is4() && !isNetmask(mask) {
			out.mask = &addr.Mask{Address: a, Free: mask}
		}
		return out
	}
	return exactly(set)
}

func exactly(s addr.Set) address { return address{addresses: known.Exactly(s)} }

// ofFamily returns what is known of the addresses of one version.
func ofFamily(a addresses, v6 bool) addresses {
	part := func(s addr.Set) addr.Set {
		v4, six := s.Split()
		if v6 {
			return six
		}
		return v4
	}
	if a.IsExact() {
		return known.Exactly(part(a.Sure))
	}
	return known.Between(part(a.Sure), part(a.Possible), a.Why...)
}

func familyTitle(v6 bool) string {
	if v6 {
		return "IPv6"
	}
	return "IPv4"
}

func family(v6 bool) addr.Set {
	if v6 {
		return addr.Any6()
	}
	return addr.Any4()
}

// widest returns the largest block that starts with the address. No device takes an
// address without a mask; where one is lost, it left no bit of the address free.
func widest(a netip.Addr) netip.Prefix {
	bytes := a.AsSlice()
	zeros := 0
	for i := len(bytes) - 1; i >= 0; i-- {
		n := bits.TrailingZeros8(bytes[i]) // 8 for 0
		zeros += n
		if n < 8 {
			break
		}
	}
	return netip.PrefixFrom(a, a.BitLen()-zeros)
}

// ranges returns the set of one range. Configurations repeat few addresses many
// times, so that sharing the sets saves most of their memory.
func (r *resolver) ranges(of addr.Range) addr.Set {
	set, ok := r.single[of]
	if !ok {
		set = addr.SetOf(of)
		r.single[of] = set
	}
	return set
}

// maxScattered bounds the ranges that the non-contiguous wildcard masks of one
// file stand for, about 50 MB.
const maxScattered = 1 << 20

// wildcard is [addr.Wildcard] with a quicker way for the ordinary masks and a
// bound on the others.
func (r *resolver) wildcard(a, mask netip.Addr) (addr.Set, error) {
	host, scattered := maskBits(mask)
	if scattered == 0 && a.Is4() == mask.Is4() {
		return r.ranges(addr.RangeOfPrefix(netip.PrefixFrom(a, mask.BitLen()-host))), nil
	}
	key := [2]netip.Addr{a, mask}
	if set, ok := r.scattered[key]; ok {
		return set, nil
	}
	if r.scatteredLeft < maxScattered && scattered < 32 && 1<<scattered > r.scatteredLeft {
		return addr.Set{}, fmt.Errorf("the wildcard masks of the file stand for more than %d ranges", maxScattered)
	}
	set, err := addr.Wildcard(a, mask)
	switch {
	case err != nil && isNetmask(mask):
		return addr.Set{}, fmt.Errorf("%w; it looks like a netmask, but the device takes it for a wildcard mask", err)
	case err != nil:
		return addr.Set{}, err
	}
	r.scatteredLeft -= len(set.Ranges())
	r.scattered[key] = set
	return set, nil
}

// maskBits counts the bits of a wildcard mask that are set at its end, and those
// that are set before.
func maskBits(mask netip.Addr) (trailing, scattered int) {
	bytes := mask.AsSlice()
	ones := 0
	for _, b := range bytes {
		ones += bits.OnesCount8(b)
	}
	for i := len(bytes) - 1; i >= 0; i-- {
		n := bits.TrailingZeros8(^bytes[i])
		trailing += n
		if n < 8 {
			break
		}
	}
	return trailing, ones - trailing
}

// isNetmask reports whether the bits of mask are ones and then zeros.
func isNetmask(mask netip.Addr) bool {
	zeros := false
	for _, b := range mask.AsSlice() {
		if zeros && b != 0 || !zeros && ^b&(^b+1) != 0 {
			return false
		}
		zeros = zeros || b != 0xff
	}
	return true
}
