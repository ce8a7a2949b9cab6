package topology

import (
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/zone"
)

// A Part is the traffic of a flow from one zone to another.
type Part struct {
	// From and To are names of zones, "" for addresses in none.
	From, To string
	// Products are disjoint, each of one address family.
	Products []traffic.Product
	// Routes are the ways, each of which the traffic may take; one without hops where
	// the traffic stays in its zone.
	Routes []Route
	// Problem says why the ways are not known, empty if they are.
	Problem string

	// Remarks tell what devices translate of it, and where clients reach what it goes to
	// by another address.
	Remarks []string

	pair pair
	ways *ways
	// steps are those of all ways, each once, in their order, with those at both ends.
	steps []*Step
}

// cut divides traffic by the zones of its sources and destinations, in order of zones.
func (t *Topology) cut(products []traffic.Product) []*Part {
	byPair := map[pair]*Part{}
	var out []*Part
	for _, p := range products {
		for _, from := range t.zones.Split(p.Sources) {
			for _, to := range t.zones.Split(p.Destinations) {
				for _, one := range share(p, from, to) {
					key := pair{from.Zone, to.Zone}
					part := byPair[key]
					if part == nil {
						part = &Part{From: t.zones.Name(from.Zone), To: t.zones.Name(to.Zone), pair: key}
						byPair[key] = part
						out = append(out, part)
					}
					part.Products = append(part.Products, one)
				}
			}
		}
	}
	for _, part := range out {
		t.findWays(part)
	}
	return out
}

// share returns the packets of p between two shares of its addresses.
func share(p traffic.Product, from, to zone.Share) (out []traffic.Product) {
	p.Sources, p.Destinations = from.Set, to.Set
	v4, v6 := p.ByFamily()
	for _, one := range [...]traffic.Product{v4, v6} {
		if !one.IsEmpty() {
			out = append(out, one)
		}
	}
	return out
}

// findWays looks up the ways of a part.
func (t *Topology) findWays(part *Part) {
	p := part.pair
	switch {
	case p.from == 0 && p.to == 0:
		part.Problem = fmt.Sprintf("%s and %s are in no zone", some(part, sources), some(part, destinations))
	case p.from == 0:
		part.Problem = fmt.Sprintf("%s is in no zone", some(part, sources))
	case p.to == 0:
		part.Problem = fmt.Sprintf("%s is in no zone", some(part, destinations))
	default:
		part.ways = t.between(p)
		part.Routes, part.Problem = part.ways.routes, part.ways.problem
	}
}

func sources(p traffic.Product) []string      { return p.Sources.Strings() }
func destinations(p traffic.Product) []string { return p.Destinations.Strings() }

// some names the first addresses of the part.
func some(part *Part, list func(traffic.Product) []string) string {
	texts := list(part.Products[0])
	if len(texts) > 1 || len(part.Products) > 1 {
		return texts[0] + ", …"
	}
	return texts[0]
}
