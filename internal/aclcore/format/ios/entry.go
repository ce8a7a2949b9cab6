package ios

import (
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/port"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

const (
	// maxBoxes bounds the source ports times destination ports of one entry.
	maxBoxes = 4096
	// maxFileBoxes bounds them for all the entries of a file, about 40 MB.
	maxFileBoxes = 1 << 22
)

// boxKey names the services of an entry whose ports are of groups.
type boxKey struct {
	protocol uint8
	src, dst *group // nil for all ports
}

// appendRules appends what the entry means: one rule, or two where it is known in part
// (see [ace.rules]), or a permit and a deny where it cannot be known which it is. w is memory to work in.
func (r *resolver) appendRules(out []rule.Rule, e entry, w *words) []rule.Rule {
	w.cut(e.body)
	base := rule.Rule{Line: int(e.line), Text: e.text}
	switch w.peek() {
	case "dynamic":
		// "dynamic NAME [timeout N] permit …", or as show prints it, "Dynamic NAME
		// permit …": it applies while a user is logged in.
		w.skip(1)
		base.Unknown = append(base.Unknown, "dynamic "+w.next())
		if w.take("timeout") {
			w.skip(1)
		}
	case "evaluate":
		w.skip(1)
		base.Action = rule.Permit
		base.Traffic = r.everything()
		base.Unknown = []string{fmt.Sprintf("evaluate %s permits the answers of sessions that a reflect entry has seen", w.rest())}
		return append(out, base)
	}
	switch w.peek() {
	case "permit":
		base.Action = rule.Permit
	case "deny":
		base.Action = rule.Deny
	default:
		return r.appendEither(out, base)
	}
	w.skip(1)
	read := r.extended
	if e.standard {
		read = func(_ rule.Action, w *words) ace { return r.standard(w) }
	}
	is := read(base.Action, w)
	return is.rules(out, base)
}

// appendEither appends a rule that may be a permit or a deny of anything.
func (r *resolver) appendEither(out []rule.Rule, base rule.Rule) []rule.Rule {
	base.Traffic = r.everything()
	base.Unknown = append(base.Unknown, "the line is not understood")
	permit, deny := base, base
	permit.Action, deny.Action = rule.Permit, rule.Deny
	return append(out, permit, deny)
}

// everything returns all traffic that the list can see.
func (r *resolver) everything() traffic.Product {
	all := family(r.v6)
	return traffic.Product{Sources: all, Destinations: all, Services: service.Any()}
}

// standard reads "SOURCE [log]".
func (r *resolver) standard(w *words) ace {
	out := r.anything()
	from := r.address(w, true)
	out.from, out.masks.Source = from.addresses, from.mask
	if w.take("log") {
		r.logCookie(w)
	}
	if !w.done() && !from.lost {
		// The line may be of another kind altogether, so that its first address is
		// not to be trusted either.
		out.from, out.masks.Source = known.Exactly(family(r.v6)), nil
		out.doubt(notUnderstood(w))
	}
	return out
}

func notUnderstood(w *words) string { return fmt.Sprintf("%q is not understood", w.rest()) }

// extended reads "PROTOCOL SOURCE [PORTS] DESTINATION [PORTS] [CONDITIONS]".
func (r *resolver) extended(action rule.Action, w *words) ace {
	out := r.anything()
	if w.peek() == "vlan" { // EOS: "permit vlan 10 0xfff ip …"
		out.doubt(w.span(3))
	}
	proto, services := r.protocol(w)
	out.services = services

	from := r.address(w, false)
	out.from, out.masks.Source = from.addresses, from.mask
	if from.lost {
		return out
	}
	src, dst := everyPort(), everyPort()
	if proto.hasPorts() {
		src = r.ports(proto.number, w)
	}
	to := r.address(w, false)
	out.to, out.masks.Destination = to.addresses, to.mask
	if to.lost {
		if src.listed {
			src = everyPort() // what followed may belong to the list
		}
		r.setPorts(&out, proto, src, dst)
		return out
	}
	switch {
	case proto.hasPorts():
		dst = r.ports(proto.number, w)
	case proto.hasTypes():
		if m, ok := icmpMessage(proto.number, w); ok {
			out.services = known.Exactly(r.services(m.services(proto.number)))
		}
	}
	c := r.conditions(action, proto, w)
	out.state = c.state
	for _, reason := range c.reasons {
		out.doubt(reason)
	}
	if c.unread {
		// A port that is not known, or an ICMP message: the field before it may be
		// wider than what was read of it.
		dst = everyPort()
		if proto.hasTypes() {
			out.services = known.Exactly(r.services(proto.whole()))
		}
	}
	r.setPorts(&out, proto, src, dst)
	if c.fragments {
		out.services = known.Exactly(service.Set{})
	}
	return out
}

// protocol reads the protocol field. For a group or a name that is not known the
// protocol is any, and services are what can be said.
func (r *resolver) protocol(w *words) (protocol, services) {
	if w.take("object-group") {
		return protocol{any: true}, r.group(serviceGroup, w.next()).services
	}
	word := w.next()
	p, ok := protocolOf(lower(word), r.v6)
	switch {
	case word == "":
		return protocol{any: true}, known.AtMost(service.Any(), "the protocol is missing")
	case !ok:
		return protocol{any: true}, known.AtMost(service.Any(), fmt.Sprintf("protocol %q is not known to %s", word, r.dialect.title()))
	}
	return p, known.Exactly(r.services(p.whole()))
}

// setPorts restricts the services of an entry whose protocol has ports.
func (r *resolver) setPorts(out *ace, proto protocol, src, dst ports) {
	if !proto.hasPorts() {
		return
	}
	n := port.Boxes(src.Possible, dst.Possible)
	switch {
	case n == 1 && src.IsExact() && dst.IsExact():
		s, d := src.Sure.Runs()[0], dst.Sure.Runs()[0]
		out.services = known.Exactly(r.services(service.Range{
			ProtoFrom: proto.number, ProtoTo: proto.number, SrcFrom: s.From, SrcTo: s.To, DstFrom: d.From, DstTo: d.To,
		}))
		return
	case n > maxBoxes && len(src.Possible.Runs()) > 1 && len(dst.Possible.Runs()) > 1:
		out.services = known.AtMost(r.services(proto.whole()), fmt.Sprintf(
			"it combines %d source ports with %d destination ports", len(src.Possible.Runs()), len(dst.Possible.Runs())))
		return
	}
	key := boxKey{proto.number, src.group, dst.group}
	shared := key.src != nil && (key.dst != nil || dst.Sure.IsAll()) || key.dst != nil && src.Sure.IsAll()
	if set, ok := r.boxes[key]; ok && shared {
		out.services = set
		return
	}
	if r.boxesLeft -= n; r.boxesLeft < 0 {
		out.services = known.AtMost(r.services(proto.whole()), fmt.Sprintf("the entries of the file combine more than %d ports", maxFileBoxes))
		return
	}
	out.services = boxesOf(proto.number, src.portSet, dst.portSet)
	if shared {
		r.boxes[key] = out.services
	}
}

// services returns the set of one range, shared like [resolver.ranges].
func (r *resolver) services(of service.Range) service.Set {
	set, ok := r.box[of]
	if !ok {
		set = service.SetOf(of)
		r.box[of] = set
	}
	return set
}

// implicit returns the permits of neighbour discovery that stand before the
// implicit deny of an IPv6 list.
func (r *resolver) implicit(eos bool, place string) []rule.Rule {
	permits := []struct {
		name     string
		icmpType uint8
	}{{"nd-na", 136}, {"nd-ns", 135}, {"router-advertisement", 134}, {"router-solicitation", 133}}
	if r.dialect != NXOS {
		permits = permits[:2]
	}
	out := make([]rule.Rule, 0, len(permits))
	for _, p := range permits {
		implied := rule.Rule{
			Text:   fmt.Sprintf("permit icmp any any %s (implicit)", p.name),
			Place:  place,
			Action: rule.Permit,
			Traffic: traffic.Product{
				Sources: addr.Any6(), Destinations: addr.Any6(),
				Services: r.services(service.Type(service.ICMPv6, p.icmpType)),
			},
		}
		switch {
		case eos:
			implied.Unknown = []string{"EOS is not known to permit neighbour discovery implicitly"}
		case r.dialect == NXOS: // Nexus 7000 guide, chapter IP ACLs, against Nexus 9000 guide 9.x
			implied.Unknown = []string{"not every NX-OS switch permits neighbour discovery implicitly"}
		}
		out = append(out, implied)
	}
	return out
}
