package topology

import (
	"encoding/binary"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
)

// unguarded adds the steps for addresses that no device guards, in zones where the text of
// a cloud has network interfaces: one that the text lacks may have lists of its own. Where
// the declaration says what the device guards, that holds.
func (t *Topology) unguarded() {
	var known addr.Set
	for _, n := range t.nodes {
		known = known.Union(n.guards).Union(n.own)
	}
	var zones []addr.Set
	for _, share := range t.zones.Split(addr.Any()) {
		for len(zones) <= share.Zone {
			zones = append(zones, addr.Set{})
		}
		zones[share.Zone] = zones[share.Zone].Union(share.Set)
	}
	for _, n := range t.nodes {
		if !n.Order.Guards || len(n.Document.Interfaces) == 0 || !n.Guards.IsEmpty() {
			continue
		}
		for _, share := range t.zones.Split(n.guards) {
			rest := zones[share.Zone].Subtract(known)
			if share.Zone == 0 || rest.IsEmpty() || isWide(zones[share.Zone]) {
				continue
			}
			why := undecided(n.Source, 0, "zone "+t.zones.Name(share.Zone),
				"no network interface of the text has this address, and others of the zone have lists: export all of them, or set guards to the addresses that %s filters for", n.Name)
			for _, sources := range []bool{true, false} {
				s := t.intern(Step{Device: n.Name, Fixed: why, Within: facing(rest, sources, true, true)})
				if sources {
					t.guardOut = append(t.guardOut, s)
				} else {
					t.guardIn = append(t.guardIn, s)
				}
			}
		}
	}
}

// isWide reports whether a zone is more than a site's, as the Internet is, of which a
// cloud's text never has all addresses: it has a run of more than a /8 of IPv4, or a /24 of
// IPv6.
func isWide(set addr.Set) bool {
	for _, r := range set.Ranges() {
		from, to := r.From.AsSlice(), r.To.AsSlice()
		run := binary.BigEndian.Uint32(to) - binary.BigEndian.Uint32(from)
		if r.Is4() && run >= 1<<24 || !r.Is4() && run >= 1<<8 {
			return true
		}
	}
	return false
}
