package vpc

import (
	"fmt"
	"net/netip"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
)

// Peer is the other side of a rule. Exactly one of Prefix, Group, PrefixList and
// Unknown is set.
type Peer struct {
	// Text is the peer as people know it: a prefix, an id, a name.
	Text string
	// Prefix holds the addresses of a CIDR block.
	Prefix addr.Set
	// Group is the key of a security group, PrefixList the id of a prefix list.
	Group, PrefixList string
	// Unknown tells why the peer is not known.
	Unknown string
}

// CIDR reads a CIDR block, or a single address, which is a block of one. Host bits
// are masked away, as AWS does.
func CIDR(text string) (Peer, error) {
	p, err := netip.ParsePrefix(text)
	if err != nil {
		a, err := netip.ParseAddr(text)
		if err != nil || a.Zone() != "" {
			return Peer{}, fmt.Errorf("%q is not a CIDR block; write 10.0.0.0/8 or 2001:db8::/32", text)
		}
		p = netip.PrefixFrom(a, a.BitLen())
	}
	r := addr.RangeOfPrefix(p)
	return Peer{Text: p.Masked().String(), Prefix: addr.SetOf(r)}, nil
}

// PrefixList is what a file says of a prefix list.
type PrefixList struct {
	// Name is shown beside the id, empty if it is not known.
	Name string
	// Entries are prefixes that are surely in the list.
	Entries addr.Set
	// Unknown tells why there may be more of them, empty if there are not.
	Unknown string
}

// resolve returns the addresses that the peer surely has, and why it may have
// more, which is empty if it has not.
func (b *builder) resolve(p Peer) (sure addr.Set, more string) {
	switch {
	case p.Unknown != "":
		return addr.Set{}, p.Unknown
	case p.Group != "":
		return b.members.of(p.Group, p.Text)
	case p.PrefixList != "":
		list, ok := b.network.PrefixLists[p.PrefixList]
		if !ok {
			return addr.Set{}, fmt.Sprintf("the entries of the prefix list %s are not in the file", p.PrefixList)
		}
		return list.Entries, list.Unknown
	case p.Prefix.IsEmpty():
		return addr.Set{}, "it has no source or destination"
	}
	return p.Prefix, ""
}

// text returns the peer as it stands in the text of a rule.
func (b *builder) text(p Peer) string {
	if list, ok := b.network.PrefixLists[p.PrefixList]; ok && list.Name != "" {
		return fmt.Sprintf("%s (%s)", p.Text, list.Name)
	}
	return p.Text
}
