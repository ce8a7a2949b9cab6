package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Estate is the zones and devices of an estate, as data acl_topology shows them.
type Estate struct {
	Zones   []string
	Devices []EstateDevice
}

// EstateDevice is a device and the zones that it stands in.
type EstateDevice struct {
	Name string
	// Between are the zones of its interfaces, Guards those in which it filters for
	// addresses alone.
	Between, Guards []string
}

// ReadEstate takes an estate from the plain value of data acl_topology.
func ReadEstate(v any) (*Estate, error) {
	o, ok := v.(map[string]any)
	if _, zones := o["zones"].([]any); !ok || !zones {
		return nil, fmt.Errorf("is not data.acl_topology.NAME")
	}
	e := &Estate{}
	for _, z := range objects(o["zones"]) {
		e.Zones = append(e.Zones, text(z["name"]))
	}
	for _, d := range objects(o["devices"]) {
		device := EstateDevice{Name: text(d["name"])}
		for _, i := range objects(d["interfaces"]) {
			if zone := text(i["zone"]); zone != "" && !slices.Contains(device.Between, zone) {
				device.Between = append(device.Between, zone)
			}
		}
		for _, zone := range texts(d["zones"]) {
			if !slices.Contains(device.Between, zone) {
				device.Guards = append(device.Guards, zone)
			}
		}
		e.Devices = append(e.Devices, device)
	}
	return e, nil
}

const (
	// maxDrawn bounds the zones and devices of a picture: with more nobody finds one.
	maxDrawn = 60
	// minDrawn is from how many zones and devices on a picture tells something.
	minDrawn = 3
)

// estatePicture draws zones and the devices between them, those in the way of flows
// marked. Without an estate it draws what the paths of the flows tell. An estate that is
// too large for a picture is drawn as far as the flows go that are not as wanted. It is
// empty where there are no zones.
func estatePicture(applications []Application, e *Estate) string {
	d := newDrawing(e)
	if e != nil {
		d.estate(e)
	}
	flows := byGravity(applications)
	for _, l := range flows {
		d.flow(l.Flow)
	}
	title := "the devices in the way are marked"
	if len(d.against) == 0 {
		title = "no device is in the way"
	}
	if all := len(d.nodes); all > maxDrawn {
		var drawn, left int
		d, drawn, left = part(flows, e)
		title = fmt.Sprintf("%d of %d zones and devices, the way of %s not as wanted", len(d.nodes), all, count(drawn, "flow"))
		if left > 0 {
			title += fmt.Sprintf("; %s %s left out", more(left, "flow"), be(left))
		}
	}
	if len(d.nodes) < minDrawn || !d.zones() {
		return ""
	}
	return fmt.Sprintf("\n<details><summary>The estate: %s</summary>\n\n%s\n</details>\n", title, d.mermaid())
}

// part draws the ways of flows that are not as wanted, the worst first, as many as fit,
// and returns how many those are and how many are left.
func part(flows []listed, e *Estate) (d drawing, drawn, left int) {
	d = newDrawing(e)
	for _, l := range flows {
		if l.gravity.settled() {
			continue
		}
		if left > 0 {
			left++
			continue
		}
		next := d.clone()
		if next.flow(l.Flow); len(next.nodes) > maxDrawn {
			left++
			continue
		}
		d = next
		drawn++
	}
	return d, drawn, left
}

// node is a zone or a device.
type node struct {
	device bool
	name   string
}

// edge joins two nodes; it is dotted where a device guards addresses in a zone.
type edge struct {
	from, to node
	dotted   bool
}

// A drawing is what goes into a picture.
type drawing struct {
	nodes map[node]bool
	edges map[edge]bool
	// against are the devices in the way.
	against map[string]bool
	// declared are the devices whose zones are known.
	declared map[string]EstateDevice
}

func newDrawing(e *Estate) drawing {
	d := drawing{nodes: map[node]bool{}, edges: map[edge]bool{}, against: map[string]bool{}, declared: map[string]EstateDevice{}}
	if e != nil {
		for _, device := range e.Devices {
			d.declared[device.Name] = device
		}
	}
	return d
}

func (d *drawing) clone() drawing {
	return drawing{maps.Clone(d.nodes), maps.Clone(d.edges), maps.Clone(d.against), d.declared}
}

