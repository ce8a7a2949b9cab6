package match

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"

// Overlapping yields the numbers of the rules from number from on whose traffic shares a
// packet with p, which is of one address family, in order. Conditions of rules besides
// their traffic do not matter.
func (x *Index) Overlapping(p traffic.Product, from int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		if p.IsEmpty() {
			return
		}
		f := newFinder()
		defer f.release()
		f.start(x.forward, p, from)
		for i, ok := f.next(); ok; i, ok = f.next() {
			if i >= from && x.forward.rules[i].Traffic.Overlaps(p) && !yield(i) {
				return
			}
		}
	}
}
