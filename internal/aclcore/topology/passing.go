package topology

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// pass adds the crossing of a device to the way of a piece and goes on. found is the
// piece as it entered, with the rule for its destination; part is the piece as it
// leaves, with the rule that its reply would meet.
func (w *walker) pass(p place, n *node, in, out *side, found, part hit) {
	enters := piece{products: part.products, src: found.src, dst: found.dst}
	h := Hop{Device: n.Name, In: []string{in.name}, Out: []string{out.name}}
	for _, s := range w.t.crossing(n, in, out) {
		seen := enters
		if s.afterSource {
			seen.src = part.src
		}
		if s.afterDestination {
			seen.dst = part.dst
		}
		s.through = &seen
		step := w.intern(s)
		h.steps = append(h.steps, step)
		if step.List != "" && !slices.Contains(h.Lists, step.List) {
			h.Lists = append(h.Lists, step.List)
		}
	}
	p.piece, p.at, p.from = part.piece, out.zone, n
	p.passed = append(slices.Clip(p.passed), passed{n, in, out, found.src, part.src, !part.dst.equal(found.dst)})
	p.hops = append(slices.Clip(p.hops), h)
	if x := n.asymmetric(found.rule, part); (n.Order.ReversePath || n.Order.RepliesTranslated) && x != nil {
		w.touched = true
		w.stop(p, n, enters, x)
		return
	}
	if p.declared {
		w.follow(p)
		return
	}
	w.arrive(p)
}

// asymmetric is what decides about packets whose reply would meet another translation
// than they did, nil if it would not.
func (n *node) asymmetric(rule *natRule, part hit) *match.Index {
	reply := part.rule
	translated := rule != nil && rule.dst.Kind != device.Unchanged
	switch {
	case reply == nil, rule != nil && rule.t == reply.t, !translated && !reply.changes() && part.doubt == nil:
		return nil
	case part.doubt != nil:
		return part.doubt
	}
	if !n.Order.ReversePath {
		return undecided(n.Source, reply.t.Line, reply.t.Text, "the reply is translated, and the packet is not by the same rule: the client does not know the address that answers")
	}
	return n.reversePath(reply)
}

// doubt ends the way of a piece at a device, since it cannot be known what becomes of
// it there.
func (w *walker) doubt(p place, n *node, in *side, why *match.Index) {
	w.touched = true
	p.hops = append(slices.Clip(p.hops), Hop{Device: n.Name, In: []string{in.name}})
	w.stop(p, n, p.piece, why)
}

// stop ends the way of a piece in its last hop by what decides there.
func (w *walker) stop(p place, n *node, seen piece, why *match.Index) {
	last := &p.hops[len(p.hops)-1]
	last.steps = append(slices.Clip(last.steps), w.intern(Step{Device: n.Name, Fixed: why, Within: device.AllTraffic(true, true), through: &seen}))
	w.keep(p, nil)
}

// lose notes traffic whose way is not known.
func (w *walker) lose(p piece, problem string) {
	for i := range w.lost {
		if w.lost[i].problem == problem {
			w.lost[i].products = append(w.lost[i].products, p.products...)
			return
		}
	}
	w.lost = append(w.lost, loss{problem, p.products})
}

// finish ends a way in the zone of the destination.
func (w *walker) finish(p place) {
	if name := w.t.zones.Name(p.target); w.q.DestinationZone != "" && w.part.To != w.q.DestinationZone && name != w.q.DestinationZone {
		w.lose(p.piece, someOf(p.destinations())+" is "+zoneText(name)+", and the flow declares the destination zone "+w.q.DestinationZone)
		return
	}
	straight, astray := w.byReply(p)
	if !astray.isEmpty() {
		lost := p
		lost.piece = astray
		n := p.passed[len(p.passed)-1].n
		w.stop(lost, n, astray, undecided(n.Source, 0, "replies", "replies go another way than over the device that translated the destination, unless the source is translated too"))
	}
	if p.piece = straight; !straight.isEmpty() {
		w.keep(p, w.arriving(straight))
	}
}

// arriving returns the steps at the destination.
func (w *walker) arriving(p piece) (steps []*Step) {
	all := slices.Clone(w.t.guardIn)
	if p.destinations().Overlaps(w.t.own) {
		all = slices.Concat(w.t.local, all)
	}
	for _, s := range all {
		at := *s
		if !p.meets(at.Within) {
			continue
		}
		at.through = &p
		steps = append(steps, w.intern(at))
	}
	return steps
}

// meets reports whether some of the piece is in the traffic as it is now.
func (p *piece) meets(within traffic.Product) bool {
	return slices.ContainsFunc(p.products, func(own traffic.Product) bool { return p.now(own).Overlaps(within) })
}

// keep notes a way with all its steps.
func (w *walker) keep(p place, after []*Step) {
	r := Route{Hops: p.hops, products: p.products}
	start := piece{products: p.products}
	for _, s := range w.t.guardOut {
		if at := *s; start.meets(at.Within) {
			at.through = &start
			r.steps = append(r.steps, w.intern(at))
		}
	}
	for _, h := range p.hops {
		r.steps = append(r.steps, h.steps...)
	}
	r.steps = append(r.steps, after...)
	w.routes = append(w.routes, r)
}

// intern returns the one pointer for steps that see the same traffic alike.
func (w *walker) intern(s Step) *Step {
	if s.name == "" {
		s.name = s.key()
	}
	key := make([]byte, 0, 256)
	key = append(key, s.name...)
	if !s.through.same() {
		key = append(append(key, s.through.src.String()...), s.through.dst.String()...)
	}
	for _, p := range s.through.products {
		for _, set := range [...]addr.Set{p.Sources, p.Destinations} {
			key = binary.AppendUvarint(key, uint64(len(set.Ranges())))
			for _, r := range set.Ranges() {
				key = append(append(key, r.From.AsSlice()...), r.To.AsSlice()...)
			}
		}
		key = binary.AppendUvarint(key, uint64(len(p.Services.Ranges())))
		for _, r := range p.Services.Ranges() {
			key = append(key, r.ProtoFrom, r.ProtoTo)
			for _, port := range [...]uint16{r.SrcFrom, r.SrcTo, r.DstFrom, r.DstTo} {
				key = binary.BigEndian.AppendUint16(key, port)
			}
		}
	}
	if same, ok := w.steps[string(key)]; ok {
		return same
	}
	w.steps[string(key)] = &s
	return &s
}

// grouped returns the ways, those of the same hops and steps in one.
func (w *walker) grouped() (out []Route) {
	known := map[string]int{}
	for _, r := range w.routes {
		var key strings.Builder
		for _, s := range r.steps {
			fmt.Fprintf(&key, "%p ", s)
		}
		for _, h := range r.Hops {
			fmt.Fprintf(&key, "%q %q %q ", h.Device, h.In, h.Out)
		}
		i, ok := known[key.String()]
		if !ok {
			known[key.String()] = len(out)
			out = append(out, r)
			continue
		}
		out[i].products = append(slices.Clip(out[i].products), r.products...)
	}
	return out
}

func lineOf(r *natRule) int {
	if r == nil {
		return 0
	}
	return r.t.Line
}

func textOf(r *natRule) string {
	if r == nil {
		return "address translation"
	}
	return r.t.Text
}

// given names the first of the addresses that a translation gives.
func given(set addr.Set) string {
	if covers(set) {
		return "addresses that its text does not tell"
	}
	return someOf(set)
}

// someOf names the first addresses of a set.
func someOf(set addr.Set) string {
	texts := set.Strings()
	if len(texts) > 1 {
		return texts[0] + ", …"
	}
	return set.String()
}
