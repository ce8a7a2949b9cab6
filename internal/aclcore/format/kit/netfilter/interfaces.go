package netfilter

import (
	"slices"
	"strings"
)

// Interfaces is a set of network interfaces by name: some, or all but some. The
// zero value is every interface. It is immutable.
type Interfaces struct {
	// only says that names are the set, and not what is missing from it.
	only bool
	// names is sorted and without duplicates.
	names []string
}

// Only returns the set of the named interfaces.
func Only(names ...string) Interfaces {
	return Interfaces{true, slices.Compact(slices.Sorted(slices.Values(names)))}
}

// Complement returns every interface that is not in s.
func (s Interfaces) Complement() Interfaces { return Interfaces{!s.only, s.names} }

// IsEvery reports whether every interface is in s.
func (s Interfaces) IsEvery() bool { return !s.only && len(s.names) == 0 }

// IsEmpty reports whether no interface is in s.
func (s Interfaces) IsEmpty() bool { return s.only && len(s.names) == 0 }

// negated reports whether s is all but some.
func (s Interfaces) negated() bool { return !s.only && len(s.names) > 0 }

// intersect returns the interfaces in both s and o.
func (s Interfaces) intersect(o Interfaces) Interfaces {
	switch {
	case s.IsEvery():
		return o
	case o.IsEvery():
		return s
	case s.only:
		return Interfaces{true, filter(s.names, func(n string) bool { return o.contains(n) })}
	case o.only:
		return o.intersect(s)
	}
	return Only(slices.Concat(s.names, o.names)...).Complement()
}

func (s Interfaces) contains(name string) bool { return slices.Contains(s.names, name) == s.only }

// ofNone returns every interface if a packet without one is in s, which has an empty
// name, and none otherwise.
func (s Interfaces) ofNone() Interfaces {
	if s.contains("") {
		return Interfaces{}
	}
	return Only()
}

// covers reports whether every interface of o is in s.
func (s Interfaces) covers(o Interfaces) bool { return o.intersect(s.Complement()).IsEmpty() }

// String writes the set for people.
func (s Interfaces) String() string {
	text := strings.Join(s.names, ", ")
	switch {
	case s.IsEvery():
		return "any"
	case s.IsEmpty():
		return "none"
	case s.only:
		return text
	}
	return "any but " + text
}

func filter(names []string, keep func(string) bool) []string {
	var out []string
	for _, n := range names {
		if keep(n) {
			out = append(out, n)
		}
	}
	return out
}
