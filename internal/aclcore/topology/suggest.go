package topology

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
)

// A Suggestion is the zones and interfaces that the texts of devices suggest: a first
// declaration to look through.
type Suggestion struct {
	// Zones maps names to prefixes.
	Zones map[string][]string
	// Interfaces maps devices to their interfaces and zones.
	Interfaces map[string]map[string]string
	// Unplaced are the devices whose texts do not tell where they stand.
	Unplaced map[string]bool
}

// Suggest finds zones for the interfaces of devices. Interfaces in one connected prefix
// are in one zone, which has the name that a device gives the interface; behind an
// interface are also the prefixes of static routes that leave by it and whose next hop is
// none of the devices. What is declared already stays.
func Suggest(devices []Device, zones map[string][]string) Suggestion {
	s := suggester{
		out:     Suggestion{Zones: map[string][]string{}, Interfaces: map[string]map[string]string{}, Unplaced: map[string]bool{}},
		byRange: map[netip.Prefix]string{}, own: map[netip.Addr]bool{}, taken: map[string]bool{},
	}
	for name, entries := range zones {
		s.out.Zones[name] = slices.Clone(entries)
		for _, text := range entries {
			s.taken[text] = true
			if p, err := netip.ParsePrefix(text); err == nil {
				s.byRange[p.Masked()] = name
			}
		}
	}
	devices = slices.Clone(devices)
	slices.SortFunc(devices, func(a, b Device) int { return cmp.Compare(a.Name, b.Name) })
	for _, d := range devices {
		for i := range d.Document.Interfaces {
			s.note(d, &d.Document.Interfaces[i])
		}
	}
	for _, named := range []bool{true, false} { // names that a device gives come first
		for _, d := range devices {
			s.device(d, named)
		}
	}
	for _, d := range devices {
		s.routes(d)
		s.out.Unplaced[d.Name] = !d.Order.Guards && d.Guards.IsEmpty() && len(s.out.Interfaces[d.Name]) == 0
	}
	return s.out
}

type suggester struct {
	out Suggestion
	// byRange are the zones of connected prefixes.
	byRange map[netip.Prefix]string
	own     map[netip.Addr]bool
	// taken are the prefixes that a zone has.
	taken map[string]bool
}

// note takes down what an interface is connected to, and the zone if it is declared.
func (s *suggester) note(d Device, i *device.Interface) {
	for _, p := range i.Addresses {
		s.own[p.Addr()] = true
		if zone := d.zoneOf(i); zone != "" {
			s.byRange[p.Masked()] = zone
		}
	}
}

// zoneOf returns the zone that the interface is declared to be in.
func (d Device) zoneOf(i *device.Interface) string {
	for _, name := range []string{i.Name, i.Port, i.Zone} {
		if zone := d.Interfaces[name]; name != "" && zone != "" {
			return zone
		}
	}
	return ""
}

// device suggests zones for the interfaces of a device that crosses traffic: for those
// with a name that says something, or for the others.
func (s *suggester) device(d Device, named bool) {
	if d.Order.Guards {
		return
	}
	mapped := s.out.Interfaces[d.Name]
	if mapped == nil {
		mapped = maps.Clone(d.Interfaces)
	}
	if mapped == nil {
		mapped = map[string]string{}
	}
	for k := range d.Document.Interfaces {
		i := &d.Document.Interfaces[k]
		if i.Name == "" || i.Shutdown || len(i.Addresses) == 0 || d.zoneOf(i) != "" || named != (ownName(i) != "") {
			continue
		}
		mapped[i.Name] = s.zone(d, i)
	}
	if len(mapped) > 0 {
		s.out.Interfaces[d.Name] = mapped
	}
}

// zone returns the zone of an interface's prefixes, a new one if they have none.
func (s *suggester) zone(d Device, i *device.Interface) string {
	name := ""
	for _, p := range i.Addresses {
		if known := s.byRange[p.Masked()]; known != "" {
			name = known
		}
	}
	if name == "" {
		name = s.fresh(d, i)
	}
	for _, p := range i.Addresses {
		if s.byRange[p.Masked()] == "" {
			s.byRange[p.Masked()] = name
			s.add(name, p.Masked())
		}
	}
	return name
}

