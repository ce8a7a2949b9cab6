package sense

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Destinations are translated before the rules for in, by the first rule that matches:
// forwards of ports, then one to one translations. The source is translated before the
// rules for out, by rules of outbound NAT, which both systems make by themselves unless
// the mode is another one.

// A redirection is a rule that translates what comes in.
type redirection struct {
	e     *element
	zones []string
	match zoned.Match
	text  string
	// to is the only address that it gives; port the first one, 0 if ports stay.
	to   addr.Set
	port uint16
	last uint16
	// both says that it is one to one: sources of match become to, and to becomes them.
	both bool
	// exempt says that it keeps packets from being translated; why tells what is not known.
	exempt bool
	why    []string
}

// forwards returns the forwards of ports, those of the newer model as well, and then one to
// one translations: what comes in is tried in this order (FreeBSD, sys/netpfil/pf/pf_lb.c,
// pf_get_translation: rdr, then binat).
func (c *config) forwards() []redirection {
	var out []redirection
	for _, e := range slices.Concat(c.root.get("nat").all("rule"), c.root.get("OPNsense", "Firewall", "DNat").all("rule")) {
		if !c.switchedOff(e) {
			out = append(out, c.forward(e))
		}
	}
	for _, e := range c.root.get("nat").all("onetoone") {
		if !c.switchedOff(e) {
			out = append(out, c.oneToOne(e))
		}
	}
	for _, kind := range []string{"onetoone", "npt"} {
		others := c.root.get("OPNsense", "Firewall", "Filter", kind).all("rule")
		if kind == "npt" {
			others = slices.Concat(c.root.get("nat").all(kind), others)
		}
		for _, e := range others {
			if !c.switchedOff(e) {
				out = append(out, redirection{e: e, zones: c.natZones(e), match: zoned.AnyMatch(), text: "binat on " + e.value("interface"), why: []string{kind + " is not followed"}})
			}
		}
	}
	return out
}

// switchedOff reports whether a rule of translation is.
func (c *config) switchedOff(e *element) bool {
	return e.get("disabled") != nil && (e.isSet("disabled") || !c.opn) || e.get("enabled") != nil && !e.isSet("enabled")
}

func (c *config) natZones(e *element) []string {
	var zones []string
	for _, name := range words(e.value("interface")) {
		zones = append(zones, c.zonesOf(name)...)
	}
	return zones
}

func (c *config) forward(e *element) redirection {
	r := redirection{e: e, zones: c.natZones(e), text: "rdr on " + e.value("interface"), exempt: e.get("nordr") != nil && (e.isSet("nordr") || e.value("nordr") == "")}
	var p entry
	family := e.value("ipprotocol")
	if family == "" {
		family = "inet"
	}
	from, to := all("any"), c.legacyEnd(e, "destination")
	if source := e.get("source"); source != nil && len(source.children) > 0 {
		from = c.legacyEnd(e, "source")
	}
	c.match(&p, e, family, from, to)
	r.why = p.Unknown
	if len(p.Matches) == 1 {
		r.match = p.Matches[0]
	} else {
		r.match = zoned.AnyMatch()
		r.why = append(r.why, "is for both versions")
	}
	if !r.match.Sources.IsExact() || !r.match.Destinations.IsExact() || !r.match.Services.IsExact() {
		r.why = known.Reasons(r.why, slices.Concat(r.match.Sources.Why, r.match.Destinations.Why, r.match.Services.Why))
	}
	r.text = fmt.Sprintf("rdr on %s proto %s from %s to %s port %s -> %s port %s", e.value("interface"), e.value("protocol"), from.text, to.text, to.portText, e.value("target"), e.value("local-port"))
	r.target(c, to)
	return r
}

// target reads what the forward gives.
func (r *redirection) target(c *config, to end) {
	if e := r.e.get("associated-rule-id"); e != nil && e.text == "pass" || r.e.isSet("pass") && r.e.value("pass") == "pass" {
		r.why = known.Reasons(r.why, []string{"pass lets it by the rules"})
	}
	if r.e.get("natreflection") != nil && strings.Contains(r.e.value("natreflection"), "enable") || r.e.value("natreflection") == "purenat" {
		r.why = known.Reasons(r.why, []string{"reflects what comes from inside"})
	}
	if r.exempt {
		return
	}
	target := c.address(r.e.value("target"))
	if !target.IsExact() || len(target.Sure.Ranges()) != 1 || !target.Sure.Ranges()[0].IsSingle() {
		r.why = known.Reasons(r.why, []string{"the target " + r.e.value("target") + " is not one address"})
		return
	}
	r.to = target.Sure
	text := r.e.value("local-port")
	if text == "" {
		return
	}
	runs, ok := portRange(text)
	if !ok || len(runs.Runs()) != 1 || len(to.ports.Sure.Runs()) != 1 {
		r.why = known.Reasons(r.why, []string{"the port " + text + " of the target is not read"})
		return
	}
	run, asked := runs.Runs()[0], to.ports.Sure.Runs()[0]
	if run.From != run.To || to.portText == "" {
		r.why = known.Reasons(r.why, []string{"the port " + text + " of the target is not read"})
		return
	}
	r.port, r.last = run.From, run.From+(asked.To-asked.From)
	if int(run.From)+int(asked.To-asked.From) > 65535 {
		r.why = known.Reasons(r.why, []string{"the ports of the target go beyond the last"})
	}
}

