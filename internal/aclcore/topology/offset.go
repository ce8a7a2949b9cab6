package topology

import (
	"encoding/binary"
	"math/bits"
	"net/netip"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
)

// An offset is what is added to an address, modulo the number of addresses of its
// family.
type offset struct{ hi, lo uint64 }

// number returns an address as a number.
func number(a netip.Addr) offset {
	if a.Is4() {
		b := a.As4()
		return offset{0, uint64(binary.BigEndian.Uint32(b[:]))}
	}
	b := a.As16()
	return offset{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

// minus returns what has to be added to o to get x.
func (x offset) minus(o offset) offset {
	lo, borrow := bits.Sub64(x.lo, o.lo, 0)
	hi, _ := bits.Sub64(x.hi, o.hi, borrow)
	return offset{hi, lo}
}

func (x offset) plus(o offset) offset {
	lo, carry := bits.Add64(x.lo, o.lo, 0)
	hi, _ := bits.Add64(x.hi, o.hi, carry)
	return offset{hi, lo}
}

func (x offset) negative() offset { return offset{}.minus(x) }

// add returns the address that is so far from a.
func (x offset) add(a netip.Addr) netip.Addr {
	sum := number(a).plus(x)
	if a.Is4() {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], uint32(sum.lo&0xffffffff))
		return netip.AddrFrom4(b)
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], sum.hi)
	binary.BigEndian.PutUint64(b[8:], sum.lo)
	return netip.AddrFrom16(b)
}

// move returns the addresses that are so far from those of the set. None of its ranges
// may go over the end of the addresses.
func (x offset) move(set addr.Set) addr.Set {
	ranges := set.Ranges()
	out := make([]addr.Range, len(ranges))
	for i, r := range ranges {
		out[i] = addr.RangeOf(x.add(r.From), x.add(r.To))
	}
	return addr.SetOf(out...)
}
