package rulelist

import (
	"bytes"
	"net/netip"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
)

// Reading IPv4 by hand: two of three values are a single host or prefix, and most
// others a few. [addr.Parse] and the allocations around it would take longer than
// all the rest of a rule. What is not read here may be right or wrong; it goes the
// general way.

// longestIPv4 is the length of the JSON text of a list of one prefix.
const longestIPv4 = len(`["255.255.255.255/32"]`)

// ipv4Sets makes sets of single hosts and prefixes, and shares those it made
// lately. Its zero value is ready for use.
type ipv4Sets struct {
	slots [1 << ipv4SlotBits]ipv4Slot
}

// ipv4SlotBits makes the slots fit into a processor's first cache.
const ipv4SlotBits = 10

type ipv4Slot struct {
	value, size uint32
	set         addr.Set
}

// set returns the set that the JSON text of a value stands for, if it is an IPv4
// host or prefix, alone or as a list of one.
func (c *ipv4Sets) set(raw []byte) (addr.Set, bool) {
	text := raw
	if len(raw) > 0 && raw[0] == '[' {
		if raw[len(raw)-1] != ']' {
			return addr.Set{}, false
		}
		text = raw[1 : len(raw)-1]
	}
	value, size, rest, ok := ipv4(text)
	if !ok || len(rest) > 0 {
		return addr.Set{}, false
	}
	const fibonacci = 0x9e3779b9 // spreads what differs over the high bits
	s := &c.slots[(value^size)*fibonacci>>(32-ipv4SlotBits)]
	if s.value != value || s.size != size || s.set.IsEmpty() {
		*s = ipv4Slot{value, size, addr.SetOf(ipv4Range(value, size))}
	}
	return s.set, true
}

// appendIPv4 appends the ranges of a JSON list of IPv4 hosts and prefixes. It
// reports false, and what it appended does not count, for everything else.
func appendIPv4(out []addr.Range, raw []byte) ([]addr.Range, bool) {
	if len(raw) == 0 || raw[0] != '[' {
		return out, false
	}
	for rest := raw[1:]; ; rest = rest[1:] {
		value, size, next, ok := ipv4(bytes.TrimLeft(rest, " "))
		if !ok {
			return out, false
		}
		out = append(out, ipv4Range(value, size))
		rest = bytes.TrimLeft(next, " ")
		switch {
		case len(rest) == 1 && rest[0] == ']':
			return out, true
		case len(rest) == 0 || rest[0] != ',':
			return out, false
		}
	}
}

// ipv4 reads a host or prefix in quotes from the start of text: its first address,
// and how many more it has.
func ipv4(text []byte) (value, size uint32, rest []byte, ok bool) {
	if len(text) == 0 || text[0] != '"' {
		return 0, 0, text, false
	}
	text = text[1:]
	for i := range 4 {
		octet, n := decimal(text)
		if n == 0 || octet > 255 || n == len(text) {
			return 0, 0, text, false
		}
		value = value<<8 | octet
		if i < 3 {
			if text[n] != '.' {
				return 0, 0, text, false
			}
			n++
		}
		text = text[n:]
	}
	if text[0] == '/' {
		bits, n := decimal(text[1:])
		if n == 0 || bits > 32 || n+1 == len(text) {
			return 0, 0, text, false
		}
		text = text[1+n:]
		size = uint32(uint64(1)<<(32-bits) - 1)
	}
	if text[0] != '"' || value&size != 0 {
		return 0, 0, text, false
	}
	return value, size, text[1:], true
}

func ipv4Range(value, size uint32) addr.Range {
	return addr.RangeOf(ipv4Address(value), ipv4Address(value|size))
}

func ipv4Address(v uint32) netip.Addr {
	return netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})
}

// decimal reads a number of at most three digits without leading zeros, and says
// how many digits it has: 0 if it is none.
func decimal(text []byte) (value uint32, digits int) {
	for digits < len(text) && digits < 4 && text[digits]-'0' <= 9 {
		value = value*10 + uint32(text[digits]-'0')
		digits++
	}
	if digits > 3 || digits > 1 && text[0] == '0' {
		return 0, 0
	}
	return value, digits
}
