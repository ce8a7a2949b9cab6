package netfilter

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Pass returns a stage that lets everything pass and filters nothing.
func Pass() Stage { return Stage{} }

// Unsure returns a stage that may accept or drop any packet of the families, for the
// reason: what the rule stands for is not known.
func Unsure(f Families, reason string, source Rule) Stage {
	p := f.packets().Because(reason)
	s := Stage{families: f, entries: []entry{
		{Packets: p, action: rule.Permit, final: true, source: &source},
		{Packets: p, action: rule.Deny, source: &source},
	}}
	for i, one := range families {
		if f&one != 0 {
			s.ends[i] = ending{true, rule.Permit, &source}
		}
	}
	return s
}

// passes reports whether packets of the family that no entry takes go on.
func (e ending) passes() bool { return !e.filtered || e.action == rule.Permit }

// IsTrivial reports whether the stage drops no packet and changes none.
func (s Stage) IsTrivial() bool {
	if !s.ends[0].passes() || !s.ends[1].passes() {
		return false
	}
	for _, e := range s.entries {
		if e.action == rule.Deny || e.final || e.translated != "" {
			return false
		}
	}
	return true
}

// Then returns what packets meet that cross s and then next: drop is final in both,
// accept in s only leads on to next.
func (s Stage) Then(next Stage) Stage {
	out := s.then(next)
	out.several = s.several || next.several || s.families != 0 && next.families != 0
	return out
}

func (s Stage) then(next Stage) Stage {
	switch {
	case s.families&next.families == 0 && next.families != 0:
		// Iptables beside ip6tables: what is of one family, the other stage passes.
		return Stage{
			entries: concat(s.entries, next.entries), ends: later(s.ends, next.ends),
			families: s.families | next.families, size: s.size + next.size,
		}
	case next.IsTrivial():
		return s.last(next)
	case s.IsTrivial() && !slices.ContainsFunc(s.entries, func(e entry) bool { return e.changed != nil }):
		next.ends, next.families = later(s.ends, next.ends), s.families|next.families
		return next
	}
	c := composer{next: next, out: Stage{
		families: s.families | next.families, size: s.size + next.size, ends: later(s.ends, next.ends),
	}}
	c.room, c.steps = maxEntries+2*c.out.size, maxSteps+100*c.out.size
	entries := s.entries
	for len(entries) > 0 && s.goesOn(entries[len(entries)-1]) {
		entries = entries[:len(entries)-1]
	}
	for _, e := range entries {
		if c.full {
			break
		}
		c.add(e)
	}
	switch {
	case s.ends[0].passes() && s.ends[1].passes():
		c.through(All())
	case s.ends[0].passes():
		c.through(IPv4())
	case s.ends[1].passes():
		c.through(IPv6())
	}
	c.wouldDrop(s.ends)
	if c.full {
		c.undecided(All(), "the chains on the packet's way combine to too many rules", &Rule{Text: "the rest"})
	}
	return c.out
}

// wouldDrop writes down, for families whose packets are dropped at the end of the
// first stage, that they are, and what the next would drop if they came there: who
// wants to let them pass has to do so in both.
func (c *composer) wouldDrop(ends [2]ending) {
	var dropped Families
	for i, f := range families {
		if !ends[i].passes() {
			dropped |= f
		}
	}
	if dropped == 0 {
		return
	}
	c.ending(All(), ends, nil)
	for _, e := range c.next.entries {
		if hit := e.Intersect(dropped.packets()); e.action == rule.Deny && !hit.IsEmpty() {
			e.Packets = hit
			c.write(e)
		}
	}
	c.ending(dropped.packets(), c.next.ends, nil)
}

// last returns s when next lets every packet pass: what s rewrites, nobody looks at.
func (s Stage) last(next Stage) Stage {
	if slices.ContainsFunc(s.entries, func(e entry) bool { return e.translated != "" }) {
		s.entries = slices.Clone(s.entries)
		for i := range s.entries {
			s.entries[i].translated = ""
		}
	}
	if s.ends[0].passes() && s.ends[1].passes() {
		s.entries = concat(s.entries, next.entries)
	}
	s.ends, s.families, s.size = later(s.ends, next.ends), s.families|next.families, s.size+next.size
	return s
}

// concat returns the entries of both. Entries are never changed in place, so that what is
// of one alone needs no copy.
func concat(first, next []entry) []entry {
	switch {
	case len(first) == 0:
		return next
	case len(next) == 0:
		return first
	}
	return slices.Concat(first, next)
}

// later returns the endings of a stage that is followed by another.
func later(first, next [2]ending) [2]ending {
	for i, e := range first {
		if e.filtered && (e.action == rule.Deny || !next[i].filtered) {
			next[i] = e
		}
	}
	return next
}

