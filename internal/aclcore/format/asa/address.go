package asa

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
)

// host reads an IPv4 or IPv6 address or an alias that the name command gives to
// one.
func (p *dictionary) host(word string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(word); err == nil {
		return a, a.Zone() == ""
	}
	a := p.names[word]
	return a, a.IsValid()
}

// plainAddress reads "host A", "A MASK" and "A6/LENGTH", the form that access
// lists, objects and groups share. ok is false if the words are none of these;
// then it is not known either how many of them belong together.
func (p *dictionary) plainAddress(c *cursor) (a addresses, ok bool) {
	word := c.next()
	if word == "host" {
		word = c.next()
		h, ok := p.host(word)
		if !ok {
			return unsureAddresses(addr.Any(), "%q is no address and no name", word), word != ""
		}
		return known.Exactly(addr.SetOf(addr.RangeOf(h, h))), true
	}
	if strings.IndexByte(word, '/') >= 0 {
		prefix, err := netip.ParsePrefix(word)
		if err != nil || prefix.Addr().Is4() {
			return addresses{}, false
		}
		return known.Exactly(addr.SetOf(addr.RangeOfPrefix(prefix))), true
	}
	base, named := p.host(word)
	mask, err := netip.ParseAddr(c.peek())
	if err != nil || !mask.Is4() {
		return addresses{}, false
	}
	c.next()
	if !named || !base.Is4() {
		return unsureAddresses(addr.Any(), "%q is no IPv4 address and no name of one", word), true
	}
	return p.masked(base, mask), true
}

// masked returns the addresses that equal base in every bit that is 1 in the
// netmask. Bits of base outside the mask are ignored.
func (p *dictionary) masked(base, mask netip.Addr) addresses {
	b := mask.As4()
	m := binary.BigEndian.Uint32(b[:])
	if ones := bits.LeadingZeros32(^m); m == ^uint32(0)<<(32-ones) {
		return known.Exactly(addr.SetOf(addr.RangeOfPrefix(netip.PrefixFrom(base, ones))))
	}
	if isWildcard(mask) {
		return unsureAddresses(addr.Any4(), "mask %s looks like a wildcard, and an ASA takes netmasks", mask)
	}
	scattered := bits.OnesCount32(^m) - bits.TrailingZeros32(m)
	if scattered > 16 || !p.budget.spend(1<<scattered) {
		return unsureAddresses(addr.Any4(), "netmask %s %s", mask, tooLarge)
	}
	set, err := addr.Wildcard(base, netip.AddrFrom4([4]byte{^b[0], ^b[1], ^b[2], ^b[3]}))
	if err != nil {
		return unsureAddresses(addr.Any4(), "netmask %s: %v", mask, err)
	}
	return known.Exactly(set)
}

// isWildcard reports whether the mask is a run of zeros and then ones, which
// is how routers write the reverse of a netmask.
func isWildcard(mask netip.Addr) bool {
	b := mask.As4()
	m := binary.BigEndian.Uint32(b[:])
	return m != 0 && m != ^uint32(0) && m&(m+1) == 0
}

// addressRange reads the two ends of a range.
func (p *dictionary) addressRange(c *cursor) (a addresses, ok bool) {
	first, last := c.next(), c.next()
	from, okFrom := p.host(first)
	to, okTo := p.host(last)
	if !okFrom || !okTo || from.Is4() != to.Is4() || to.Less(from) {
		return unsureAddresses(addr.Any(), "%q to %q is no range of addresses", first, last), last != ""
	}
	return known.Exactly(addr.SetOf(addr.RangeOf(from, to))), true
}

// domainName reads a fully qualified domain name, after the word fqdn, and the
// family that it is resolved in.
func domainName(c *cursor) addresses {
	name, family := c.next(), addr.Any()
	if name == "v4" || name == "v6" {
		if family = addr.Any4(); name == "v6" {
			family = addr.Any6()
		}
		name = c.next()
	}
	return unsureAddresses(family, "fqdn %s", name)
}

// address reads an address argument of an ACE, as configured or as show
// access-list expands it; anyone is what the word any stands for. ok is false if the words after it cannot be told apart.
func (p *dictionary) address(c *cursor, anyone addr.Set) (a addresses, ok bool) {
	switch c.peek() {
	case "any":
		c.next()
		return known.Exactly(anyone), true
	case "any4":
		c.next()
		return known.Exactly(addr.Any4()), true
	case "any6":
		c.next()
		return known.Exactly(addr.Any6()), true
	case "interface":
		c.next()
		return unsureAddresses(addr.Any(), "the address of interface %s", c.next()), true
	case "object", "object-group":
		word := c.next()
		return p.networkRef(word, c.next(), 0), true
	case "object-group-network-service", "object-network-service":
		word := c.next()
		return unsureAddresses(addr.Any(), "%s %s", word, c.next()), true
	case "range":
		c.next()
		a, ok = p.addressRange(c)
	case "fqdn":
		c.next()
		a, ok = domainName(c), true
	default:
		a, ok = p.plainAddress(c)
	}
	// show access-list notes (unresolved), (resolved) or the domain name.
	if note := c.peek(); ok && isParenthesised(note) {
		c.next()
		if len(a.Why) == 0 {
			a = unsureAddresses(a.Possible, "the address that fqdn %s had", note[1:len(note)-1])
		}
	}
	return a, ok
}
