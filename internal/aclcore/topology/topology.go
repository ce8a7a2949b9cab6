package topology

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/zone"
)

// Config declares an estate.
type Config struct {
	Zones   *zone.Map
	Devices []Device
	// Rulesets are the names that Via of a path may have besides devices.
	Rulesets []string
	Paths    []Path
	// Unread says that the documents of the devices are empty, because their texts are not
	// read yet: what depends on them is not checked.
	Unread bool
}

// A Path declares the way from some zones to others, where it is not the shortest one.
type Path struct {
	// From and To are names of zones.
	From, To []string
	// Via names devices and rulesets in the order in which they are crossed.
	Via []string
}

// Topology is an estate whose ways can be asked for. It is immutable and safe for
// concurrent use.
type Topology struct {
	zones *zone.Map
	nodes []*node
	// declared are the declared ways, by pair of zones.
	declared map[pair][][]waypoint
	// own are the addresses of all devices themselves.
	own addr.Set
	// local are the steps of traffic to a device itself, guardOut and guardIn those of
	// what leaves and enters guarded addresses.
	local, guardOut, guardIn []*Step

	// translates says that a device has translations.
	translates bool

	mu    sync.Mutex
	steps map[string]*Step
	found map[pair]*ways
	// far are the distances to a zone, crossed the steps of crossings.
	far     map[int]map[int]int
	crossed map[[2]*side][]Step
}

// pair is a source and a destination zone by number.
type pair struct{ from, to int }

// waypoint is a device, or a ruleset where node is nil.
type waypoint struct {
	node    *node
	ruleset string
}

// New compiles an estate. The error joins what is wrong, each line led by the attribute
// that it speaks of: an interface that the device does not have, a device that leads
// from no zone to another and guards nothing, an unknown zone, and a declared way that
// does not lead where it should. What the devices' own prefixes contradict is told by
// [Topology.Contradictions].
func New(c Config) (*Topology, error) {
	t := &Topology{zones: c.Zones, declared: map[pair][][]waypoint{}, steps: map[string]*Step{}, found: map[pair]*ways{}, far: map[int]map[int]int{}, crossed: map[[2]*side][]Step{}}
	var problems []error
	names := c.Zones.Names()
	for _, d := range c.Devices {
		n := newNode(d)
		problems = append(problems, n.resolve(c.Zones.Number, names)...)
		t.nodes = append(t.nodes, n)
	}
	slices.SortFunc(t.nodes, func(a, b *node) int { return cmp.Compare(a.Name, b.Name) })
	for _, n := range t.nodes {
		t.translates = t.translates || n.nat != nil
		if more := t.place(n); !c.Unread {
			problems = append(problems, more...)
		}
	}
	t.unguarded()
	if len(problems) == 0 {
		for i, p := range c.Paths {
			problems = append(problems, t.declare(i, p, c.Rulesets)...)
		}
	}
	return t, errors.Join(problems...)
}

// place notes what the device filters besides its crossings.
func (t *Topology) place(n *node) (problems []error) {
	leads := false
	for _, s := range n.sides {
		leads = leads || s.zone != n.sides[0].zone
	}
	if !leads && n.guards.IsEmpty() && len(n.sides) == len(n.Interfaces) {
		where := "no interface is mapped"
		if len(n.sides) > 0 {
			where = fmt.Sprintf("only zone %q is mapped", t.zones.Name(n.sides[0].zone))
		}
		known := ""
		if names := n.interfaceNames(); len(names) > 0 {
			known = fmt.Sprintf(" (%s has %s)", n.Source, quoted(names))
		}
		problems = append(problems, fmt.Errorf("devices[%q].interfaces: the device filters between no two zones: %s; "+
			"map interfaces%s to two zones at least, or set guards to the addresses that it filters for", n.Name, where, known))
	}
	t.own = t.own.Union(n.own)
	if s, ok := n.itself(); ok {
		t.local = append(t.local, t.intern(s))
	}
	for _, s := range n.guard(true) {
		t.guardOut = append(t.guardOut, t.intern(s))
	}
	for _, s := range n.guard(false) {
		t.guardIn = append(t.guardIn, t.intern(s))
	}
	return problems
}

// intern returns the one pointer for steps that ask the same.
func (t *Topology) intern(s Step) *Step {
	s.afterSource, s.afterDestination = false, false
	key := s.key()
	if same, ok := t.steps[key]; ok {
		return same
	}
	t.steps[key] = &s
	return &s
}

// declare compiles a declared way.
func (t *Topology) declare(i int, p Path, rulesets []string) (problems []error) {
	at := fmt.Sprintf("paths[%d]", i)
	numbers := func(attribute string, zones []string) (out []int) {
		if len(zones) == 0 {
			problems = append(problems, fmt.Errorf("%s.%s: is empty; name at least one zone", at, attribute))
		}
		for k, name := range zones {
			number, ok := t.zones.Number(name)
			if !ok || number == 0 {
				problems = append(problems, fmt.Errorf("%s.%s[%d]: there is no zone %q%s; zones has %s", at, attribute, k, name, meant(name, t.zones.Names()), quoted(t.zones.Names())))
				continue
			}
			out = append(out, number)
		}
		return out
	}
	from, to := numbers("from", p.From), numbers("to", p.To)
	way, more := t.waypoints(at, p.Via, rulesets)
	if problems = append(problems, more...); len(problems) > 0 {
		return problems
	}
	for _, f := range from {
		for _, d := range to {
			if why := t.misses(way, pair{f, d}); why != "" {
				problems = append(problems, fmt.Errorf("%s.via: does not lead from %q to %q: %s%s", at, t.zones.Name(f), t.zones.Name(d), why, t.shortestText(pair{f, d})))
				continue
			}
			t.declared[pair{f, d}] = append(t.declared[pair{f, d}], way)
		}
	}
	return problems
}

