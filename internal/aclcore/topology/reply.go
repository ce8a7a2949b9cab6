package topology

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// passed is a crossing of a device by a piece: what had become of its source when it
// entered and when it left, and whether the device translated its destination.
type passed struct {
	n                *node
	in, out          *side
	entered, left    end
	destinationMoved bool
}

// byReply parts a piece by whether its replies come back over the devices that have
// translated its destination. They have to, or the client gets an answer from an address
// that it did not ask. Where the source is translated the reply goes to the device that
// did that; else it goes to the source by the shortest way, if no way is declared.
func (w *walker) byReply(p place) (straight, astray piece) {
	first := slices.IndexFunc(p.passed, func(x passed) bool { return x.destinationMoved })
	if first < 0 || w.declaresReplies(p.target) {
		return p.piece, piece{}
	}
	// What a source may have become may be what it was.
	var same addr.Set
	for _, x := range p.passed {
		if x.left.addresses == spread {
			same = same.Union(x.left.set)
		}
	}
	within := device.AllTraffic(true, true)
	within.Sources = same
	whole := piece{products: p.products}
	may, rest, _ := whole.cut(within)
	for _, part := range []struct {
		products []traffic.Product
		isSame   bool
	}{{may.products, true}, {rest.products, false}} {
		to := &straight
		if w.astray(p.passed, first, part.isSame) {
			to = &astray
		}
		to.products = append(to.products, part.products...)
	}
	straight.src, straight.dst, astray.src, astray.dst = p.src, p.dst, p.src, p.dst
	return straight, astray
}

// declaresReplies reports whether a way is declared between the zones of source and
// destination.
func (w *walker) declaresReplies(target int) bool {
	from := w.part.pair.from
	return w.t.declared[pair{from, target}] != nil || w.t.declared[pair{target, from}] != nil || w.t.declared[w.part.pair] != nil
}

// astray reports whether the shortest way of a reply leaves out one of the crossings from
// number first on, which translated the destination. A reply goes to the source, or to
// the device that translated it last. isSame says that a spread source counts as what it
// was.
func (w *walker) astray(crossings []passed, first int, isSame bool) bool {
	goal := w.part.pair.from
	for k, x := range crossings {
		before := goal
		asItWas := x.left.addresses == kept || isSame && x.left.addresses == spread
		here := !asItWas && !x.entered.sameAddresses(x.left) // it answers for the address
		switch {
		case asItWas:
			goal = w.part.pair.from
		case here:
			goal = x.out.zone
		}
		if k < first {
			continue
		}
		if !w.comesBy(x, goal, here) || k > first && !slices.Contains(w.outs(x.n, x.out, before), x.in) {
			return true
		}
	}
	return false
}

// comesBy reports whether a reply to the goal comes to the device that was crossed, from
// the zone that the packet went to; answers says that the device has the goal's address
// there.
func (w *walker) comesBy(x passed, goal int, answers bool) bool {
	if goal == x.out.zone {
		return answers
	}
	outs, distance := w.outs(x.n, x.out, goal), w.t.distances(goal)
	here, ok := distance[x.out.zone]
	return ok && len(outs) > 0 && distance[outs[0].zone] == here-1
}

// sameAddresses reports whether the same has become of the addresses of both.
func (e end) sameAddresses(o end) bool {
	return e.addresses == o.addresses && e.by == o.by && e.set.Equal(o.set)
}
