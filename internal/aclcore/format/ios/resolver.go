package ios

import (
	"net/netip"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

const (
	// maxGroupRanges bounds the ranges of all the groups of a file together, since
	// nesting can multiply them.
	maxGroupRanges = 1 << 20
	maxGroupDepth  = 256
)

// A resolver turns the fields of entries into sets. It shares equal sets and keeps
// the bounds of one file.
type resolver struct {
	dialect Dialect
	groups  map[groupKey]*group
	// v6 says that the entry at hand is of an IPv6 list.
	v6 bool
	// cookies says that a word of the user's choice may follow log, as on IOS.
	cookies bool

	single        map[addr.Range]addr.Set
	box           map[service.Range]service.Set
	boxes         map[boxKey]services
	boxesLeft     int
	scattered     map[[2]netip.Addr]addr.Set
	scatteredLeft int
	groupLeft     int
	groupDepth    int
}

func newResolver(d Dialect, groups map[groupKey]*group) *resolver {
	return &resolver{
		dialect: d, groups: groups,
		single: make(map[addr.Range]addr.Set), box: make(map[service.Range]service.Set),
		boxes: make(map[boxKey]services), boxesLeft: maxFileBoxes,
		scattered: make(map[[2]netip.Addr]addr.Set), scatteredLeft: maxScattered, groupLeft: maxGroupRanges,
	}
}
