package nftables

import (
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// among returns the packets where the field has one of the values.
func (l *lowerer) among(f *field, values []expr, text string) ([]netfilter.Packets, bool) {
	sets, ok := l.amongSure(f, values, text)
	return f.andOdd(sets, text), ok
}

// andOdd adds the packets of which it cannot be told.
func (f *field) andOdd(sets []netfilter.Packets, text string) []netfilter.Packets {
	if f.odd.IsEmpty() {
		return sets
	}
	return append(sets, f.odd.Because(text+" of a protocol without ports"))
}

func (l *lowerer) amongSure(f *field, values []expr, text string) ([]netfilter.Packets, bool) {
	switch {
	case f.side != nil:
		return l.onInterfaces(f, values)
	case f.state:
		states, ok := parseStates(values)
		return l.connection(states, text), ok
	case f.direction:
		return l.direction(values, text)
	case f.bits:
		var wanted []uint8
		for _, v := range values {
			n, ok := parseBits(v)
			if !ok {
				return nil, false
			}
			wanted = append(wanted, n)
		}
		return netfilter.Flags(func(b uint8) bool { return slices.Contains(wanted, b) }, text), true
	}
	box, ok := f.box(values)
	return nonEmpty(box), ok
}

// box returns the packets whose field, an address or a number, has one of the values.
func (f *field) box(values []expr) (netfilter.Packets, bool) {
	if f.address == nil {
		return f.boxOfNumbers(values)
	}
	if len(values) == 1 {
		s, ok := parseAddresses(values[0], f.all)
		return f.address(s), ok
	}
	ranges := make([]addr.Range, 0, len(values))
	for _, v := range values {
		s, ok := parseAddresses(v, f.all)
		if !ok {
			return netfilter.Packets{}, false
		}
		ranges = append(ranges, s.Ranges()...)
	}
	return f.address(addr.SetOf(ranges...)), true
}

// boxOfNumbers joins the values in one service set where that is what the field is
// about, so that a set of ports is one set of packets.
func (f *field) boxOfNumbers(values []expr) (netfilter.Packets, bool) {
	var out netfilter.Packets
	var ranges []service.Range
	for _, v := range values {
		from, to, ok := f.parseNumbers(v)
		if !ok {
			return netfilter.Packets{}, false
		}
		p := f.holds(from, to)
		switch {
		case p.IsEmpty():
			continue
		case out.IsEmpty():
			out = p
		case !out.Traffic.Sources.Equal(p.Traffic.Sources):
			// Two values of one field differ in services, or in the family.
			out.Traffic.Sources = out.Traffic.Sources.Union(p.Traffic.Sources)
			out.Traffic.Destinations = out.Traffic.Destinations.Union(p.Traffic.Destinations)
		}
		if len(values) > 1 {
			ranges = append(ranges, p.Traffic.Services.Ranges()...)
		}
	}
	if len(values) > 1 && !out.IsEmpty() {
		out.Traffic.Services = service.SetOf(ranges...)
	}
	return out, true
}

func nonEmpty(sets ...netfilter.Packets) []netfilter.Packets {
	out := sets[:0]
	for i := range sets {
		if !sets[i].IsEmpty() {
			out = append(out, sets[i])
		}
	}
	return out
}

func parseStates(values []expr) (states netfilter.ConnStates, ok bool) {
	for _, v := range values {
		s, known := connStates[v.text]
		switch {
		case v.kind == everything:
			states = allStates
		case v.kind != literal || !known:
			return 0, false
		}
		states |= s
	}
	return states, true
}

// parseBits reads TCP flags: one, or several together.
func parseBits(v expr) (bits uint8, ok bool) {
	if v.kind == flags {
		for _, a := range v.args {
			b, ok := parseBits(a)
			if !ok {
				return 0, false
			}
			bits |= b
		}
		return bits, true
	}
	n, ok := tcpFlags(v.text)
	return uint8(n), ok && v.kind == literal && n < 256
}

// direction reads "original" or "reply".
func (l *lowerer) direction(values []expr, text string) ([]netfilter.Packets, bool) {
	var out []netfilter.Packets
	for _, v := range values {
		state := netfilter.First
		switch v.text {
		case "original", "0":
		case "reply", "1":
			state = netfilter.Later
		default:
			return nil, false
		}
		for _, p := range l.ofConnections(text) {
			p.State &= state
			out = append(out, nonEmpty(p)...)
		}
	}
	return out, true
}

// connection returns the packets in one of the states.
func (l *lowerer) connection(states netfilter.ConnStates, text string) []netfilter.Packets {
	sets := netfilter.Connection(states, l.tracking, text)
	if len(l.untracked) == 0 {
		return sets
	}
	return netfilter.WithUntracked(sets, l.untracked, states, text+": the ruleset exempts traffic from connection tracking (notrack)")
}

// onInterfaces returns the packets of the interfaces.
func (l *lowerer) onInterfaces(f *field, values []expr) ([]netfilter.Packets, bool) {
	set, ok := f.interfaces(values)
	if !ok {
		return nil, false
	}
	return nonEmpty(both(f.has, f.side(set))), true
}

// offInterfaces returns the packets of none of the interfaces.
func (l *lowerer) offInterfaces(f *field, values []expr) ([]netfilter.Packets, bool) {
	set, ok := f.interfaces(values)
	if !ok || f.isNowhere() {
		return nil, false
	}
	return nonEmpty(both(f.has, f.side(set.Complement()))), true
}

// interfaces returns the interfaces that the values name, or stand for as patterns (eth*).
// Of a number that stands for an interface it is not known which one that is.
func (f *field) interfaces(values []expr) (set netfilter.Interfaces, ok bool) {
	set = netfilter.Only()
	for _, v := range values {
		if v.kind == everything {
			return netfilter.Interfaces{}, true
		}
		if v.kind != literal || v.text == "" {
			return set, false
		}
		if _, err := strconv.Atoi(v.text); err == nil && f.index {
			return set, false
		}
		if prefix, pattern := isPattern(v.text); pattern {
			set = set.Or(netfilter.Like(prefix))
		} else {
			set = set.Or(netfilter.Only(strings.ReplaceAll(v.text, `\*`, "*")))
		}
	}
	return set, true
}

// amongTuples returns the packets whose fields, side by side, have one of the
// values.
func (l *lowerer) amongTuples(fields []*field, values []expr, text string) ([]netfilter.Packets, bool) {
	var out []netfilter.Packets
	for _, v := range values {
		tuple := v.args
		switch {
		case v.kind == everything:
			tuple = make([]expr, len(fields))
			for i := range tuple {
				tuple[i] = v
			}
		case v.kind != concat || len(v.args) != len(fields):
			return nil, false
		}
		sets := []netfilter.Packets{netfilter.All()}
		for i, f := range fields {
			next, ok := l.among(f, tuple[i:i+1], text)
			if !ok {
				return nil, false
			}
			if sets, ok = netfilter.Both(sets, next); !ok {
				return nil, false
			}
		}
		out = append(out, sets...)
	}
	return merge(out), true
}

// merge joins sets that differ in one of sources, destinations and services. What
// has interfaces or doubts stays as it is.
func merge(sets []netfilter.Packets) []netfilter.Packets {
	if len(sets) < 2 {
		return sets
	}
	var rest []netfilter.Packets
	var products []traffic.Product
	for _, s := range sets {
		if s.Sure() && s.In.IsEvery() && s.Out.IsEvery() && s.State == netfilter.AnyState {
			products = append(products, s.Traffic)
		} else {
			rest = append(rest, s)
		}
	}
	if len(products) == 0 {
		return rest
	}
	for _, t := range traffic.Merge(products) {
		p := netfilter.All()
		p.Traffic = t
		rest = append(rest, p)
	}
	return rest
}
