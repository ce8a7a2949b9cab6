package topology

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// maxWalked bounds the crossings that the pieces of one part are followed through.
const maxWalked = 1_024

// A walker follows the traffic of a part through devices that translate addresses.
// Between two of them a packet takes all shortest ways, as elsewhere; a device that
// translates its destination decides anew where it goes.
type walker struct {
	t    *Topology
	q    Question
	part *Part
	// touched says that something was translated, or may be.
	touched bool
	walked  int
	steps   map[string]*Step
	routes  []Route
	lost    []loss
	remarks []string
}

// A loss is traffic whose way is not known from somewhere on.
type loss struct {
	problem  string
	products []traffic.Product
}

// A place is where a piece is on its way.
type place struct {
	piece
	// at is the zone that it is in, target the one that it goes to.
	at, target int
	hops       []Hop
	// from is the device that it comes from, nil at the start.
	from *node
	// via is what is left of a declared way.
	via      []waypoint
	declared bool
	// passed are the crossings so far.
	passed []passed
}

// walk follows the traffic of a part and returns it as the parts that it becomes; it
// reports false where no translation touches it.
func (t *Topology) walk(q Question, part *Part) ([]*Part, bool) {
	if !t.translates || part.pair.from == 0 || part.ways != nil && part.ways.tooMany {
		return nil, false
	}
	w := &walker{t: t, q: q, part: part, steps: map[string]*Step{}}
	w.start()
	part.Remarks = w.remarks
	if !w.touched {
		return nil, false
	}
	return w.parts(), true
}

// parts returns the traffic by what became of it.
func (w *walker) parts() (parts []*Part) {
	part := w.part
	if routes := w.grouped(); len(routes) > 0 {
		one := *part
		one.Routes, one.Problem, one.Products = routes, "", nil
		met := map[*Step]bool{}
		var all []traffic.Product
		for _, r := range routes {
			all = append(all, r.products...)
			for _, s := range r.steps {
				if !met[s] {
					met[s] = true
					one.steps = append(one.steps, s)
				}
			}
		}
		one.Products = apart(all)
		parts = append(parts, &one)
	}
	for _, l := range w.lost {
		parts = append(parts, &Part{From: part.From, To: part.To, Products: apart(l.products), Problem: l.problem})
	}
	return parts
}

func (w *walker) start() {
	p := place{piece: piece{products: w.part.Products}, at: w.part.pair.from, target: w.part.pair.to}
	if declared, ok := w.t.declared[w.part.pair]; ok {
		for _, way := range declared {
			p.via, p.declared = way, true
			w.follow(p)
		}
		return
	}
	w.arrive(p)
}

// arrive goes on in a zone: devices take what they translate there, the rest goes on to
// its destination.
func (w *walker) arrive(p place) {
	if p = w.gateways(p); p.isEmpty() {
		return
	}
	rest := p
	for _, n := range w.t.nodes {
		for _, in := range n.at(p.at) {
			shown := in.shown
			if shown.IsEmpty() {
				continue
			}
			all := device.AllTraffic(true, true)
			all.Destinations = shown
			hit, _, mixed := p.cut(all)
			if hit.isEmpty() {
				continue
			}
			w.touched = true
			_, rest.piece, _ = rest.cut(all)
			taken := p
			taken.piece = hit
			switch {
			case mixed:
				w.doubt(taken, n, in, undecided(n.Source, 0, "address translation", "%s may take it", n.Name))
			case n == p.from:
				w.doubt(taken, n, in, undecided(n.Source, 0, "to "+someOf(hit.destinations()), "it leaves %s by %s, where the device itself translates this address", n.Name, in.name))
			default:
				w.take(taken, n, in)
			}
		}
	}
	if rest.isEmpty() || w.mayBeTaken(rest) {
		return
	}
	w.onward(rest, nil)
}

