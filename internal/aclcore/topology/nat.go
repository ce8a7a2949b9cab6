package topology

import (
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A natRule is a translation in one of its directions, ready to be compared with
// packets that enter by one of from and leave by one of to.
type natRule struct {
	t *device.Translation
	// back says that the direction is the reverse one.
	back     bool
	from, to []string
	match    traffic.Product
	src, dst device.Mapping
	// vague says that the text does not tell the addresses that the rule translates from,
	// as those of an interface with DHCP. They lie in the zone of the interface.
	vague bool
	// hides says that the device may answer for any address because of the rule, since the
	// text does not tell for which it does.
	hides bool
}

// unknown reports whether it cannot be known what the rule does.
func (r *natRule) unknown() bool { return r.vague || len(r.t.Unknown) > 0 }

// changes reports whether the rule translates an end.
func (r *natRule) changes() bool {
	return r.src.Kind != device.Unchanged || r.dst.Kind != device.Unchanged
}

// why tells what is not known of the rule.
func (r *natRule) why() string {
	if len(r.t.Unknown) == 0 {
		return "the text does not tell the addresses"
	}
	return strings.Join(r.t.Unknown, "; ")
}

// A translator is the translations of a device, by the searches that try them.
type translator struct {
	destinations, sources   []natRule
	byDestination, bySource *ranks
	// byReal finds rules for destinations by what these become.
	byReal *ranks
	// shown are the addresses that the device answers for where packets enter by an
	// interface, since it translates them: by the names of these interfaces, "" for all.
	shown []shownAddresses
	// noARP is [device.Order.NoProxyARP].
	noARP bool
}

type shownAddresses struct {
	sides []string
	set   addr.Set
}

func newTranslator(n *node) *translator {
	if len(n.Document.Translations) == 0 {
		return nil
	}
	x := &translator{noARP: n.Order.NoProxyARP}
	for i := range n.Document.Translations {
		t := &n.Document.Translations[i]
		ahead := natRule{t: t, from: t.From, to: t.To, match: t.Match, src: t.Source, dst: t.Destination}
		if t.Search != device.SearchDestination {
			x.sources = append(x.sources, ahead)
		}
		if t.Search == device.SearchDestination || t.Search == device.SearchBoth && (n.Order.OneSearch || keepsOrMoves(t.Destination, t.Match.Destinations)) {
			x.destinations = append(x.destinations, ahead)
		}
		if t.Reverse {
			x.reverse(t)
		}
	}
	x.byDestination = newRanks(x.destinations, func(r *natRule) addr.Set { return r.match.Destinations })
	x.bySource = newRanks(x.sources, func(r *natRule) addr.Set { return r.match.Sources })
	x.byReal = newRanks(x.destinations, func(r *natRule) addr.Set {
		if r.dst.Kind != device.Static || covers(r.match.Destinations) {
			return addr.Set{}
		}
		return r.dst.To
	})
	x.show()
	return x
}

// keepsOrMoves reports whether a rule of one table counts in the search for an end: it
// translates it, or names the addresses that it keeps.
func keepsOrMoves(m device.Mapping, match addr.Set) bool {
	return m.Kind != device.Unchanged || !covers(match)
}

// covers reports whether the set has all addresses of a family.
func covers(set addr.Set) bool { return set.ContainsSet(addr.Any4()) || set.ContainsSet(addr.Any6()) }

// reverse adds the rule as it treats connections from the other side.
func (x *translator) reverse(t *device.Translation) {
	back := natRule{t: t, back: true, from: t.To, to: t.From, match: traffic.Product{
		Sources: becomes(t.Destination, t.Match.Destinations), Destinations: becomes(t.Source, t.Match.Sources), Services: backServices(t),
	}}
	back.vague = t.Source.Kind != device.Unchanged && t.Source.To.IsEmpty()
	if t.Source.Kind != device.Unchanged {
		back.dst = device.Mapping{Kind: device.Static, To: t.Match.Sources}
		back.dst.FirstPort, back.dst.LastPort = portsOf(t.Match.Services, t.Source, true)
	}
	if t.Destination.Kind != device.Unchanged {
		back.src = device.Mapping{Kind: device.Static, To: t.Match.Destinations}
		back.src.FirstPort, back.src.LastPort = portsOf(t.Match.Services, t.Destination, false)
	}
	if t.Search != device.SearchDestination {
		x.destinations = append(x.destinations, back)
	}
	if t.Search == device.SearchDestination || keepsOrMoves(t.Destination, t.Match.Destinations) {
		x.sources = append(x.sources, back)
	}
}

// becomes returns the addresses after a mapping of the match.
func becomes(m device.Mapping, match addr.Set) addr.Set {
	switch {
	case m.Kind == device.Unchanged:
		return match
	case m.To.IsEmpty():
		return addr.Any()
	}
	return m.To
}

// backServices returns what connections from the other side ask for: the ports as they
// are after the rule, the two ends swapped.
func backServices(t *device.Translation) service.Set {
	if t.Match.Services.IsAny() && t.Source.LastPort == 0 && t.Destination.LastPort == 0 {
		return t.Match.Services
	}
	with, out := byPorts(t.Match.Services)
	for _, r := range with {
		if t.Source.LastPort != 0 {
			r.SrcFrom, r.SrcTo = t.Source.FirstPort, t.Source.LastPort
		}
		if t.Destination.LastPort != 0 {
			r.DstFrom, r.DstTo = t.Destination.FirstPort, t.Destination.LastPort
		}
		r.SrcFrom, r.SrcTo, r.DstFrom, r.DstTo = r.DstFrom, r.DstTo, r.SrcFrom, r.SrcTo
		out = append(out, r)
	}
	return service.SetOf(out...)
}

// portsOf returns the ports of one end of a match, to which a mapping of ports leads
// back; 0 if it maps none.
func portsOf(match service.Set, m device.Mapping, src bool) (first, last uint16) {
	if m.LastPort == 0 {
		return 0, 0
	}
	ports, _ := onePorts(match, src)
	return ports.first, ports.last
}

// onePorts returns the ports of one end of services with ports, and whether they are the
// same for all of them.
func onePorts(s service.Set, src bool) (span, bool) {
	with, _ := byPorts(s)
	var out span
	for i, r := range with {
		one := span{r.DstFrom, r.DstTo}
		if src {
			one = span{r.SrcFrom, r.SrcTo}
		}
		if i == 0 {
			out = one
		}
		if one != out {
			return span{0, 65535}, false
		}
	}
	return out, len(with) > 0
}

// show finds the addresses that the device answers for because it translates them. A
// rule for all destinations makes it answer for none, unless it is not known for which of
// them it is. A pool of all addresses is one that the text does not tell.
func (x *translator) show() {
	add := func(sides []string, set addr.Set) {
		if !covers(set) && !set.IsEmpty() {
			x.shown = append(x.shown, shownAddresses{sides, set})
		}
	}
	for i := range x.destinations {
		if r := &x.destinations[i]; r.dst.Kind != device.Unchanged {
			add(r.from, r.match.Destinations)
			r.hides = r.vague || !x.noARP && r.unknown() && covers(r.match.Destinations)
		}
	}
	for i := range x.sources {
		if r := &x.sources[i]; r.src.Kind == device.Dynamic {
			add(r.to, r.src.To)
			r.hides = !x.noARP && covers(r.src.To)
		}
	}
}

// shownAt returns the addresses that the device answers for on a side.
func (x *translator) shownAt(s *side) addr.Set {
	if x == nil {
		return addr.Set{}
	}
	var sets []addr.Set
	for _, one := range x.shown {
		if s.among(one.sides) {
			sets = append(sets, one.set)
		}
	}
	return addr.UnionOf(sets)
}

// unshownAt returns the first translation that makes the device answer for addresses on a
// side which the text does not tell, nil if there is none.
func (x *translator) unshownAt(s *side) *natRule {
	if x == nil {
		return nil
	}
	for i := range x.destinations {
		if r := &x.destinations[i]; r.hides && s.among(r.from) {
			return r
		}
	}
	for i := range x.sources {
		if r := &x.sources[i]; r.hides && s.among(r.to) {
			return r
		}
	}
	return nil
}

// among reports whether the side is one of those that a rule is for; none means all.
func (s *side) among(names []string) bool {
	return len(names) == 0 || slices.ContainsFunc(names, func(name string) bool { return slices.Contains(s.names, name) })
}

// translate returns what the mapping makes of an end of a piece whose packets all match.
// match and services are those of the rule. It is false where the text does not say how
// addresses are mapped.
func (e end) translate(m device.Mapping, match addr.Set, services service.Set, now addr.Set, src bool) (end, bool) {
	if m.Kind == device.Unchanged {
		return e, true
	}
	if m.To.IsEmpty() && !src {
		return e, false
	}
	to := sameFamily(m.To, now)
	switch {
	case m.To.IsEmpty():
		e.addresses, e.set = spread, familyOf(now)
	case to.IsEmpty() || len(to.Ranges()) == 0:
		return e, false // from one family to the other
	case m.Kind == device.Dynamic:
		e.addresses, e.set = spread, to
	default:
		if !e.move(sameFamily(match, now), to) {
			return e, false
		}
	}
	return e.translatePorts(m, services, src)
}

// move maps addresses one to one, or all to one.
func (e *end) move(from, to addr.Set) bool {
	f, t := from.Ranges(), to.Ranges()
	if len(t) != 1 || len(f) == 0 {
		return false
	}
	sameSize := len(f) == 1 && number(f[0].To).minus(number(f[0].From)) == number(t[0].To).minus(number(t[0].From))
	switch {
	case sameSize && e.addresses == spread:
		e.set = number(t[0].From).minus(number(f[0].From)).move(e.set)
	case sameSize:
		e.addresses, e.by = moved, e.by.plus(number(t[0].From).minus(number(f[0].From)))
		if e.by == (offset{}) || t[0].From.Is4() && e.by.lo&0xffffffff == 0 {
			e.addresses, e.by = kept, offset{}
		}
	case t[0].IsSingle():
		e.addresses, e.set = spread, to
	default:
		return false
	}
	return true
}

func (e end) translatePorts(m device.Mapping, services service.Set, src bool) (end, bool) {
	if m.LastPort == 0 {
		return e, true
	}
	match, one := onePorts(services, src)
	switch {
	case m.Kind == device.Static && one && match.last-match.first == m.LastPort-m.FirstPort && e.ports != spread:
		if e.ports, e.add = moved, e.add+m.FirstPort-match.first; e.add == 0 {
			e.ports = kept
		}
	default:
		e.ports, e.first, e.last, e.keeps = spread, m.FirstPort, m.LastPort, src && m.Kind == device.Dynamic
	}
	return e, true
}

// sameFamily returns the part of a set that is of the family of now.
func sameFamily(set, now addr.Set) addr.Set { return set.Intersect(familyOf(now)) }

// familyOf returns all addresses of the families that the set has.
func familyOf(set addr.Set) addr.Set {
	v4, v6 := set.Split()
	switch {
	case v6.IsEmpty():
		return addr.Any4()
	case v4.IsEmpty():
		return addr.Any6()
	}
	return addr.Any()
}

// Real returns the addresses behind those that a device shows instead, false where no
// static translation that is sure shows all of them, for whatever they are asked.
func (t *Topology) Real(shown addr.Set) (addr.Set, bool) {
	for _, n := range t.nodes {
		if n.nat == nil {
			continue
		}
		for _, k := range n.nat.byDestination.of(shown) {
			r := &n.nat.destinations[k]
			if r.unknown() || r.dst.Kind != device.Static || covers(r.match.Destinations) || !r.match.Services.IsAny() || !r.match.Destinations.ContainsSet(shown) {
				continue
			}
			if e, ok := (end{}).translate(r.dst, r.match.Destinations, r.match.Services, shown, false); ok {
				return e.now(shown), true
			}
		}
	}
	return addr.Set{}, false
}
