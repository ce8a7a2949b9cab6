package topology

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A Hop is one device, or one ruleset of the estate, on a way.
type Hop struct {
	Device, Ruleset string
	// In and Out are the device's interfaces that the way may enter and leave by; more
	// than one where the device does the same on each.
	In, Out []string
	// Lists are the access lists that filter, in order.
	Lists []string

	steps []*Step
}

// A Route is one way from a zone to another.
type Route struct {
	Hops []Hop

	// products is the traffic that takes it, in the flow's own addresses; steps is all
	// that it meets on it, with those at its ends.
	products []traffic.Product
	steps    []*Step
}

// maxRoutes bounds the ways between two zones that are told apart.
const maxRoutes = 256

// ways are all ways between two zones.
type ways struct {
	routes []Route
	// steps are those of all routes, each once, in the order of the ways.
	steps []*Step
	// problem says why the ways are not known: there are none, or too many.
	problem string
	tooMany bool
}

// between returns the ways from one zone to another.
func (t *Topology) between(p pair) *ways {
	t.mu.Lock()
	defer t.mu.Unlock()
	if w, ok := t.found[p]; ok {
		return w
	}
	f := finder{t: t, pair: p, variants: map[[3]int][]Hop{}}
	w := &ways{}
	switch declared, ok := t.declared[p]; {
	case ok:
		for _, way := range declared {
			f.follow(way, p.from, nil)
		}
	case p.from == p.to:
		f.routes = []Route{{}}
	default:
		f.shortest(p)
	}
	w.routes, w.tooMany = f.routes, f.tooMany
	switch {
	case f.tooMany:
		w.problem = fmt.Sprintf("there are more than %d ways of the same length from zone %s to zone %s; name those that are used in paths",
			maxRoutes, t.zones.Name(p.from), t.zones.Name(p.to))
	case len(w.routes) == 0:
		w.problem = t.noPath(p)
	}
	for _, r := range w.routes {
		for _, h := range r.Hops {
			for _, s := range h.steps {
				if !slices.Contains(w.steps, s) {
					w.steps = append(w.steps, s)
				}
			}
		}
	}
	t.found[p] = w
	return w
}

// noPath says that no path leads from one zone to another.
func (t *Topology) noPath(p pair) string {
	return fmt.Sprintf("no path leads from zone %s to zone %s%s", t.zones.Name(p.from), t.zones.Name(p.to), t.shutSides()+t.apart(p))
}

// shutSides names interfaces that are shut down, which may be why there is no path.
func (t *Topology) shutSides() string {
	var shut []string
	for _, n := range t.nodes {
		for _, s := range n.sides {
			if s.shut {
				shut = append(shut, n.Name+" "+s.name)
			}
		}
	}
	if len(shut) == 0 {
		return ""
	}
	return " (shut down: " + strings.Join(shut[:min(len(shut), maxNamed)], ", ") + ")"
}

