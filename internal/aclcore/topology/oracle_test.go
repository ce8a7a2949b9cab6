package topology

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/change"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/zone"
)

// An event is what one list, or the device itself, does with a packet or its reply.
type event struct {
	device, list string
	replies      bool
	permit, deny bool // what can be
}

// zoneOf finds the zone of an address the slow way.
func (m *model) zoneOf(a netip.Addr) string {
	best, found := -1, ""
	for name, entries := range m.zones {
		for _, text := range entries {
			p, err := netip.ParsePrefix(text)
			if err != nil {
				host := netip.MustParseAddr(text)
				p = netip.PrefixFrom(host, host.BitLen())
			}
			if p.Contains(a) && p.Bits() > best {
				best, found = p.Bits(), name
			}
		}
	}
	return found
}

// A crossed device is crossed by two of its sides.
type crossed struct {
	d       *modelDevice
	in, out modelSide
}

// routes returns all shortest rows of crossings, or the declared ones.
func (m *model) routes(from, to string) (out [][]crossed) {
	declared := false
	for _, p := range m.paths {
		if p.From[0] == from && p.To[0] == to {
			declared = true
			out = append(out, m.via(p.Via, from, to)...)
		}
	}
	if declared {
		return out
	}
	if from == to {
		return [][]crossed{{}}
	}
	level := [][]crossed{{}}
	for range 7 {
		var next [][]crossed
		for _, row := range level {
			at := from
			seen := map[string]bool{from: true}
			for _, x := range row {
				at = x.out.zone
				seen[at] = true
			}
			for _, d := range m.devices {
				for _, x := range d.crossings(at) {
					if !seen[x.out.zone] {
						next = append(next, append(slices.Clone(row), x))
					}
				}
			}
		}
		for _, row := range next {
			if row[len(row)-1].out.zone == to {
				out = append(out, row)
			}
		}
		if len(out) > 0 || len(next) > 20_000 {
			return out
		}
		level = next
	}
	return nil
}

func (m *model) via(via []string, from, to string) (out [][]crossed) {
	rows := [][]crossed{{}}
	for k, name := range via {
		var next [][]crossed
		for _, row := range rows {
			at := from
			if len(row) > 0 {
				at = row[len(row)-1].out.zone
			}
			for _, d := range m.devices {
				if d.name != name {
					continue
				}
				for _, x := range d.crossings(at) {
					if k < len(via)-1 || x.out.zone == to {
						next = append(next, append(slices.Clone(row), x))
					}
				}
			}
		}
		rows = next
	}
	return rows
}

func (d *modelDevice) crossings(at string) (out []crossed) {
	for i, in := range d.sides {
		for k, to := range d.sides {
			if i != k && in.zone == at && !in.shut && !to.shut && in.vrf == to.vrf {
				out = append(out, crossed{d, in, to})
			}
		}
	}
	return out
}

// decide asks a list about the packet or its reply.
func decide(d *modelDevice, list int, p oracle.Packet, from, to string, replies bool) (event, bool) {
	e := event{device: d.name, list: d.lists[list].Name, replies: replies}
	rs := *d.lists[list]
	p.SourceZone, p.DestinationZone = from, to
	rs.Stateless, rs.Return = false, nil
	if replies {
		if _, answered := p.Reply(); !answered {
			return e, false
		}
		p.SourceZone, p.DestinationZone = to, from // of the packet whose reply goes from, to
		rs.Stateless, rs.Return, rs.ReturnDefault = true, rs.Rules, rs.Default
		if rs.Return == nil {
			rs.Return = []rule.Rule{}
		}
		rs.Rules = []rule.Rule{{Action: rule.Permit, Traffic: traffic.Any()}}
	}
	got := oracle.Decide(&rs, p)
	e.permit, e.deny = got.Permit, got.Deny
	return e, true
}

