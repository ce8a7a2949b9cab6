package topology

import (
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A hit is a part of a piece and the rule that a search found for it, nil for none.
type hit struct {
	piece
	rule *natRule
	// doubt says why it cannot be known what becomes of it, nil if it can.
	doubt *match.Index
	// unsure says that the rule, or an earlier one, may decide about the source or not.
	unsure bool
}

// destinationSearch searches the rules for packets that enter by a side.
type destinationSearch struct {
	n  *node
	in *side
	// outs are the sides by which the packets would leave by their destination as it is.
	outs []*side
	// zone is the zone of that destination.
	zone int
	hits []hit
}

// find finds what becomes of the destination of the piece.
func (s *destinationSearch) find(p piece) []hit {
	s.search(p, s.n.nat.byDestination.of(p.destinations()), nil)
	return s.hits
}

// search tries the rules in order. unsure is a rule that may have ended the search
// before, nil if none.
func (s *destinationSearch) search(p piece, rules []int, unsure *natRule) {
	for i, k := range rules {
		r := &s.n.nat.destinations[k]
		if p.isEmpty() {
			return
		}
		if !s.in.among(r.from) || r.vague && s.zone != s.in.zone {
			continue
		}
		in, out, mixed := p.cut(r.match)
		if in.isEmpty() {
			continue
		}
		leads, all := s.leads(r)
		if !leads {
			continue
		}
		switch p = out; {
		case r.dst.Kind == device.Unchanged && (r.unknown() || mixed || !all):
			s.search(in, rules[i+1:], r) // it may be exempt, or not
		case r.unknown() || mixed || !all:
			s.hits = append(s.hits, hit{piece: in, rule: r, doubt: s.n.unclear(r)})
		case unsure != nil && r.dst.Kind != device.Unchanged:
			s.hits = append(s.hits, hit{piece: in, rule: r, doubt: s.n.unclear(unsure)})
		default:
			s.hits = append(s.hits, hit{piece: in, rule: r, unsure: unsure != nil})
		}
	}
	if !p.isEmpty() {
		s.hits = append(s.hits, hit{piece: p, unsure: unsure != nil})
	}
}

// leads reports whether the packets leave by a side that the rule is for, where it asks
// for that by the original destination, and whether that is so for all sides.
func (s *destinationSearch) leads(r *natRule) (some, all bool) {
	if !s.n.Order.ToByOriginal || len(r.to) == 0 {
		return true, true
	}
	all = true
	for _, out := range s.outs {
		is := out.among(r.to)
		some, all = some || is, all && is
	}
	return some, all
}

// unclear is what decides about packets that a rule may translate.
func (n *node) unclear(r *natRule) *match.Index {
	why := "it cannot be known what this translation does with it: " + r.why()
	if !r.unknown() {
		why = "an earlier translation may give it an address or a port that this one translates, or not"
	}
	return undecided(n.Source, r.t.Line, r.t.Text, "%s", why)
}

// A sourceSearch searches the rules for packets that enter by a side and leave by
// another.
type sourceSearch struct {
	n       *node
	in, out *side
	// found is what the search for the destination found.
	found hit
	hits  []hit
}

// may gathers what a source may have become by rules that are not known to match.
type may struct {
	set addr.Set
	any bool
}

// find finds what becomes of the source of the piece.
func (s *sourceSearch) find(p piece) []hit {
	if s.n.Order.OneSearch {
		s.decided(p)
		return s.hits
	}
	s.search(p, s.n.nat.bySource.of(p.sources()), nil)
	return s.hits
}

// decided takes the source of the rule that has decided about the destination.
func (s *sourceSearch) decided(p piece) {
	switch r := s.found.rule; {
	case s.found.unsure:
		s.loosen(p, r, &may{any: true})
	case r == nil:
		s.hits = append(s.hits, hit{piece: p})
	default:
		s.take(p, r, nil)
	}
}

func (s *sourceSearch) search(p piece, rules []int, m *may) {
	for i, k := range rules {
		r := &s.n.nat.sources[k]
		if p.isEmpty() {
			return
		}
		if !s.in.among(r.from) || !s.out.among(r.to) {
			continue
		}
		match, sure := s.match(r)
		in, out, mixed := p.cut(match)
		if in.isEmpty() {
			continue
		}
		p = out
		if sure && !mixed && !r.unknown() {
			s.take(in, r, m)
			continue
		}
		next := &may{}
		if m != nil {
			*next = *m
		}
		if r.src.Kind != device.Unchanged {
			next.any = next.any || r.src.To.IsEmpty()
			next.set = next.set.Union(r.src.To)
		}
		s.search(in, rules[i+1:], next)
	}
	switch {
	case p.isEmpty():
	case m != nil:
		s.loosen(p, nil, m)
	default:
		s.hits = append(s.hits, hit{piece: p})
	}
}

// match returns what the rule compares with the packets as they are now, and whether
// that is exact. A rule of both searches compares the destination that they entered
// with.
func (s *sourceSearch) match(r *natRule) (traffic.Product, bool) {
	if r.t.Search != device.SearchBoth || s.found.rule == nil || s.found.rule.dst.Kind == device.Unchanged {
		return r.match, true
	}
	all := device.AllTraffic(true, true)
	if r.t == s.found.rule.t && r.back == s.found.rule.back {
		return traffic.Product{Sources: r.match.Sources, Destinations: all.Destinations, Services: all.Services}, true
	}
	sure := covers(r.match.Destinations) && r.match.Services.IsAny()
	return traffic.Product{Sources: r.match.Sources, Destinations: all.Destinations, Services: all.Services}, sure
}

// take applies the rule to packets that it surely matches.
func (s *sourceSearch) take(p piece, r *natRule, m *may) {
	if m != nil {
		if r.src.Kind != device.Unchanged {
			m = &may{m.set.Union(r.src.To), m.any || r.src.To.IsEmpty()}
		}
		s.loosen(p, r, m)
		return
	}
	if r.src.Kind == device.Unchanged {
		s.hits = append(s.hits, hit{piece: p, rule: r})
		return
	}
	src, ok := p.src.translate(r.src, r.match.Sources, r.match.Services, p.sources(), true)
	if !ok {
		s.hits = append(s.hits, hit{piece: p, rule: r, doubt: undecided(s.n.Source, r.t.Line, r.t.Text, "the text does not say how this translation maps the source")})
		return
	}
	p.src = src
	s.hits = append(s.hits, hit{piece: p, rule: r})
}

// loosen lets the source be what it is, or anything that it may have become.
func (s *sourceSearch) loosen(p piece, r *natRule, m *may) {
	now := p.sources()
	set := sameFamily(m.set.Union(now), now)
	if m.any {
		set = familyOf(now)
	}
	p.src = end{addresses: spread, set: set, ports: spread, first: 0, last: 65535}
	s.hits = append(s.hits, hit{piece: p, rule: r})
}

// replyRule returns the parts of a piece by the rule that the reply to its packets would
// meet, were it the first packet of a connection. It is what an ASA compares with the
// rule that it translates the destination by.
func (n *node) replyRules(p piece, in, out *side) (parts []hit) {
	for _, k := range n.nat.bySource.of(p.destinations()) {
		r := &n.nat.sources[k]
		if p.isEmpty() {
			return parts
		}
		if !out.among(r.from) || !in.among(r.to) {
			continue
		}
		back := traffic.Product{Sources: r.match.Destinations, Destinations: r.match.Sources, Services: r.match.Services}
		if !back.Services.IsAny() {
			back.Services = back.Services.Requests()
		}
		if r.t.Search == device.SearchBoth && r.src.Kind == device.Unchanged && r.dst.Kind != device.Unchanged {
			back.Sources = device.AllTraffic(true, true).Sources // it compares the source as it was before
		}
		hitPiece, rest, mixed := p.cut(back)
		if hitPiece.isEmpty() {
			continue
		}
		h := hit{piece: hitPiece, rule: r}
		if mixed || r.unknown() {
			h.doubt = n.unclear(r)
		}
		parts, p = append(parts, h), rest
	}
	if !p.isEmpty() {
		parts = append(parts, hit{piece: p})
	}
	return parts
}

// reversePath is what an ASA does with a packet whose reply meets another translation
// (syslog 305013: "Asymmetric NAT rules matched for forward and reverse flows").
func (n *node) reversePath(r *natRule) *match.Index {
	text := r.t.Text
	if text == "" {
		text = r.t.Name
	}
	text += " (the reply would meet this translation, which the packet has not met: dropped, syslog 305013)"
	return fixed(n.Source, rule.Rule{Line: r.t.Line, Text: text, Action: rule.Deny})
}
