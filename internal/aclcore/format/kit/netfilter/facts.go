package netfilter

import (
	"fmt"
	"math/bits"
	"slices"
)

// Facts is a condition on what is true of a packet beside its traffic, one bit each: its
// mark, whether it is exempt from connection tracking, and conditions that cannot be
// decided and hold or not for all of a packet's way ([Symbols]). The bits of mask have to
// be those of value. The zero value holds for every packet.
type Facts struct{ mask, value uint64 }

// The bits of Facts.
const (
	markBits     = 1<<32 - 1
	untrackedBit = 1 << (32 + iota)
	localBit
	broadcastBit
	unicastBit
	firstSymbol = 32 + iota
)

// start is what is known of a packet that comes in: it has no mark, and is tracked.
const start uint64 = markBits | untrackedBit

// Marked returns the packets whose mark has the value under the mask; with not, the
// others.
func Marked(value, mask uint32, not bool) []Packets {
	p := All()
	if value&^mask != 0 {
		if not {
			return []Packets{p}
		}
		return nil
	}
	p.Facts = Facts{uint64(mask), uint64(value)}
	if !not {
		return []Packets{p}
	}
	return All().Subtract(p)
}

// AreUntracked returns the packets that are exempt from connection tracking, or those that
// are not.
func AreUntracked(yes bool) Packets { return fact(untrackedBit, yes) }

// AreLocal returns the packets whose destination is of the type "local" for the host; of
// those that reach it each is local or broadcast.
func AreLocal() Packets { return fact(localBit, true) }

// AreBroadcast is such a condition.
func AreBroadcast() Packets { return fact(broadcastBit, true) }

// AreUnicast is such a condition.
func AreUnicast() Packets { return fact(unicastBit, true) }

func fact(bit uint64, yes bool) Packets {
	p := All()
	p.Facts.mask = bit
	if yes {
		p.Facts.value = bit
	}
	return p
}

// and returns the condition that both hold. ok is false if they exclude each other.
func (f Facts) and(o Facts) (both Facts, ok bool) {
	if (f.value^o.value)&f.mask&o.mask != 0 {
		return Facts{}, false
	}
	return Facts{f.mask | o.mask, f.value | o.value}, true
}

// reaching returns the condition for packets whose destination is the host itself: it is
// local or broadcast, and never a unicast address of others.
func (f Facts) reaching() (Facts, bool) {
	if f.mask&f.value&unicastBit != 0 {
		return Facts{}, false
	}
	f.mask &^= unicastBit
	if f.mask&broadcastBit == 0 {
		return f, true
	}
	local := Facts{localBit, localBit}
	if f.value&broadcastBit != 0 {
		local.value = 0
	}
	f.mask, f.value = f.mask&^broadcastBit, f.value&^broadcastBit
	return f.and(local)
}

// A Change is what rules have made of the bits of [Facts]. It is immutable.
type Change struct {
	// cleared are the bits that are no longer what they were; they are now those of set,
	// but nobody knows what those of lost are.
	cleared, set, lost uint64
}

// Mark returns the change of a mark to mark &^ mask ^ value.
func Mark(value, mask uint32) *Change {
	return &Change{cleared: uint64(mask | value), set: uint64(value & mask), lost: uint64(value &^ mask)}
}

// SetMark returns the change of a mark to mark &^ mask | value.
func SetMark(value, mask uint32) *Change {
	return &Change{cleared: uint64(mask | value), set: uint64(value)}
}

// LoseMark returns the change of the bits of the mask to what cannot be known.
func LoseMark(mask uint32) *Change { return &Change{cleared: uint64(mask), lost: uint64(mask)} }

// Untrack returns the change that exempts a packet from connection tracking.
func Untrack() *Change { return &Change{cleared: untrackedBit, set: untrackedBit} }

// then returns both changes, first c.
func (c *Change) then(next *Change) *Change {
	switch {
	case c == nil:
		return next
	case next == nil:
		return c
	}
	return &Change{
		cleared: c.cleared | next.cleared, set: c.set&^next.cleared | next.set, lost: c.lost&^next.cleared | next.lost,
	}
}

// Then returns both changes, first c.
func (c *Change) Then(next *Change) *Change { return c.then(next) }

// MarkBits returns the bits of the mark that may change.
func (c *Change) MarkBits() uint32 { return uint32(c.cleared & markBits) }

// Perhaps returns the change that may or may not be made.
func (c *Change) Perhaps() *Change { return c.perhaps() }

// About reports whether the packets are those of a condition on bits that c changes.
func (c *Change) About(p Packets) bool { return c.cleared&p.Facts.mask != 0 }

// perhaps returns the change that may or may not be made.
func (c *Change) perhaps() *Change { return &Change{cleared: c.cleared, lost: c.cleared} }

// asked returns the condition o as one on what a packet was before the changes of p.
// ok is false if no packet of p can be in it.
func (p *Packets) asked(o Packets) (Packets, bool) {
	c := p.changed
	if c == nil || o.Facts.mask&c.cleared == 0 {
		return o, true
	}
	f := o.Facts
	if (f.value^c.set)&f.mask&c.cleared&^c.lost != 0 {
		return Packets{}, false
	}
	if f.mask&c.lost != 0 {
		o = o.Because("what mark it has there cannot be told")
	}
	o.Facts = Facts{f.mask &^ c.cleared, f.value &^ c.cleared}
	return o, true
}

