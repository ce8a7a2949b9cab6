package matrix

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
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
		d.From, d.To = m.names[from], m.names[to]
		return d
	}
	sources, destinations := m.touched(p.Sources), m.touched(p.Destinations)
	found := false
	for from, f := range sources {
		for to, g := range destinations {
			if f&g == 0 {
				continue
			}
			action, services := m.at(from, to).strictest(p.Services)
			if !found || action < d.Action {
				d = Decision{action, m.names[from], m.names[to], services}
				found = true
			}
			if action == Deny {
				return d
			}
		}
	}
	if !found {
		d.From, d.To = m.names[first(sources)], m.names[first(destinations)]
	}
	return d
}

// first returns the first zone that is touched.
func first(touched []families) int {
	return max(0, slices.IndexFunc(touched, func(f families) bool { return f != 0 }))
}

// onePair returns the zones of two ranges that lie in one zone each, as nearly all
// do. It saves the allocations of the way through shares.
func (m *Matrix) onePair(sources, destinations addr.Set) (from, to int, ok bool) {
	a, b := sources.Ranges(), destinations.Ranges()
	if len(a) != 1 || len(b) != 1 || a[0].Is4() != b[0].Is4() {
		return 0, 0, false
	}
	from, ok1 := m.segments.whole(a[0])
	to, ok2 := m.segments.whole(b[0])
	return from, to, ok1 && ok2
}

// Parts returns the disjoint parts of the product, which together are all of its
// packets: the strictest first, then in order of zones. A product that no packet
// is, of an IPv4 and an IPv6 address, has none.
func (m *Matrix) Parts(p flow.Product) (out []Part) {
	sources, destinations := m.split(p.Source.Set), m.split(p.Destination.Set)
	for _, from := range sources {
		for _, to := range destinations {
			addresses, ok := between(from, to)
			if !ok {
				continue
			}
			c := m.at(from.zone, to.zone)
			for action, services := range c.split(p.Service.Set) {
				if services.IsEmpty() {
					continue
				}
				part := Part{Action: Action(action), From: m.names[from.zone], To: m.names[to.zone], Product: addresses}
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
func between(from, to share) (p traffic.Product, ok bool) {
	from4, from6 := from.set.Split()
	to4, to6 := to.set.Split()
	if !from4.IsEmpty() && !to4.IsEmpty() {
		p.Sources, p.Destinations = from4, to4
	}
	if !from6.IsEmpty() && !to6.IsEmpty() {
		p.Sources, p.Destinations = p.Sources.Union(from6), p.Destinations.Union(to6)
	}
	return p, !p.Sources.IsEmpty()
}
