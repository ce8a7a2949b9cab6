package topology

import (
	"maps"
	"slices"
)

// ZonesOf returns the names of the zones that the device has an interface in, or guards
// addresses in, sorted; none for a name that is no device.
func (t *Topology) ZonesOf(device string) []string {
	names := map[string]bool{}
	for _, n := range t.nodes {
		if n.Name != device {
			continue
		}
		for _, s := range n.sides {
			names[t.zones.Name(s.zone)] = true
		}
		for _, share := range t.zones.Split(n.guards) {
			if share.Zone != 0 {
				names[t.zones.Name(share.Zone)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}
