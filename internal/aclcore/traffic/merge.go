package traffic

import "slices"

// Merge returns the same packets in few products, sorted, never more than it was
// given. Products must be disjoint, and so is the result. It does not depend on
// the order of products. As a rule it does not depend on how the packets are cut
// into products either: up to 64 of them are cut afresh and that is taken, unless
// joining them as they come gives fewer.
func Merge(products []Product) []Product {
	products = slices.DeleteFunc(slices.Clone(products), Product.IsEmpty)
	if len(products) <= 1 {
		return products
	}
	best := join(slices.Clone(products), dimension.unite, dimension.compareOthers)
	if len(best) > 1 {
		if cut := recut(products); cut != nil && len(cut) <= len(best) {
			best = cut
		}
	}
	slices.SortFunc(best, Product.Compare)
	return best
}

// join joins items that agree in two of their sets, until no two do. All that agree are
// united in one step: one after the other they would be copied as often as there are.
func join[T any](items []T, unite func(d dimension, run []T) T, compareOthers func(d dimension, a, b T) int) []T {
	for before := len(items) + 1; len(items) < before; {
		before = len(items)
		for _, d := range [...]dimension{services, destinations, sources} {
			compare := func(a, b T) int { return compareOthers(d, a, b) }
			slices.SortFunc(items, compare)
			out := items[:0]
			for from, to := 0, 0; from < len(items); from = to {
				for to = from + 1; to < len(items) && compare(items[from], items[to]) == 0; {
					to++
				}
				out = append(out, unite(d, items[from:to]))
			}
			items = out
		}
	}
	return items
}
