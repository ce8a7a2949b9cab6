package device

import (
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A Doubt is something that a device does with packets which cross it besides its lists and
// translations, and that is not followed: it may drop them, or send them another way. What the
// lists deny stays denied; what they permit cannot be known.
type Doubt struct {
	// Stage is StageIn for what enters by Interface, StageOut for what leaves by it.
	Stage
	// Interface is the interface, empty for all of them.
	Interface string
	// Traffic is all that it may touch, in the addresses that packets have there.
	Traffic traffic.Product
	// Line is the 1-based line of the text, Text what stands there, Why the reason.
	Line      int
	Text, Why string
}

// AllTraffic returns all packets of the address families.
func AllTraffic(v4, v6 bool) traffic.Product {
	set := addr.Any()
	switch {
	case v4 && !v6:
		set = addr.Any4()
	case v6 && !v4:
		set = addr.Any6()
	}
	return traffic.Product{Sources: set, Destinations: set, Services: service.Any()}
}

// MayPermit returns the destinations that a list permits, or may permit; all where the text
// does not have the list.
func (d *Document) MayPermit(list string) (set addr.Set) {
	for i := range d.Lists {
		if d.Lists[i].Name != list {
			continue
		}
		for k := range d.Lists[i].Rules {
			if r := &d.Lists[i].Rules[k]; r.Action == rule.Permit {
				set = set.Union(r.Traffic.Destinations)
			}
		}
		return set
	}
	return addr.Any()
}
