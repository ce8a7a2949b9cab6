package topology

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A model is a drawn estate, in a shape that both the engine and the oracle are made
// from.
type model struct {
	zones   map[string][]string
	devices []*modelDevice
	paths   []Path
}

type modelDevice struct {
	name  string
	kind  kind
	sides []modelSide
	lists []*rule.Ruleset // l0, l1, …
	// sameSecurity is of a device with levels.
	sameSecurity bool
	// guards are indices of hosts; in and out are lists for them, -1 for none.
	guards  []int
	in, out int
	// nat are its translations; order, if not nil, is not that of its kind.
	nat           []device.Translation
	order         *device.Order
	sameInterface bool
}

type modelSide struct {
	name, zone string
	shut       bool
	vrf        string
	level      int
	in, out    int // numbers of lists, -1 for none
	own        int // the index of a host that is the interface's own address, -1
	doubts     []device.Doubt
}

type kind int

const (
	router   kind = iota // input and output lists, stateless
	levels               // input and output lists, security levels
	between              // one list that knows interfaces
	ruleList             // one list without a binding
	guard                // filters for its own addresses
	kinds
)

var orders = [kinds]device.Order{
	router:   {Steps: []device.Step{device.FilterIn, device.FilterOut}, Stateless: true, Absent: device.Passes},
	levels:   {Steps: []device.Step{device.FilterIn, device.FilterLevels, device.FilterOut}, Absent: device.Undecided},
	between:  {Steps: []device.Step{device.FilterBetween}},
	ruleList: {},
	guard:    {},
}

// zoneMenu are what a drawn zone may hold; nested ones are among them. None tells
// addresses apart that the universe does not.
var zoneMenu = [][]string{
	{"10.0.0.0/31"}, {"10.0.0.0"}, {"10.0.0.1"}, {"10.0.0.2"}, {"0.0.0.0/0"}, {"2001:db8::"}, {"::/0"},
}

// single are the hosts of the universe that stand for themselves only.
var single = []int{0, 1, 2, 4}

