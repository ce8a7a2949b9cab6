package ios

import (
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
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

// appendRules appends what the entry means: one rule, or a permit and a deny where
// it cannot be known which it is. w is memory to work in.
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
	if e.standard {
		r.standard(&base, w)
	} else {
		r.extended(&base, w)
	}
	return append(out, base)
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
func (r *resolver) standard(out *rule.Rule, w *words) {
	out.Traffic = r.everything()
	from := r.address(w, true)
	out.Traffic.Sources = from.set
	if from.reason != "" {
		out.Unknown = append(out.Unknown, from.reason)
	}
	if w.take("log") {
		r.logCookie(w)
	}
	if !w.done() && !from.lost {
		// The line may be of another kind altogether, so that its first address is
		// not to be trusted either.
		out.Traffic.Sources = family(r.v6)
		out.Unknown = append(out.Unknown, notUnderstood(w))
	}
}

func notUnderstood(w *words) string { return fmt.Sprintf("%q is not understood", w.rest()) }

// extended reads "PROTOCOL SOURCE [PORTS] DESTINATION [PORTS] [CONDITIONS]".
func (r *resolver) extended(out *rule.Rule, w *words) {
	out.Traffic = r.everything()
	unknown := func(reason string) {
		if reason != "" {
			out.Unknown = append(out.Unknown, reason)
		}
	}
	if w.peek() == "vlan" { // EOS: "permit vlan 10 0xfff ip …"
		unknown(w.span(3))
	}
	proto, services, reason := r.protocol(w)
	unknown(reason)
	out.Traffic.Services = services

	from := r.address(w, false)
	out.Traffic.Sources = from.set
	unknown(from.reason)
	if from.lost {
		return
	}
	src, dst := ports{spans: allPorts}, ports{spans: allPorts}
	if proto.hasPorts() {
		src = r.ports(proto.number, w)
		unknown(src.reason)
	}
	to := r.address(w, false)
	out.Traffic.Destinations = to.set
	unknown(to.reason)
	if to.lost {
		if src.listed {
			src.spans = allPorts // what followed may belong to the list
		}
		unknown(r.setPorts(out, proto, src, dst))
		return
	}
	switch {
	case proto.hasPorts():
		dst = r.ports(proto.number, w)
		unknown(dst.reason)
	case proto.hasTypes():
		if m, ok := icmpMessage(proto.number, w); ok {
			out.Traffic.Services = r.services(m.services(proto.number))
		}
	}
	c := r.conditions(out.Action, proto, w)
	out.State = c.state
	for _, reason := range c.reasons {
		unknown(reason)
	}
	if c.unread {
		// A port that is not known, or an ICMP message: the field before it may be
		// wider than what was read of it.
		dst = ports{spans: allPorts}
		if proto.hasTypes() {
			out.Traffic.Services = r.services(proto.whole())
		}
	}
	unknown(r.setPorts(out, proto, src, dst))
	if c.fragments {
		out.Traffic.Services = service.Set{}
	}
}

// protocol reads the protocol field. For a group or a name that is not known the
// protocol is any, and services are what can be said.
func (r *resolver) protocol(w *words) (protocol, service.Set, string) {
	if w.take("object-group") {
		g, reason := r.group(serviceGroup, w.next())
		if reason != "" {
			return protocol{any: true}, service.Any(), reason
		}
		return protocol{any: true}, g.services, ""
	}
	word := w.next()
	p, ok := protocolOf(lower(word), r.v6)
	if !ok {
		reason := fmt.Sprintf("protocol %q is not known to %s", word, r.dialect.title())
		if word == "" {
			reason = "the protocol is missing"
		}
		return protocol{any: true}, service.Any(), reason
	}
	return p, r.services(p.whole()), ""
}

// setPorts restricts the services of a rule whose protocol has ports.
func (r *resolver) setPorts(out *rule.Rule, proto protocol, src, dst ports) (reason string) {
	if !proto.hasPorts() {
		return ""
	}
	n := len(src.spans) * len(dst.spans)
	switch {
	case n == 1:
		out.Traffic.Services = r.services(appendBoxes(nil, proto.number, src.spans, dst.spans)[0])
		return ""
	case n > maxBoxes && len(src.spans) > 1 && len(dst.spans) > 1:
		return fmt.Sprintf("it combines %d source ports with %d destination ports", len(src.spans), len(dst.spans))
	}
	key := boxKey{proto.number, src.group, dst.group}
	shared := key.src != nil && (key.dst != nil || dst.all()) || key.dst != nil && src.all()
	if set, ok := r.boxes[key]; ok && shared {
		out.Traffic.Services = set
		return ""
	}
	if r.boxesLeft -= n; r.boxesLeft < 0 {
		return fmt.Sprintf("the entries of the file combine more than %d ports", maxFileBoxes)
	}
	out.Traffic.Services = service.SetOf(appendBoxes(nil, proto.number, src.spans, dst.spans)...)
	if shared {
		r.boxes[key] = out.Traffic.Services
	}
	return ""
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
		if eos {
			implied.Unknown = []string{"EOS is not known to permit neighbour discovery implicitly"}
		}
		out = append(out, implied)
	}
	return out
}