// meet returns the packets of p that are in o, which is a condition on what they are
// after their changes.
func (p *Packets) meet(o Packets) Packets {
	if o.Facts.mask != 0 && p.changed != nil {
		asked, ok := p.asked(o)
		if !ok {
			return Packets{}
		}
		o = asked
	}
	return p.Intersect(o)
}

// Symbols numbers conditions that cannot be decided, but hold or not for all of a packet's
// way: the same one is then not doubted twice.
type Symbols struct{ texts []string }

// Holds returns the packets for which the condition with the text holds, or does not.
func (s *Symbols) Holds(text string, yes bool) Packets {
	i := slices.Index(s.texts, text)
	if i < 0 {
		if firstSymbol+len(s.texts) > 63 {
			if !yes {
				text = "! " + text
			}
			return Doubtful(text)
		}
		i = len(s.texts)
		s.texts = append(s.texts, text)
	}
	return fact(1<<(firstSymbol+i), yes)
}

// text names the condition of a bit.
func (s *Symbols) text(bit int) string {
	switch one := uint64(1) << bit; {
	case one&markBits != 0:
		return fmt.Sprintf("bit %#x of the mark", one)
	case one == untrackedBit:
		return "connection tracking"
	case one == localBit:
		return "the destination is an address of the host"
	case one == broadcastBit:
		return "the destination is a broadcast address"
	case one == unicastBit:
		return "the destination is a unicast address of others"
	case s != nil && bit-firstSymbol < len(s.texts):
		return s.texts[bit-firstSymbol]
	}
	return "a condition"
}

// reasons says which conditions f is about.
func (s *Symbols) reasons(f Facts) []string {
	var out []string
	if f.mask&markBits != 0 {
		out = append(out, "the mark that the packet was sent with")
	}
	for m := f.mask &^ markBits; m != 0; m &= m - 1 {
		bit := bits.TrailingZeros64(m)
		text := s.text(bit)
		if f.value>>bit&1 == 0 {
			text = "! " + text
		}
		out = append(out, text)
	}
	return out
}

// Origin says where packets of a list come from.
type Origin struct {
	// Sent says that the host itself sends them, with a mark that is not known.
	Sent bool
	// Symbols are those of the conditions, nil if there are none.
	Symbols *Symbols
}

// resolve decides what is known of packets when they come in, and makes doubts of the
// other conditions. What an entry takes surely under a condition, no later one decides
// under the same.
func (o Origin) resolve(entries []entry) []entry {
	if !slices.ContainsFunc(entries, func(e entry) bool { return e.Facts.mask != 0 }) {
		return entries
	}
	known := start
	if o.Sent {
		known = untrackedBit
	}
	out := make([]entry, 0, len(entries))
	var taken []entry
	for _, e := range entries {
		f := e.Facts
		if f.mask&f.value&known != 0 {
			continue
		}
		f = Facts{f.mask &^ known, f.value &^ known}
		e.Facts = f
		if slices.ContainsFunc(taken, func(t entry) bool { return t.holdsAll(e.Packets) }) {
			continue
		}
		if f.mask == 0 {
			out = append(out, e)
			continue
		}
		unsure := e
		unsure.Packets = e.Because(o.Symbols.reasons(f)...)
		unsure.Facts = Facts{}
		out = append(out, unsure)
		if !e.Sure() || len(taken) == maxTaken {
			continue
		}
		if whole, ok := complement(taken, e); ok {
			if e = whole; e.Facts.mask != 0 {
				e.Packets = e.Because(o.Symbols.reasons(e.Facts)...)
				e.Facts = Facts{}
			}
			out = append(out, e)
		}
		taken = append(taken, unsure.under(f))
	}
	return out
}

// under returns the entry for packets of the condition, without doubts.
func (e entry) under(f Facts) entry {
	e.Facts, e.Unknown = f, nil
	return e
}

// complement returns e without a condition where an entry that does the same has taken the
// packets for which it does not hold.
func complement(taken []entry, e entry) (entry, bool) {
	for _, t := range taken {
		differs := (t.Facts.value ^ e.Facts.value) & t.Facts.mask & e.Facts.mask
		if t.action != e.action || bits.OnesCount64(differs) != 1 {
			continue
		}
		whole := e
		whole.Facts = Facts{e.Facts.mask &^ differs, e.Facts.value &^ differs}
		t.Facts = Facts{t.Facts.mask &^ differs, t.Facts.value &^ differs}
		if t.holdsAll(whole.Packets) {
			return whole, true
		}
	}
	return e, false
}

// maxTaken bounds how many entries later ones are compared with.
const maxTaken = 256

// holdsAll reports whether p surely holds every packet of o.
func (p Packets) holdsAll(o Packets) bool {
	if f, ok := p.Facts.and(o.Facts); !ok || f != o.Facts || p.State&o.State != o.State {
		return false
	}
	if !p.In.covers(o.In) || !p.Out.covers(o.Out) {
		return false
	}
	t := o.Traffic.Intersect(p.Traffic)
	return t.Sources.Equal(o.Traffic.Sources) && t.Destinations.Equal(o.Traffic.Destinations) && t.Services.Equal(o.Traffic.Services)
}
