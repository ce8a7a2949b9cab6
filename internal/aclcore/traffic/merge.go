package traffic

import "slices"

// Merge returns the same packets in fewer products: those that agree in two of
// the three sets are joined, until no two can be. The result is sorted and does
// not depend on the order of products, which must be disjoint.
func Merge(products []Product) []Product {
	out := slices.Clone(products)
	for {
		before := len(out)
		for _, along := range []dimension{services, destinations, sources} {
			out = joinAlong(out, along)
		}
		if len(out) == before {
			slices.SortFunc(out, Product.Compare)
			return out
		}
	}
}

// A dimension is one of the three sets of a product.
type dimension struct {
	// without orders products by the other two sets.
	without func(a, b Product) int
	// union adds this set of b to a.
	union func(a, b Product) Product
}

var (
	sources = dimension{
		func(a, b Product) int { b.Sources = a.Sources; return a.Compare(b) },
		func(a, b Product) Product { a.Sources = a.Sources.Union(b.Sources); return a },
	}
	destinations = dimension{
		func(a, b Product) int { b.Destinations = a.Destinations; return a.Compare(b) },
		func(a, b Product) Product { a.Destinations = a.Destinations.Union(b.Destinations); return a },
	}
	services = dimension{
		func(a, b Product) int { b.Services = a.Services; return a.Compare(b) },
		func(a, b Product) Product { a.Services = a.Services.Union(b.Services); return a },
	}
)

// joinAlong joins the products that differ only in one dimension.
func joinAlong(products []Product, along dimension) []Product {
	slices.SortFunc(products, along.without)
	out := products[:0]
	for _, p := range products {
		if n := len(out); n > 0 && along.without(out[n-1], p) == 0 {
			out[n-1] = along.union(out[n-1], p)
			continue
		}
		out = append(out, p)
	}
	return out
}
