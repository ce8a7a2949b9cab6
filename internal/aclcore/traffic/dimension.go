package traffic

import (
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// A dimension is one of the three sets of a product. Its operations work on that
// set and leave the other two of p as they are.
type dimension uint8

const (
	sources dimension = iota
	destinations
	services
)

func (d dimension) union(p, o Product) Product {
	switch d {
	case sources:
		p.Sources = p.Sources.Union(o.Sources)
	case destinations:
		p.Destinations = p.Destinations.Union(o.Destinations)
	default:
		p.Services = p.Services.Union(o.Services)
	}
	return p
}

func (d dimension) intersect(p, o Product) Product {
	switch d {
	case sources:
		p.Sources = p.Sources.Intersect(o.Sources)
	case destinations:
		p.Destinations = p.Destinations.Intersect(o.Destinations)
	default:
		p.Services = p.Services.Intersect(o.Services)
	}
	return p
}

func (d dimension) subtract(p, o Product) Product {
	switch d {
	case sources:
		p.Sources = p.Sources.Subtract(o.Sources)
	case destinations:
		p.Destinations = p.Destinations.Subtract(o.Destinations)
	default:
		p.Services = p.Services.Subtract(o.Services)
	}
	return p
}

func (d dimension) overlaps(p, o Product) bool {
	switch d {
	case sources:
		return p.Sources.Overlaps(o.Sources)
	case destinations:
		return p.Destinations.Overlaps(o.Destinations)
	}
	return p.Services.Overlaps(o.Services)
}

func (d dimension) isEmpty(p Product) bool {
	switch d {
	case sources:
		return p.Sources.IsEmpty()
	case destinations:
		return p.Destinations.IsEmpty()
	}
	return p.Services.IsEmpty()
}

// compareOthers orders products by the other two sets.
func (d dimension) compareOthers(a, b Product) int {
	switch d {
	case sources:
		b.Sources = a.Sources
	case destinations:
		b.Destinations = a.Destinations
	default:
		b.Services = a.Services
	}
	return a.Compare(b)
}

// only returns p with the other two sets empty.
func (d dimension) only(p Product) Product { return d.union(Product{}, p) }

// unite returns the union of products that agree in the other two sets.
func (d dimension) unite(run []Product) Product {
	if len(run) == 1 {
		return run[0]
	}
	return d.unionAll(run[0], run)
}

// unionAll returns p with the union of the sets of all.
func (d dimension) unionAll(p Product, all []Product) Product {
	switch d {
	case sources:
		p.Sources = unionOf(all, func(o Product) []addr.Range { return o.Sources.Ranges() }, addr.SetOf)
	case destinations:
		p.Destinations = unionOf(all, func(o Product) []addr.Range { return o.Destinations.Ranges() }, addr.SetOf)
	default:
		p.Services = unionOf(all, func(o Product) []service.Range { return o.Services.Ranges() }, service.SetOf)
	}
	return p
}

func unionOf[R, S any](all []Product, ranges func(Product) []R, setOf func(...R) S) S {
	var out []R
	for _, o := range all {
		out = append(out, ranges(o)...)
	}
	return setOf(out...)
}
