package netfilter

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Pass returns a stage that lets everything pass and filters nothing.
func Pass() Stage { return Stage{} }

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
	if s.IsTrivial() {
		next.ends, next.families = later(s.ends, next.ends), s.families|next.families
		return next
	}
	if next.IsTrivial() {
		return s.last(next)
	}
	c := composer{next: next, out: Stage{
		families: s.families | next.families, size: s.size + next.size, ends: later(s.ends, next.ends),
	}}
	if s.families&next.families == 0 {
		c.out.entries = slices.Concat(s.entries, next.entries)
		return c.out
	}
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
	if !s.ends[0].passes() || !s.ends[1].passes() {
		// Packets are dropped at the end of s, and would be at the end of next if they
		// came there: who wants to let them pass has to do so in both.
		c.ending(All(), s.ends, false)
		c.ending(All(), next.ends, false)
	}
	if c.full {
		c.undecided(All(), "the chains on the packet's way combine to too many rules", &Rule{Text: "the rest"})
	}
	return c.out
}

// last returns s when next lets every packet pass: what s rewrites, nobody looks at.
func (s Stage) last(next Stage) Stage {
	s.entries = slices.Clone(s.entries)
	for i := range s.entries {
		s.entries[i].translated = ""
	}
	s.ends, s.families = later(s.ends, next.ends), s.families|next.families
	return s
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
	if e.action != rule.Permit || e.final || e.translated != "" {
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
	case e.State == Later:
		// Replies that this stage lets pass are left to the entries that follow: of
		// them nothing is said that could permit more than the device does.
	default:
		c.through(e.Packets)
		c.ending(e.Packets, c.next.ends, true)
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
		if c.steps--; c.full || c.steps < 0 {
			c.full = true
			return
		}
		if hit := p.Intersect(e.Packets); !hit.IsEmpty() {
			e.Packets = hit
			c.write(e)
		}
	}
}

// ending writes down what becomes of the packets at the end of a stage, also of those
// that pass if passing says so.
func (c *composer) ending(p Packets, ends [2]ending, passing bool) {
	parts := []Families{V4, V6}
	if ends[0] == ends[1] {
		parts = []Families{V4V6}
	}
	for i, f := range parts {
		e := ends[i]
		hit := p.Intersect(f.packets())
		if hit.IsEmpty() || e.passes() && !passing {
			continue
		}
		action, source := rule.Deny, e.source
		if e.passes() {
			action = rule.Permit
		}
		if source == nil {
			source = &Rule{}
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
