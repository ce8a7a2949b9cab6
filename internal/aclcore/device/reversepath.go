package device

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
)

// A Lookup says which routes a check of the reverse path counts.
type Lookup struct {
	// Static counts static routes. Where a routing protocol is configured they are no proof:
	// it may know a longer prefix that leads elsewhere.
	Static bool
	// Default counts the default route.
	Default bool
	// Anywhere lets a route by any interface do.
	Anywhere bool
}

// ReversePath returns the addresses that the text proves to be reached by the interface:
// those of its connected prefixes and of what else the lookup counts, except where a longer
// prefix of the text leads elsewhere.
func (d *Document) ReversePath(i *Interface, l Lookup) (reached addr.Set) {
	type lead struct {
		to netip.Prefix
		by string
	}
	var leads []lead
	for k := range d.Interfaces {
		if o := &d.Interfaces[k]; o.VRF == i.VRF {
			for _, p := range o.Addresses {
				leads = append(leads, lead{p.Masked(), o.Name})
			}
		}
	}
	for _, r := range d.Routes {
		if r.VRF != i.VRF || r.To.Bits() == 0 && !l.Default {
			continue
		}
		by := d.leaves(r)
		if !l.Static || r.Discard {
			by = ""
		}
		leads = append(leads, lead{r.To, by})
	}
	counts := func(x lead) bool { return x.by != "" && (l.Anywhere || x.by == i.Name) }
	slices.SortStableFunc(leads, func(a, b lead) int { // of one prefix, those that lead elsewhere last
		if c := cmp.Compare(a.to.Bits(), b.to.Bits()); c != 0 {
			return c
		}
		return cmp.Compare(rank(counts(b)), rank(counts(a)))
	})
	for _, x := range leads {
		set := addr.SetOf(addr.RangeOfPrefix(x.to))
		if counts(x) {
			reached = reached.Union(set)
		} else {
			reached = reached.Subtract(set)
		}
	}
	return reached
}

func rank(counts bool) int {
	if counts {
		return 1
	}
	return 0
}

// leaves names the interface that packets to the route leave by, empty if it is not in the
// text: the one of the route, or that of its next hop's prefix.
func (d *Document) leaves(r Route) string {
	if r.Interface != "" {
		return r.Interface
	}
	by, bits := "", -1
	for k := range d.Interfaces {
		i := &d.Interfaces[k]
		for _, p := range i.Addresses {
			if i.VRF == r.VRF && p.Bits() > bits && p.Contains(r.Via) {
				by, bits = i.Name, p.Bits()
			}
		}
	}
	return by
}
