package topology

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// natOrders are orders of devices that translate, by kind.
var natOrders = map[kind][]device.Order{
	router: {
		{Steps: []device.Step{device.FilterIn, device.TranslateDestination, device.TranslateSource, device.FilterOut}, Stateless: true, Absent: device.Passes},
		{Steps: []device.Step{device.FilterIn, device.TranslateDestination, device.TranslateSource, device.FilterOut}, Stateless: true, Absent: device.Passes, RepliesTranslated: true},
	},
	levels: {{Steps: []device.Step{device.TranslateDestination, device.FilterIn, device.FilterLevels, device.FilterOut, device.TranslateSource}, ReversePath: true}},
	between: {
		{Steps: []device.Step{device.FilterBetween, device.TranslateDestination, device.TranslateSource}, ToByOriginal: true, OneSearch: true},
		{Steps: []device.Step{device.FilterBetween, device.TranslateDestination, device.TranslateSource}, OneSearch: true},
		{Steps: []device.Step{device.TranslateDestination, device.FilterBetween, device.TranslateSource}},
	},
}

// translates reports whether a device of the model translates addresses.
func (m *model) translates() bool {
	return slices.ContainsFunc(m.devices, func(d *modelDevice) bool { return len(d.nat) > 0 })
}

// drawTranslations gives devices translations. Without loose ones each packet becomes one
// packet.
func drawTranslations(dice enginetest.Dice, m *model, loose bool) {
	for _, d := range m.devices {
		orders := natOrders[d.kind]
		if len(orders) == 0 || dice.IntN(3) == 0 {
			continue
		}
		order := orders[dice.IntN(len(orders))]
		d.order, d.sameInterface = &order, dice.IntN(2) == 0
		for i := range 1 + dice.IntN(3) {
			t := drawTranslation(dice, d, loose)
			t.Line, t.Text = i+1, fmt.Sprintf("nat %d", i+1)
			d.nat = append(d.nat, t)
		}
	}
}

func hosts(from, to int) addr.Set {
	return addr.SetOf(addr.RangeOf(enginetest.Hosts[from], enginetest.Hosts[to]))
}

// spans are runs of hosts that translations map; those of one length follow each other.
var spans = [][]addr.Set{{hosts(0, 0), hosts(1, 1), hosts(2, 2)}, {hosts(0, 1), hosts(1, 2)}, {hosts(0, 2)}}

func drawTranslation(dice enginetest.Dice, d *modelDevice, loose bool) device.Translation {
	t := device.Translation{Match: traffic.Product{Sources: addr.Any4(), Destinations: addr.Any4(), Services: service.Any()}}
	names := func() (out []string) {
		if dice.IntN(3) > 0 {
			out = []string{d.sides[dice.IntN(len(d.sides))].name}
		}
		return out
	}
	t.From, t.To = names(), names()
	t.Search = device.Search(dice.IntN(3))
	if d.kind == levels || d.order.OneSearch {
		t.Search = device.SearchBoth
	}
	ports := dice.IntN(3) == 0
	if t.Search != device.SearchDestination && dice.IntN(4) > 0 {
		t.Match.Sources, t.Source = drawMapping(dice, loose)
	}
	if t.Search != device.SearchSource && dice.IntN(2) == 0 {
		t.Match.Destinations, t.Destination = drawMapping(dice, loose)
	}
	if ports {
		drawPorts(dice, &t)
	}
	static := t.Source.Kind != device.Dynamic && t.Destination.Kind != device.Dynamic
	invertible := func(m device.Mapping, match addr.Set) bool {
		return m.Kind == device.Unchanged || len(m.To.Ranges()) == 1 && size(m.To) == size(match)
	}
	if loose && dice.IntN(4) == 0 && t.Source.Kind == device.Static && !ports && !d.order.OneSearch && t.Destination.Kind == device.Unchanged {
		t.Source.To, t.Unknown, t.Reverse = addr.Any4(), []string{"an object that is not in the text"}, true
		return t
	}
	t.Reverse = static && invertible(t.Source, t.Match.Sources) && invertible(t.Destination, t.Match.Destinations) && !d.order.OneSearch && dice.IntN(4) > 0
	if loose && dice.IntN(6) == 0 {
		t.Unknown = []string{"a condition"}
	}
	return t
}

