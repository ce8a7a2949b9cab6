package pf

import (
	"net/netip"
	"slices"
	"strconv"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// For what goes out "binat on" is tried and then "nat on", for what comes in "rdr on" and then
// "binat on", each kind in its order until one matches (FreeBSD, sys/netpfil/pf/pf_lb.c,
// pf_get_translation; pf.conf(5), TRANSLATION, says that binat comes first in both).
// The options nat-to, rdr-to, binat-to and af-to of
// filter rules (OpenBSD, pf.conf(5), TRANSLATION) take part in the search of filter rules,
// which is not followed: what their rules match is in doubt.

// translate notes what a rule of translation does. Of a binat that is followed it returns
// the addresses outside.
func (p *parser) translate(s *statement, r *reader, kind string, pass bool) (outside addr.Set) {
	t := device.Translation{Line: s.line, Text: s.text, Search: device.SearchSource}
	m := possible(r.match())
	t.Match = traffic.Product{Sources: m.Sources.Possible, Destinations: m.Destinations.Possible, Services: m.Services.Possible}
	t.Unknown = known.Reasons(slices.Clone(r.unknown), slices.Concat(r.either, r.match().Sources.Why, r.match().Destinations.Why, r.match().Services.Why))
	if pass {
		t.Unknown = known.Reasons(t.Unknown, []string{"pass lets it by the filter rules"})
	}
	if len(p.rs.groups) > 0 {
		t.Unknown = known.Reasons(t.Unknown, []string{"a group may hold the interface of the rule"})
	}
	if r.broken != "" {
		m = zoned.AnyMatch()
	}
	if r.broken != "" || len(t.Unknown) > 0 {
		p.rs.mayTranslate(s, kind, m, append(t.Unknown, "what the rule gives is not followed")...)
		return addr.Set{}
	}
	if kind == "binat" {
		return p.oneToOne(s, r, t)
	}
	m2, why := target(r, kind)
	if why != "" {
		t.Unknown = []string{why}
	}
	if kind == "rdr" {
		t.Search, t.From, t.Destination = device.SearchDestination, r.on, m2
	} else {
		t.To, t.Source = r.on, m2
	}
	for _, family := range []addr.Set{addr.Any4(), addr.Any6()} {
		one := t
		one.Match.Sources, one.Match.Destinations = t.Match.Sources.Intersect(family), t.Match.Destinations.Intersect(family)
		if !one.Match.IsEmpty() && (m2.To.IsEmpty() || m2.To.Overlaps(family)) {
			p.rs.translations = append(p.rs.translations, one)
		}
	}
	return addr.Set{}
}

// oneToOne notes a rule that exchanges an address, or a network of them, for another one
// of its size, in both directions. Ports stay. It returns the addresses outside, none if
// the rule is not followed.
func (p *parser) oneToOne(s *statement, r *reader, t device.Translation) addr.Set {
	rest := afterArrow(r)
	to, err := netip.Prefix{}, error(nil)
	if len(rest) == 1 && rest[0].word {
		if to, err = netip.ParsePrefix(rest[0].text); err != nil {
			var a netip.Addr
			if a, err = netip.ParseAddr(rest[0].text); err == nil {
				to = netip.PrefixFrom(a, a.BitLen())
			}
		}
	}
	if from := t.Match.Sources.Ranges(); err != nil || !to.IsValid() || len(from) != 1 || from[0].Is4() != to.Addr().Is4() ||
		from[0] != addr.RangeOfPrefix(netip.PrefixFrom(from[0].From, to.Bits()).Masked()) {
		p.rs.mayTranslate(s, "binat", zoned.AnyMatch(), "what the rule gives is not read")
		return addr.Set{}
	}
	to = to.Masked()
	t.To, t.Reverse = r.on, true
	t.Source = device.Mapping{Kind: device.Static, To: addr.SetOf(addr.RangeOfPrefix(to))}
	t.Match.Destinations = t.Match.Destinations.Intersect(familyOf(to))
	if !t.Match.IsEmpty() {
		p.rs.binats = append(p.rs.binats, t)
	}
	return t.Source.To
}

func familyOf(p netip.Prefix) addr.Set {
	if p.Addr().Is4() {
		return addr.Any4()
	}
	return addr.Any6()
}

// afterArrow returns what follows the arrow of a rule.
func afterArrow(r *reader) []token {
	rest := r.tokens[min(r.at, len(r.tokens)):]
	for len(rest) > 0 && !rest[0].word && (rest[0].text == "->" || rest[0].text == ">" || rest[0].text == "-") {
		rest = rest[1:]
	}
	return rest
}

// target reads what follows the arrow: one address with a port, or something whose
// addresses are not in the text.
func target(r *reader, kind string) (m device.Mapping, why string) {
	rest := afterArrow(r)
	m = device.Mapping{Kind: device.Dynamic}
	if kind == "nat" {
		m.FirstPort, m.LastPort = 1, 65535
	}
	if len(rest) == 0 || !rest[0].word {
		if kind == "rdr" {
			return m, "what the rule gives is not read"
		}
		return m, "" // some address that is not in the text
	}
	a, err := netip.ParseAddr(rest[0].text)
	switch {
	case err != nil && kind == "rdr":
		return m, "what the rule gives is not read"
	case err != nil:
		return m, ""
	}
	m.To = addr.SetOf(addr.RangeOf(a, a))
	if kind == "nat" {
		return m, ""
	}
	m.Kind = device.Static
	switch {
	case len(rest) == 1:
	case len(rest) == 3 && rest[1].text == "port":
		n, err := strconv.ParseUint(rest[2].text, 10, 16)
		if err != nil || n == 0 {
			return device.Mapping{Kind: device.Dynamic}, "the port that the rule gives is not read"
		}
		m.FirstPort, m.LastPort = uint16(n), uint16(n)
	default:
		return device.Mapping{Kind: device.Dynamic}, "what the rule gives is not read"
	}
	return m, ""
}

// exempt notes "no nat" and "no rdr". What "no binat" does with packets that come in is not
// documented.
func (p *parser) exempt(s *statement, r *reader, kind string) {
	m := r.match()
	if r.broken != "" {
		m = zoned.AnyMatch()
	}
	if r.broken != "" || kind == "binat" || len(r.unknown)+len(r.either) > 0 || !m.Sources.IsExact() || !m.Destinations.IsExact() || !m.Services.IsExact() || len(p.rs.groups) > 0 {
		p.rs.mayTranslate(s, kind, possible(m), "whether the exception matches is not known")
		return
	}
	t := device.Translation{Line: s.line, Text: s.text, Search: device.SearchSource, To: r.on}
	if kind == "rdr" {
		t.Search, t.From, t.To = device.SearchDestination, r.on, nil
	}
	t.Match = traffic.Product{Sources: m.Sources.Possible, Destinations: m.Destinations.Possible, Services: m.Services.Possible}
	if !t.Match.IsEmpty() {
		p.rs.translate(kind, t)
	}
}

// translate adds a translation in the order of the kinds.
func (rs *ruleset) translate(kind string, t device.Translation) {
	if kind == "binat" {
		rs.binats = append(rs.binats, t)
		return
	}
	rs.translations = append(rs.translations, t)
}

// searched returns the translations in the order in which they are searched. A binat comes
// before the others, but behind redirections of an address that it has outside, and behind
// what may translate before these.
func (rs *ruleset) searched() []device.Translation {
	last := -1
	for i := range rs.translations {
		t := &rs.translations[i]
		if t.Search == device.SearchDestination && slices.ContainsFunc(rs.binats, func(b device.Translation) bool {
			return t.Match.Destinations.Overlaps(b.Source.To) && (len(t.From) == 0 || len(b.To) == 0 || slices.ContainsFunc(b.To, func(on string) bool { return slices.Contains(t.From, on) }))
		}) {
			last = i
		}
	}
	var before, after []device.Translation
	for i, t := range rs.translations {
		if i <= last && t.Search != device.SearchSource {
			before = append(before, t)
		}
		if i > last || t.Search != device.SearchDestination {
			after = append(after, t)
		}
	}
	return slices.Concat(before, rs.binats, after)
}

// mayTranslate says that packets which match may be translated, both ends and both ways.
func (rs *ruleset) mayTranslate(s *statement, kind string, m zoned.Match, why ...string) {
	t := device.Translation{
		Line: s.line, Text: s.text, Match: traffic.Product{Sources: m.Sources.Possible, Destinations: m.Destinations.Possible, Services: m.Services.Possible},
		Source: device.Mapping{Kind: device.Dynamic}, Destination: device.Mapping{Kind: device.Dynamic}, Reverse: true, Unknown: known.Reasons(nil, why),
	}
	if !t.Match.IsEmpty() {
		rs.translate(kind, t)
	}
}
