package vpc

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
)

// MaxInterfaceGroups is how many security groups a network interface can carry
// (Amazon VPC quotas).
const MaxInterfaceGroups = 16

// Interface is a network interface, which carries security groups.
type Interface struct {
	ID string
	// Subnet is the id of its subnet, empty if it is not known.
	Subnet string
	// Groups are the keys of the groups that the interface carries.
	Groups []string
	// MoreGroups says that it may carry others as well.
	MoreGroups bool
	// Private holds the addresses that a rule means when it refers to one of the
	// groups; Public those that the interface is reached by from outside.
	Private, Public addr.Set
}

// membership answers which addresses carry which groups.
type membership struct {
	all bool // there are no interfaces but the known ones
	// private and carried hold the addresses of the interfaces that carry a group,
	// without and with their public ones.
	private, carried map[string]addr.Set
	// known holds the addresses of all interfaces whose groups are all known.
	known addr.Set
	// shared holds, for a group, the addresses that carry another group as well.
	shared map[string]map[string]addr.Set
}

func newMembership(n *Network) *membership {
	private, carried := make(map[string][]addr.Range), make(map[string][]addr.Range)
	shared := make(map[string]map[string][]addr.Range)
	var known []addr.Range
	for i := range n.Interfaces {
		in := &n.Interfaces[i]
		addresses := slices.Concat(in.Private.Ranges(), in.Public.Ranges())
		if !in.MoreGroups {
			known = append(known, addresses...)
		}
		for _, g := range in.Groups {
			private[g] = append(private[g], in.Private.Ranges()...)
			carried[g] = append(carried[g], addresses...)
			for _, other := range in.Groups {
				if other == g {
					continue
				}
				if shared[g] == nil {
					shared[g] = make(map[string][]addr.Range)
				}
				shared[g][other] = append(shared[g][other], addresses...)
			}
		}
	}
	m := &membership{
		all: n.AllInterfaces, known: addr.SetOf(known...),
		private: sets(private), carried: sets(carried), shared: make(map[string]map[string]addr.Set, len(shared)),
	}
	for g, others := range shared {
		m.shared[g] = sets(others)
	}
	return m
}

func sets(ranges map[string][]addr.Range) map[string]addr.Set {
	out := make(map[string]addr.Set, len(ranges))
	for key, r := range ranges {
		out[key] = addr.SetOf(r...)
	}
	return out
}

// of returns the addresses of the members of a group and why there may be more.
func (m *membership) of(key, text string) (sure addr.Set, more string) {
	sure = m.private[key]
	switch {
	case sure.IsEmpty():
		return sure, fmt.Sprintf("the members of the security group %s are not known: no network interface in the file carries it", text)
	case !m.all:
		return sure, fmt.Sprintf("the security group %s may have members that are not in the file", text)
	}
	return sure, ""
}