func size(set addr.Set) (n int) {
	for _, h := range enginetest.Hosts[:4] {
		if set.Contains(h) {
			n++
		}
	}
	return n
}

// drawMapping draws what is matched of an end and what it becomes.
func drawMapping(dice enginetest.Dice, loose bool) (addr.Set, device.Mapping) {
	same := spans[dice.IntN(len(spans))]
	match := same[dice.IntN(len(same))]
	switch dice.IntN(8) {
	case 0:
		return match, device.Mapping{} // an exemption
	case 1:
		return match, device.Mapping{Kind: device.Static, To: spans[0][dice.IntN(3)]}
	case 2:
		if loose {
			match = addr.Any4()
		}
	}
	if loose && dice.IntN(2) == 0 {
		m := device.Mapping{Kind: device.Dynamic, To: spans[dice.IntN(3)][0]}
		if dice.IntN(4) == 0 {
			m.To = addr.Any4() // a pool that the text does not tell
		}
		if dice.IntN(3) == 0 {
			m.FirstPort, m.LastPort = 1024, 65535
		}
		return match, m
	}
	if size(match) > 3 {
		return match, device.Mapping{Kind: device.Static, To: spans[0][dice.IntN(3)]}
	}
	return match, device.Mapping{Kind: device.Static, To: same[dice.IntN(len(same))]}
}

// drawPorts limits a translation to a port, which it may map.
func drawPorts(dice enginetest.Dice, t *device.Translation) {
	port := func() uint16 { return []uint16{80, 443}[dice.IntN(2)] }
	one := service.Range{ProtoFrom: service.TCP, ProtoTo: service.TCP, SrcTo: 65535, DstTo: 65535}
	if t.Destination.Kind == device.Static {
		one.DstFrom = port()
		one.DstTo = one.DstFrom
		t.Destination.FirstPort = port()
		t.Destination.LastPort = t.Destination.FirstPort
	} else if t.Source.Kind == device.Static {
		one.SrcFrom = port()
		one.SrcTo = one.SrcFrom
		t.Source.FirstPort = port()
		t.Source.LastPort = t.Source.FirstPort
	}
	t.Match.Services = service.SetOf(one)
}

// A flight is a packet on its way, one of all that it may become.
type flight struct {
	oracle.Packet
	first  oracle.Packet
	at     string
	from   *modelDevice
	hops   int
	passed []flown
	events []event
}

// flown is a crossing: the sides, and the source before and after.
type flown struct {
	d             *modelDevice
	in, out       modelSide
	before, after netip.Addr
	moved         bool
}

// A natOracle follows packets through translations, one by one.
type natOracle struct {
	m *model
	// start is the zone of the source.
	start string
	fate  fate
	// arrived counts arrivals: a packet that goes round and round is not walked for ever.
	arrived int
}

func (m *model) natFate(p oracle.Packet, declaredFrom string) fate {
	o := &natOracle{m: m, start: m.zoneOf(p.From)}
	if o.start == "" || declaredFrom != "" && declaredFrom != o.start {
		return fate{lost: true}
	}
	f := flight{Packet: p, first: p, at: o.start}
	for _, d := range m.devices {
		f.events = append(f.events, d.guardsEnd(p, true)...)
	}
	o.arrive(f)
	return o.fate
}

func (f flight) with(events ...event) flight {
	f.events = append(slices.Clip(f.events), events...)
	return f
}

// end notes a way.
func (o *natOracle) end(f flight) {
	permit, deny := true, false
	for _, e := range f.events {
		permit, deny = permit && e.permit, deny || e.deny
	}
	o.fate.events = append(o.fate.events, f.events...)
	switch {
	case permit && deny:
		o.fate.either++
	case permit:
		o.fate.permitted++
	default:
		o.fate.denied++
	}
}

func (o *natOracle) doubt(f flight) { o.end(f.with(event{permit: true, deny: true})) }

