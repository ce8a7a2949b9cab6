// Package known holds what a text says of a set that it does not say in full: a
// group with a member that cannot be read, a host by a name whose address is
// elsewhere.
package known

import "slices"

// Algebra is what a set has to be able to do; addr.Set and service.Set are.
type Algebra[S any] interface {
	IsEmpty() bool
	Equal(other S) bool
	Union(other S) S
	Intersect(other S) S
	Subtract(other S) S
}

// Set is what is known of a set: it holds all of Sure and nothing outside of
// Possible. The zero value is the empty set, known in full.
//
// The law that readers rely on: whatever a line of a text adds to what is known, a
// verdict goes from not allowed to allowed only if the line is known to add. A reader
// keeps it by two rules. A line that begins with a word that is known to add a
// member, and whose member cannot be read, is doubted alone: [Set.Union] with
// [AtMost] of everything. Any other line that is not understood, such as one that
// takes a member away, leaves nothing sure: [Set.Doubt].
type Set[S Algebra[S]] struct {
	// Sure is contained in Possible.
	Sure, Possible S
	// Why are the reasons why Sure and Possible differ, once each and at most
	// MaxReasons; it is empty if the set is known in full.
	Why []string
}

// MaxReasons is how many reasons are kept: enough to act on.
const MaxReasons = 5

// Exactly returns a set that is known in full.
func Exactly[S Algebra[S]](s S) Set[S] { return Set[S]{Sure: s, Possible: s} }

// AtMost returns a set of which nothing is sure, and nothing outside of possible is
// meant.
func AtMost[S Algebra[S]](possible S, why ...string) Set[S] {
	return Set[S]{Possible: possible, Why: Reasons(nil, why)}
}

// Between returns a set that holds sure and nothing outside of possible.
func Between[S Algebra[S]](sure, possible S, why ...string) Set[S] {
	return Set[S]{Sure: sure, Possible: possible, Why: Reasons(nil, why)}.settled()
}

// IsExact reports whether the set is known in full.
func (s Set[S]) IsExact() bool { return len(s.Why) == 0 }

// Union returns what is known of the union of two sets.
func (s Set[S]) Union(o Set[S]) Set[S] {
	return Set[S]{s.Sure.Union(o.Sure), s.Possible.Union(o.Possible), Reasons(s.Why, o.Why)}.settled()
}

// Intersect returns what is known of what two sets share.
func (s Set[S]) Intersect(o Set[S]) Set[S] {
	return Set[S]{s.Sure.Intersect(o.Sure), s.Possible.Intersect(o.Possible), Reasons(s.Why, o.Why)}.settled()
}

// Subtract returns what is known of s without o. What o only may hold is neither
// surely in the difference nor surely out of it.
func (s Set[S]) Subtract(o Set[S]) Set[S] {
	return Set[S]{s.Sure.Subtract(o.Possible), s.Possible.Subtract(o.Sure), Reasons(s.Why, o.Why)}.settled()
}

// Doubt returns a set that may be anything between nothing and possible, since
// something about it was not understood.
func (s Set[S]) Doubt(possible S, why ...string) Set[S] {
	var none S
	return Set[S]{none, s.Possible.Union(possible), Reasons(s.Why, why)}.settled()
}

// settled drops the reasons where they make no difference, and never loses them
// where they do.
func (s Set[S]) settled() Set[S] {
	if s.Sure.Equal(s.Possible) {
		s.Why = nil
	}
	return s
}

// Reasons returns the reasons of both lists once each, at most MaxReasons; it writes
// to neither.
func Reasons(a, b []string) []string {
	if len(b) == 0 {
		return a
	}
	out := slices.Clip(a)
	for _, why := range b {
		if len(out) < MaxReasons && !slices.Contains(out, why) {
			out = append(out, why)
		}
	}
	return out
}
