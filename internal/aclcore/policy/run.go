package policy

import (
	"slices"
	"time"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// A run is one question put to a set: the distinct literals of the flow and all
// that has been asked of them.
type run struct {
	set *Set
	q   *Question
	now time.Time

	sources, destinations []*addressValue
	services              []*serviceValue
	space                 space

	tables []table // by index of leaf
	notes  []note
	noted  map[note]answer
	spent  uint64 // cost of the policy that is asked
	// stopped says why the policy that is asked was stopped, for all products: which
	// of them came before must not matter.
	stopped    answer
	activation activation
	product    productValue

	// holes are the pairs of a source and a destination that are no product.
	holes   bitset
	anyHole bool
	// refused are the products that are not put to policies of kind enforce; nil for
	// none.
	refused bitset
}

func (s *Set) newRun(q *Question, now time.Time) *run {
	r := &run{
		set: s, q: q, now: now, tables: make([]table, s.leaves), noted: make(map[note]answer),
	}
	r.sources = r.addresses(q.Flow.Sources)
	r.destinations = r.addresses(q.Flow.Destinations)
	r.services = distinctServices(q.Flow.Services)
	r.space = space{len(r.sources), len(r.destinations), len(r.services)}
	r.product.action = action(q)
	r.activation = activation{
		product:     &object{productType, &r.product},
		flow:        &object{flowType, newFlowValue(q, s.adapter)},
		application: &object{applicationType, newApplicationValue(q.Application, s.adapter)},
		now:         types.Timestamp{Time: now},
	}
	r.findHoles()
	return r
}

// point makes the cell the product that expressions see.
func (r *run) point(c cell) {
	if r.space.size() == 0 {
		return // of a flow without products only what is the same for all is asked
	}
	r.product.source, r.product.destination, r.product.service = r.sources[c.source], r.destinations[c.destination], r.services[c.service]
}

// addresses returns the distinct ones of the literals, sorted, so that the order of a
// declaration does not matter.
func (r *run) addresses(literals []addr.Literal) (out []*addressValue) {
	seen := make(map[string]*addressValue, len(literals))
	for _, l := range literals {
		text := addressText(l)
		if v, ok := seen[text]; ok {
			v.mixed = v.mixed || v.literal.Text != l.Text
			continue
		}
		v := &addressValue{literal: l, text: types.String(text), families: familiesOf(l.Set)}
		var zones ref.Val
		v.zones = func() ref.Val {
			if zones == nil {
				zones = types.NewStringList(r.set.adapter, r.set.options.Zones(l))
			}
			return zones
		}
		seen[text] = v
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b *addressValue) int { return a.literal.Set.Compare(b.literal.Set) })
	return out
}

func distinctServices(literals []service.Literal) (out []*serviceValue) {
	seen := make(map[string]bool, len(literals))
	for _, l := range literals {
		v := newServiceValue(l)
		text := string(v.text.(types.String))
		if !seen[text] {
			seen[text] = true
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b *serviceValue) int { return a.literal.Set.Compare(b.literal.Set) })
	return out
}

// findHoles marks the pairs that are no product: an IPv4 and an IPv6 address, and a
// single host to itself, both written alike wherever they are.
func (r *run) findHoles() {
	r.holes = newBitset(r.space.sources * r.space.destinations)
	for i, s := range r.sources {
		_, single := s.literal.Set.Single()
		for j, d := range r.destinations {
			same := single && s.literal.Text == d.literal.Text && !s.mixed && !d.mixed
			if same || s.families&d.families == 0 {
				r.holes.set(i*r.space.destinations + j)
				r.anyHole = true
			}
		}
	}
}

func (r *run) isHole(source, destination int) bool {
	return r.anyHole && r.holes.has(source*r.space.destinations+destination)
}
