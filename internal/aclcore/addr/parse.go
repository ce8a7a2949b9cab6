package addr

import (
	"errors"
	"fmt"
	"math/bits"
	"net/netip"
	"slices"
	"strings"
	"unicode"

	"go4.org/netipx"
)

// Accepted names the spellings that [Parse] reads, for error messages.
const Accepted = "a host (10.0.0.1, 2001:db8::1), a prefix (10.0.0.0/24), a range (10.0.0.1-10.0.0.9) or any"

// Literal is one declared address as it was written and what it means.
type Literal struct {
	Text string
	Set  Set
	// Part says that it is one of several that an entry with addresses of both IP
	// versions stands for, such as what is left of any. Like any, such an entry may have
	// addresses that no partner shares the version of.
	Part bool
}

// Parse reads a host, a prefix, an inclusive range "first-last" (first = last is
// a range of one), an address with a dotted netmask or inverse mask
// (10.0.0.0/255.255.255.0, 10.0.0.0/0.0.0.255), or "any".
//
// It refuses what could be read two ways: host bits beside a prefix length (the
// error names the prefix that was meant), octets with leading zeros, reversed
// ranges, ranges across families, IPv4 addresses written as IPv6, IPv6 zones, and
// blanks ([ErrSeparators]).
func Parse(text string) (Literal, error) {
	s, err := parseSet(text)
	if err != nil {
		if better := separated(text); better != nil {
			err = better
		}
		return Literal{}, fmt.Errorf("address %q: %w", text, err)
	}
	return Literal{Text: text, Set: s}, nil
}

// ErrSeparators says that only blanks, or what people write between the elements of
// a list, keep a text from being an address or several.
var ErrSeparators = errors.New("has separators in it")

// separatorsError is an ErrSeparators that says what to write.
type separatorsError string

func (e separatorsError) Error() string        { return string(e) }
func (e separatorsError) Is(target error) bool { return target == ErrSeparators }

// separated returns an [ErrSeparators] if the text is one.
func separated(text string) error {
	isBlank := func(r rune) bool { return unicode.IsSpace(r) }
	blanks := strings.ContainsFunc(text, isBlank)
	if joined := strings.Join(strings.FieldsFunc(text, isBlank), ""); blanks {
		if _, err := parseSet(joined); joined != "" && err == nil {
			return separatorsError("has blanks in it; write " + joined)
		}
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || isBlank(r) })
	if len(parts) < 2 || slices.ContainsFunc(parts, func(part string) bool { return !resembles(part) }) {
		return nil
	}
	if masked := strings.Join(parts, "/"); blanks && len(parts) == 2 {
		if _, err := parseSet(masked); err == nil {
			return separatorsError("could be an address and its mask, or two addresses; write " + masked + ", or one address per list element")
		}
	}
	return separatorsError("is a list in one string; write one address per list element")
}

// resembles reports whether text can only be meant as an address, rightly written or
// not.
func resembles(text string) bool {
	host, _, _ := strings.Cut(text, "/")
	first, _, _ := strings.Cut(host, "-")
	_, err := netip.ParseAddr(first)
	return err == nil || strings.EqualFold(text, "any")
}

func parseSet(text string) (Set, error) {
	switch {
	case text == "":
		return Set{}, errors.New("is empty; write " + Accepted)
	case strings.EqualFold(text, "any"):
		return Any(), nil
	case strings.Contains(text, "/"):
		return parsePrefix(text)
	case strings.Contains(text, "-"):
		return parseRange(text)
	}
	a, err := parseHost(text)
	if err != nil {
		return Set{}, err
	}
	return SetOf(Range{a, a}), nil
}

func parseHost(text string) (netip.Addr, error) {
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Addr{}, errors.New("is not an address; write " + Accepted)
	}
	if a.Zone() != "" {
		return netip.Addr{}, fmt.Errorf("has the interface zone %q, which no ruleset knows; leave it out", a.Zone())
	}
	if a.Is4In6() { // no packet has such an address, and rules for it would meet none
		return netip.Addr{}, fmt.Errorf("is the IPv4 address %s written as IPv6; write %s", a.Unmap(), a.Unmap())
	}
	return a, nil
}

