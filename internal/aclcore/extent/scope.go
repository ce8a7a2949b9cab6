package extent

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// A scope says between which zones a rule can match packets of its traffic: surely, and
// perhaps. All of them are disjoint.
type scope struct{ sure, perhaps []Between }

// A side is the zones at one end of a rule.
type side struct{ sure, perhaps ZoneSet }

// side reads zones as package match does: a zone called any is one like others, but a
// deny for it may be one for every zone.
func (z *Zones) side(r *rule.Rule, names []string) side {
	if len(names) == 0 {
		return side{sure: z.all}
	}
	if r.ZonePatterns { // which zones a pattern means is not known of those that no rule names
		return side{perhaps: z.all}
	}
	var s side
	for _, name := range names {
		s.sure = s.sure.union(z.named(name))
	}
	if r.Action == rule.Deny && slices.ContainsFunc(names, rule.MayBeEveryZone) {
		s.perhaps = z.all.subtract(s.sure)
	}
	return s
}

// Conditional reports whether a rule has a condition besides traffic, zones and state, so
// that it may match one packet of its traffic and not another. Of applications and users
// a list as a whole can only say that.
func Conditional(r *rule.Rule) bool { return len(r.Unknown)+len(r.Applications)+len(r.Users) > 0 }

// scopeOf returns the scope of a rule.
func (z *Zones) scopeOf(r *rule.Rule) scope {
	from, to := z.side(r, r.SourceZones), z.side(r, r.DestinationZones)
	sides := scope{
		sure:    []Between{{from.sure, to.sure}},
		perhaps: []Between{{from.sure, to.perhaps}, {from.perhaps, to.sure.union(to.perhaps)}},
	}
	s := sides.both(z.paired(r.Pair))
	if Conditional(r) {
		s.perhaps, s.sure = append(s.perhaps, s.sure...), nil
	}
	return s
}

// paired returns the scope of the condition on how the zones of a packet relate.
func (z *Zones) paired(p rule.Pair) (s scope) {
	if p == rule.AnyPair {
		return scope{sure: z.everywhere}
	}
	for _, b := range z.everywhere {
		b.From.each(func(one ZoneSet) {
			to := b.To.intersect(one)
			if p == rule.DifferentZones {
				to = b.To.subtract(one)
			}
			s.sure = append(s.sure, Between{one, to})
		})
	}
	return s
}

// both returns where both scopes hold; o has no perhaps.
func (s scope) both(o scope) (out scope) {
	cross := func(a, b []Between) (out []Between) {
		for _, x := range a {
			for _, y := range b {
				if in := x.intersect(y); !in.isEmpty() {
					out = append(out, in)
				}
			}
		}
		return out
	}
	out.sure = cross(s.sure, o.sure)
	out.perhaps = cross(s.perhaps, o.sure)
	return out
}
