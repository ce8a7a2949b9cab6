package topology

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// crossing returns what the device does with packets that enter by one side and leave
// by another, and with their replies, which come the other way.
func (n *node) crossing(in, out *side) []Step {
	steps := n.filters(in, out, false)
	back := n.filters(out, in, true)
	if why := stateful(in, out); why != "" && len(back) > 0 {
		back = []Step{{Device: n.Name, Fixed: undecided(n.Source, 0, "replies", "%s, as far as it knows the protocol", why), Within: device.AllTraffic(true, true), afterSource: true, afterDestination: true}}
	}
	for _, s := range back {
		s.Replies = true
		steps = append(steps, s)
	}
	return steps
}

// stateful tells what lets replies pass, empty if nothing does.
func stateful(sides ...*side) string {
	for _, s := range sides {
		for _, i := range s.members {
			if i.Stateful != "" {
				return i.Stateful
			}
		}
	}
	return ""
}

// filters returns the steps of packets from one side to another. Of those of replies
// only lists count that filter them too.
func (n *node) filters(in, out *side, replies bool) (steps []Step) {
	c := crosser{node: n, in: in, out: out, replies: replies, afterSource: replies, afterDestination: replies}
	if len(n.Document.Bindings) == 0 && !n.unfiltered() && !n.leveled() {
		c.implied()
		c.doubted(device.StageIn, in)
		c.doubted(device.StageOut, out)
	} else {
		for _, step := range n.Order.Steps {
			c.step(step)
		}
	}
	if !replies {
		c.absent()
		c.discards()
	}
	return c.steps
}

// discards doubts what goes to a prefix that a static route of the device discards, unless a
// longer prefix of an interface or another static route leads elsewhere. One that a routing
// protocol knows may do so too, which no text tells.
func (c *crosser) discards() {
	var to addr.Set
	line := 0
	for _, r := range c.Document.Routes {
		if !r.Discard || r.VRF != c.in.vrf {
			continue
		}
		set := addr.SetOf(addr.RangeOfPrefix(r.To))
		for _, o := range c.Document.Routes {
			if !o.Discard && o.VRF == r.VRF && o.To.Bits() > r.To.Bits() && r.To.Contains(o.To.Addr()) {
				set = set.Subtract(addr.SetOf(addr.RangeOfPrefix(o.To)))
			}
		}
		for _, i := range c.Document.Interfaces {
			for _, p := range i.Addresses {
				if i.VRF == r.VRF && p.Bits() > r.To.Bits() && r.To.Contains(p.Addr()) {
					set = set.Subtract(addr.SetOf(addr.RangeOfPrefix(p)))
				}
			}
		}
		if !set.IsEmpty() && line == 0 {
			line = r.Line
		}
		to = to.Union(set)
	}
	if to.IsEmpty() {
		return
	}
	within := device.AllTraffic(true, true)
	within.Destinations = to
	why := undecided(c.Source, line, "static route to "+someOf(to), "the device discards it, unless it has a longer route that the text does not tell")
	c.keep(Step{Device: c.Name, Fixed: why, Within: within})
}

// unfiltered reports whether it is known that no list of the device filters a crossing: the
// text has its interfaces, and applies no list to any. Lists are then for something else, such
// as address translation.
func (n *node) unfiltered() bool { return n.Document.Topology && n.Order.Absent == device.Passes }

// leveled reports whether security levels decide where the text applies no list: it has the
// interfaces. A list that it does not apply filters nothing; it is for something else, such as a
// tunnel.
func (n *node) leveled() bool {
	return n.Document.Topology && slices.Contains(n.Order.Steps, device.FilterLevels)
}

// A crosser gathers the steps of one crossing.
type crosser struct {
	*node
	in, out *side
	replies bool
	steps   []Step
	// v4 and v6 say that a list or a rule decides for the family.
	v4, v6 bool
	// entered says that a list filters what comes in.
	entered bool
	// afterSource and afterDestination say which translations are done.
	afterSource, afterDestination bool
}

func (c *crosser) step(step device.Step) {
	switch step {
	case device.FilterIn:
		c.bound(device.StageIn, func(b device.Binding) bool { return c.in.is(b.From) })
		c.entered = c.v4 || c.v6
		c.doubted(device.StageIn, c.in)
	case device.FilterLevels:
		c.levels()
	case device.FilterBetween:
		c.bound(device.StageBetween, func(b device.Binding) bool { return c.in.is(b.From) && c.out.is(b.To) })
	case device.FilterOut:
		c.bound(device.StageOut, func(b device.Binding) bool { return c.out.is(b.To) })
		c.doubted(device.StageOut, c.out)
	case device.TranslateDestination:
		c.translate(!c.replies)
	case device.TranslateSource:
		c.translate(c.replies)
	}
}

// translate notes that the destination of the flow is translated, or its source. A
// reply undoes what was done: its destination is the source of the flow.
func (c *crosser) translate(destination bool) {
	if destination {
		c.afterDestination = !c.replies
		return
	}
	c.afterSource = !c.replies
}

// keep adds a step.
func (c *crosser) keep(s Step) {
	s.afterSource, s.afterDestination = c.afterSource, c.afterDestination
	c.steps = append(c.steps, s)
}

