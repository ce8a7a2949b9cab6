package topology

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
)

// maxRemarks bounds the remarks of one part.
const maxRemarks = 20

func (w *walker) remark(text string) {
	if len(w.remarks) < maxRemarks && !slices.Contains(w.remarks, text) {
		w.remarks = append(w.remarks, text)
	}
}

// behind remarks that packets which enter a device go to the real address of what
// clients there reach by another one.
func (w *walker) behind(p piece, n *node, in *side) {
	to := p.destinations()
	for _, k := range n.nat.byReal.of(to) {
		r := &n.nat.destinations[k]
		if !in.among(r.from) || r.unknown() || !r.dst.To.Overlaps(to) {
			continue
		}
		w.remark(fmt.Sprintf("%s is the address behind %s, by which clients reach it through %s%s",
			someOf(r.dst.To.Intersect(to)), someOf(r.shown(to)), n.Name, n.where(r)))
		return
	}
}

// shown returns what the real addresses are translated from.
func (r *natRule) shown(set addr.Set) addr.Set {
	from, to := r.match.Destinations.Ranges(), r.dst.To.Ranges()
	if len(from) != 1 || len(to) != 1 {
		return r.match.Destinations
	}
	return number(from[0].From).minus(number(to[0].From)).move(set.Intersect(r.dst.To)).Intersect(r.match.Destinations)
}

// where names the line of a rule.
func (n *node) where(r *natRule) string {
	if r == nil || r.t.Line == 0 {
		return ""
	}
	return fmt.Sprintf(" (%s:%d)", n.Source, r.t.Line)
}