// events returns what happens to a packet on a way.
func (m *model) events(p oracle.Packet, row []crossed) (out []event) {
	keep := func(e event, ok bool) {
		if ok {
			out = append(out, e)
		}
	}
	for _, d := range m.devices {
		out = append(out, d.guardEvents(p)...)
		for _, s := range d.sides {
			if s.own >= 0 && enginetest.Hosts[s.own] == p.To && !d.guarded(p.To) {
				keep(event{device: d.name, permit: true, deny: true}, true)
			}
		}
	}
	for _, x := range row {
		out = append(out, m.crossingEvents(p, x)...)
	}
	return out
}

// crossingEvents returns what happens to a packet in one crossing.
func (m *model) crossingEvents(p oracle.Packet, x crossed) (out []event) {
	keep := func(e event, ok bool) {
		if ok {
			out = append(out, e)
		}
	}
	for _, x := range []crossed{x} {
		d := x.d
		switch {
		case d.kind == ruleList && !d.bound():
			keep(decide(d, 0, p, x.in.name, x.out.name, false))
			continue
		case d.kind == between:
			keep(decide(d, 0, p, x.in.name, x.out.name, false))
			if d.lists[0].Stateless {
				keep(decide(d, 0, p, x.out.name, x.in.name, true))
			}
			continue
		}
		if x.in.in >= 0 {
			keep(decide(d, x.in.in, p, x.in.name, x.out.name, false))
		}
		if d.kind == levels {
			switch {
			case x.in.level == x.out.level && !d.sameSecurity:
				keep(event{device: d.name, deny: true}, true)
			case x.in.in < 0 && x.in.level < x.out.level:
				keep(event{device: d.name, deny: true}, true)
			case !d.bound() && len(d.lists) > 0: // nothing says what its lists are for
				keep(event{device: d.name, permit: true, deny: true}, true)
			}
		}
		if x.out.out >= 0 {
			keep(decide(d, x.out.out, p, x.in.name, x.out.name, false))
		}
		out = append(out, d.doubted(p, x.in, x.out, false)...)
		if reply, answered := p.Reply(); answered && d.kind == router {
			out = append(out, d.doubted(reply, x.out, x.in, true)...)
		}
		// The reply enters by out and leaves by in.
		if x.out.in >= 0 && (d.kind == router || d.lists[x.out.in].Stateless) {
			keep(decide(d, x.out.in, p, x.out.name, x.in.name, true))
		}
		if x.in.out >= 0 && (d.kind == router || d.lists[x.in.out].Stateless) {
			keep(decide(d, x.in.out, p, x.out.name, x.in.name, true))
		}
	}
	return out
}

// doubted returns what else may happen to a packet that enters by one side and leaves by another.
func (d *modelDevice) doubted(p oracle.Packet, in, to modelSide, replies bool) (out []event) {
	met := slices.DeleteFunc(slices.Clone(in.doubts), func(x device.Doubt) bool { return x.Stage != device.StageIn })
	met = append(met, slices.DeleteFunc(slices.Clone(to.doubts), func(x device.Doubt) bool { return x.Stage != device.StageOut })...)
	for _, x := range met {
		if p.In(x.Traffic) {
			out = append(out, event{device: d.name, permit: true, deny: true, replies: replies})
		}
	}
	return out
}

func (d *modelDevice) guardEvents(p oracle.Packet) []event {
	return append(d.guardsEnd(p, true), d.guardsEnd(p, false)...)
}

// guardsEnd returns what the device does where the packet leaves its source, or enters
// its destination.
func (d *modelDevice) guardsEnd(p oracle.Packet, source bool) (out []event) {
	type end struct {
		here       bool
		list, back int
	}
	ends := []end{{d.guarded(p.To), d.in, d.out}}
	if source {
		ends = []end{{d.guarded(p.From), d.out, d.in}}
	}
	for _, end := range ends {
		switch {
		case !end.here:
			continue
		case end.list < 0:
			out = append(out, event{device: d.name, permit: true, deny: true})
		default:
			if e, ok := decide(d, end.list, p, "", "", false); ok {
				out = append(out, e)
			}
		}
		if end.back >= 0 && (d.lists[end.back].Stateless || d.kind == router) {
			if e, ok := decide(d, end.back, p, "", "", true); ok {
				out = append(out, e)
			}
		}
	}
	return out
}

