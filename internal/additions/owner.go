package additions

import (
	"cmp"
	"slices"
	"strings"
)

// An owner is "application/flow@configuration", where the configuration has an id of
// [IDLength] hexadecimal digits. Without id it is an owner that release 0.1.0 wrote, and
// anybody's who declares the flow.

// IDLength is the length of the id of a configuration.
const IDLength = 10

// Owner is the owner that stands for a flow of a configuration. Without an id it stands
// for the rules of 0.1.0 alone.
func Owner(flow, id string) string {
	if id == "" {
		return flow
	}
	return flow + "@" + id
}

// splitOwner returns the flow and the id, if it has one.
func splitOwner(owner string) (flow, id string) {
	at := len(owner) - IDLength - 1
	if at < 0 || owner[at] != '@' || strings.Trim(owner[at+1:], "0123456789abcdef") != "" {
		return owner, ""
	}
	return owner[:at], owner[at+1:]
}

// means reports whether a mark in the file stands for the owner.
func means(mark, owner string) bool {
	if mark == owner {
		return true
	}
	flow, id := splitOwner(owner)
	return id != "" && mark == flow
}

// compareOwners orders owners by flow, then by configuration.
func compareOwners(a, b string) int {
	flowA, idA := splitOwner(a)
	flowB, idB := splitOwner(b)
	return cmp.Or(cmp.Compare(flowA, flowB), cmp.Compare(idA, idB))
}

// Configurations returns the ids of those that own rules for the flows, by flow, sorted.
func (f *File) Configurations(flows []string) map[string][]string {
	ids := make(map[string][]string, len(flows))
	for _, flow := range flows {
		ids[flow] = nil
	}
	for _, it := range f.items {
		for _, mark := range it.Owners {
			flow, id := splitOwner(mark)
			if known, asked := ids[flow]; asked && id != "" && !slices.Contains(known, id) {
				ids[flow] = append(known, id)
			}
		}
	}
	for _, known := range ids {
		slices.Sort(known)
	}
	return ids
}

// OwnerID returns the id of the configuration in an owner, empty for one of 0.1.0.
func OwnerID(owner string) string {
	_, id := splitOwner(owner)
	return id
}