func (s *suggester) add(zone string, p netip.Prefix) {
	if text := p.String(); !s.taken[text] {
		s.taken[text] = true
		s.out.Zones[zone] = append(s.out.Zones[zone], text)
	}
}

// ownName is what a device calls the network behind the interface, empty if it only has
// the name of the hardware.
func ownName(i *device.Interface) string {
	if i.Zone == "" && i.Port != "" {
		return i.Name
	}
	return i.Zone
}

// fresh returns a name that no zone has: the device's own where it says something, else
// the prefix.
func (s *suggester) fresh(d Device, i *device.Interface) string {
	own := ownName(i)
	for _, name := range []string{own, d.Name + "-" + own} {
		if _, taken := s.out.Zones[name]; own != "" && !taken {
			return name
		}
	}
	text := strings.NewReplacer(".", "-", ":", "-", "/", "-").Replace(i.Addresses[0].Masked().String())
	return "net-" + text
}

// routes adds the prefixes that are routed behind an interface to its zone.
func (s *suggester) routes(d Device) {
	for _, r := range d.Document.Routes {
		if r.Discard || r.Via.IsValid() && s.own[r.Via] {
			continue
		}
		for k := range d.Document.Interfaces {
			i := &d.Document.Interfaces[k]
			connected := slices.ContainsFunc(i.Addresses, func(p netip.Prefix) bool { return r.Via.IsValid() && p.Contains(r.Via) })
			zone := s.out.Interfaces[d.Name][i.Name]
			if zone == "" {
				zone = d.zoneOf(i)
			}
			if zone != "" && r.VRF == i.VRF && (r.Interface == i.Name || r.Interface == "" && connected) {
				s.add(zone, r.To)
				break
			}
		}
	}
}

// HCL writes the suggestion as attributes of the provider, as terraform fmt does. settings
// are what of each device is written besides its interfaces, in order: {"path", `"fw1.cfg"`}.
func (s Suggestion) HCL(settings map[string][][2]string) string {
	var b strings.Builder
	b.WriteString("zones = {\n")
	var zones [][2]string
	for _, name := range slices.Sorted(maps.Keys(s.Zones)) {
		zones = append(zones, [2]string{key(name), "[" + list(s.Zones[name]) + "]"})
	}
	aligned(&b, "  ", zones)
	b.WriteString("}\ndevices = {\n")
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(&b, "  %s = {\n", key(name))
		aligned(&b, "    ", settings[name])
		if mapped := s.Interfaces[name]; len(mapped) > 0 {
			b.WriteString("    interfaces = {\n")
			var sides [][2]string
			for _, i := range slices.Sorted(maps.Keys(mapped)) {
				sides = append(sides, [2]string{key(i), fmt.Sprintf("%q", mapped[i])})
			}
			aligned(&b, "      ", sides)
			b.WriteString("    }\n")
		} else if s.Unplaced[name] {
			b.WriteString("    # The text has no interfaces: map its own names of them to zones in interfaces,\n    # or set guards to the addresses that it filters for.\n")
		}
		b.WriteString("  }\n")
	}
	b.WriteString("}\n")
	return b.String()
}

// aligned writes attributes one below the other.
func aligned(b *strings.Builder, indent string, attributes [][2]string) {
	width := 0
	for _, a := range attributes {
		width = max(width, utf8.RuneCountInString(a[0]))
	}
	for _, a := range attributes {
		fmt.Fprintf(b, "%s%s%s = %s\n", indent, a[0], strings.Repeat(" ", width-utf8.RuneCountInString(a[0])), a[1])
	}
}

func list(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = fmt.Sprintf("%q", t)
	}
	return strings.Join(quoted, ", ")
}

// key writes a name as the key of an object, in quotes unless it is an identifier.
func key(name string) string {
	for i, c := range name {
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c != '-' && (c < '0' || '9' < c)) {
			return fmt.Sprintf("%q", name)
		}
	}
	return name
}
