package netfilter

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Missing is why traffic of a family cannot be judged by a file that filters only
// the other.
type Missing struct {
	Text, Reason string
}

// List returns the rules of the stage in order, and the action for what none of
// them matches. Where several base chains are in it the last rule tells whose policy
// that is. origin is where the packets come from. A family that no chain of the stage filters is undecided, for the
// reason missing.
func (s Stage) List(missing Missing, origin Origin) ([]rule.Rule, rule.Action) {
	s.entries = origin.resolve(s.entries)
	l := lister{entries: s.entries, last: rule.Deny, policy: &Rule{Text: "default"}}
	l.steps, l.room = maxSteps+50*len(s.entries), maxEntries+2*len(s.entries)
	ends := s.ends
	switch {
	case !ends[0].filtered && !ends[1].filtered:
	case !ends[0].filtered:
		l.last, l.policy = ends[1].action, ends[1].source
	case !ends[1].filtered || ends[0].action == ends[1].action:
		l.last, l.policy = ends[0].action, ends[0].source
	}
	if s.several && ends[0] == ends[1] && ends[0].filtered {
		l.entries = append(slices.Clip(l.entries), entry{Packets: All(), action: l.last, source: l.policy})
	}
	for i, f := range families {
		switch e := ends[i]; {
		case !e.filtered:
			l.doubt(f.packets().Because(missing.Reason), &Rule{Text: missing.Text})
		case s.several && ends[0] != ends[1]: // the policy of one of them
			l.entries = append(slices.Clip(l.entries), entry{Packets: f.packets(), action: e.action, source: e.source})
		}
	}
	l.rules = make([]rule.Rule, 0, len(l.entries))
	for i, e := range l.entries {
		l.put(e, i+1)
	}
	return l.rules, l.last
}

// doubt makes the packets, of a family that the stage does not filter, undecided.
// The entries come last, but if a chain for one interface lets such packets pass,
// which is not all that they meet, they come first.
func (l *lister) doubt(p Packets, source *Rule) {
	two := []entry{{Packets: p, action: rule.Permit, source: source}, {Packets: p, action: rule.Deny, source: source}}
	lets := func(e entry) bool { return e.action == rule.Permit && !e.Intersect(p).IsEmpty() }
	if slices.ContainsFunc(l.entries, lets) {
		l.entries = slices.Concat(two, l.entries)
	} else {
		l.entries = slices.Concat(l.entries, two)
	}
}

// A lister writes entries as rules. Rules name the interfaces they are for, but
// not those they are not for. "Not from eth0" is therefore put the other way
// round: first comes all that packets from eth0 meet afterwards, then the rule for
// every interface.
type lister struct {
	entries []entry
	rules   []rule.Rule
	// last is the default action, and policy where it stands.
	last   rule.Action
	policy *Rule
	// steps and room are what is left of the bounds on entries looked at and rules
	// written for negated interfaces.
	steps, room int
}

// put writes down e; what its packets meet afterwards begins at entry next.
func (l *lister) put(e entry, next int) {
	if !e.In.negated() && !e.Out.negated() {
		l.write(e)
		return
	}
	before := len(l.rules)
	if !l.aside(e.Packets, next) {
		l.rules = l.rules[:before]
		for _, side := range []struct {
			direction  string
			interfaces Interfaces
		}{{"come in", e.In}, {"go out", e.Out}} {
			if side.interfaces.negated() {
				e.Packets = e.Because("for packets that " + side.direction + " by " + side.interfaces.String())
			}
		}
	}
	e.In, e.Out = positive(e.In), positive(e.Out)
	l.write(e)
}

// positive returns s with what it leaves out.
func positive(s Interfaces) Interfaces {
	some := s.get()
	some.not = nil
	return some.set()
}

// aside writes down what packets like p meet that are of the interfaces which p
// leaves out. It returns false if that would be too much.
func (l *lister) aside(p Packets, next int) bool {
	p.Unknown = nil // they surely do not match
	if p.In.negated() {
		for _, name := range p.In.get().not {
			region := p
			region.In, region.Out = positive(p.In).intersect(Only(name)), positive(p.Out)
			if !l.follow(region, next) {
				return false
			}
		}
	}
	if p.Out.negated() {
		for _, name := range p.Out.get().not {
			region := p
			region.In, region.Out = positive(p.In), positive(p.Out).intersect(Only(name))
			if !l.follow(region, next) {
				return false
			}
		}
	}
	return true
}

// follow writes down what the packets of the region meet from entry next on.
func (l *lister) follow(region Packets, next int) bool {
	live := []Packets{region}
	for i := next; i < len(l.entries) && len(live) > 0; i++ {
		e := l.entries[i]
		taken := false
		for _, p := range live {
			if l.steps -= p.weight() + e.weight() - 1; l.steps < 0 {
				return false
			}
			hit := p.Intersect(e.Packets)
			if hit.IsEmpty() {
				continue
			}
			taken = true
			part := e
			part.Packets = hit
			l.room -= part.bulk()
			if l.put(part, i+1); l.room < 0 {
				return false
			}
		}
		if taken && e.Sure() {
			live = without(live, e.Packets)
		}
	}
	for _, p := range live {
		l.room -= p.bulk()
		l.write(entry{Packets: p, action: l.last, source: l.policy})
	}
	return l.room >= 0
}

// without takes decided packets out of live where that needs no interface to be
// left out; those that remain are only written down once more.
func without(live []Packets, decided Packets) []Packets {
	var out []Packets
	for _, p := range live {
		decided, ok := p.asked(decided)
		if !ok || !decided.Sure() {
			out = append(out, p)
		} else if positively(p.In, decided.In) && positively(p.Out, decided.Out) {
			out = append(out, p.Subtract(decided)...)
		} else {
			out = append(out, p)
		}
	}
	if len(out) > maxLive {
		return live
	}
	return out
}

// positively reports whether s without o is empty or some interfaces, none left out.
func positively(s, o Interfaces) bool { return !slices.ContainsFunc(s.without(o), Interfaces.negated) }

func (l *lister) write(e entry) {
	from, like, ok1 := e.In.zones()
	to, alike, ok2 := e.Out.zones()
	if !ok1 || !ok2 {
		e.Packets = e.Because("a pattern beside an interface whose name ends with an asterisk")
	}
	r := rule.Rule{
		Name: e.source.Name, Line: e.source.Line, Text: e.source.Text, Place: e.source.Place,
		Action: e.action, Traffic: e.Traffic, SourceZones: from, DestinationZones: to, ZonePatterns: like || alike,
		Unknown: e.Unknown,
	}
	switch e.State {
	case First:
		r.State = rule.New
	case Later:
		r.State = rule.Established
	}
	l.rules = append(l.rules, r)
}
