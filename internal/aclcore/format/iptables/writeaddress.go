package iptables

import (
	"go4.org/netipx"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
)

// address is one side of a match: options of iptables itself, or of its iprange
// module.
type address struct {
	plain, ranged string
}

// with writes the match on both sides.
func (s address) with(d address) string {
	ranges := join(s.ranged, d.ranged)
	if ranges != "" {
		ranges = "-m iprange " + ranges
	}
	return join(s.plain, d.plain, ranges)
}

// maxPrefixes is how many prefixes a range may become before it is written as a
// range.
const maxPrefixes = 2

// addresses writes the set in as few matches as it takes.
func (f program) addresses(option, rangeOption string, s addr.Set) []address {
	if s.Equal(f.all) {
		return []address{{}}
	}
	if rest := f.all.Subtract(s).Ranges(); len(rest) == 1 && len(s.Ranges()) > 1 {
		r := netipx.IPRangeFrom(rest[0].From, rest[0].To)
		if p, ok := r.Prefix(); ok {
			return []address{{plain: "! " + option + " " + p.String()}}
		}
		return []address{{ranged: "! " + rangeOption + " " + rest[0].From.String() + "-" + rest[0].To.String()}}
	}
	var out []address
	for _, r := range s.Ranges() {
		prefixes := netipx.IPRangeFrom(r.From, r.To).Prefixes()
		if len(prefixes) > maxPrefixes {
			out = append(out, address{ranged: rangeOption + " " + r.From.String() + "-" + r.To.String()})
			continue
		}
		for _, p := range prefixes {
			out = append(out, address{plain: option + " " + p.String()})
		}
	}
	return out
}
