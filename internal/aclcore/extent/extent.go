package extent

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"

// Between is packets from one of some zones to one of others.
type Between struct{ From, To ZoneSet }

func (b Between) isEmpty() bool { return b.From.isEmpty() || b.To.isEmpty() }

func (b Between) overlaps(o Between) bool { return b.From.overlaps(o.From) && b.To.overlaps(o.To) }

func (b Between) intersect(o Between) Between {
	return Between{b.From.intersect(o.From), b.To.intersect(o.To)}
}

// Extent is traffic between zones: the packets of one address family whose zones and
// whose source, destination and service all lie in its sets.
type Extent struct {
	Between
	traffic.Product
}

// Of returns the extents of a product between zones, one for each address family that
// it has packets of.
func Of(b Between, p traffic.Product) (out []Extent) {
	v4, v6 := p.ByFamily()
	for _, one := range [...]traffic.Product{v4, v6} {
		if e := (Extent{b, one}); !e.IsEmpty() {
			out = append(out, e)
		}
	}
	return out
}

// IsEmpty reports whether there is no such packet.
func (e Extent) IsEmpty() bool { return e.Between.isEmpty() || e.Product.IsEmpty() }

// Overlaps reports whether e and o share a packet.
func (e Extent) Overlaps(o Extent) bool {
	return e.Between.overlaps(o.Between) && e.Product.Overlaps(o.Product)
}

// Contains reports whether every packet of o is in e.
func (e Extent) Contains(o Extent) bool {
	return o.IsEmpty() || e.From.contains(o.From) && e.To.contains(o.To) && e.ContainsProduct(o.Product)
}

// Intersect returns the packets in both.
func (e Extent) Intersect(o Extent) Extent {
	if e.ContainsProduct(o.Product) { // shares the sets
		return Extent{e.Between.intersect(o.Between), o.Product}
	}
	if o.ContainsProduct(e.Product) {
		return Extent{e.Between.intersect(o.Between), e.Product}
	}
	return Extent{e.Between.intersect(o.Between), e.Product.Intersect(o.Product)}
}

// Subtract appends to out the packets of e that are not in o, in at most five disjoint
// extents.
func (e Extent) Subtract(out []Extent, o Extent) []Extent {
	in := e.Intersect(o)
	if in.IsEmpty() {
		return append(out, e)
	}
	if from := e.From.subtract(in.From); !from.isEmpty() {
		out = append(out, Extent{Between{from, e.To}, e.Product})
	}
	if to := e.To.subtract(in.To); !to.isEmpty() {
		out = append(out, Extent{Between{in.From, to}, e.Product})
	}
	if o.ContainsProduct(e.Product) {
		return out
	}
	for _, rest := range e.Product.Subtract(in.Product) {
		out = append(out, Extent{in.Between, rest})
	}
	return out
}

// SubtractAll returns the packets of the extents that are not in o.
func SubtractAll(extents []Extent, o Extent) (out []Extent) {
	for _, e := range extents {
		out = e.Subtract(out, o)
	}
	return out
}
