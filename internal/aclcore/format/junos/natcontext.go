package junos

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
)

// A natSet is a rule-set with where its packets come from and go to.
type natSet struct {
	name     string
	from, to natSide
	rules    []device.Translation
}

// natSide is what a rule-set says of one side: interfaces, zones or routing instances, of
// which the first are the most specific (Juniper, NAT User Guide, NAT Rule Sets).
type natSide struct {
	rank  int
	names []string
	// members are the interfaces of the side, as far as the text has them.
	members []string
	// vague says why the side is not followed, empty if it is.
	vague string
}

// side reads "from" or "to" of a rule-set.
func side(n *tree.Node, word string, interfaces []device.Interface) (s natSide) {
	for rank, kind := range []string{"routing-instance", "zone", "interface"} {
		names := n.Applied(kind).Words()
		if len(names) == 0 {
			continue
		}
		if s.rank > 0 {
			s.vague = word + " names things of two kinds"
		}
		s.rank, s.names = rank+1, names
		for i := range interfaces {
			if slices.Contains(names, [...]string{interfaces[i].VRF, interfaces[i].Zone, interfaces[i].Name}[rank]) {
				s.members = append(s.members, interfaces[i].Name)
			}
		}
		if kind == "routing-instance" {
			if s.names = s.members; len(s.names) == 0 {
				s.vague = fmt.Sprintf("the interfaces of %s are not in the text", n.Applied(kind))
			}
		}
	}
	for _, o := range n.Others("zone", "interface", "routing-instance") {
		s.vague = word + " " + o.String()
	}
	return s
}

// overlaps reports whether packets may be of both sides. A side that asks for nothing has
// no rank.
func (s *natSide) overlaps(o *natSide) bool {
	if s.rank == 0 || o.rank == 0 || len(s.members) == 0 || len(o.members) == 0 {
		return true
	}
	return slices.ContainsFunc(s.members, func(name string) bool { return slices.Contains(o.members, name) })
}

// inOrder returns the rules of the sets, those of the more specific sets first. Where none
// of a more specific set matches, it is not documented whether the less specific ones are
// tried, so that theirs are in doubt there; so are all of two sets of which each is more
// specific on one side.
func inOrder(sets []natSet) (out []device.Translation) {
	slices.SortStableFunc(sets, func(a, b natSet) int { return cmp.Compare(b.from.rank+b.to.rank, a.from.rank+a.to.rank) })
	for i := range sets {
		s := &sets[i]
		for k := range sets {
			o := &sets[k]
			if k == i || !s.from.overlaps(&o.from) || !s.to.overlaps(&o.to) {
				continue
			}
			from, to := cmp.Compare(o.from.rank, s.from.rank), cmp.Compare(o.to.rank, s.to.rank)
			switch {
			case from*to < 0:
				out = append(out, s.doubted(s, fmt.Sprintf("the rule-set %s is as specific as %s", s.name, o.name))...)
			case from >= 0 && to >= 0 && from+to > 0:
				out = append(out, s.doubted(o, fmt.Sprintf("whether the rule-set %s is tried where no rule of %s matches is not documented", s.name, o.name))...)
			}
		}
		out = append(out, s.rules...)
	}
	return out
}

// doubted returns the rules of a set for the packets of another one, in doubt.
func (s *natSet) doubted(of *natSet, why string) (out []device.Translation) {
	for _, t := range s.rules {
		t.From, t.To = of.from.names, of.to.names
		t.Unknown = known.Reasons(t.Unknown, []string{why})
		out = append(out, t)
	}
	return out
}