func drawModel(dice enginetest.Dice) *model {
	m := &model{zones: map[string][]string{}}
	var names []string
	for i, entries := range zoneMenu {
		if dice.IntN(4) < 3 {
			name := fmt.Sprintf("z%d", i)
			m.zones[name] = entries
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		names, m.zones = []string{"z0"}, map[string][]string{"z0": zoneMenu[0]}
	}
	for i := range 2 + dice.IntN(5) {
		m.devices = append(m.devices, drawDevice(dice, fmt.Sprintf("d%d", i), names))
	}
	for range dice.IntN(8) / 6 {
		p := Path{From: []string{names[dice.IntN(len(names))]}, To: []string{names[dice.IntN(len(names))]}}
		for range 1 + dice.IntN(2) {
			p.Via = append(p.Via, m.devices[dice.IntN(len(m.devices))].name)
		}
		m.paths = append(m.paths, p)
	}
	return m
}

func drawDevice(dice enginetest.Dice, name string, zones []string) *modelDevice {
	d := &modelDevice{name: name, kind: kind(dice.IntN(int(kinds))), sameSecurity: dice.IntN(2) == 0}
	lists := 1
	if d.kind == router || d.kind == levels || d.kind == guard {
		lists = 2
	}
	for i := range lists {
		rs := enginetest.DrawCase(dice, 3).Rules
		rs.Name, rs.Source, rs.Return, rs.Stateless = fmt.Sprintf("l%d", i), name, nil, rs.Stateless && d.kind != router && d.kind != ruleList
		d.lists = append(d.lists, rs)
	}
	number := func() int { return dice.IntN(len(d.lists)+1) - 1 }
	d.in, d.out = number(), number()
	for range dice.IntN(3) {
		d.guards = append(d.guards, single[dice.IntN(len(single))])
	}
	if d.kind != guard {
		if dice.IntN(4) > 0 || d.kind == ruleList || d.kind == between {
			d.guards = nil
		}
	} else if len(d.guards) == 0 {
		d.guards = []int{0}
	}
	for i := range 2 + dice.IntN(3) {
		s := modelSide{name: []string{"a", "b", "any", "c"}[i], zone: zones[dice.IntN(len(zones))], level: dice.IntN(3), in: number(), out: number(), own: -1}
		s.shut = dice.IntN(8) == 7
		if dice.IntN(6) == 5 {
			s.vrf = "blue"
		}
		if dice.IntN(6) == 5 && d.kind != guard {
			s.own = single[dice.IntN(len(single))]
		}
		if (d.kind == router || d.kind == levels) && dice.IntN(8) == 7 {
			x := device.Doubt{Stage: device.Stage(dice.IntN(2)), Interface: s.name, Traffic: traffic.Any(), Why: "a doubt"}
			if rules := enginetest.DrawCase(dice, 2).Rules.Rules; len(rules) > 0 {
				x.Traffic = rules[0].Traffic
			}
			s.doubts = append(s.doubts, x)
		}
		d.sides = append(d.sides, s)
	}
	if d.kind == guard {
		d.sides = nil
	}
	return d
}

// device returns the device as a reader would.
func (d *modelDevice) device() Device {
	doc := &device.Document{Format: "model", Topology: d.kind != guard, SameSecurity: d.sameSecurity, SameInterface: d.sameInterface, Translations: d.nat}
	for _, rs := range d.lists {
		doc.Lists = append(doc.Lists, device.List{Name: rs.Name, Rules: rs.Rules, Default: rs.Default, Stateless: rs.Stateless})
	}
	out := Device{Name: d.name, Source: d.name, Document: doc, Order: orders[d.kind], Interfaces: map[string]string{}, SkipZones: true}
	if d.order != nil {
		out.Order = *d.order
	}
	bind := func(list int, stage device.Stage, from, to string) {
		if list >= 0 {
			doc.Bindings = append(doc.Bindings, device.Binding{List: d.lists[list].Name, Stage: stage, From: from, To: to, V4: true, V6: true})
		}
	}
	for _, s := range d.sides {
		i := device.Interface{Name: s.name, Shutdown: s.shut, VRF: s.vrf}
		if d.kind == levels {
			i.SecurityLevel = &s.level
		}
		if s.own >= 0 {
			i.Addresses = []netip.Prefix{netip.PrefixFrom(enginetest.Hosts[s.own], enginetest.Hosts[s.own].BitLen())}
		}
		doc.Doubts = append(doc.Doubts, s.doubts...)
		doc.Interfaces = append(doc.Interfaces, i)
		out.Interfaces[s.name] = s.zone
		if d.kind == router || d.kind == levels {
			bind(s.in, device.StageIn, s.name, "")
			bind(s.out, device.StageOut, "", s.name)
		}
	}
	if d.kind == between {
		bind(0, device.StageBetween, "", "")
	}
	if d.kind == guard || len(d.guards) > 0 {
		bind(d.in, device.StageLocalIn, "", "")
		bind(d.out, device.StageLocalOut, "", "")
	}
	var guards []addr.Range
	for _, g := range d.guards {
		guards = append(guards, addr.RangeOf(enginetest.Hosts[g], enginetest.Hosts[g]))
	}
	out.Guards = addr.SetOf(guards...)
	return out
}

// bound reports whether the text of the device binds any list.
func (d *modelDevice) bound() bool { return len(d.device().Document.Bindings) > 0 }

func (d *modelDevice) guarded(host netip.Addr) bool {
	return slices.ContainsFunc(d.guards, func(g int) bool { return enginetest.Hosts[g] == host })
}

func (m *model) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "zones %v\npaths %v\n", m.zones, m.paths)
	for _, d := range m.devices {
		fmt.Fprintf(&b, "%s kind %d sides %+v guards %v in %d out %d same %t\n", d.name, d.kind, d.sides, d.guards, d.in, d.out, d.sameSecurity)
		for i := range d.nat {
			t := &d.nat[i]
			fmt.Fprintf(&b, "  nat %d search %d %v -> %v match %v source %+v destination %+v reverse %t unknown %v\n", t.Line, t.Search, t.From, t.To, t.Match, t.Source, t.Destination, t.Reverse, t.Unknown)
		}
		if d.order != nil {
			fmt.Fprintf(&b, "  order %+v same interface %t\n", *d.order, d.sameInterface)
		}
		for _, rs := range d.lists {
			b.WriteString(enginetest.Case{Rules: rs}.String())
		}
	}
	return b.String()
}
