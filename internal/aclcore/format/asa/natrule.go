package asa

import (
	"net/netip"
	"slices"

	"go4.org/netipx"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A piece is one range of addresses, or a set that stays as it is, and what it becomes.
type piece struct {
	from addr.Set
	to   device.Mapping
}

// rules returns what the command does, none if it is inactive.
func (s *statement) rules() []device.Translation {
	if s.off && len(s.why) == 0 {
		return nil
	}
	var sources []piece
	if s.static {
		sources = s.staticPieces(s.from, s.to)
	} else {
		sources = s.dynamicPieces()
	}
	destinations := []piece{{from: addr.Any()}}
	if s.destination {
		destinations = s.staticPieces(s.dstFrom, s.dstTo)
	}
	s.why = known.Reasons(s.why, s.ports.match.Why)
	if len(sources)*len(destinations) > maxMembers {
		s.doubt("it maps too many members of groups")
		sources, destinations = []piece{s.whole(s.from, s.to)}, []piece{{from: s.dstFrom.Possible}}
	}
	var out []device.Translation
	for _, src := range sources {
		for _, dst := range destinations {
			t := s.translation()
			t.Match = traffic.Product{Sources: src.from, Destinations: dst.from, Services: s.ports.match.Possible}
			t.Source, t.Destination, t.Reverse, t.Unknown = src.to, dst.to, s.static && !s.oneWay, s.why
			t.Source = withPorts(t.Source, src.from, s.ports.src)
			t.Destination = withPorts(t.Destination, dst.from, s.ports.dst)
			if !t.Match.IsEmpty() {
				out = append(out, s.translatable(t)...)
			}
		}
	}
	if len(out) == 0 {
		return s.unread("the command translates no packet at all, as far as it is understood")
	}
	return out
}

// withPorts adds the ports to a mapping; addresses that stay are mapped to themselves.
func withPorts(m device.Mapping, from addr.Set, ports [2]uint16) device.Mapping {
	if ports[1] == 0 {
		return m
	}
	if m.Kind == device.Unchanged {
		m.Kind, m.To = device.Static, from
	}
	m.FirstPort, m.LastPort = ports[0], ports[1]
	return m
}

// translatable splits a rule with translation of ports: a packet of another protocol than
// TCP, UDP and ICMP has none, and what becomes of it is not known ("PAT" in Guidelines for
// NAT).
func (s *statement) translatable(t device.Translation) []device.Translation {
	if s.static || !s.pool.pat || len(t.Unknown) > 0 {
		return []device.Translation{t}
	}
	t.Source.FirstPort, t.Source.LastPort = 1, maxPort
	rest := t
	rest.Match.Services = t.Match.Services.Subtract(patServices)
	t.Match.Services = t.Match.Services.Intersect(patServices)
	rest.Unknown = []string{"translation of ports is for TCP, UDP and ICMP; what becomes of other protocols is not known"}
	return slices.DeleteFunc([]device.Translation{t, rest}, func(t device.Translation) bool { return t.Match.IsEmpty() })
}

var patServices = service.SetOf(service.Whole(service.TCP), service.Whole(service.UDP), service.Whole(service.ICMP), service.Whole(service.ICMPv6))

// whole returns what is in doubt as one piece.
func (s *statement) whole(from, to natSet) piece {
	return piece{from.Possible, device.Mapping{Kind: device.Dynamic, To: to.Possible}}
}

// staticPieces returns what each part of the addresses becomes.
func (s *statement) staticPieces(from, to natSet) []piece {
	s.why = known.Reasons(known.Reasons(s.why, from.Why), to.Why)
	switch {
	case !from.IsExact() || !to.IsExact():
		return []piece{s.whole(from, to)}
	case from.any && to.any, slices.Equal(from.runs, to.runs):
		return []piece{{from: from.Possible}}
	}
	target := to.runs
	if to.inline && len(from.runs) == 1 {
		r, ok := sameSize(from.runs[0], to.runs[0])
		if !ok {
			s.doubt("which addresses follow " + to.runs[0].String() + " is not certain")
			return []piece{s.whole(from, to)}
		}
		target = []addr.Range{r}
	}
	if why := unequal(from.runs, target); why != "" {
		s.doubt(why)
		return []piece{s.whole(from, to)}
	}
	var out []piece
	for i, r := range from.runs {
		p := piece{from: addr.SetOf(r)}
		if r != target[i] {
			p.to = device.Mapping{Kind: device.Static, To: addr.SetOf(target[i])}
		}
		out = append(out, p)
	}
	return out
}

// unequal tells why two lists of ranges are not mapped member by member, "" if they are.
// Members that are out of order or overlap are left: whether an ASA takes them as they
// are written is not documented.
func unequal(from, to []addr.Range) string {
	if len(from) != len(to) || len(from) > maxMembers {
		return "it maps one number of addresses to another"
	}
	for i := range from {
		switch {
		case from[i].Is4() != to[i].Is4():
			return "it translates between IPv4 and IPv6, which is not followed"
		case sizeOf(from[i]) != sizeOf(to[i]):
			return "it maps one number of addresses to another"
		case i > 0 && (!from[i-1].To.Less(from[i].From) || !to[i-1].To.Less(to[i].From)):
			return "the order in which it maps the members of its groups is not certain"
		}
	}
	return ""
}

// sameSize returns as many addresses from first on as r has. Where r is a network, first
// has to be one of the same length.
func sameSize(r, first addr.Range) (addr.Range, bool) {
	if r.IsSingle() {
		return first, true
	}
	if r.Is4() != first.Is4() {
		return addr.Range{}, false
	}
	size, at := sizeOf(r), first.From.As16()
	if p, ok := netipx.IPRangeFrom(r.From, r.To).Prefix(); ok && netip.PrefixFrom(first.From, p.Bits()).Masked().Addr() != first.From {
		return addr.Range{}, false
	}
	carry := 0
	for i := 15; i >= 0; i-- {
		sum := int(at[i]) + int(size[i]) + carry
		at[i], carry = byte(sum), sum>>8
	}
	last := netip.AddrFrom16(at)
	if r.Is4() {
		if !last.Is4In6() {
			return addr.Range{}, false
		}
		last = last.Unmap()
	}
	return addr.RangeOf(first.From, last), carry == 0
}

// dynamicPieces returns what the sources of a dynamic rule become, for each family that
// it is for.
func (s *statement) dynamicPieces() []piece {
	s.why = known.Reasons(s.why, s.from.Why)
	to := device.Mapping{Kind: device.Dynamic, To: s.pool.Possible}
	v4, v6 := s.pool.Possible.Split()
	if s.pool.missing {
		to.To = addr.Set{}
	}
	from4, from6 := s.from.Possible.Split()
	var out []piece
	for _, f := range []struct{ from, to addr.Set }{{from4, v4}, {from6, v6}} {
		switch {
		case f.from.IsEmpty():
		case !f.to.IsEmpty():
			m := to
			if !s.pool.missing {
				m.To = f.to
			}
			out = append(out, piece{f.from, m})
		case s.from.any: // any is of the family that it is mapped to
		default:
			s.doubt("it translates between IPv4 and IPv6, which is not followed")
			out = append(out, piece{f.from, to})
		}
	}
	return out
}
