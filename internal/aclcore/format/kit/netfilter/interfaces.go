package netfilter

import (
	"slices"
	"strings"
)

// Interfaces is a set of network interfaces: some or all, without some. Each is a name,
// or a pattern for all names that begin alike. The zero value is every interface. It is
// immutable.
type Interfaces struct {
	// only says that the set is of those that names hold, and not of all.
	only bool
	// names and not, what is missing from the set, are sorted and without duplicates.
	// A pattern ends with [anyEnd].
	names, not []string
}

// anyEnd ends a pattern. No interface has it in its name.
const anyEnd = "\x00"

// Only returns the set of the named interfaces.
func Only(names ...string) Interfaces {
	return Interfaces{only: true, names: slices.Compact(slices.Sorted(slices.Values(names)))}
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
	return Only(slices.Concat(s.names, o.names)...)
}

// Complement returns every interface that is not in s, which is of [Only] and [Like].
func (s Interfaces) Complement() Interfaces {
	if s.IsEvery() {
		return Only()
	}
	return Interfaces{not: s.names}
}

// without returns the interfaces of s that are not in o, as disjoint sets.
func (s Interfaces) without(o Interfaces) []Interfaces {
	var out []Interfaces
	if o.only {
		if rest := s.intersect(Interfaces{not: o.names}); !rest.IsEmpty() {
			out = append(out, rest)
		}
	}
	left := s
	if o.only {
		left = s.intersect(Only(o.names...))
	}
	for _, n := range o.not {
		if hit := left.intersect(Only(n)); !hit.IsEmpty() {
			out = append(out, hit)
			left = left.intersect(Interfaces{not: []string{n}})
		}
	}
	return out
}

// IsEvery reports whether every interface is in s.
func (s Interfaces) IsEvery() bool { return !s.only && len(s.not) == 0 }

// IsEmpty reports whether no interface is in s.
func (s Interfaces) IsEmpty() bool { return s.only && len(s.names) == 0 }

// negated reports whether s leaves some out.
func (s Interfaces) negated() bool { return len(s.not) > 0 }

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
	case s.IsEvery():
		return o
	case o.IsEvery():
		return s
	case s.only && o.only && len(s.not) == 0 && len(o.not) == 0 && slices.Equal(s.names, o.names):
		return s
	}
	out := Interfaces{only: s.only || o.only}
	switch {
	case s.only && o.only:
		for _, a := range s.names {
			for _, b := range o.names {
				switch {
				case holds(b, a):
					out.names = append(out.names, a)
				case holds(a, b):
					out.names = append(out.names, b)
				}
			}
		}
		slices.Sort(out.names)
		out.names = slices.Compact(out.names)
	case s.only:
		out.names = s.names
	default:
		out.names = o.names
	}
	return out.leaveOut(s.not, o.not)
}

// leaveOut returns s without what the names stand for.
func (s Interfaces) leaveOut(not ...[]string) Interfaces {
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
	patterns = slices.ContainsFunc(s.names, func(n string) bool { return strings.HasSuffix(n, anyEnd) })
	if !patterns {
		return s.names, false, true
	}
	for _, n := range s.names {
		if strings.HasSuffix(n, "*") {
			return nil, true, false
		}
		names = append(names, strings.ReplaceAll(n, anyEnd, "*"))
	}
	return names, true, true
}

// String writes the set for people.
func (s Interfaces) String() string {
	text := strings.Join(s.names, ", ")
	switch {
	case s.IsEvery():
		return "any"
	case s.IsEmpty():
		return "none"
	case !s.only:
		text = "any"
	}
	if len(s.not) > 0 {
		text += " but " + strings.Join(s.not, ", ")
	}
	return strings.ReplaceAll(text, anyEnd, "*")
}
