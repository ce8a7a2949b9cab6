package topology

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Translations are not followed: what a rule of address translation may touch is
// undecided. A rule for destinations puts the device itself in doubt, one for sources
// those that come after it on the way, since they compare other addresses.

// translated returns the steps of traffic whose destination the device may translate in a
// crossing.
func (n *node) translated(in, out *side) (steps []Step) {
	for i := range n.Document.Translations {
		t := &n.Document.Translations[i]
		if t.Destination.Kind != device.Unchanged && in.among(t.From) && out.among(t.To) {
			steps = append(steps, n.doubt(t, t.Match))
		}
		if t.Reverse && t.Source.Kind == device.Static && in.among(t.To) && out.among(t.From) {
			back := families(true, true)
			back.Destinations = t.Source.To
			steps = append(steps, n.doubt(t, back))
		}
		if n.Order.ReversePath && t.Source.Kind != device.Unchanged && in.among(t.To) && out.among(t.From) {
			back := families(true, true)
			back.Destinations = t.Match.Sources
			steps = append(steps, n.doubt(t, back))
		}
	}
	return steps
}

// masked returns the steps that are in doubt on devices after this one, since it may
// translate the source.
func (n *node) masked(in, out *side) (steps []Step) {
	for i := range n.Document.Translations {
		t := &n.Document.Translations[i]
		if t.Source.Kind != device.Unchanged && in.among(t.From) && out.among(t.To) {
			steps = append(steps, n.doubt(t, t.Match))
		}
	}
	return steps
}

func (n *node) doubt(t *device.Translation, within traffic.Product) Step {
	return Step{
		Device: n.Name, Within: within,
		Fixed: undecided(n.Source, t.Line, t.Text, "the device may translate its addresses here, which is not followed"),
	}
}

// among reports whether the side is one of those that a rule is for; none means all.
func (s *side) among(names []string) bool {
	return len(names) == 0 || slices.ContainsFunc(names, func(name string) bool { return slices.Contains(s.names, name) })
}

// masking adds to the hops of a route what devices before them put in doubt.
func masking(hops []Hop) []Hop {
	out := slices.Clone(hops)
	var later []*Step
	for i := range out {
		if len(later) > 0 {
			out[i].steps = slices.Concat(later, out[i].steps)
		}
		later = append(slices.Clip(later), out[i].masked...)
	}
	return out
}
