package netfilter

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// States is a set of the two kinds of packets that a connection has.
type States uint8

// First is the packet that opens a connection, Later any other, a reply above all.
const (
	First States = 1 << iota
	Later
	// AnyState is both.
	AnyState = First | Later
)

// Packets is a set of packets: all that lie in Traffic, come in by In, go out by
// Out and are in State. With Unknown it cannot be told which of these packets are
// in the set, for these reasons. Packets are immutable.
type Packets struct {
	Traffic traffic.Product
	In, Out Interfaces
	State   States
	Unknown []string
	// Facts is what else has to be true of the packets; the zero value asks nothing.
	Facts Facts
	// changed is what rules have made of the facts, nil if nothing: see [Packets.meet].
	changed *Change
}

// All returns the set of every packet.
func All() Packets { return Packets{Traffic: traffic.Any(), State: AnyState} }

// IPv4 and IPv6 return every packet of one family.
func IPv4() Packets { return From(addr.Any4()).To(addr.Any4()) }

// IPv6 returns every packet of that family.
func IPv6() Packets { return From(addr.Any6()).To(addr.Any6()) }

// From returns the packets that a source in the set sends.
func From(sources addr.Set) Packets {
	p := All()
	p.Traffic.Sources = sources
	return p
}

// To restricts p to the destinations.
func (p Packets) To(destinations addr.Set) Packets {
	p.Traffic.Destinations = meet(p.Traffic.Destinations, destinations)
	return p
}

// For returns the packets of the services.
func For(services service.Set) Packets {
	p := All()
	p.Traffic.Services = services
	return p
}

// In returns the packets that come in by one of the interfaces.
func In(interfaces Interfaces) Packets {
	p := All()
	p.In = interfaces
	return p
}

// Out returns the packets that go out by one of the interfaces.
func Out(interfaces Interfaces) Packets {
	p := All()
	p.Out = interfaces
	return p
}

// Doubtful returns packets of which it cannot be told whether they match.
func Doubtful(reason string) Packets {
	p := All()
	p.Unknown = []string{reason}
	return p
}

// IsEmpty reports whether no packet can be in the set.
func (p Packets) IsEmpty() bool {
	return p.State == 0 || p.In.IsEmpty() || p.Out.IsEmpty() || p.Traffic.IsEmpty()
}

// Sure reports whether every packet of the set surely is in it.
func (p Packets) Sure() bool { return len(p.Unknown) == 0 }

// Because returns p with one more reason why it cannot be told.
func (p Packets) Because(reasons ...string) Packets {
	p.Unknown = addReasons(p.Unknown, reasons)
	return p
}

// Intersect returns the packets in both p and o, as far as that is known.
func (p Packets) Intersect(o Packets) Packets {
	p.State &= o.State
	p.In, p.Out = p.In.intersect(o.In), p.Out.intersect(o.Out)
	if p.State == 0 || p.In.IsEmpty() || p.Out.IsEmpty() {
		return Packets{}
	}
	if o.Facts.mask != 0 {
		var ok bool
		if p.Facts, ok = p.Facts.and(o.Facts); !ok {
			return Packets{}
		}
	}
	a, b := p.Traffic, o.Traffic
	p.Traffic.Destinations = meet(a.Destinations, b.Destinations)
	if p.Traffic.Destinations.IsEmpty() {
		return Packets{}
	}
	p.Traffic.Sources = meet(a.Sources, b.Sources)
	if p.Traffic.Sources.IsEmpty() {
		return Packets{}
	}
	switch {
	case a.Services.IsAny():
		p.Traffic.Services = b.Services
	case !b.Services.IsAny():
		p.Traffic.Services = a.Services.Intersect(b.Services)
	}
	if p.Traffic.Services.IsEmpty() {
		return Packets{}
	}
	p.Unknown = addReasons(p.Unknown, o.Unknown)
	return p
}

// weight is how much work it is to intersect p with another set, 1 for most rules.
func (p *Packets) weight() int {
	t := &p.Traffic
	return 1 + (len(t.Sources.Ranges())+len(t.Destinations.Ranges())+len(t.Services.Ranges()))/64
}

// bulk is how much room p takes, 1 for most rules.
func (p *Packets) bulk() int { return 1 + (p.weight()-1)/16 }

// meet intersects address sets; most rules leave one side open.
func meet(a, b addr.Set) addr.Set {
	switch {
	case a.IsAny():
		return b
	case b.IsAny() || a.Equal(b):
		return a
	}
	return a.Intersect(b)
}

// Replies returns the replies to the packets of p, whose interfaces are turned round.
func (p Packets) Replies() Packets {
	t := p.Traffic
	p.Traffic = traffic.Product{Sources: t.Destinations, Destinations: t.Sources, Services: t.Services.Reverse()}
	p.In, p.Out, p.State = p.Out, p.In, Later
	return p
}

// Subtract returns the packets of p that are not in o, which must be sure, as
// disjoint sets.
func (p Packets) Subtract(o Packets) []Packets {
	if p.Intersect(o).IsEmpty() {
		return []Packets{p}
	}
	var out []Packets
	keep := func(part Packets) {
		if !part.IsEmpty() {
			out = append(out, part)
		}
	}
	part := p
	part.State &^= o.State // first packets stay in one piece where o is later ones
	keep(part)
	p.State &= o.State
	for _, t := range p.Traffic.Subtract(o.Traffic) {
		part := p
		part.Traffic = t
		keep(part)
	}
	p.Traffic = p.Traffic.Intersect(o.Traffic)
	part = p
	for _, part.In = range p.In.without(o.In) {
		keep(part)
	}
	p.In = p.In.intersect(o.In)
	part = p
	for _, part.Out = range p.Out.without(o.Out) {
		keep(part)
	}
	p.Out = p.Out.intersect(o.Out)
	for m := o.Facts.mask &^ p.Facts.mask; m != 0; m &= m - 1 {
		bit := m & -m
		part = p
		part.Facts = Facts{p.Facts.mask | bit, p.Facts.value | ^o.Facts.value&bit}
		keep(part)
		p.Facts = Facts{p.Facts.mask | bit, p.Facts.value | o.Facts.value&bit}
	}
	return out
}

// maxParts bounds the sets that one condition becomes.
const maxParts = 4096

// Both returns the packets that are in one of a and in one of b. ok is false if
// these are too many sets.
func Both(a, b []Packets) (out []Packets, ok bool) {
	for _, x := range a {
		for _, y := range b {
			if p := x.Intersect(y); !p.IsEmpty() {
				if len(out) == maxParts {
					return nil, false
				}
				out = append(out, p)
			}
		}
	}
	return out, true
}

// Except returns the packets of base that are in none of cut. ok is false if it
// cannot be told of some of cut, or if the sets are too many.
func Except(base Packets, cut []Packets) (out []Packets, ok bool) {
	out = []Packets{base}
	for _, c := range cut {
		if !c.Sure() {
			return nil, false
		}
		var next []Packets
		for _, p := range out {
			next = append(next, p.Subtract(c)...)
		}
		if len(next) > maxParts {
			return nil, false
		}
		out = next
	}
	return out, true
}

func addReasons(have, more []string) []string {
	if len(have) == 0 {
		return more
	}
	for _, r := range more {
		if !slices.Contains(have, r) {
			have = append(slices.Clip(have), r)
		}
	}
	return have
}
