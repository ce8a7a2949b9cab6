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
	c := composer{next: next, out: Stage{
		families: s.families | next.families, size: s.size + next.size, ends: later(s.ends, next.ends),
	}}
	if s.families&next.families == 0 {
		c.out.entries = slices.Concat(s.entries, next.entries)
		return c.out
	}
	c.room, c.steps = maxEntries+2*c.out.size, maxSteps+100*c.out.size
	c.trivialNext = next.IsTrivial()
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
	for i, f := range families {
		if !s.ends[i].passes() {
			c.policies(f.packets(), s.ends[i], next.ends[i])
		}
	}
	if c.full {
		c.undecided(All(), "the chains on the packet's way combine to too many rules", &Rule{Text: "the rest"})
	}
	return c.out
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
	next        Stage
	trivialNext bool
	out         Stage
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
	case e.translated != "" && !c.trivialNext:
		c.undecided(e.Packets, e.translated, e.source)
	case e.State == Later:
		// Replies that this stage lets pass are left to the entries that follow: of
		// them nothing is said that could permit more than the device does.
	default:
		c.through(e.Packets)
		c.ending(e.Packets)
	}
}

// policies writes down that the packets are dropped at the end of the first stage,
// and would be at the end of the next if they came there: who wants to let them
// pass has to do so in both.
func (c *composer) policies(p Packets, ends ...ending) {
	for _, e := range ends {
		if !e.passes() {
			c.write(entry{Packets: p, action: rule.Deny, source: e.source})
		}
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

// ending writes down what becomes of packets that no entry of the next stage takes.
func (c *composer) ending(p Packets) {
	for i, f := range families {
		if hit := p.Intersect(f.packets()); !hit.IsEmpty() {
			e := c.next.ends[i]
			source := e.source
			if source == nil {
				source = &Rule{}
			}
			action := rule.Permit
			if !e.passes() {
				action = rule.Deny
			}
			c.write(entry{Packets: hit, action: action, source: source})
		}
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