// A fate is what can become of a packet on its ways.
type fate struct {
	lost                      bool
	permitted, denied, either int  // ways
	fuzzy                     bool // some of it is not walked packet by packet
	events                    []event
}

func (m *model) fate(p oracle.Packet, declaredFrom, declaredTo string) fate {
	from, to := m.zoneOf(p.From), m.zoneOf(p.To)
	if from == "" || to == "" || declaredFrom != "" && declaredFrom != from || declaredTo != "" && declaredTo != to {
		return fate{lost: true}
	}
	rows := m.routes(from, to)
	if len(rows) == 0 {
		return fate{lost: true}
	}
	var f fate
	for _, row := range rows {
		permit, deny := true, false
		for _, e := range m.events(p, row) {
			permit, deny = permit && e.permit, deny || e.deny
			f.events = append(f.events, e)
		}
		switch {
		case permit && deny:
			f.either++
		case permit:
			f.permitted++
		default:
			f.denied++
		}
	}
	return f
}

func checkEstate(t *testing.T, dice enginetest.Dice) {
	t.Helper()
	checkModel(t, dice, drawModel(dice), compare)
}

// checkModel puts a drawn flow to an estate and compares what is found.
func checkModel(t *testing.T, dice enginetest.Dice, m *model, compare func(*testing.T, *model, Question, *Finding)) {
	t.Helper()
	names, err := flow.NewNames(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	zones, err := zone.New(names, m.zones, zone.Options{Key: "zones"})
	if err != nil {
		t.Fatal(err)
	}
	c := Config{Zones: zones}
	lists := map[string]*rule.Ruleset{}
	for _, d := range m.devices {
		c.Devices = append(c.Devices, d.device())
		for _, rs := range d.lists {
			lists[d.name+" "+rs.Name] = rs
		}
	}
	top, err := New(c)
	if err != nil {
		return // a device that leads nowhere
	}
	c.Paths = m.paths
	if with, err := New(c); err == nil {
		top = with
	} else {
		m.paths = nil // they do not lead where they should
	}
	q := Question{Want: rule.Action(dice.IntN(2))}
	matcher := func(s *Step) match.Matcher {
		rs := lists[s.Device+" "+s.List]
		if s.Replies {
			return match.New(Replies(rs))
		}
		return match.New(Forward(rs))
	}
	asked := enginetest.DrawCase(dice, 0).Products
	for _, p := range asked {
		v4, v6 := p.ByFamily()
		for _, one := range []traffic.Product{v4, v6} {
			if !one.IsEmpty() {
				q.Region.Possible = append(q.Region.Possible, one)
			}
		}
	}
	if len(q.Region.Possible) == 0 {
		return
	}
	if dice.IntN(6) == 5 {
		q.SourceZone = zones.Names()[dice.IntN(len(zones.Names()))]
	}
	f := top.Lay(q).Check(Lists{Matcher: matcher})
	compare(t, m, q, f)
	closeGaps(t, m, top, q, f, lists)
}

// closeGaps adds what every list lacks, and asks again: all changes together make the flow
// as wanted.
func closeGaps(t *testing.T, m *model, top *Topology, q Question, f *Finding, lists map[string]*rule.Ruleset) {
	t.Helper()
	if q.Want == rule.Deny || slices.ContainsFunc(f.Gaps, func(g Gap) bool { return g.Asked == nil || !g.Asked.Step.Filter() }) {
		return
	}
	changed := map[string]*rule.Ruleset{}
	for name, rs := range lists {
		with := *rs
		changed[name] = &with
	}
	for _, a := range f.Asked {
		plan := change.For(a.Path(), a.Request, a.Finding, 0, change.Options{OverrideDeny: true})
		rs := changed[a.Step.Device+" "+a.Step.List]
		for _, r := range plan.Rules {
			rs.Rules = append([]rule.Rule{r.Rule}, rs.Rules...)
		}
	}
	after := top.Lay(q).Check(Lists{Matcher: func(s *Step) match.Matcher {
		rs := changed[s.Device+" "+s.List]
		if s.Replies {
			return match.New(Replies(rs))
		}
		return match.New(Forward(rs))
	}})
	if !after.Satisfied {
		t.Fatalf("%s\nasked %v: %s with all changes, %+v", m, q.Region.Possible, after.Verdict, after.Gaps)
	}
}

// compare puts a finding beside what the oracle says of every packet.
func compare(t *testing.T, m *model, q Question, f *Finding) {
	t.Helper()
	fail := func(format string, args ...any) {
		t.Helper()
		t.Fatalf("%s\nasked %v from %q want %s\n%s", m, q.Region.Possible, q.SourceZone, q.Want, fmt.Sprintf(format, args...))
	}
	var permitted, denied, either, lost bool
	for _, p := range enginetest.Packets(q.Region.Possible, "", "") {
		w := m.fate(p, q.SourceZone, q.DestinationZone)
		if m.translates() {
			w = m.natFate(p, q.SourceZone)
		}
		permitted, denied, either, lost = permitted || w.permitted > 0, denied || w.denied > 0, either || w.either > 0, lost || w.lost
		open := w.permitted+w.either > 0
		wanted := !w.lost && w.either+w.denied == 0
		if q.Want == rule.Deny {
			wanted = !w.lost && !open
		}
		inGap := slices.ContainsFunc(f.Gaps, func(g Gap) bool { return p.In(g.Product) })
		if inGap == wanted && !f.Satisfied {
			fail("packet %+v: as wanted %t, in a gap %t (%+v)", p, wanted, inGap, w)
		}
		if !w.lost {
			compareSteps(p, w, f, fail)
		}
	}
	verdict := match.Blocked
	switch {
	case permitted && (denied || lost):
		verdict = match.Partial
	case either:
		verdict = match.Indeterminate
	case permitted:
		verdict = match.Allowed
	case lost:
		verdict = match.NotRouted
	}
	if f.Verdict != verdict {
		fail("verdict %s, the oracle says %s", f.Verdict, verdict)
	}
	if want := map[rule.Action]match.Verdict{rule.Permit: match.Allowed, rule.Deny: match.Blocked}[q.Want]; f.Satisfied != (verdict == want) || f.Satisfied != (len(f.Gaps) == 0) {
		fail("satisfied %t with %d gaps, verdict %s", f.Satisfied, len(f.Gaps), verdict)
	}
}

// compareSteps compares what each list does with the packet.
func compareSteps(p oracle.Packet, w fate, f *Finding, fail func(string, ...any)) {
	type key struct {
		device, list string
		replies      bool
	}
	type seen struct{ permit, deny, unknown bool }
	want, got := map[key]seen{}, map[key]seen{}
	for _, e := range w.events {
		if e.list == "" {
			continue
		}
		k := key{e.device, e.list, e.replies}
		s := want[k]
		s.permit, s.deny, s.unknown = s.permit || e.permit && !e.deny, s.deny || e.deny && !e.permit, s.unknown || e.deny && e.permit
		want[k] = s
	}
	for _, d := range f.Decisions {
		if d.Step == nil || d.Step.List == "" || !p.In(d.Product) {
			continue
		}
		k := key{d.Step.Device, d.Step.List, d.Step.Replies}
		s := got[k]
		s.permit, s.deny, s.unknown = s.permit || d.Outcome == match.Permitted, s.deny || d.Outcome == match.Denied, s.unknown || d.Outcome == match.Unknown
		got[k] = s
	}
	if len(want) != len(got) {
		fail("packet %+v: decisions of %v, the oracle has %v", p, got, want)
	}
	for k, s := range want {
		if got[k] != s {
			fail("packet %+v at %v: decided %+v, the oracle says %+v", p, k, got[k], s)
		}
	}
}

func TestEstateAgainstOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 1))
	n := 3000
	if testing.Short() {
		n = 300
	}
	for range n {
		checkEstate(t, r)
	}
}

func FuzzEstate(f *testing.F) {
	r := rand.New(rand.NewPCG(17, 2))
	for range 8 {
		seed := make([]byte, 200)
		for i := range seed {
			seed[i] = byte(r.Uint32())
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		dice := enginetest.Bytes(data)
		checkEstate(t, &dice)
	})
}