// shows reports whether the device answers for an address on a side.
func (d *modelDevice) shows(s modelSide, a netip.Addr) bool {
	for _, r := range d.destinationRules() {
		if r.dst.Kind != device.Unchanged && r.is(r.from, s) && !r.match.Destinations.ContainsSet(addr.Any4()) && r.match.Destinations.Contains(a) {
			return true
		}
	}
	for _, r := range d.sourceRules() {
		if r.src.Kind == device.Dynamic && r.is(r.to, s) && r.src.To.Contains(a) {
			return true
		}
	}
	return false
}

// mayShow reports whether the text does not tell for which addresses the device answers.
func (d *modelDevice) mayShow(s modelSide) bool {
	return slices.ContainsFunc(d.destinationRules(), func(r *slowRule) bool {
		return r.dst.Kind != device.Unchanged && r.is(r.from, s) && len(r.t.Unknown) > 0 && r.match.Destinations.ContainsSet(addr.Any4())
	}) || slices.ContainsFunc(d.sourceRules(), func(r *slowRule) bool {
		return r.src.Kind == device.Dynamic && r.is(r.to, s) && r.src.To.ContainsSet(addr.Any4())
	})
}

func (o *natOracle) arrive(f flight) {
	if o.arrived++; o.arrived > 100 {
		o.fate.fuzzy = true
		o.doubt(f)
		return
	}
	taken := false
	for _, d := range o.m.devices {
		for _, s := range d.sides {
			if s.shut || s.zone != f.at || !d.shows(s, f.To) {
				continue
			}
			taken = true
			if d == f.from {
				o.doubt(f)
				continue
			}
			if !o.translateDestination(f, d, s, func(f flight, _ *slowRule, _ bool) {
				if f.at == o.m.zoneOf(f.To) {
					o.doubt(f)
					return
				}
				o.onward(f, d)
			}) {
				o.fate.lost = true
			}
		}
	}
	if taken {
		return
	}
	if f.at == o.m.zoneOf(f.To) && slices.ContainsFunc(o.m.devices, func(d *modelDevice) bool {
		return slices.ContainsFunc(d.sides, func(s modelSide) bool { return !s.shut && s.zone == f.at && d.mayShow(s) })
	}) {
		o.fate.fuzzy = true
		o.doubt(f)
		return
	}
	o.onward(f, nil)
}

// far returns how many devices lie between zones, -1 for no way.
func (o *natOracle) far(from, to string) int {
	reached := map[string]int{from: 0}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		for _, d := range o.m.devices {
			for _, x := range d.crossings(queue[0]) {
				if _, seen := reached[x.out.zone]; !seen {
					reached[x.out.zone] = reached[queue[0]] + 1
					queue = append(queue, x.out.zone)
				}
			}
		}
	}
	if n, ok := reached[to]; ok {
		return n
	}
	return -1
}

func (o *natOracle) onward(f flight, only *modelDevice) {
	target := o.m.zoneOf(f.To)
	switch target {
	case "":
		o.fate.lost = true
		return
	case f.at:
		o.finish(f)
		return
	}
	here := o.far(f.at, target)
	if here < 0 {
		o.fate.lost = true
		return
	}
	found := false
	for _, d := range o.m.devices {
		for i, in := range d.sides {
			if in.zone != f.at || in.shut || only != nil && d != only {
				continue
			}
			var outs []modelSide
			for k, out := range d.sides {
				if k != i && !out.shut && out.vrf == in.vrf && o.far(out.zone, target) == here-1 {
					outs = append(outs, out)
				}
			}
			if len(outs) == 0 {
				continue
			}
			found = true
			o.translateDestination(f, d, in, func(f flight, r *slowRule, unsure bool) {
				for _, out := range outs {
					o.leave(f, f.Packet, d, in, out, r, unsure)
				}
			})
		}
	}
	if !found {
		o.doubt(f)
	}
}