func (t *Topology) waypoints(at string, via, rulesets []string) (way []waypoint, problems []error) {
	if len(via) == 0 {
		problems = append(problems, fmt.Errorf("%s.via: is empty; name the devices or rulesets that are crossed, in order", at))
	}
	for k, name := range via {
		i := slices.IndexFunc(t.nodes, func(n *node) bool { return n.Name == name })
		switch isRuleset := slices.Contains(rulesets, name); {
		case i >= 0 && isRuleset:
			problems = append(problems, fmt.Errorf("%s.via[%d]: %q is a device and a ruleset; give one of them another name", at, k, name))
		case i >= 0 && t.nodes[i].twice(way):
			problems = append(problems, fmt.Errorf("%s.via[%d]: device %q is crossed just before; name it once", at, k, name))
		case i >= 0:
			way = append(way, waypoint{node: t.nodes[i]})
		case isRuleset:
			way = append(way, waypoint{ruleset: name})
		default:
			var known []string
			for _, n := range t.nodes {
				known = append(known, n.Name)
			}
			known = append(known, rulesets...)
			problems = append(problems, fmt.Errorf("%s.via[%d]: there is no device or ruleset %q%s; there are %s", at, k, name, meant(name, known), quoted(known)))
		}
	}
	return way, problems
}

// misses tells why the devices of a declared way do not follow each other from one zone
// to the other; empty if they do.
func (t *Topology) misses(way []waypoint, p pair) string {
	reached := []int{p.from}
	last := fmt.Sprintf("zone %q", t.zones.Name(p.from))
	var at *node
	for _, w := range way {
		if w.node == nil {
			continue
		}
		zones := w.node.zoneNumbers()
		switch {
		case len(zones) == 0:
			return fmt.Sprintf("device %q has no interface that is up", w.node.Name)
		case !slices.ContainsFunc(reached, func(z int) bool { return slices.Contains(zones, z) }):
			return fmt.Sprintf("device %q has no interface in %s; it is in %s", w.node.Name, last, t.zoneNames(zones))
		}
		at, reached = w.node, w.node.onward(reached)
		last = fmt.Sprintf("a zone that device %q sends on to (%s)", at.Name, t.zoneNames(reached))
	}
	switch to := t.zones.Name(p.to); {
	case at == nil || slices.Contains(reached, p.to):
		return ""
	case !slices.Contains(at.zoneNumbers(), p.to):
		return fmt.Sprintf("zone %q is not a zone of device %q (%s)", to, at.Name, t.zoneNames(at.zoneNumbers()))
	case p.from == p.to:
		return fmt.Sprintf("device %q has no two interfaces in zone %q that a packet could pass between; leave this path out: within a zone no device is crossed", at.Name, to)
	default:
		return fmt.Sprintf("device %q does not send on to zone %q what comes in on this way: it would leave by the interface that it entered by, or go to another VRF", at.Name, to)
	}
}

// onward returns the zones to which the device sends on what enters from one of those given:
// by another interface, of the same VRF.
func (n *node) onward(from []int) (to []int) {
	for _, zone := range from {
		for _, in := range n.at(zone) {
			for _, out := range n.sides {
				if out != in && !out.shut && out.vrf == in.vrf && !slices.Contains(to, out.zone) {
					to = append(to, out.zone)
				}
			}
		}
	}
	return to
}

// twice reports whether a way has the device at two places next to each other. That makes sense
// only where the device is several routers: in VRFs.
func (n *node) twice(before []waypoint) bool {
	i := len(before) - 1
	for i >= 0 && before[i].node == nil {
		i--
	}
	return i >= 0 && before[i].node == n && !slices.ContainsFunc(n.sides, func(s *side) bool { return s.vrf != n.sides[0].vrf })
}

// shortestText says by which devices a way leads, empty where none does.
func (t *Topology) shortestText(p pair) string {
	f := finder{t: t, pair: p, variants: map[[3]int][]Hop{}}
	f.shortest(p)
	if len(f.routes) == 0 || len(f.routes[0].Hops) == 0 {
		return ""
	}
	var via []string
	for _, h := range f.routes[0].Hops {
		via = append(via, h.Device)
	}
	return fmt.Sprintf("; via = [%s] does", quoted(via))
}

func (t *Topology) zoneNames(zones []int) string {
	var names []string
	for _, z := range zones {
		names = append(names, t.zones.Name(z))
	}
	if len(names) == 0 {
		return "no zone"
	}
	return "zones " + strings.Join(names, ", ")
}