func (d *drawing) zones() bool {
	for n := range d.nodes {
		if !n.device {
			return true
		}
	}
	return false
}

// estate draws all of an estate.
func (d *drawing) estate(e *Estate) {
	for _, zone := range e.Zones {
		d.nodes[node{name: zone}] = true
	}
	for _, device := range e.Devices {
		d.device(device)
	}
}

func (d *drawing) device(device EstateDevice) {
	at := node{true, device.Name}
	d.nodes[at] = true
	for _, zone := range device.Between {
		d.join(node{name: zone}, at, false)
	}
	for _, zone := range device.Guards {
		d.join(node{name: zone}, at, true)
	}
}

// join draws two nodes and the edge between them, the same in both directions.
func (d *drawing) join(a, b node, dotted bool) {
	if a.compare(b) > 0 {
		a, b = b, a
	}
	d.nodes[a], d.nodes[b] = true, true
	d.edges[edge{a, b, dotted}] = true
}

// compare puts zones before devices.
func (n node) compare(o node) int {
	if n.device != o.device {
		if o.device {
			return -1
		}
		return 1
	}
	return cmp.Compare(n.name, o.name)
}

// flow draws the ways of a flow, and notes what is in its way.
func (d *drawing) flow(f Flow) {
	for _, c := range f.Path {
		d.way(c)
	}
	for _, name := range f.inTheWay(d.declared) {
		d.against[name] = true
		d.nodes[node{true, name}] = true
		if device, ok := d.declared[name]; ok {
			d.device(device)
		}
	}
}

// way draws one way: where the zones between its devices are not known, one device after
// the other.
func (d *drawing) way(c Crossing) {
	if c.From == "" || c.To == "" {
		return
	}
	last := node{name: c.From}
	d.nodes[last] = true
	for _, h := range c.Hops {
		at := node{true, h.Device}
		if device, ok := d.declared[h.Device]; ok {
			d.device(device)
		} else {
			d.join(last, at, false)
		}
		last = at
	}
	if _, ok := d.declared[last.name]; !last.device || !ok {
		if to := (node{name: c.To}); to != last {
			d.join(last, to, false)
		}
	}
}

// inTheWay names the devices that keep a flow from being as wanted.
func (f Flow) inTheWay(declared map[string]EstateDevice) (out []string) {
	if f.gravity().settled() {
		return nil
	}
	known := slices.Sorted(maps.Keys(declared))
	for _, c := range f.Path {
		for _, h := range c.Hops {
			known = append(known, h.Device)
		}
	}
	for _, m := range f.Missing {
		if m.device != "" {
			out = append(out, m.device)
			continue
		}
		for _, name := range known { // a plan shows the summary alone
			if strings.Contains(m.Reason, " by "+name+" ") || strings.Contains(m.Reason, " in "+name+" ") {
				out = append(out, name)
			}
		}
	}
	return out
}

// mermaid writes the drawing.
func (d *drawing) mermaid() string {
	var b strings.Builder
	b.WriteString("```mermaid\nflowchart LR\n  classDef against fill:#f8d7da,stroke:#c62828,color:#000\n")
	id := map[node]string{}
	for i, n := range slices.SortedFunc(maps.Keys(d.nodes), node.compare) {
		id[n] = fmt.Sprintf("n%d", i)
		switch {
		case !n.device:
			fmt.Fprintf(&b, "  %s([\"%s\"])\n", id[n], label(n.name))
		case d.against[n.name]:
			fmt.Fprintf(&b, "  %s[\"✗ %s\"]:::against\n", id[n], label(n.name))
		default:
			fmt.Fprintf(&b, "  %s[\"%s\"]\n", id[n], label(n.name))
		}
	}
	for _, e := range slices.SortedFunc(maps.Keys(d.edges), edge.compare) {
		line := "---"
		if e.dotted {
			line = "-.-"
		}
		fmt.Fprintf(&b, "  %s %s %s\n", id[e.from], line, id[e.to])
	}
	b.WriteString("```\n")
	return b.String()
}

func (e edge) compare(o edge) int { return cmp.Or(e.from.compare(o.from), e.to.compare(o.to)) }
