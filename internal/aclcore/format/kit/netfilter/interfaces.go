package netfilter

import (
	"slices"
	"strings"
)

// Interfaces is a set of network interfaces: some or all, without some. Each is a name,
// or a pattern for all names that begin alike. The zero value is every interface. It is
// immutable.
type Interfaces struct {
	// p is nil for every interface; most rules name none.
	p *someInterfaces
}

type someInterfaces struct {
	// only says that the set is of those that names hold, and not of all.
	only bool
	// names and not, what is missing from the set, are sorted and without duplicates.
	// A pattern ends with [anyEnd].
	names, not []string
}

// get returns what the set is.
func (s Interfaces) get() someInterfaces {
	if s.p == nil {
		return someInterfaces{}
	}
	return *s.p
}

// set returns the set of some interfaces.
func (s someInterfaces) set() Interfaces {
	if !s.only && len(s.not) == 0 {
		return Interfaces{}
	}
	return Interfaces{&s}
}

// anyEnd ends a pattern. No interface has it in its name.
const anyEnd = "\x00"

// Only returns the set of the named interfaces.
func Only(names ...string) Interfaces {
	return someInterfaces{only: true, names: slices.Compact(slices.Sorted(slices.Values(names)))}.set()
}

// Like returns the set of the interfaces whose names begin with the prefix.
func Like(prefix string) Interfaces {
	if prefix == "" {
		return Interfaces{}
	}
	return Only(prefix + anyEnd)
}

// Or returns the interfaces of s and of o, which both are sets of [Only] and [Like].
func (s Interfaces) Or(o Interfaces) Interfaces {
	if s.IsEvery() || o.IsEvery() {
		return Interfaces{}
	}
	return Only(slices.Concat(s.p.names, o.p.names)...)
}

// Complement returns every interface that is not in s, which is of [Only] and [Like].
func (s Interfaces) Complement() Interfaces {
	if s.IsEvery() {
		return Only()
	}
	return someInterfaces{not: s.p.names}.set()
}

// without returns the interfaces of s that are not in o, as disjoint sets.
func (s Interfaces) without(o Interfaces) []Interfaces {
	var out []Interfaces
	left, cut := s, o.get()
	if cut.only {
		if rest := s.intersect(someInterfaces{not: cut.names}.set()); !rest.IsEmpty() {
			out = append(out, rest)
		}
		left = s.intersect(Only(cut.names...))
	}
	for _, n := range cut.not {
		if hit := left.intersect(Only(n)); !hit.IsEmpty() {
			out = append(out, hit)
			left = left.intersect(someInterfaces{not: []string{n}}.set())
		}
	}
	return out
}

// IsEvery reports whether every interface is in s.
func (s Interfaces) IsEvery() bool { return s.p == nil }

// IsEmpty reports whether no interface is in s.
func (s Interfaces) IsEmpty() bool { return s.p != nil && s.p.only && len(s.p.names) == 0 }

// negated reports whether s leaves some out.
func (s Interfaces) negated() bool { return s.p != nil && len(s.p.not) > 0 }

// holds reports whether all that the name or pattern n stands for is what m stands for.
func holds(m, n string) bool {
	prefix, pattern := strings.CutSuffix(m, anyEnd)
	if !pattern {
		return m == n
	}
	return strings.HasPrefix(strings.TrimSuffix(n, anyEnd), prefix)
}

// intersect returns the interfaces in both s and o.
func (s Interfaces) intersect(o Interfaces) Interfaces {
	switch {
	case s.p == o.p || o.p == nil:
		return s
	case s.p == nil:
		return o
	}
	a, b := s.p, o.p
	if a.only && b.only && len(a.not) == 0 && len(b.not) == 0 && slices.Equal(a.names, b.names) {
		return s
	}
	out := someInterfaces{only: a.only || b.only}
	switch {
	case a.only && b.only:
		for _, x := range a.names {
			for _, y := range b.names {
				switch {
				case holds(y, x):
					out.names = append(out.names, x)
				case holds(x, y):
					out.names = append(out.names, y)
				}
			}
		}
		slices.Sort(out.names)
		out.names = slices.Compact(out.names)
	case a.only:
		out.names = a.names
	default:
		out.names = b.names
	}
	return out.leaveOut(a.not, b.not).set()
}

// leaveOut returns s without what the names stand for.
func (s someInterfaces) leaveOut(not ...[]string) someInterfaces {
	all := slices.Concat(not...)
	if len(all) == 0 {
		return s
	}
	if !s.only {
		s.not = slices.Compact(slices.Sorted(slices.Values(all)))
		return s
	}
	kept := make([]string, 0, len(s.names))
	for _, n := range s.names {
		if !slices.ContainsFunc(all, func(m string) bool { return holds(m, n) }) {
			kept = append(kept, n)
		}
	}
	s.names = kept
	var out []string
	for _, m := range all { // only patterns have something left that one can leave out
		if slices.ContainsFunc(kept, func(n string) bool { return holds(n, m) }) {
			out = append(out, m)
		}
	}
	s.not = slices.Compact(slices.Sorted(slices.Values(out)))
	return s
}

// ofNone returns every interface if a packet without one is in s, which has an empty
// name, and none otherwise.
func (s Interfaces) ofNone() Interfaces {
	if s.intersect(Only("")).IsEmpty() {
		return Only()
	}
	return Interfaces{}
}

// covers reports whether every interface of o is in s.
func (s Interfaces) covers(o Interfaces) bool { return len(o.without(s)) == 0 }

// zones returns the names as rules have them, and whether one is a pattern, which ends
// with an asterisk. ok is false for names that cannot stand beside patterns.
func (s Interfaces) zones() (names []string, patterns, ok bool) {
	all := s.get().names
	patterns = slices.ContainsFunc(all, func(n string) bool { return strings.HasSuffix(n, anyEnd) })
	if !patterns {
		return all, false, true
	}
	for _, n := range all {
		if strings.HasSuffix(n, "*") {
			return nil, true, false
		}
		names = append(names, strings.ReplaceAll(n, anyEnd, "*"))
	}
	return names, true, true
}

// String writes the set for people.
func (s Interfaces) String() string {
	some := s.get()
	text := strings.Join(some.names, ", ")
	switch {
	case s.IsEvery():
		return "any"
	case s.IsEmpty():
		return "none"
	case !some.only:
		text = "any"
	}
	if len(some.not) > 0 {
		text += " but " + strings.Join(some.not, ", ")
	}
	return strings.ReplaceAll(text, anyEnd, "*")
}