// outs returns the sides of a device that lead to a zone on the shortest way.
func (o *natOracle) outs(d *modelDevice, in modelSide, zone string) (outs []modelSide) {
	best := -1
	for _, out := range d.sides {
		n := o.far(out.zone, zone)
		if n < 0 || out.shut || out.vrf != in.vrf || best >= 0 && n > best {
			continue
		}
		if best < 0 || n < best {
			best, outs = n, nil
		}
		outs = append(outs, out)
	}
	return outs
}

// A slowRule is a translation in one direction.
type slowRule struct {
	t        *device.Translation
	back     bool
	from, to []string
	match    traffic.Product
	src, dst device.Mapping
}

func (r *slowRule) is(names []string, s modelSide) bool {
	return len(names) == 0 || slices.Contains(names, s.name)
}

func in(product traffic.Product, p oracle.Packet) bool { return p.In(product) }

// back turns a static translation round.
func back(t *device.Translation) *slowRule {
	r := &slowRule{t: t, back: true, from: t.To, to: t.From, match: traffic.Product{Sources: t.Match.Destinations, Destinations: t.Match.Sources, Services: service.Any()}}
	if t.Source.Kind != device.Unchanged {
		r.match.Destinations, r.dst = t.Source.To, device.Mapping{Kind: device.Static, To: t.Match.Sources}
	}
	if t.Destination.Kind != device.Unchanged {
		r.match.Sources, r.src = t.Destination.To, device.Mapping{Kind: device.Static, To: t.Match.Destinations}
	}
	if !t.Match.Services.IsAny() {
		one := t.Match.Services.Ranges()[0]
		one.SrcFrom, one.SrcTo, one.DstFrom, one.DstTo = one.DstFrom, one.DstTo, one.SrcFrom, one.SrcTo
		if t.Source.LastPort != 0 {
			r.dst.FirstPort, r.dst.LastPort = one.DstFrom, one.DstTo
			one.DstFrom, one.DstTo = t.Source.FirstPort, t.Source.LastPort
		}
		if t.Destination.LastPort != 0 {
			r.src.FirstPort, r.src.LastPort = one.SrcFrom, one.SrcTo
			one.SrcFrom, one.SrcTo = t.Destination.FirstPort, t.Destination.LastPort
		}
		r.match.Services = service.SetOf(one)
	}
	return r
}

func (d *modelDevice) destinationRules() (out []*slowRule) {
	for i := range d.nat {
		t := &d.nat[i]
		ahead := &slowRule{t, false, t.From, t.To, t.Match, t.Source, t.Destination}
		names := t.Destination.Kind != device.Unchanged || !t.Match.Destinations.ContainsSet(addr.Any4())
		if t.Search == device.SearchDestination || t.Search == device.SearchBoth && (d.order.OneSearch || names) {
			out = append(out, ahead)
		}
		if t.Reverse && t.Search != device.SearchDestination {
			out = append(out, back(t))
		}
	}
	return out
}

func (d *modelDevice) sourceRules() (out []*slowRule) {
	for i := range d.nat {
		t := &d.nat[i]
		names := t.Destination.Kind != device.Unchanged || !t.Match.Destinations.ContainsSet(addr.Any4())
		if t.Search != device.SearchDestination {
			out = append(out, &slowRule{t, false, t.From, t.To, t.Match, t.Source, t.Destination})
		}
		if t.Reverse && (t.Search == device.SearchDestination || t.Search == device.SearchBoth && names || t.Search == device.SearchSource && names) {
			out = append(out, back(t))
		}
	}
	return out
}

// mapped returns all that an address and a port may become.
func mappedTo(m device.Mapping, match addr.Set, a netip.Addr, port uint16, tcp, source bool) (out []ends) {
	var addresses []netip.Addr
	switch {
	case m.Kind == device.Unchanged, m.Kind == device.Static && m.To.ContainsSet(addr.Any4()):
		return []ends{{a, port}} // what the text does not tell is in doubt anyway
	case m.Kind == device.Dynamic:
		for _, h := range enginetest.Hosts {
			if m.To.Contains(h) {
				addresses = append(addresses, h)
			}
		}
	default:
		to := m.To.Ranges()[0].From
		if size(m.To) == size(match) {
			for x := match.Ranges()[0].From; x != a; x = x.Next() {
				to = to.Next()
			}
		}
		addresses = []netip.Addr{to}
	}
	ports := []uint16{port}
	switch {
	case m.LastPort == 0 || !tcp:
	case m.FirstPort == m.LastPort:
		ports = []uint16{m.FirstPort}
	case source:
		ports = []uint16{7, port}
	default:
		ports = []uint16{7}
	}
	for _, x := range addresses {
		for _, p := range ports {
			out = append(out, ends{x, p})
		}
	}
	return out
}

