package pf

import (
	"slices"
	"strconv"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// An entry is a statement for one direction.
type entry struct {
	policy zoned.Policy
	// quick says that it ends the search; either that it leaves open what becomes of a
	// packet, which is then quick.
	quick, either, stateless bool
}

// ruleset collects the statements of a text.
type ruleset struct {
	tables tables
	// first are in doubt before every rule: what may be translated before them. in and
	// out are the statements of each direction in the order of the text.
	first   [2][]entry
	entries [2][]*entry
	// blocked are the flows of which a rule may block packets where they belong to no
	// state: the replies, and later packets by their flags.
	// allBlocked says that they are all.
	blocked    []zoned.Match
	allBlocked bool
	// groups are the groups of interfaces that rules name. A flow may declare one as its
	// zone, whose interface may be that of any rule.
	groups []string
	// binats are what rules of that kind do to addresses, translations what the others do
	// after them.
	binats, translations []device.Translation
	// start is the line of the first filter rule, 0 if there is none.
	start int
}

// The directions of a ruleset.
const (
	in = iota
	out
)

// maxBlocked bounds how many blocks are kept apart.
const maxBlocked = 64

// mayBlock says that packets which match may be blocked where they belong to no state: a
// flow is in doubt whose replies match.
func (rs *ruleset) mayBlock(m zoned.Match) {
	rs.inDoubt(zoned.Match{
		Sources: m.Destinations, Destinations: m.Sources, Services: known.Exactly(m.Services.Possible.Requests()),
	})
}

// inDoubt says that a flow which matches is in doubt where it belongs to no state. Of too
// many all are.
func (rs *ruleset) inDoubt(m zoned.Match) {
	if len(rs.blocked) >= maxBlocked {
		rs.blocked = []zoned.Match{zoned.AnyMatch()}
		rs.allBlocked = true
	}
	if !rs.allBlocked {
		rs.blocked = append(rs.blocked, possible(m))
	}
}

// possible returns all that may match as what does.
func possible(m zoned.Match) zoned.Match {
	return zoned.Match{Sources: known.Exactly(m.Sources.Possible), Destinations: known.Exactly(m.Destinations.Possible), Services: known.Exactly(m.Services.Possible)}
}

// add adds a rule that does one thing with what it matches.
func (rs *ruleset) add(s *statement, r *reader, action rule.Action, outer []zoned.Match) {
	m := r.match()
	for _, o := range outer {
		m = intersect(m, o)
	}
	if action == rule.Deny {
		all := m
		if r.notTCP { // it may block later packets of a connection, in both directions
			r.notTCP = false
			all.Services = all.Services.Union(r.services())
			rs.inDoubt(all)
		}
		rs.mayBlock(all)
	}
	p := zoned.Policy{Line: s.line, Text: s.text, Action: action, Matches: []zoned.Match{m}, Unknown: r.unknown}
	e := entry{policy: p, quick: r.quick, stateless: r.stateless}
	if len(r.either) > 0 || r.broken != "" {
		rs.undecided(s, r, m)
		return
	}
	if len(outer) == 0 {
		e.policy.Place = "after line " + strconv.Itoa(s.last)
		if r.quick {
			e.policy.Place = "before line " + strconv.Itoa(s.line)
		}
	}
	rs.put(r, e)
}

// put adds an entry for each direction of the rule.
func (rs *ruleset) put(r *reader, e entry) {
	if isEmpty(e.policy.Matches[0]) {
		return
	}
	if len(r.on) > 0 && len(rs.groups) > 0 {
		some := e
		some.policy.Unknown = known.Reasons(e.policy.Unknown, []string{"a group may hold the interface of the rule"})
		some.policy.Place = ""
		rs.putOn(r, some, rs.groups)
	}
	rs.putOn(r, e, r.on)
}

// putOn adds an entry for the interfaces, none for all of them.
func (rs *ruleset) putOn(r *reader, e entry, on []string) {
	if r.in {
		i := e
		i.policy.From = on
		rs.entries[in] = append(rs.entries[in], &i)
	}
	if r.out {
		o := e
		o.policy.To = on
		rs.entries[out] = append(rs.entries[out], &o)
	}
}

// undecided leaves open what becomes of what the rule matches: of everything, if it is
// not understood.
func (rs *ruleset) undecided(s *statement, r *reader, m zoned.Match) {
	why := r.either
	if r.broken != "" {
		why = known.Reasons([]string{"the rule is not understood: " + r.broken}, why)
		m = zoned.AnyMatch()
		r.in, r.out, r.on = true, true, nil
	}
	rs.mayBlock(m)
	e := entry{quick: true, either: true, policy: zoned.Policy{
		Line: s.line, Text: s.text, Matches: []zoned.Match{m}, Unknown: known.Reasons(why, r.unknown),
	}}
	rs.put(r, e)
	if r.broken != "" {
		rs.mayTranslate(s, "nat", m, "the rule is not understood")
	}
	if r.translated { // the rules for out meet the packet with another destination
		e.policy.To = nil
		rs.first[out] = append(rs.first[out], e)
		rs.mayTranslate(s, "nat", m, "the rule translates, and in the search of filter rules that is not followed")
	}
}

// rules returns the list of one direction, in which the first rule that matches decides:
// quick rules in order, then the others from the last to the first, then what no rule
// matches.
func (rs *ruleset) rules(direction int) []rule.Rule {
	entries := rs.entries[direction]
	out := make([]rule.Rule, 0, len(rs.first[direction])+len(entries)+2*len(rs.blocked))
	for i := range rs.first[direction] {
		out = append(out, rs.first[direction][i].rules(rs)...)
	}
	for i := range entries {
		if entries[i].quick {
			out = append(out, entries[i].rules(rs)...)
		}
	}
	for i := range slices.Backward(entries) {
		if !entries[i].quick {
			out = append(out, entries[i].rules(rs)...)
		}
	}
	for _, m := range rs.blocked {
		if !isEmpty(m) {
			out = append(out, zoned.Undecided(0, "pass", "no rule matches, which passes without state: a rule may block the replies", m)...)
		}
	}
	return out
}

// rules returns the rules of the entry in order.
func (e *entry) rules(rs *ruleset) []rule.Rule {
	if e.either {
		deny := e.policy
		e.policy.Action, deny.Action = rule.Permit, rule.Deny
		return append(e.policy.Rules(), deny.Rules()...)
	}
	var out []rule.Rule
	if e.stateless && e.policy.Action == rule.Permit {
		for _, b := range rs.blocked {
			p := e.policy
			if p.Matches = []zoned.Match{intersect(p.Matches[0], b)}; isEmpty(p.Matches[0]) {
				continue
			}
			p.Doubt("no state: a rule may block the replies")
			doubt := entry{policy: p, either: true}
			out = append(out, doubt.rules(rs)...)
		}
	}
	return append(out, e.policy.Rules()...)
}