// mayBeTaken ends the way of what has arrived in the zone of its destination if a device
// may answer for that destination there: it translates to addresses that the text does not
// tell, and these lie in the zone of the interface.
func (w *walker) mayBeTaken(p place) bool {
	if p.at != p.target {
		return false
	}
	for _, n := range w.t.nodes {
		for _, in := range n.at(p.at) {
			r := in.unshown
			if r == nil {
				continue
			}
			w.doubt(p, n, in, undecided(n.Source, r.t.Line, r.t.Text, "%s may translate this address: %s", n.Name, r.why()))
			return true
		}
	}
	return false
}

// gateways lets texts that guard network interfaces take what goes to the public
// addresses of these. It is where the private address is then, past no device. What is
// left is returned.
func (w *walker) gateways(p place) place {
	for _, n := range w.t.nodes {
		if !n.Order.Guards || n.nat == nil || p.isEmpty() {
			continue
		}
		s := destinationSearch{n: n, in: &side{}, zone: p.target}
		var rest []traffic.Product
		for _, h := range s.find(p.piece) {
			if h.rule == nil || h.rule.dst.Kind == device.Unchanged {
				rest = append(rest, h.products...)
				continue
			}
			next := p
			next.piece = h.piece
			w.gateway(next, n, h)
		}
		p.products = rest
	}
	return p
}

func (w *walker) gateway(p place, n *node, h hit) {
	w.touched = true
	r := h.rule
	dst, ok := p.dst.translate(r.dst, r.match.Destinations, r.match.Services, p.destinations(), false)
	switch {
	case h.doubt != nil:
		w.doubt(p, n, &side{}, h.doubt)
		return
	case !ok:
		w.doubt(p, n, &side{}, undecided(n.Source, r.t.Line, r.t.Text, "the text does not say how this translation maps the destination"))
		return
	}
	from := p.destinations()
	p.dst = dst
	shares := w.t.zones.Split(p.destinations())
	switch {
	case len(shares) != 1:
		w.doubt(p, n, &side{}, undecided(n.Source, r.t.Line, r.t.Text, "it is translated to addresses in different zones"))
	case shares[0].Zone == 0:
		w.lose(p.piece, fmt.Sprintf("%s translates %s to %s, which is in no zone", n.Name, someOf(from), given(p.destinations())))
	default:
		w.remark(fmt.Sprintf("%s translates %s to %s%s", n.Name, someOf(from), given(p.destinations()), n.where(r)))
		p.at, p.target, p.from = shares[0].Zone, shares[0].Zone, n
		p.hops = append(slices.Clip(p.hops), Hop{Device: n.Name})
		w.finish(p)
	}
}

// take lets a device have what it answers for on a side.
func (w *walker) take(p place, n *node, in *side) {
	s := destinationSearch{n: n, in: in, outs: w.outs(n, in, p.target), zone: p.target}
	for _, h := range s.find(p.piece) {
		next := p
		next.piece = h.piece
		switch {
		case h.doubt != nil:
			w.doubt(next, n, in, h.doubt)
		case h.rule != nil && h.rule.dst.Kind != device.Unchanged:
			w.reroute(next, n, in, h)
		case p.at == p.target:
			w.doubt(next, n, in, undecided(n.Source, 0, "to "+someOf(h.destinations()),
				"%s answers for this address on %s and translates other traffic to it: what it does with the rest is not modelled", n.Name, in.name))
		default:
			w.onward(next, n)
		}
	}
}

// onward follows all shortest ways to the destination. only, if not nil, is the one
// device that may be crossed next.
func (w *walker) onward(p place, only *node) {
	if p.target == 0 {
		w.lose(p.piece, someOf(p.destinations())+" is in no zone")
		return
	}
	if p.at == p.target {
		w.finish(p)
		return
	}
	distance := w.t.distances(p.target)
	here, ok := distance[p.at]
	if !ok {
		w.lose(p.piece, w.t.noPath(pair{p.at, p.target}))
		return
	}
	found := false
	for _, n := range w.t.nodes {
		for _, in := range n.at(p.at) {
			var outs []*side
			for _, out := range n.sides {
				if left, ok := distance[out.zone]; ok && left == here-1 && !out.shut && in.vrf == out.vrf {
					outs = append(outs, out)
				}
			}
			if len(outs) > 0 && (only == nil || n == only) {
				found = true
				w.cross(p, n, in, outs)
			}
		}
	}
	if !found && only != nil {
		w.doubt(p, only, only.at(p.at)[0], undecided(only.Source, 0, "to "+someOf(p.destinations()),
			"%s answers for this address and translates other traffic to it, and the way leads over other devices", only.Name))
	}
}