type ends struct {
	a    netip.Addr
	port uint16
}

func hasPorts(p oracle.Packet) bool { return p.Protocol == service.TCP || p.Protocol == service.UDP }

// translateDestination searches the rules; plain is what goes on with an untranslated
// destination. It returns false where the packet is lost.
func (o *natOracle) translateDestination(f flight, d *modelDevice, s modelSide, plain func(flight, *slowRule, bool)) bool {
	if d.order == nil {
		plain(f, nil, false)
		return true
	}
	target := o.m.zoneOf(f.To)
	for _, r := range d.destinationRules() {
		if !r.is(r.from, s) || !in(r.match, f.Packet) {
			continue
		}
		if d.order.ToByOriginal && len(r.to) > 0 {
			some, all := false, true
			for _, out := range o.outs(d, s, target) {
				some, all = some || r.is(r.to, out), all && r.is(r.to, out)
			}
			if !some {
				continue
			}
			if !all {
				o.fate.fuzzy = true
			}
		}
		if len(r.t.Unknown) > 0 {
			o.fate.fuzzy = true
			if r.dst.Kind == device.Unchanged {
				continue // it may match, or not
			}
		}
		if r.dst.Kind == device.Unchanged {
			plain(f, r, false)
			return true
		}
		for _, e := range mappedTo(r.dst, r.match.Destinations, f.To, f.DestinationPort, hasPorts(f.Packet), false) {
			o.reroute(f, d, s, r, e)
		}
		return true
	}
	plain(f, nil, false)
	return true
}

func (o *natOracle) reroute(f flight, d *modelDevice, s modelSide, r *slowRule, e ends) {
	entered := f.Packet
	f.To, f.DestinationPort = e.a, e.port
	zone := o.m.zoneOf(f.To)
	outs := o.outs(d, s, zone)
	if zone == "" || len(outs) == 0 {
		o.fate.lost = true
		return
	}
	left := slices.DeleteFunc(slices.Clone(outs), func(out modelSide) bool { return !d.order.ToByOriginal && !r.is(r.to, out) })
	if len(left) == 0 {
		f.Packet = entered
		o.doubt(f)
		return
	}
	for _, out := range left {
		o.leave(f, entered, d, s, out, r, false)
	}
}

// leave translates the source, asks the lists, and goes on.
func (o *natOracle) leave(f flight, entered oracle.Packet, d *modelDevice, s, out modelSide, rule *slowRule, _ bool) {
	if f.hops++; slices.ContainsFunc(f.passed, func(x flown) bool { return x.d == d }) {
		f.Packet = entered
		o.doubt(f)
		return
	}
	sources := []ends{{f.From, f.SourcePort}}
	if d.order != nil {
		if r := o.sourceRule(d, s, out, f, entered, rule); r != nil {
			sources = mappedTo(r.src, r.match.Sources, f.From, f.SourcePort, hasPorts(f.Packet), true)
		}
	}
	for _, e := range sources {
		next := f
		next.From, next.SourcePort = e.a, e.port
		next.passed = append(slices.Clip(f.passed), flown{d, s, out, f.From, e.a, f.To != entered.To || f.DestinationPort != entered.DestinationPort})
		next = next.with(o.lists(d, s, out, entered, next.Packet)...)
		next.at, next.from = out.zone, d
		if d.order != nil && d.order.ReversePath && asymmetric(d, s, out, next.Packet, rule) {
			o.end(next.with(event{deny: true}))
			continue
		}
		if d.order != nil && d.order.RepliesTranslated && asymmetric(d, s, out, next.Packet, rule) {
			o.doubt(next)
			continue
		}
		o.arrive(next)
	}
}

