package estate

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/topology"
)

// Shown is the estate as it is declared and as its texts have it.
type Shown struct {
	Zones          map[string][]string
	Devices        map[string]ShownDevice
	Contradictions []topology.Contradiction
	// Problem says what keeps zones, devices and paths from fitting together, empty if
	// nothing does.
	Problem string
	// Suggestion is zones and devices as attributes of the provider, in HCL.
	Suggestion string
}

// ShownDevice is what was read of a device.
type ShownDevice struct {
	Format string
	// Zones are those of its interfaces and of the addresses that it guards.
	Zones      []string
	Lists      []string
	Guards     []string
	Interfaces []ShownInterface
}

// ShownInterface is one interface of a device.
type ShownInterface struct {
	Name, Port, Zone, VRF string
	// Mapped is the zone of the estate that it is declared to be in, Suggested the one
	// that the texts suggest.
	Mapped, Suggested string
	// Connected and Static are prefixes behind it.
	Connected, Static []string
	SecurityLevel     *int64
	Shutdown          bool
	Unknown           []string
}

// Show reads all devices and returns what they have.
func (e *Estate) Show() (*Shown, error) {
	devices, err := e.topologyDevices()
	if err != nil {
		return nil, err
	}
	s := &Shown{Zones: e.config.Zones, Devices: map[string]ShownDevice{}}
	suggestion := topology.Suggest(devices, e.config.Zones)
	settings := map[string][][2]string{}
	for _, d := range devices {
		s.Devices[d.Name] = shownDevice(d, suggestion.Interfaces[d.Name])
		settings[d.Name] = e.config.Devices[d.Name].settings()
	}
	s.Suggestion = suggestion.HCL(settings)
	top, err := e.layOut(e.config)
	if err != nil {
		s.Problem = err.Error()
		return s, nil //nolint:nilerr // what does not fit together is what is shown
	}
	for name, d := range s.Devices {
		d.Zones = top.ZonesOf(name)
		s.Devices[name] = d
	}
	s.Contradictions = top.Contradictions()
	return s, nil
}

// settings are the attributes of the device besides its interfaces, as HCL.
func (c DeviceConfig) settings() [][2]string {
	out := [][2]string{{"path", strconv.Quote(c.Path)}}
	switch {
	case c.Source != nil:
		out = [][2]string{{"source", "{ … }"}}
	case c.Path == "":
		out = [][2]string{{"content", `"…"`}}
	}
	for _, a := range [][2]string{{"format", c.Format}, {"context", c.Context}, {"additions", c.Additions}} {
		if a[1] != "" {
			out = append(out, [2]string{a[0], strconv.Quote(a[1])})
		}
	}
	if len(c.Guards) > 0 {
		quoted := make([]string, len(c.Guards))
		for i, g := range c.Guards {
			quoted[i] = strconv.Quote(g)
		}
		out = append(out, [2]string{"guards", "[" + strings.Join(quoted, ", ") + "]"})
	}
	if c.SkipZones {
		out = append(out, [2]string{"check_zones", "false"})
	}
	return out
}

func shownDevice(d topology.Device, suggested map[string]string) ShownDevice {
	out := ShownDevice{Format: d.Document.Format, Guards: d.Guards.Strings()}
	for i := range d.Document.Lists {
		out.Lists = append(out.Lists, d.Document.Lists[i].Name)
	}
	seen := map[string]bool{}
	for k := range d.Document.Interfaces {
		i := &d.Document.Interfaces[k]
		shown := ShownInterface{Name: i.Name, Port: i.Port, Zone: i.Zone, VRF: i.VRF, Shutdown: i.Shutdown, Unknown: i.Unknown}
		for _, name := range []string{i.Name, i.Port, i.Zone} {
			if zone := d.Interfaces[name]; name != "" && zone != "" && shown.Mapped == "" {
				shown.Mapped = zone
			}
			seen[name] = true
		}
		shown.Suggested = suggested[i.Name]
		if i.SecurityLevel != nil {
			level := int64(*i.SecurityLevel)
			shown.SecurityLevel = &level
		}
		for _, p := range i.Addresses {
			shown.Connected = append(shown.Connected, p.Masked().String())
		}
		shown.Static = static(d.Document, i)
		out.Interfaces = append(out.Interfaces, shown)
	}
	for _, name := range slices.Sorted(maps.Keys(d.Interfaces)) {
		if !seen[name] { // the text does not say what interfaces there are
			out.Interfaces = append(out.Interfaces, ShownInterface{Name: name, Mapped: d.Interfaces[name]})
		}
	}
	return out
}

// static returns the prefixes of static routes that leave by an interface.
func static(doc *device.Document, i *device.Interface) (out []string) {
	for _, r := range doc.Routes {
		connected := false
		for _, p := range i.Addresses {
			connected = connected || r.Via.IsValid() && p.Contains(r.Via)
		}
		if r.VRF == i.VRF && !r.Discard && (r.Interface == i.Name || r.Interface == "" && connected) {
			out = append(out, r.To.String())
		}
	}
	return out
}

// topologyDevices reads all devices.
func (e *Estate) topologyDevices() (out []topology.Device, err error) {
	names, err := e.Names()
	if err != nil {
		return nil, err
	}
	var all []*ruleset
	for _, fw := range e.devices {
		all = append(all, fw.ruleset)
	}
	ahead(all...)
	for _, name := range e.DeviceNames() {
		fw := e.devices[name]
		d, err := fw.read()
		if err != nil {
			return nil, err
		}
		guards, err := names.Addresses(fw.device.Guards)
		if err != nil {
			return nil, &TopologyError{fmt.Errorf("devices[%q].guards: %w", name, err)}
		}
		var ranges []addr.Range
		for _, g := range guards {
			ranges = append(ranges, g.Set.Ranges()...)
		}
		out = append(out, topology.Device{
			Name: name, Source: d.source, Document: d.doc, Order: d.order, Interfaces: fw.device.Interfaces,
			Guards: addr.SetOf(ranges...), SkipZones: fw.device.SkipZones,
		})
	}
	return out, nil
}