// goesOn reports whether the entry does what would be done without it.
func (s Stage) goesOn(e entry) bool {
	if e.action != rule.Permit || e.final || e.translated != "" || e.changed != nil {
		return false
	}
	for i, f := range families {
		if !s.ends[i].passes() && !e.Intersect(f.packets()).IsEmpty() {
			return false
		}
	}
	return true
}

type composer struct {
	next Stage
	out  Stage
	// room is how many entries out may have, steps how many pairs may be looked at;
	// full says that a bound was met, and that what comes then is not written down.
	room, steps int
	full        bool
}

// add writes down an entry of the first stage.
func (c *composer) add(e entry) {
	switch {
	case e.action == rule.Deny || e.final:
		c.write(e)
	case e.translated != "":
		c.undecided(e.Packets, e.translated, e.source)
	case e.State == Later && e.changed == nil:
		// Replies that this stage lets pass are left to the entries that follow: of
		// them nothing is said that could permit more than the device does.
	case e.In.IsEvery() && e.Out.IsEvery():
		c.through(e.Packets)
		c.ending(e.Packets, c.next.ends, e.source)
	default:
		c.part(e)
	}
}

// part writes down what the next stage does with packets of some interfaces, each of
// them once: where a flow does not say its interfaces, an entry for some of them may
// or may not match, and one behind it would seem to decide what it has taken.
func (c *composer) part(first entry) {
	live := []Packets{first.Packets}
	for _, e := range c.next.entries {
		for _, l := range live {
			if c.steps -= l.weight() + e.weight() - 1; c.full || c.steps < 0 {
				c.full = true
				return
			}
			if hit := l.meet(e.Packets); !hit.IsEmpty() {
				one := e
				one.Packets = hit
				c.write(one)
			}
		}
		if e.Sure() {
			live = without(live, e.Packets)
		}
	}
	for _, l := range live {
		c.ending(l, c.next.ends, first.source)
	}
}

func (c *composer) write(e entry) {
	if c.full = c.full || len(c.out.entries) >= c.room; !c.full {
		c.out.entries = append(c.out.entries, e)
	}
}

// through writes down what the next stage does with the packets.
func (c *composer) through(p Packets) {
	for _, e := range c.next.entries {
		if c.steps -= p.weight() + e.weight() - 1; c.full || c.steps < 0 {
			c.full = true
			return
		}
		if hit := p.meet(e.Packets); !hit.IsEmpty() {
			e.Packets = hit
			c.write(e)
		}
	}
}

// ending writes down what becomes of the packets at the end of a stage. Those that
// pass it are left out if passed is nil, the rule that let them come there; it
// decides where nothing is filtered.
func (c *composer) ending(p Packets, ends [2]ending, passed *Rule) {
	parts := []Families{V4, V6}
	if ends[0] == ends[1] {
		parts = []Families{V4V6}
	}
	for i, f := range parts {
		e := ends[i]
		hit := p.Intersect(f.packets())
		if hit.IsEmpty() || e.passes() && passed == nil {
			continue
		}
		action, source := rule.Deny, e.source
		if e.passes() {
			action = rule.Permit
		}
		if source == nil {
			source = passed
		}
		c.write(entry{Packets: hit, action: action, source: source})
	}
}

func (c *composer) undecided(p Packets, reason string, source *Rule) {
	p = p.Because(reason)
	c.out.entries = append(c.out.entries,
		entry{Packets: p, action: rule.Permit, final: true, source: source},
		entry{Packets: p, action: rule.Deny, source: source})
}

// Replies returns the stage as replies meet it: packets of a connection that is there
// already.
func (s Stage) Replies() Stage {
	if !slices.ContainsFunc(s.entries, func(e entry) bool { return e.State != AnyState }) {
		return s
	}
	entries := make([]entry, 0, len(s.entries))
	for _, e := range s.entries {
		if e.State&Later != 0 {
			e.State = AnyState // of those that are asked about
			entries = append(entries, e)
		}
	}
	s.entries = entries
	return s
}

// Open returns the stage with families that it does not filter let through: nothing
// drops replies of a family that no chain on their way is for. Its last rules tell whose
// policy applies.
func (s Stage) Open() Stage {
	s.several = true
	for i, e := range s.ends {
		if !e.filtered {
			s.ends[i] = ending{true, rule.Permit, &Rule{Text: "no chain filters it"}}
		}
	}
	return s
}

// Aside returns the stage as one of a hook beside that of the list: what it drops
// is dropped, but that it lets a family pass does not mean that the family is
// filtered.
func (s Stage) Aside() Stage {
	for i, e := range s.ends {
		if e.passes() {
			s.ends[i] = ending{}
		}
	}
	return s
}