func parseRange(text string) (Set, error) {
	first, last, _ := strings.Cut(text, "-")
	from, err := parseHost(first)
	if err != nil {
		return Set{}, err
	}
	to, err := parseHost(last)
	if err != nil {
		return Set{}, fmt.Errorf("ends in %q, which is not an address; write a range as 10.0.0.1-10.0.0.9", last)
	}
	if from.Is4() != to.Is4() {
		return Set{}, errors.New("mixes IPv4 and IPv6; write one range for each")
	}
	if to.Less(from) {
		return Set{}, fmt.Errorf("is reversed; write %s-%s", to, from)
	}
	return SetOf(Range{from, to}), nil
}

func parsePrefix(text string) (Set, error) {
	host, mask, _ := strings.Cut(text, "/")
	a, err := parseHost(host)
	if err != nil {
		return Set{}, err
	}
	length, err := maskLength(a, mask)
	if err != nil {
		return Set{}, err
	}
	p := netip.PrefixFrom(a, length)
	if p != p.Masked() {
		return Set{}, fmt.Errorf("has host bits set; the prefix is %s, the host is %s", p.Masked(), a)
	}
	return SetOf(RangeOfPrefix(p)), nil
}

// maskLength reads "24", "255.255.255.0" or "0.0.0.255". 0.0.0.0 and
// 255.255.255.255 are read as netmasks, as Python's ipaddress does.
func maskLength(a netip.Addr, mask string) (int, error) {
	if m, err := netip.ParseAddr(mask); err == nil && m.Is4() && a.Is4() {
		b := m.As4()
		v := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
		ones := bits.LeadingZeros32(^v)
		if v == ^uint32(0)<<(32-ones) {
			return ones, nil
		}
		if zeros := bits.LeadingZeros32(v); v == ^uint32(0)>>zeros {
			return zeros, nil
		}
		return 0, fmt.Errorf("has the mask %s, which is not contiguous; write prefixes or a range", mask)
	}
	p, err := netip.ParsePrefix(a.String() + "/" + mask)
	if err != nil {
		return 0, fmt.Errorf("has the prefix length %q; write 0 to %d", mask, a.BitLen())
	}
	return p.Bits(), nil
}

// maxWildcardBits bounds how many scattered wildcard bits [Wildcard] expands: 2
// to the power of it is the number of ranges that one address becomes.
const maxWildcardBits = 16

// ErrTooScattered says that a wildcard mask stands for more ranges than are kept.
var ErrTooScattered = fmt.Errorf("the wildcard mask has more than %d scattered bits", maxWildcardBits)

// Wildcard returns the addresses that equal a in every bit that is 0 in the
// wildcard mask, as on Cisco devices (0.0.0.255 is a /24). The mask need not be
// contiguous; bits of a under the mask are ignored. a and wildcard must be of one
// family. It returns [ErrTooScattered] beyond 65,536 ranges.
func Wildcard(a, wildcard netip.Addr) (Set, error) {
	if a.Is4() != wildcard.Is4() {
		return Set{}, fmt.Errorf("%s and its mask %s are of different families", a, wildcard)
	}
	value, mask := a.AsSlice(), wildcard.AsSlice()
	size := len(mask) * 8
	trailing := 0
	for trailing < size && mask[(size-1-trailing)/8]>>(trailing%8)&1 == 1 {
		trailing++
	}
	var scattered []int // bit positions above the trailing run, from the least
	for bit := trailing; bit < size; bit++ {
		if mask[(size-1-bit)/8]>>(bit%8)&1 == 1 {
			scattered = append(scattered, bit)
		}
	}
	if len(scattered) > maxWildcardBits {
		return Set{}, ErrTooScattered
	}
	for i := range value {
		value[i] &^= mask[i]
	}
	ranges := make([]Range, 0, 1<<len(scattered))
	for n := range 1 << len(scattered) {
		low := make([]byte, len(value))
		copy(low, value)
		for i, bit := range scattered {
			if n>>i&1 == 1 {
				low[(size-1-bit)/8] |= 1 << (bit % 8)
			}
		}
		from, _ := netip.AddrFromSlice(low)
		r := netipx.RangeOfPrefix(netip.PrefixFrom(from, size-trailing))
		ranges = append(ranges, Range{r.From(), r.To()})
	}
	return SetOf(ranges...), nil
}
