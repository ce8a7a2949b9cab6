package matrix

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/zone"
)

// Decision is what the matrix says of a product, and where.
type Decision struct {
	// Action is the strictest of the product's parts.
	Action Action
	// From and To are the zones of the first part with this action, by name, and
	// Services its services. A product of an IPv4 and an IPv6 address, which no
	// packet is, is denied and has no services.
	From, To string
	Services service.Set
}

// String writes the decision as `deny udp/53 from "dmz" to "inside"`.
func (d Decision) String() string {
	return fmt.Sprintf("%s %s from %q to %q", d.Action, d.Services, d.From, d.To)
}

// Part is the traffic of a product that passes from one zone to another under one
// action.
type Part struct {
	Action   Action
	From, To string
	traffic.Product
}

// Decide returns the action of the product and the zones that it is due to.
func (m *Matrix) Decide(p flow.Product) Decision {
	return m.decide(traffic.Product{Sources: p.Source.Set, Destinations: p.Destination.Set, Services: p.Service.Set})
}

func (m *Matrix) decide(p traffic.Product) (d Decision) {
	if from, to, ok := m.onePair(p.Sources, p.Destinations); ok {
		d.Action, d.Services = m.at(from, to).strictest(p.Services)
		d.From, d.To = m.zones.Name(from), m.zones.Name(to)
		return d
	}
	sources, destinations := m.zones.Touched(p.Sources), m.zones.Touched(p.Destinations)
	found := false
	for from, f := range sources {
		for to, g := range destinations {
			if f&g == 0 {
				continue
			}
			action, services := m.at(from, to).strictest(p.Services)
			if !found || action < d.Action {
				d = Decision{action, m.zones.Name(from), m.zones.Name(to), services}
				found = true
			}
			if action == Deny {
				return d
			}
		}
	}
	if !found {
		d.From, d.To = m.zones.Name(first(sources)), m.zones.Name(first(destinations))
	}
	return d
}

// first returns the first zone that is touched.
func first(touched []zone.Families) int {
	return max(0, slices.IndexFunc(touched, func(f zone.Families) bool { return f != 0 }))
}

// onePair returns the zones of two ranges that lie in one zone each, as nearly all
// do. It saves the allocations of the way through shares.
func (m *Matrix) onePair(sources, destinations addr.Set) (from, to int, ok bool) {
	a, b := sources.Ranges(), destinations.Ranges()
	if len(a) != 1 || len(b) != 1 || a[0].Is4() != b[0].Is4() {
		return 0, 0, false
	}
	from, ok1 := m.zones.Whole(a[0])
	to, ok2 := m.zones.Whole(b[0])
	return from, to, ok1 && ok2
}

// Parts returns the disjoint parts of the product, which together are all of its
// packets: the strictest first, then in order of zones. A product that no packet
// is, of an IPv4 and an IPv6 address, has none.
func (m *Matrix) Parts(p flow.Product) (out []Part) {
	sources, destinations := m.zones.Split(p.Source.Set), m.zones.Split(p.Destination.Set)
	for _, from := range sources {
		for _, to := range destinations {
			addresses, ok := between(from, to)
			if !ok {
				continue
			}
			c := m.at(from.Zone, to.Zone)
			for action, services := range c.split(p.Service.Set) {
				if services.IsEmpty() {
					continue
				}
				part := Part{Action: Action(action), From: m.zones.Name(from.Zone), To: m.zones.Name(to.Zone), Product: addresses}
				part.Services = services
				out = append(out, part)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Part) int { return cmp.Compare(a.Action, b.Action) })
	return out
}

// at returns the cell of a pair of zones.
func (m *Matrix) at(from, to int) *cell {
	if c, ok := m.cells[pair{from, to}]; ok {
		return c
	}
	return m.other
}

// strictest returns the strictest action that the cell has for a service of the
// set, and the services with it.
func (c *cell) strictest(services service.Set) (Action, service.Set) {
	if c.allow.ContainsSet(services) && !services.IsEmpty() {
		return Allow, services
	}
	parts := c.split(services)
	for action, part := range parts {
		if !part.IsEmpty() {
			return Action(action), part
		}
	}
	return Deny, services
}

// split returns the services by action.
func (c *cell) split(services service.Set) (out [Allow + 1]service.Set) {
	out[Allow] = services.Intersect(c.allow)
	out[Notify] = services.Intersect(c.notify)
	out[Deny] = services.Subtract(out[Allow]).Subtract(out[Notify])
	return out
}

// between returns the pairs of addresses that packets pass from one share to the
// other, without services.
func between(from, to zone.Share) (p traffic.Product, ok bool) {
	from4, from6 := from.Set.Split()
	to4, to6 := to.Set.Split()
	if !from4.IsEmpty() && !to4.IsEmpty() {
		p.Sources, p.Destinations = from4, to4
	}
	if !from6.IsEmpty() && !to6.IsEmpty() {
		p.Sources, p.Destinations = p.Sources.Union(from6), p.Destinations.Union(to6)
	}
	return p, !p.Sources.IsEmpty()
}