// apart names devices that have interfaces in both zones, in other VRFs: no packet goes from
// one to the other.
func (t *Topology) apart(p pair) string {
	var names []string
	for _, n := range t.nodes {
		from, to := n.at(p.from), n.at(p.to)
		if len(from) > 0 && len(to) > 0 && from[0].vrf != to[0].vrf {
			names = append(names, fmt.Sprintf("%s: %s is in VRF %q and %s in VRF %q", n.Name, from[0].name, from[0].vrf, to[0].name, to[0].vrf))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " (" + strings.Join(names[:min(len(names), maxNamed)], "; ") + ")"
}

// A finder finds the ways between two zones.
type finder struct {
	t       *Topology
	pair    pair
	routes  []Route
	tooMany bool
	// variants are the crossings of a device between two zones: device, from, to.
	variants map[[3]int][]Hop
}

// crossings returns how the device can be crossed from one zone to another: one for
// each pair of interfaces between which it does something else.
func (f *finder) crossings(device, from, to int) []Hop {
	key := [3]int{device, from, to}
	if hops, ok := f.variants[key]; ok {
		return hops
	}
	n := f.t.nodes[device]
	var hops []Hop
	for _, in := range n.at(from) {
		for _, out := range n.at(to) {
			if in != out && in.vrf == out.vrf {
				hops = f.join(hops, n, in, out)
			}
		}
	}
	f.variants[key] = hops
	return hops
}

// join adds the crossing to the hops, or its interfaces to a hop that does the same.
func (f *finder) join(hops []Hop, n *node, in, out *side) []Hop {
	h := Hop{Device: n.Name, In: []string{in.name}, Out: []string{out.name}}
	for _, s := range n.crossing(in, out) {
		step := f.t.intern(s)
		if !slices.Contains(h.steps, step) {
			h.steps = append(h.steps, step)
		}
		if step.List != "" && !slices.Contains(h.Lists, step.List) {
			h.Lists = append(h.Lists, step.List)
		}
	}
	for i := range hops {
		if slices.Equal(hops[i].steps, h.steps) {
			hops[i].In, hops[i].Out = withName(hops[i].In, in.name), withName(hops[i].Out, out.name)
			return hops
		}
	}
	return append(hops, h)
}

func withName(names []string, name string) []string {
	if slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}

// shortest finds all ways of the fewest devices.
func (f *finder) shortest(p pair) {
	distance := f.distances(p.to)
	if _, reached := distance[p.from]; reached {
		f.descend(p.from, p.to, distance, nil)
	}
}

// distances returns how many devices lie between each zone and the one that is gone to.
func (f *finder) distances(goal int) map[int]int {
	distance := map[int]int{goal: 0}
	for queue := []int{goal}; len(queue) > 0; queue = queue[1:] {
		to := queue[0]
		for d, n := range f.t.nodes {
			if !slices.Contains(n.zoneNumbers(), to) {
				continue
			}
			for _, from := range n.zoneNumbers() {
				if _, seen := distance[from]; !seen && len(f.crossings(d, from, to)) > 0 {
					distance[from] = distance[to] + 1
					queue = append(queue, from)
				}
			}
		}
	}
	return distance
}

// distances is that of the finder, for who walks.
func (t *Topology) distances(goal int) map[int]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if d, ok := t.far[goal]; ok {
		return d
	}
	f := finder{t: t, variants: map[[3]int][]Hop{}}
	d := f.distances(goal)
	t.far[goal] = d
	return d
}

// crossing returns the steps of a crossing, for who walks.
func (t *Topology) crossing(n *node, in, out *side) []Step {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := [2]*side{in, out}
	steps, ok := t.crossed[key]
	if !ok {
		steps = n.crossing(in, out)
		for i := range steps {
			steps[i].name = steps[i].key()
		}
		t.crossed[key] = steps
	}
	return steps
}

// descend follows every step that brings the way nearer to its end.
func (f *finder) descend(at, to int, distance map[int]int, hops []Hop) {
	if at == to {
		f.keep(hops)
		return
	}
	for d, n := range f.t.nodes {
		zones := n.zoneNumbers()
		if !slices.Contains(zones, at) {
			continue
		}
		for _, next := range zones {
			if left, ok := distance[next]; !ok || left != distance[at]-1 {
				continue
			}
			for _, h := range f.crossings(d, at, next) {
				if f.tooMany {
					return
				}
				f.descend(next, to, distance, append(slices.Clip(hops), h))
			}
		}
	}
}

func (f *finder) keep(hops []Hop) {
	if len(f.routes) == maxRoutes {
		f.tooMany = true
		return
	}
	f.routes = append(f.routes, Route{Hops: hops})
}

// follow finds the ways that cross the waypoints in order.
func (f *finder) follow(way []waypoint, at int, hops []Hop) {
	switch {
	case f.tooMany:
	case len(way) == 0:
		f.keep(hops)
	case way[0].node == nil:
		s := f.t.intern(Step{
			Ruleset: way[0].ruleset, Within: device.AllTraffic(true, true),
			SourceZone: f.t.zones.Name(f.pair.from), DestinationZone: f.t.zones.Name(f.pair.to),
		})
		f.follow(way[1:], at, append(slices.Clip(hops), Hop{Ruleset: s.Ruleset, steps: []*Step{s}}))
	default:
		device := slices.Index(f.t.nodes, way[0].node)
		last := !slices.ContainsFunc(way[1:], func(w waypoint) bool { return w.node != nil })
		for _, next := range way[0].node.zoneNumbers() {
			if last && next != f.pair.to {
				continue
			}
			for _, h := range f.crossings(device, at, next) {
				f.follow(way[1:], next, append(slices.Clip(hops), h))
			}
		}
	}
}
