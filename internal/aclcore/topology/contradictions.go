package topology

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
)

// A Contradiction is a prefix of a device that lies in another zone than the interface
// behind which it is.
type Contradiction struct {
	Device, Interface, Zone string
	// Prefix is the connected prefix or the next hop, In the zone that it lies in.
	Prefix, In string
	// Text says it in a sentence, led by the attribute.
	Text string
	// Skipped says that the device is declared not to be checked.
	Skipped bool
}

// Contradictions compares the declared zones with what the devices' texts say is behind
// their interfaces: connected prefixes, and next hops of static routes.
func (t *Topology) Contradictions() (out []Contradiction) {
	for _, n := range t.nodes {
		for _, s := range n.sides {
			for _, p := range s.prefixes() {
				out = append(out, t.compare(n, s, p.Masked().String(), fmt.Sprintf("its connected prefix %s", p.Masked()), prefixSet(p), p.Addr())...)
			}
			for _, r := range n.hops(s) {
				hop := addr.SetOf(addr.RangeOf(r.Via, r.Via))
				out = append(out, t.compare(n, s, r.Via.String(), fmt.Sprintf("the next hop %s of its route to %s", r.Via, r.To), hop, r.Via)...)
			}
		}
	}
	return out
}

func prefixSet(p netip.Prefix) addr.Set { return addr.SetOf(addr.RangeOfPrefix(p.Masked())) }

// hops returns the static routes that leave by the side.
func (n *node) hops(s *side) (out []device.Route) {
	for _, r := range n.Document.Routes {
		if !r.Via.IsValid() || r.Discard || r.VRF != s.vrf {
			continue
		}
		connected := slices.ContainsFunc(s.prefixes(), func(p netip.Prefix) bool { return p.Contains(r.Via) })
		if r.Interface != "" && s.is(r.Interface) || r.Interface == "" && connected {
			out = append(out, r)
		}
	}
	return out
}

// compare finds the zones that addresses behind a side lie in. An address of the device
// itself has to be in the side's zone, the others may lie in zones within it.
func (t *Topology) compare(n *node, s *side, prefix, what string, set addr.Set, own netip.Addr) []Contradiction {
	var in []string
	for _, share := range t.zones.Split(set) {
		switch {
		case share.Zone == s.zone && !share.Set.Contains(own):
		case share.Zone == s.zone:
			return nil
		case share.Zone != 0:
			in = append(in, t.zones.Name(share.Zone))
		}
	}
	if len(in) == 0 {
		return nil
	}
	zone, other := t.zones.Name(s.zone), strings.Join(in, ", ")
	return []Contradiction{{
		Device: n.Name, Interface: s.name, Zone: zone, Prefix: prefix, In: other, Skipped: n.SkipZones,
		Text: fmt.Sprintf("devices[%q].interfaces[%q]: is mapped to zone %q, and %s lies in zone %q; "+
			"map it to that zone, put the prefix in zone %q, or set check_zones = false on the device", n.Name, s.name, zone, what, other, zone),
	}}
}