func (o *natOracle) sourceRule(d *modelDevice, s, out modelSide, f flight, entered oracle.Packet, rule *slowRule) *slowRule {
	if d.order.OneSearch {
		return rule
	}
	for _, r := range d.sourceRules() {
		p := f.Packet
		if r.t.Search == device.SearchBoth {
			p.To, p.DestinationPort = entered.To, entered.DestinationPort
			if rule != nil && rule.dst.Kind != device.Unchanged && (r.t != rule.t || r.back != rule.back) && !(r.match.Destinations.ContainsSet(addr.Any4()) && r.match.Services.IsAny()) && r.match.Sources.Contains(p.From) && r.is(r.from, s) && r.is(r.to, out) {
				o.fate.fuzzy = true
			}
		}
		if !r.is(r.from, s) || !r.is(r.to, out) || !in(r.match, p) {
			continue
		}
		if len(r.t.Unknown) > 0 {
			o.fate.fuzzy = true
		}
		return r
	}
	return nil
}

// asymmetric reports whether the reply of a packet meets another rule than the packet.
func asymmetric(d *modelDevice, s, out modelSide, p oracle.Packet, rule *slowRule) bool {
	reply := oracle.Packet{From: p.To, To: p.From, Protocol: p.Protocol, SourcePort: p.DestinationPort, DestinationPort: p.SourcePort}
	if !hasPorts(p) {
		reply.SourcePort, reply.DestinationPort = p.SourcePort, p.DestinationPort
	}
	for _, r := range d.sourceRules() {
		match := r.match
		if r.src.Kind == device.Unchanged && r.dst.Kind != device.Unchanged {
			match.Sources, match.Destinations = r.match.Sources, addr.Any()
		}
		if !r.is(r.from, out) || !r.is(r.to, s) || !in(match, reply) {
			continue
		}
		changes := r.src.Kind != device.Unchanged || r.dst.Kind != device.Unchanged
		translated := rule != nil && rule.dst.Kind != device.Unchanged
		return !(rule != nil && rule.t == r.t) && (changes || translated)
	}
	return false
}

// lists asks the lists of a crossing about a packet and its reply, each where it stands
// in the order.
func (o *natOracle) lists(d *modelDevice, s, out modelSide, entered, left oracle.Packet) (all []event) {
	if d.order == nil {
		return o.m.crossingEvents(left, crossed{d, s, out})
	}
	now, answer := entered, left
	ask := func(list int, p oracle.Packet, from, to modelSide, replies bool) {
		if list < 0 || replies && !d.order.Stateless && !d.lists[list].Stateless {
			return
		}
		if e, ok := decide(d, list, p, from.name, to.name, replies); ok {
			all = append(all, e)
		}
	}
	if !d.bound() {
		if len(d.lists) > 1 {
			return []event{{device: d.name, permit: true, deny: true}}
		}
	}
	for _, step := range d.order.Steps {
		switch step {
		case device.TranslateDestination:
			now.To, now.DestinationPort = left.To, left.DestinationPort
			answer.From, answer.SourcePort = entered.From, entered.SourcePort
		case device.TranslateSource:
			now.From, now.SourcePort = left.From, left.SourcePort
			answer.To, answer.DestinationPort = entered.To, entered.DestinationPort
		case device.FilterIn:
			ask(s.in, now, s, out, false)
			ask(out.in, answer, out, s, true)
		case device.FilterOut:
			ask(out.out, now, s, out, false)
			ask(s.out, answer, out, s, true)
		case device.FilterBetween:
			ask(0, now, s, out, false)
			ask(0, answer, out, s, true)
		case device.FilterLevels:
			switch {
			case s.name == out.name:
				if !d.sameInterface {
					all = append(all, event{device: d.name, deny: true})
				}
			case s.level == out.level && !d.sameSecurity, s.in < 0 && s.level < out.level:
				all = append(all, event{device: d.name, deny: true})
			}
		}
	}
	return all
}

