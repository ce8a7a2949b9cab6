// Package oracle says what a ruleset does with one packet, slowly and so plainly
// that it is easy to see that it is right. The engine in package match is compared
// with it.
//
// Nothing here is shared with the engine but the data: addresses and services are
// compared bound by bound, and conditions that cannot be decided are tried both
// ways.
package oracle

import (
	"net/netip"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Packet opens a connection, or replies to one that does. For ICMP and ICMPv6
// DestinationPort is type*256 + code and SourcePort is ignored.
type Packet struct {
	From, To                    netip.Addr
	Protocol                    uint8
	SourcePort, DestinationPort uint16
	// SourceZone and DestinationZone are where it comes from and goes to, "" if that
	// is not known.
	SourceZone, DestinationZone string
}

// Reply returns the packet that answers p, if any does.
func (p Packet) Reply() (Packet, bool) {
	const icmp, icmpv6 = 1, 58
	back := Packet{p.To, p.From, p.Protocol, p.DestinationPort, p.SourcePort, p.DestinationZone, p.SourceZone}
	if p.Protocol != icmp && p.Protocol != icmpv6 {
		return back, true
	}
	back.SourcePort, back.DestinationPort = p.SourcePort, p.DestinationPort
	icmpType, code := p.DestinationPort/256, p.DestinationPort%256
	switch {
	case p.Protocol == icmp && icmpType == 8:
		back.DestinationPort = 0*256 + code
		return back, true
	case p.Protocol == icmpv6 && icmpType == 128:
		back.DestinationPort = 129*256 + code
		return back, true
	}
	return Packet{}, false
}

// In reports whether the packet is in the product.
func (p Packet) In(t traffic.Product) bool {
	from, to, service := false, false, false
	for _, r := range t.Sources.Ranges() {
		from = from || between(r.From, p.From, r.To)
	}
	for _, r := range t.Destinations.Ranges() {
		to = to || between(r.From, p.To, r.To)
	}
	for _, r := range t.Services.Ranges() {
		service = service || r.ProtoFrom <= p.Protocol && p.Protocol <= r.ProtoTo &&
			r.SrcFrom <= p.SourcePort && p.SourcePort <= r.SrcTo &&
			r.DstFrom <= p.DestinationPort && p.DestinationPort <= r.DstTo
	}
	return from && to && service
}

func between(from, a, to netip.Addr) bool {
	return from.Is4() == a.Is4() && !a.Less(from) && !to.Less(a)
}

// Decision says what becomes of a packet, and why.
type Decision struct {
	// Permit and Deny say which of the two can be, over all the choices of what
	// cannot be decided. At least one is set.
	Permit, Deny bool
	// Rule is the index of the rule that surely decides, -1 for the default action;
	// if both Permit and Deny are set, that of the first rule that cannot be decided
	// and would do the opposite.
	Rule int
	// Return says that Rule stands in the list that the reply meets.
	Return bool
	// Intent is the index of the first deny that the packet meets, surely or perhaps,
	// and that is not any → any, -1 if there is none.
	Intent int
}

// Decide returns what the ruleset does with the packet, and with its reply where
// replies are filtered.
func Decide(rs *rule.Ruleset, p Packet) Decision {
	d := meet(rs.Rules, rs.Default, p, rule.Established)
	reply, answered := p.Reply()
	if !rs.Stateless || !answered || !d.Permit {
		return d
	}
	rules, fallback := rs.Rules, rs.Default
	if rs.Return != nil {
		rules, fallback = rs.Return, rs.ReturnDefault
	}
	back := meet(rules, fallback, reply, rule.New)
	back.Return = true
	switch {
	case !back.Permit: // surely denied, whatever becomes of the packet
		return back
	case d.Deny:
		return d
	case back.Deny:
		return back
	}
	return d
}

// meet returns what a list of rules does with a packet that is never in the state
// excluded.
func meet(rules []rule.Rule, fallback rule.Action, p Packet, excluded rule.State) Decision {
	var met []int // the rules that match or may match
	undecided := make(map[int]bool)
	intent := -1
	for i := range rules {
		r := &rules[i]
		possible, sure := matches(r, p, excluded)
		if !possible {
			continue
		}
		met = append(met, i)
		undecided[i] = !sure
		if r.Action == rule.Deny && intent < 0 && !r.IsCatchAll() {
			intent = i
		}
		if sure {
			break
		}
	}
	d := Decision{Rule: -1, Intent: intent}
	sure := fallback
	if n := len(met); n > 0 && !undecided[met[n-1]] {
		d.Rule, sure = met[n-1], rules[met[n-1]].Action
		met = met[:n-1]
	}
	for choice := range 1 << len(met) {
		if action := first(rules, met, choice, sure); action == rule.Permit {
			d.Permit = true
		} else {
			d.Deny = true
		}
	}
	if d.Permit && d.Deny {
		d.Rule = met[slices.IndexFunc(met, func(i int) bool { return rules[i].Action != sure })]
	}
	return d
}

// first returns the action of the first of the undecided rules that matches, bit i
// of choice saying whether undecided[i] does, or fallback.
func first(rules []rule.Rule, undecided []int, choice int, fallback rule.Action) rule.Action {
	for bit, i := range undecided {
		if choice>>bit&1 == 1 {
			return rules[i].Action
		}
	}
	return fallback
}

// matches reports whether the rule may match and whether it surely does.
func matches(r *rule.Rule, p Packet, excluded rule.State) (possible, sure bool) {
	if !p.In(r.Traffic) || r.State == excluded {
		return false, false
	}
	sure = len(r.Unknown) == 0
	for _, z := range []struct {
		declared string
		allowed  []string
	}{{p.SourceZone, r.SourceZones}, {p.DestinationZone, r.DestinationZones}} {
		switch {
		case len(z.allowed) == 0:
		case z.declared == "":
			sure = false
		case r.HasZone(z.allowed, z.declared):
		case rule.MayBeEveryZone(z.declared):
			sure = false
		case r.Action == rule.Deny && slices.ContainsFunc(z.allowed, rule.MayBeEveryZone):
			sure = false
		default:
			return false, false
		}
	}
	if r.Pair == rule.AnyPair {
		return true, sure
	}
	for _, zone := range []string{p.SourceZone, p.DestinationZone} {
		if zone == "" || rule.MayBeEveryZone(zone) {
			return true, false
		}
	}
	if (p.SourceZone == p.DestinationZone) != (r.Pair == rule.SameZone) {
		return false, false
	}
	return true, sure
}