// bound adds the steps of the bindings of a stage that apply.
func (c *crosser) bound(stage device.Stage, applies func(device.Binding) bool) {
	for _, b := range c.Document.Bindings {
		if b.Stage == stage && applies(b) {
			c.add(b)
		}
	}
}

// doubted adds what else the device does at the side and is not followed. Replies are asked
// about where the device keeps no connections in mind.
func (c *crosser) doubted(stage device.Stage, at *side) {
	if c.replies && !c.Order.Stateless {
		return
	}
	for _, d := range c.Document.Doubts {
		if d.Stage != stage || !at.is(d.Interface) {
			continue
		}
		s := Step{Device: c.Name, Fixed: undecided(c.Source, d.Line, d.Text, "%s", d.Why), Within: d.Traffic, Replies: c.replies}
		s.Within = s.request(s.Within) // of a reply that is what it answers
		c.keep(s)
	}
}

func (c *crosser) add(b device.Binding) {
	l := c.lists[b.List]
	if c.replies && !c.Order.Stateless && (l == nil || b.Rule != nil || !l.Stateless) {
		return // what answers a connection that is known passes
	}
	if c.replies && b.Rule != nil && b.Rule.Action == rule.Permit && len(b.Rule.Unknown) == 0 {
		return
	}
	s := Step{Device: c.Name, List: b.List, Within: device.AllTraffic(b.V4, b.V6)}
	switch {
	case b.Rule != nil:
		s.List, s.Fixed = "", fixed(c.Source, *b.Rule)
	case l == nil:
		s.List = ""
		s.Fixed = undecided(c.Source, b.Line, "the list "+b.List, "the list %s is applied and not in the text", b.List)
	case c.zoned[b.List]:
		s.SourceZone, s.DestinationZone = c.in.inRules, c.out.inRules
	}
	c.v4, c.v6 = c.v4 || b.V4, c.v6 || b.V6
	c.keep(s)
}

// implied is for a text that does not say which list filters what: where it has only
// one list, that filters every crossing.
func (c *crosser) implied() {
	switch lists := c.Document.Lists; len(lists) {
	case 0:
	case 1:
		c.add(device.Binding{List: lists[0].Name, V4: true, V6: true})
	default:
		if !c.replies {
			c.decide(undecided(c.Source, 0, c.describe(), "the text does not say which of its %d lists filters it", len(lists)))
		}
	}
}

// describe names the crossing.
func (c *crosser) describe() string { return fmt.Sprintf("from %s to %s", c.in.name, c.out.name) }

// decide lets something else than a list decide for both families.
func (c *crosser) decide(x *match.Index) {
	c.v4, c.v6 = true, true
	c.keep(Step{Device: c.Name, Fixed: x, Within: device.AllTraffic(true, true)})
}

// levels compares security levels. Between interfaces of one level packets pass only
// if the text says so, whatever a list permits; from a lower to a higher one only if
// a list permits it (Cisco ASA general operations configuration guide, "Security
// Levels").
func (c *crosser) levels() {
	if c.replies {
		return // replies belong to a connection
	}
	from, to := c.in.level(), c.out.level()
	if from == nil || to == nil {
		if !c.entered {
			c.decide(undecided(c.Source, 0, c.describe(), "no list filters it, and the text has no security levels of the interfaces"))
		}
		return
	}
	text := fmt.Sprintf("security-level %d (%s) to %d (%s)", *from, c.in.name, *to, c.out.name)
	r := rule.Rule{Text: text + ", no access list", Action: rule.Permit}
	switch {
	case c.in == c.out && !c.Document.SameInterface:
		r.Action, r.Text = rule.Deny, "in and out by "+c.in.name+", no same-security-traffic permit intra-interface"
	case c.in != c.out && *from == *to && !c.Document.SameSecurity:
		r.Action, r.Text = rule.Deny, text+", no same-security-traffic permit inter-interface"
	case c.entered:
		return
	case *from < *to:
		r.Action = rule.Deny
	case len(c.Document.Bindings) == 0 && len(c.Document.Lists) > 0:
		r.Unknown = []string{"the text has access lists, and does not say that one is applied to an interface"}
	}
	c.decide(fixed(c.Source, r))
}

// absent says what happens to a family that no list filters.
func (c *crosser) absent() {
	if c.v4 && c.v6 {
		return
	}
	s := Step{Device: c.Name, Within: device.AllTraffic(!c.v4, !c.v6)}
	switch {
	case c.Order.Absent == device.Undecided:
		s.Fixed = undecided(c.Source, 0, c.describe(), "no list that is read filters it")
	case c.in.zoned() || c.out.zoned():
		s.Fixed = undecided(c.Source, 0, c.describe(), "the interfaces are in zones, and the text has no policies for them")
	case c.v4 || c.v6:
		return // what is passed by one family alone needs no telling
	default:
		s.Fixed = fixed(c.Source, rule.Rule{Action: rule.Permit, Text: "no access list filters the crossing"})
	}
	c.keep(s)
}

// zoned reports whether an interface of the side is in a zone of the device, where policies
// decide what passes.
func (s *side) zoned() bool {
	return slices.ContainsFunc(s.members, func(i *device.Interface) bool { return i.Zone != "" })
}
