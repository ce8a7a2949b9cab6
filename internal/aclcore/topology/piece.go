package topology

import (
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A piece is traffic of a flow that is translated alike: the packets in the flow's own
// addresses, and what has become of their two ends.
type piece struct {
	// products are disjoint, each of one address family.
	products []traffic.Product
	src, dst end
}

// An end is what has become of the addresses and ports of one end of a piece. The zero
// value is an end that is as the flow has it.
type end struct {
	addresses mapped
	by        offset   // what is added to an address that is moved
	set       addr.Set // what a spread address may have become
	ports     mapped
	add       uint16 // what is added to a port that is moved
	// first and last are what a spread port may have become.
	first, last uint16
	// keeps says that a spread port may also have stayed.
	keeps bool
}

// mapped says how an address or a port was translated.
type mapped uint8

const (
	// kept: it is as it was.
	kept mapped = iota
	// moved: one to one, by addition.
	moved
	// spread: it has become any of some, whichever it was.
	spread
)

// same reports whether the end is as the flow has it.
func (e end) same() bool { return e.addresses == kept && e.ports == kept }

// equal reports whether the same has become of both ends.
func (e end) equal(o end) bool {
	return e.set.Equal(o.set) && e.addresses == o.addresses && e.by == o.by && e.ports == o.ports && e.add == o.add &&
		e.first == o.first && e.last == o.last && e.keeps == o.keeps
}

func (e end) String() string {
	var b strings.Builder
	switch e.addresses {
	case moved:
		fmt.Fprintf(&b, "+%x.%x", e.by.hi, e.by.lo)
	case spread:
		fmt.Fprintf(&b, "{%s}", e.set)
	case kept:
	}
	switch e.ports {
	case moved:
		fmt.Fprintf(&b, ":+%d", e.add)
	case spread:
		fmt.Fprintf(&b, ":%d-%d %t", e.first, e.last, e.keeps)
	case kept:
	}
	return b.String()
}

// now returns what the addresses have become.
func (e end) now(own addr.Set) addr.Set {
	switch e.addresses {
	case moved:
		return e.by.move(own)
	case spread:
		if own.IsEmpty() {
			return own
		}
		return e.set
	}
	return own
}

// before returns those of the flow's addresses that may have become one of set.
func (e end) before(set, own addr.Set) addr.Set {
	switch e.addresses {
	case moved:
		return e.by.negative().move(set.Intersect(e.by.move(own)))
	case spread:
		if !set.Overlaps(e.set) {
			return addr.Set{}
		}
		return own
	}
	return set.Intersect(own)
}

// isEmpty reports whether the piece has no packet.
func (p *piece) isEmpty() bool { return len(p.products) == 0 }

// same reports whether no end was translated.
func (p *piece) same() bool { return p.src.same() && p.dst.same() }

// loose reports whether one packet of the flow may have become several.
func (p *piece) loose() bool {
	return p.src.addresses == spread || p.dst.addresses == spread || p.src.ports == spread || p.dst.ports == spread
}

// now returns what has become of some traffic of the piece.
func (p *piece) now(own traffic.Product) traffic.Product {
	return traffic.Product{Sources: p.src.now(own.Sources), Destinations: p.dst.now(own.Destinations), Services: p.servicesNow(own.Services)}
}

// before returns the packets of own that may have become one of present.
func (p *piece) before(present, own traffic.Product) traffic.Product {
	out := traffic.Product{
		Sources: p.src.before(present.Sources, own.Sources), Destinations: p.dst.before(present.Destinations, own.Destinations),
		Services: p.servicesBefore(present.Services, own.Services),
	}
	if out.IsEmpty() {
		return traffic.Product{}
	}
	return out
}

func (p *piece) servicesNow(own service.Set) service.Set {
	if p.src.ports == kept && p.dst.ports == kept {
		return own
	}
	with, out := byPorts(own)
	for _, r := range with {
		for _, s := range p.src.portsNow(span{r.SrcFrom, r.SrcTo}) {
			for _, d := range p.dst.portsNow(span{r.DstFrom, r.DstTo}) {
				r.SrcFrom, r.SrcTo, r.DstFrom, r.DstTo = s.first, s.last, d.first, d.last
				out = append(out, r)
			}
		}
	}
	return service.SetOf(out...)
}

func (p *piece) servicesBefore(present, own service.Set) service.Set {
	if p.src.ports == kept && p.dst.ports == kept {
		return present.Intersect(own)
	}
	with, out := byPorts(present.Intersect(p.servicesNow(own)))
	for _, r := range with {
		s, d := p.src.portsBefore(span{r.SrcFrom, r.SrcTo}), p.dst.portsBefore(span{r.DstFrom, r.DstTo})
		r.SrcFrom, r.SrcTo, r.DstFrom, r.DstTo = s.first, s.last, d.first, d.last
		out = append(out, r)
	}
	return service.SetOf(out...).Intersect(own)
}

// span is a run of ports.
type span struct{ first, last uint16 }

// portsNow returns what the ports have become.
func (e end) portsNow(own span) []span {
	switch e.ports {
	case moved:
		return []span{{own.first + e.add, own.last + e.add}}
	case spread:
		if e.keeps {
			return []span{{e.first, e.last}, own}
		}
		return []span{{e.first, e.last}}
	}
	return []span{own}
}

// portsBefore returns ports that may have become the present ones.
func (e end) portsBefore(present span) span {
	switch e.ports {
	case moved:
		return span{present.first - e.add, present.last - e.add}
	case spread:
		return span{0, 65535}
	}
	return present
}

// byPorts parts services with ports, protocol by protocol, from those without.
func byPorts(s service.Set) (with, without []service.Range) {
	for _, r := range s.Ranges() {
		rest := r
		for _, protocol := range [...]uint8{service.TCP, service.UDP, service.DCCP, service.SCTP, service.UDPLite} {
			if protocol < r.ProtoFrom || protocol > r.ProtoTo {
				continue
			}
			one := r
			one.ProtoFrom, one.ProtoTo = protocol, protocol
			with = append(with, one)
			if protocol > rest.ProtoFrom {
				low := rest
				low.ProtoTo = protocol - 1
				without = append(without, low)
			}
			if rest.ProtoFrom = protocol + 1; protocol == r.ProtoTo {
				rest.ProtoFrom, rest.ProtoTo = 1, 0
				break
			}
		}
		if rest.ProtoFrom <= rest.ProtoTo {
			without = append(without, rest)
		}
	}
	return with, without
}

// cut parts the piece by what a device compares with its packets as they are now. It is
// mixed where one packet of the flow may be on either side; it is in then.
func (p *piece) cut(match traffic.Product) (in, out piece, mixed bool) {
	in, out = piece{src: p.src, dst: p.dst}, piece{src: p.src, dst: p.dst}
	for _, own := range p.products {
		now := p.now(own)
		if match.ContainsProduct(now) {
			in.products = append(in.products, own)
			continue
		}
		hit := now.Intersect(match)
		back := traffic.Product{}
		if !hit.IsEmpty() {
			back = p.before(hit, own)
		}
		if back.IsEmpty() {
			out.products = append(out.products, own)
			continue
		}
		mixed = mixed || p.loose() && !p.now(back).Equal(hit)
		in.products = append(in.products, back)
		out.products = append(out.products, own.Subtract(back)...)
	}
	return in, out, mixed
}

// destinations returns where the packets of the piece go now.
func (p *piece) destinations() addr.Set {
	sets := make([]addr.Set, len(p.products))
	for i, own := range p.products {
		sets[i] = p.dst.now(own.Destinations)
	}
	return addr.UnionOf(sets)
}

// sources returns where the packets of the piece come from now.
func (p *piece) sources() addr.Set {
	sets := make([]addr.Set, len(p.products))
	for i, own := range p.products {
		sets[i] = p.src.now(own.Sources)
	}
	return addr.UnionOf(sets)
}
