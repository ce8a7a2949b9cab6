package topology

import (
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// guard returns the steps of what leaves (out) or enters the addresses that the device
// guards.
func (n *node) guard(out bool) []Step {
	if n.guards.IsEmpty() {
		return nil
	}
	steps := n.guarding(out, out, false)
	for _, s := range n.guarding(!out, out, true) {
		s.Replies = true
		steps = append(steps, s)
	}
	return steps
}

// guarding returns the steps of the lists for packets of a direction; sources says on
// which side of the flow the guarded addresses are.
func (n *node) guarding(out, sources, replies bool) (steps []Step) {
	stage := device.StageLocalIn
	if out {
		stage = device.StageLocalOut
	}
	rest := n.guards
	add := func(b device.Binding, guarded addr.Set) {
		l := n.lists[b.List]
		if guarded.IsEmpty() || replies && (b.Rule != nil || l == nil || !l.Stateless && !n.Order.Stateless) {
			return
		}
		s := Step{Device: n.Name, List: b.List, Within: facing(guarded, sources, b.V4, b.V6)}
		if sources {
			s.Within.Destinations = s.Within.Destinations.Subtract(b.Except)
		} else {
			s.Within.Sources = s.Within.Sources.Subtract(b.Except)
		}
		switch {
		case b.Rule != nil:
			s.List, s.Fixed = "", fixed(n.Source, *b.Rule)
		case l == nil:
			s.List, s.Fixed = "", undecided(n.Source, b.Line, "the list "+b.List, "the list %s is applied and not in the text", b.List)
		case n.zoned[b.List]:
			s.SourceZone, s.DestinationZone = n.localZones(out)
		}
		steps = append(steps, s)
	}
	for _, b := range n.Document.Bindings {
		if b.Stage != stage {
			continue
		}
		guarded := n.guards.Intersect(n.addressesOf(b))
		add(b, guarded)
		rest = rest.Subtract(guarded)
	}
	switch {
	case rest.IsEmpty() || replies && len(n.Document.Bindings) > 0:
	case len(n.Document.Bindings) == 0 && len(n.Document.Lists) == 1:
		add(device.Binding{List: n.Document.Lists[0].Name, V4: true, V6: true}, rest)
	case !replies:
		why := "the text does not say which list filters for it"
		steps = append(steps, Step{
			Device: n.Name, Fixed: undecided(n.Source, 0, fmt.Sprintf("guards %s", rest), "%s", why), Within: facing(rest, sources, true, true),
		})
	}
	return steps
}

// localZones returns what rules call the interface of packets to or from the device
// itself, where it has only one.
func (n *node) localZones(out bool) (source, destination string) {
	if len(n.sides) != 1 {
		return "", ""
	}
	if out {
		return "", n.sides[0].inRules
	}
	return n.sides[0].inRules, ""
}

// addressesOf returns the addresses that a local binding filters for: its own, or those
// of the interface that it names.
func (n *node) addressesOf(b device.Binding) addr.Set {
	if !b.Addresses.IsEmpty() {
		return b.Addresses
	}
	name := b.To
	if b.Stage == device.StageLocalOut {
		name = b.From
	}
	if name == "" {
		return addr.Any()
	}
	var own []addr.Range
	for _, i := range n.Document.Interfaces {
		if i.Name != name {
			continue
		}
		for _, p := range i.Addresses {
			own = append(own, addr.RangeOf(p.Addr(), p.Addr()))
		}
	}
	return addr.SetOf(own...)
}

// facing returns the traffic from or to the addresses.
func facing(guarded addr.Set, sources, v4, v6 bool) traffic.Product {
	p := device.AllTraffic(v4, v6)
	if sources {
		p.Sources = p.Sources.Intersect(guarded)
	} else {
		p.Destinations = p.Destinations.Intersect(guarded)
	}
	return p
}

// itself returns the step of traffic to the device's own addresses, which no rule for
// transit is about; false if it has none.
func (n *node) itself() (Step, bool) {
	if n.own.IsEmpty() {
		return Step{}, false
	}
	text := fmt.Sprintf("an address of %s itself", n.Name)
	to := traffic.Product{Sources: addr.Any(), Destinations: n.own, Services: service.Any()}
	x := match.New(&rule.Ruleset{Source: n.Source, Default: rule.Permit, Rules: []rule.Rule{{
		Text: text, Action: rule.Deny, Traffic: to, Unknown: []string{"it is " + text + ": management traffic is not modelled"},
	}}})
	return Step{Device: n.Name, Fixed: x, Within: to}, true
}