// follow crosses the next of a declared way.
func (w *walker) follow(p place) {
	if len(p.via) == 0 {
		if p.declared = false; p.at != p.target {
			w.arrive(p)
			return
		}
		w.finish(p)
		return
	}
	first := p.via[0]
	p.via = p.via[1:]
	if first.node == nil {
		s := Step{
			Ruleset: first.ruleset, Within: device.AllTraffic(true, true), through: &p.piece,
			SourceZone: w.t.zones.Name(w.part.pair.from), DestinationZone: w.t.zones.Name(p.target),
		}
		p.hops = append(slices.Clip(p.hops), Hop{Ruleset: s.Ruleset, steps: []*Step{w.intern(s)}})
		w.follow(p)
		return
	}
	last := !slices.ContainsFunc(p.via, func(x waypoint) bool { return x.node != nil })
	crossed := false
	for _, in := range first.node.at(p.at) {
		var outs []*side
		for _, out := range first.node.sides {
			leads := out.zone == p.target
			if !last {
				leads = out.zone != p.at
			}
			if leads && out != in && !out.shut && out.vrf == in.vrf {
				outs = append(outs, out)
			}
		}
		if len(outs) > 0 {
			crossed = true
			w.cross(p, first.node, in, outs)
		}
	}
	if !crossed {
		w.lose(p.piece, fmt.Sprintf("the declared path does not lead from zone %s over %s to zone %s, where %s is",
			w.t.zones.Name(p.at), first.node.Name, w.t.zones.Name(p.target), someOf(p.destinations())))
	}
}

// cross lets a piece enter a device by a side; outs are those that it leaves by unless
// its destination is translated.
func (w *walker) cross(p place, n *node, in *side, outs []*side) {
	if n.nat == nil {
		for _, out := range outs {
			w.leave(p, n, in, out, hit{piece: p.piece}, p.dst)
		}
		return
	}
	s := destinationSearch{n: n, in: in, outs: outs, zone: p.target}
	for _, h := range s.find(p.piece) {
		next := p
		next.piece = h.piece
		switch {
		case h.doubt != nil:
			w.doubt(next, n, in, h.doubt)
		case h.rule != nil && h.rule.dst.Kind != device.Unchanged:
			w.reroute(next, n, in, h)
		default:
			w.behind(h.piece, n, in)
			for _, out := range outs {
				w.leave(next, n, in, out, h, h.dst)
			}
		}
	}
}

// reroute finds the way anew for a piece whose destination a rule translates.
func (w *walker) reroute(p place, n *node, in *side, h hit) {
	r := h.rule
	w.touched = true
	dst, ok := p.dst.translate(r.dst, r.match.Destinations, r.match.Services, p.destinations(), false)
	if !ok {
		w.doubt(p, n, in, undecided(n.Source, r.t.Line, r.t.Text, "the text does not say how this translation maps the destination"))
		return
	}
	translated := p.piece
	translated.dst = dst
	shares := w.t.zones.Split(translated.destinations())
	for _, share := range shares {
		within := device.AllTraffic(true, true)
		within.Destinations = share.Set
		part, _, mixed := translated.cut(within)
		if part.isEmpty() {
			continue
		}
		next := p
		next.piece, next.target = piece{products: part.products, src: p.src, dst: p.dst}, share.Zone
		found := h
		found.piece = next.piece
		switch outs := w.outs(n, in, share.Zone); {
		case mixed || len(shares) > 1 && dst.addresses == spread:
			w.doubt(next, n, in, undecided(n.Source, r.t.Line, r.t.Text, "it is translated to addresses in different zones"))
		case share.Zone == 0:
			w.lose(next.piece, fmt.Sprintf("%s translates %s to %s, which is in no zone", n.Name, someOf(p.destinations()), given(part.destinations())))
		case len(outs) == 0:
			w.lose(next.piece, fmt.Sprintf("%s translates %s to %s, and no path leads from there to zone %s",
				n.Name, someOf(p.destinations()), given(part.destinations()), w.t.zones.Name(share.Zone)))
		default:
			w.rerouted(next, n, in, outs, found, dst)
		}
	}
}

