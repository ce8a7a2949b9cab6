package asa

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
)

// natSet is an address argument of a nat command.
type natSet struct {
	addresses
	// runs are its ranges as the text has them, one for each member of a group.
	runs []addr.Range
	// any says that it is the word any, inline that it is one address which stands for as
	// many as the real side has, missing that it is the address of an interface, which is
	// not in the text.
	any, inline, missing bool
}

// maxMembers is how many members of a group a static rule maps one by one.
const maxMembers = 4096

func (r *natReader) doubtful(why string) natSet {
	return natSet{addresses: known.AtMost(addr.Any(), why)}
}

// named returns the addresses of an object or a group of networks.
func (r *natReader) named(word, name string) natSet {
	s := natSet{addresses: r.networkRef(word, name, 0)}
	if !s.IsExact() {
		return s
	}
	d, _ := r.lookup(word, name)
	s.runs = r.members(nil, d, 0)
	return s
}

// members appends the ranges of a definition in the order of its members.
func (r *natReader) members(out []addr.Range, d *definition, depth int) []addr.Range {
	for _, m := range d.members {
		if len(out) > maxMembers || depth > maxDepth {
			return out
		}
		word, c := m.split()
		inner := *d
		switch {
		case word == "group-object":
			if g, problem := r.lookup("object-group", c.next()); problem == "" {
				out = r.members(out, g, depth+1)
			}
			continue
		case word == "network-object" && c.take("object"):
			if o, problem := r.lookup("object", c.next()); problem == "" {
				out = r.members(out, o, depth+1)
			}
			continue
		}
		out = append(out, r.networkMember(&inner, m, depth).Possible.Ranges()...)
	}
	return out
}

// address reads a real address: any, or the name of an object or a group.
func (r *natReader) address(c *cursor) natSet {
	word := c.next()
	if strings.EqualFold(word, "any") {
		return natSet{addresses: known.Exactly(addr.Any()), runs: addr.Any().Ranges(), any: true}
	}
	if r.objects[word] != nil {
		return r.named("object", word)
	}
	if r.groups[word] != nil {
		return r.named("object-group", word)
	}
	if a, ok := r.host(word); ok {
		one := addr.SetOf(addr.RangeOf(a, a))
		return natSet{addresses: known.Exactly(one), runs: one.Ranges(), inline: true}
	}
	return r.doubtful(fmt.Sprintf("object %s is not in the text", word))
}

// mappedAddress reads an address that packets have on an interface: as address does, or
// the word interface for its own.
func (r *natReader) mappedAddress(c *cursor, iface string) natSet {
	if !strings.EqualFold(c.peek(), "interface") {
		return r.address(c)
	}
	c.next()
	return r.ownAddress(iface, r.takeWord(c, "ipv6"))
}

func (r *natReader) takeWord(c *cursor, word string) bool {
	if !strings.EqualFold(c.peek(), word) {
		return false
	}
	c.next()
	return true
}

// ownAddress returns the address of an interface, which is the first that it has: others
// are of the standby unit.
func (r *natReader) ownAddress(name string, v6 bool) natSet {
	for i := range r.doc.Interfaces {
		if d := &r.doc.Interfaces[i]; d.Name == name {
			for _, p := range d.Addresses {
				if p.Addr().Is6() == v6 {
					one := addr.SetOf(addr.RangeOf(p.Addr(), p.Addr()))
					return natSet{addresses: known.Exactly(one), runs: one.Ranges()}
				}
			}
		}
	}
	family := addr.Any4()
	if v6 {
		family = addr.Any6()
	}
	return natSet{addresses: known.AtMost(family, fmt.Sprintf("the address of interface %q is not in the text", name)), missing: true}
}

// poolOf reads what the sources of a dynamic rule become: a host, an object or a group, a
// pat-pool with its options, and the interface, alone or as what is left when the pool is
// used up. Hosts are for translation of ports.
func (s *statement) poolOf(c *cursor) pool {
	p := pool{}
	add := func(n natSet) {
		p.addresses, p.missing = p.Union(n.addresses), p.missing || n.missing
	}
	if s.takeWord(c, "pat-pool") {
		p.pat = true
		add(s.address(c))
	} else if !strings.EqualFold(c.peek(), "interface") {
		n := s.address(c)
		add(n)
		p.pat = slices.ContainsFunc(n.runs, addr.Range.IsSingle)
	}
	for {
		switch word := strings.ToLower(c.peek()); word {
		case "interface":
			c.next()
			p.pat = true
			add(s.ownAddress(s.mapped, s.takeWord(c, "ipv6")))
		case "pat-pool":
			c.next()
			p.pat = true
			add(s.address(c))
		case "round-robin", "extended", "flat", "include-reserve", "block-allocation":
			c.next()
		default:
			return p
		}
	}
}