// possible returns all that may match as what does.
func possible(m zoned.Match) zoned.Match {
	return zoned.Match{Sources: known.Exactly(m.Sources.Possible), Destinations: known.Exactly(m.Destinations.Possible), Services: known.Exactly(m.Services.Possible)}
}

// redirections returns what is in doubt in the list in, and in the list out if rules of the
// user are asked there.
func (c *config) redirections(user []entry) (in, out []entry) {
	for _, r := range c.forwards() {
		if r.exempt {
			continue
		}
		m := possible(r.match)
		if r.both {
			m.Sources, m.Destinations = known.Exactly(addr.Any4()), known.Exactly(r.to)
			out = append(out, leaveOpen(r.e.line, r.text, "the source is translated before the rules for out compare it", possible(r.match), r.zones...))
		}
		e := leaveOpen(r.e.line, r.text, "the destination is translated before the rules compare it", m, r.zones...)
		in = append(in, e)
		e.zones = nil
		out = append(out, e)
	}
	if !slices.ContainsFunc(user, func(e entry) bool { return e.out && !e.disabled && !e.none }) {
		return in, nil
	}
	for _, t := range c.outbound() {
		m := zoned.Match{Sources: known.Exactly(t.Match.Sources), Destinations: known.Exactly(t.Match.Destinations), Services: known.Exactly(t.Match.Services)}
		out = append(out, leaveOpen(t.Line, t.Text, "the source is translated before the rules for out compare it", m, t.To...))
	}
	return in, out
}

// translations returns the rules of address translation.
func (c *config) translations() []device.Translation {
	var out []device.Translation
	for _, r := range c.forwards() {
		m := possible(r.match)
		t := device.Translation{
			Name: r.e.value("descr"), Line: r.e.line, Text: r.text, Search: device.SearchDestination, From: r.zones, Unknown: r.why,
			Match: traffic.Product{Sources: m.Sources.Possible, Destinations: m.Destinations.Possible, Services: m.Services.Possible},
		}
		switch {
		case t.Match.IsEmpty():
			continue
		case len(r.why) > 0:
			t.Search, t.From, t.Reverse = device.SearchBoth, nil, true
			t.Source, t.Destination = device.Mapping{Kind: device.Dynamic}, device.Mapping{Kind: device.Dynamic}
		case r.both:
			t = r.binat(t)
		case !r.exempt:
			t.Destination = device.Mapping{Kind: device.Static, To: r.to, FirstPort: r.port, LastPort: r.last}
		}
		out = append(out, t)
	}
	return append(out, c.outbound()...)
}

// outbound returns what is done to sources: by rules of the user, which are not followed, or
// else to the address of each interface that has a gateway, for the networks of the others.
func (c *config) outbound() []device.Translation {
	e := c.root.get("nat", "outbound")
	mode, line := e.value("mode"), c.root.line
	if e != nil {
		line = e.line
	}
	newer := c.root.get("OPNsense", "Firewall", "Filter", "snatrules").all("rule")
	rules := len(e.all("rule"))+len(newer) > 0
	var out []device.Translation
	if len(newer) > 0 || rules && (mode == "advanced" || mode == "hybrid") {
		out = append(out, device.Translation{
			Line: line, Text: "outbound NAT: " + mode, Search: device.SearchSource, Match: traffic.Any(), Source: device.Mapping{Kind: device.Dynamic},
			Unknown: []string{"rules of outbound NAT are not followed"},
		})
	}
	if mode == "disabled" || mode == "advanced" {
		return out
	}
	var inside []addr.Set
	for _, s := range c.interfaces {
		if !s.hasGateway() {
			inside = append(inside, s.networks.Sure.Intersect(addr.Any4()))
		}
	}
	for _, s := range c.interfaces {
		if s.hasGateway() {
			out = append(out, s.masquerade(line, addr.UnionOf(slices.Clone(inside)))...)
		}
	}
	return out
}

// hasGateway reports whether what leaves by the interface goes to the network of a provider.
func (s *side) hasGateway() bool {
	return s.e.value("gateway") != "" && s.e.value("gateway") != "none" || s.e.value("ipaddr") != "" && s.own.Sure.IsEmpty()
}

// masquerade returns the translation of inside networks to the address of the interface.
// Whether other sources are translated is not known.
func (s *side) masquerade(line int, inside addr.Set) []device.Translation {
	t := device.Translation{
		Line: line, Text: "automatic outbound NAT on " + s.name, Search: device.SearchSource, To: []string{s.name},
		Match:  traffic.Product{Sources: inside, Destinations: addr.Any4(), Services: service.Any()},
		Source: device.Mapping{Kind: device.Dynamic, FirstPort: 1, LastPort: 65535},
	}
	if own := s.own.Sure.Intersect(addr.Any4()); s.own.IsExact() {
		t.Source.To = own
	}
	rest := t
	rest.Match.Sources = addr.Any4().Subtract(inside)
	rest.Source.To, rest.Unknown = addr.Set{}, []string{"outbound NAT translates networks that are not of an interface too, as of tunnels"}
	if inside.IsEmpty() {
		return []device.Translation{rest}
	}
	return []device.Translation{t, rest}
}