// rerouted leaves the device by those of the sides that the translation is for.
func (w *walker) rerouted(p place, n *node, in *side, outs []*side, h hit, dst end) {
	left := outs
	if !n.Order.ToByOriginal {
		left = slices.DeleteFunc(slices.Clone(outs), func(out *side) bool { return !out.among(h.rule.to) })
	}
	if len(left) == 0 {
		w.doubt(p, n, in, undecided(n.Source, h.rule.t.Line, h.rule.t.Text,
			"the translation is for another interface than %s, by which the way to %s leads", outs[0].name, w.t.zones.Name(p.target)))
		return
	}
	now := p.piece
	now.dst = dst
	w.remark(fmt.Sprintf("%s translates %s to %s%s", n.Name, someOf(p.destinations()), given(now.destinations()), n.where(h.rule)))
	p.via, p.declared = w.rest(p, n)
	for _, out := range left {
		w.leave(p, n, in, out, h, dst)
	}
}

// rest returns what follows a device on a declared way to the translated destination.
func (w *walker) rest(p place, n *node) ([]waypoint, bool) {
	for _, way := range w.t.declared[pair{w.part.pair.from, p.target}] {
		if k := slices.IndexFunc(way, func(x waypoint) bool { return x.node == n }); k >= 0 {
			return way[k+1:], true
		}
	}
	return nil, false
}

// outs returns the sides by which the shortest ways lead from the device to a zone.
func (w *walker) outs(n *node, in *side, zone int) (outs []*side) {
	if zone == 0 {
		return nil
	}
	distance, best := w.t.distances(zone), -1
	for _, out := range n.sides {
		left, ok := distance[out.zone]
		if !ok || out.shut || out.vrf != in.vrf || best >= 0 && left > best {
			continue
		}
		if best < 0 || left < best {
			best, outs = left, nil
		}
		outs = append(outs, out)
	}
	return outs
}

// leave lets a piece leave the device by a side, as which the search for its destination
// found it, and dst is what the destination has become.
func (w *walker) leave(p place, n *node, in, out *side, found hit, dst end) {
	if slices.ContainsFunc(p.passed, func(x passed) bool { return x.n == n }) {
		w.doubt(p, n, in, undecided(n.Source, 0, "replies", "it comes to %s again after a translation, where replies do not find back", n.Name))
		return
	}
	if w.walked++; w.walked > maxWalked {
		w.doubt(p, n, in, undecided(n.Source, lineOf(found.rule), textOf(found.rule), "translations part the traffic of the flow into too many pieces to follow"))
		return
	}
	after := found.piece
	after.dst = dst
	hits := []hit{{piece: after}}
	if n.nat != nil {
		s := sourceSearch{n: n, in: in, out: out, found: found}
		hits = s.find(after)
	}
	for _, h := range hits {
		if !h.src.equal(found.src) {
			w.touched = true
			w.remark(fmt.Sprintf("%s translates the source %s to %s%s", n.Name, someOf(found.sources()), given(h.sources()), n.where(h.rule)))
		}
		if h.doubt != nil {
			at := p
			at.piece = piece{products: h.products, src: found.src, dst: found.dst}
			w.doubt(at, n, in, h.doubt)
			continue
		}
		parts := []hit{{piece: h.piece, rule: found.rule}}
		if n.nat != nil && (n.Order.ReversePath || n.Order.RepliesTranslated) {
			parts = n.replyRules(h.piece, in, out)
		}
		for _, part := range parts {
			w.pass(p, n, in, out, found, part)
		}
	}
}