// astray follows the reply back, and reports whether it misses a device on the way to the
// first that translated the destination.
func (o *natOracle) astray(f flight) bool {
	first := slices.IndexFunc(f.passed, func(x flown) bool { return x.moved })
	if first < 0 {
		return false
	}
	// goals[k] is where the reply goes when it is about to enter by the way out of crossing
	// number k-1.
	goals := []string{o.start}
	for _, x := range f.passed {
		next := goals[len(goals)-1]
		if x.after == f.first.From {
			next = o.start
		} else if x.after != x.before {
			next = x.out.zone
		}
		goals = append(goals, next)
	}
	for k := len(f.passed) - 1; k >= first; k-- {
		x := f.passed[k]
		goal := goals[k+1]
		if goal == x.out.zone {
			if x.after == x.before {
				return true
			}
		} else if outs := o.outs(x.d, x.out, goal); len(outs) == 0 || o.far(outs[0].zone, goal)+1 != o.far(x.out.zone, goal) {
			return true
		}
		if k > first && !slices.ContainsFunc(o.outs(x.d, x.out, goals[k]), func(s modelSide) bool { return s.name == x.in.name }) {
			return true
		}
	}
	return false
}

func (o *natOracle) finish(f flight) {
	if o.astray(f) {
		o.doubt(f)
		return
	}
	for _, d := range o.m.devices {
		f = f.with(d.guardsEnd(f.Packet, false)...)
		for _, s := range d.sides {
			if s.own >= 0 && enginetest.Hosts[s.own] == f.To && !d.guarded(f.To) {
				f = f.with(event{device: d.name, permit: true, deny: true})
			}
		}
	}
	o.end(f)
}

// compareLoose checks that nothing is called allowed of which some packet may not get
// through, and nothing blocked of which some packet may.
func compareLoose(t *testing.T, m *model, q Question, f *Finding) {
	t.Helper()
	if !m.translates() {
		compare(t, m, q, f)
		return
	}
	for _, p := range enginetest.Packets(q.Region.Possible, "", "") {
		w := m.natFate(p, q.SourceZone)
		if w.fuzzy && w.permitted+w.either == 0 {
			continue // what an unknown translation may do is not walked
		}
		if f.Verdict == match.Allowed && (w.lost || w.denied+w.either > 0) {
			t.Fatalf("%s\nasked %v: allowed, and %+v may become %+v", m, q.Region.Possible, p, w)
		}
		if f.Verdict == match.Blocked && !w.fuzzy && w.permitted+w.either > 0 {
			t.Fatalf("%s\nasked %v: blocked, and %+v may become %+v", m, q.Region.Possible, p, w)
		}
	}
}

func drawNAT(dice enginetest.Dice, loose bool) *model {
	m := drawModel(dice)
	m.paths = nil
	for _, d := range m.devices {
		for i := range d.sides {
			d.sides[i].doubts = nil // the walk of translations knows none
		}
	}
	drawTranslations(dice, m, loose)
	return m
}

func TestTranslationsAgainstOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(18, 1))
	n := 400
	if testing.Short() {
		n = 100
	}
	for range n {
		checkModel(t, r, drawNAT(r, false), compareExact)
		checkModel(t, r, drawNAT(r, true), compareLoose)
	}
}

// compareExact is compare for packets that each become one packet.
func compareExact(t *testing.T, m *model, q Question, f *Finding) {
	t.Helper()
	for _, p := range enginetest.Packets(q.Region.Possible, "", "") {
		if m.translates() && m.natFate(p, q.SourceZone).fuzzy {
			compareLoose(t, m, q, f)
			return
		}
	}
	compare(t, m, q, f)
}

func FuzzTranslations(f *testing.F) {
	r := rand.New(rand.NewPCG(18, 2))
	for range 8 {
		seed := make([]byte, 250)
		for i := range seed {
			seed[i] = byte(r.Uint32())
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		dice := enginetest.Bytes(data)
		loose := dice.IntN(2) == 0
		with := compareExact
		if loose {
			with = compareLoose
		}
		checkModel(t, &dice, drawNAT(&dice, loose), with)
	})
}
