package audit

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/extent"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Relation says how the traffic of two flows relates.
type Relation uint8

// The relations.
const (
	// Overlaps: some of it is the same.
	Overlaps Relation = iota
	// Within: all of the one flow's is the other's too.
	Within
	// Same: it is the same.
	Same
)

// Pair is two flows that share traffic, at a firewall that both cross, and want the same
// of it.
type Pair struct {
	// Flow and Other are numbers of flows. Flow is the one within the other; else it comes
	// first.
	Flow, Other int
	Relation    Relation
}

// maxPartners is how many flows are compared with one.
const maxPartners = 100

// Flows returns the pairs of flows that share traffic, of each flow with at most 100.
func Flows(flows []Flow) (out []Pair) {
	var rules []rule.Rule
	var owner []int
	for n := range flows {
		for _, p := range flows[n].Products {
			rules, owner = append(rules, rule.Rule{Traffic: p}), append(owner, n)
		}
	}
	index := match.New(&rule.Ruleset{Rules: rules})
	for n := range flows {
		partners := make(map[int]bool)
		var order []int
		for _, p := range flows[n].Products {
			for i := range index.Overlapping(p, 0) {
				if m := owner[i]; m > n && !partners[m] && related(&flows[n], &flows[m]) {
					partners[m] = true
					order = append(order, m)
				}
				if len(order) == maxPartners {
					break
				}
			}
		}
		for _, m := range order {
			within, around := contains(&flows[m], &flows[n]), contains(&flows[n], &flows[m])
			switch {
			case within && around:
				out = append(out, Pair{n, m, Same})
			case within:
				out = append(out, Pair{n, m, Within})
			case around:
				out = append(out, Pair{m, n, Within})
			default:
				out = append(out, Pair{n, m, Overlaps})
			}
		}
	}
	return out
}

// related reports whether two flows want the same between the same zones, of a firewall,
// an application and a user that both are for.
func related(a, b *Flow) bool {
	return a.Deny == b.Deny && a.SourceZone == b.SourceZone && a.DestinationZone == b.DestinationZone &&
		meet(a.Crosses, b.Crosses) && meet(a.NetworkApplications, b.NetworkApplications) && meet(a.Users, b.Users)
}

// meet reports whether two lists have a name in common; nil is all names.
func meet(a, b []string) bool {
	return a == nil || b == nil || slices.ContainsFunc(a, func(name string) bool { return slices.Contains(b, name) })
}

// covers reports whether all names of b are in a; nil is all names.
func covers(a, b []string) bool {
	return a == nil || b != nil && !slices.ContainsFunc(b, func(name string) bool { return !slices.Contains(a, name) })
}

// contains reports whether b wants nothing that a does not.
func contains(a, b *Flow) bool {
	return covers(a.Crosses, b.Crosses) && covers(a.NetworkApplications, b.NetworkApplications) && covers(a.Users, b.Users) && containsTraffic(a, b)
}

// containsTraffic reports whether all traffic of b is traffic of a.
func containsTraffic(a, b *Flow) bool {
	zone := extent.NewZones(nil).All()
	var left []extent.Extent
	for _, p := range b.Products {
		left = append(left, extent.Of(extent.Between{From: zone, To: zone}, p)...)
	}
	for _, p := range a.Products {
		for _, e := range extent.Of(extent.Between{From: zone, To: zone}, p) {
			left = extent.SubtractAll(left, e)
		}
	}
	return len(left) == 0
}
