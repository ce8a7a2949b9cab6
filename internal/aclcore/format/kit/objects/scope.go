// Package objects resolves named objects and groups of a text: addresses or
// services, nested to any depth, with exclusions, and with levels of which an inner
// one hides the names of an outer one.
package objects

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
)

// Level are the objects that one part of a text defines: a vsys, a device group, an
// address book. A reader fills it while it reads; the zero value is ready.
type Level[S known.Algebra[S]] struct {
	entries map[string]*entry[S]
}

// An entry is an object, or a group of others, or both.
type entry[S known.Algebra[S]] struct {
	line    int
	value   known.Set[S]
	members []string
	except  []string
	// doubts are lines of the definition that were not understood.
	doubts []string
}

// Add gives the object of that name more content, and creates it if it is not there.
func (l *Level[S]) Add(name string, line int, value known.Set[S]) {
	e := l.entry(name, line)
	e.value = e.value.Union(value)
}

// Members adds members by name. A group that is only ever named here has none.
func (l *Level[S]) Members(name string, line int, members ...string) {
	e := l.entry(name, line)
	e.members = append(e.members, members...)
}

// Except takes the named objects away from all that the group has, whenever they are
// added.
func (l *Level[S]) Except(name string, line int, members ...string) {
	e := l.entry(name, line)
	e.except = append(e.except, members...)
}

// Doubt says that a line of the object was not understood, and that it may do
// anything: nothing of the object is sure then.
func (l *Level[S]) Doubt(name string, line int, why string) {
	e := l.entry(name, line)
	e.doubts = append(e.doubts, why)
}

// Has reports whether the name is defined at this level.
func (l *Level[S]) Has(name string) bool { return l.entries[name] != nil }

// Line returns the line of the text where the object starts, 0 if it is not defined.
func (l *Level[S]) Line(name string) int {
	if e := l.entries[name]; e != nil {
		return e.line
	}
	return 0
}

func (l *Level[S]) entry(name string, line int) *entry[S] {
	if l.entries == nil {
		l.entries = make(map[string]*entry[S])
	}
	e := l.entries[name]
	if e == nil {
		e = &entry[S]{line: line}
		l.entries[name] = e
	}
	return e
}

// Names returns the names of the level in alphabetical order.
func (l *Level[S]) Names() []string {
	names := make([]string, 0, len(l.entries))
	for name := range l.entries {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// MaxDepth bounds how deep groups are nested. What is nested deeper, or is a member of
// itself, may be anything; so may then be each group on the way there.
const MaxDepth = 64

// Scope resolves names seen from one place of a text. A name means the object of the
// first level that defines it; so do the names of members, wherever the group itself
// is defined. It is for one goroutine.
type Scope[S known.Algebra[S]] struct {
	levels []*Level[S]
	// all is every value: what an object may be of which nothing is known.
	all S
	// other resolves names that no level defines: literals and built-in objects. It
	// may be nil.
	other func(name string) (known.Set[S], bool)
	// kind is the word for an object in reasons: "address", "service".
	kind string

	resolved map[string]known.Set[S]
	open     map[string]bool
	// size counts the parts of all results, left is what may still be kept.
	size func(S) int
	left int
}

// Options of [NewScope].
type Options[S known.Algebra[S]] struct {
	// Kind is the word for an object in reasons: address, service.
	Kind string
	// All is every value of the kind.
	All S
	// Size returns how many parts a set has, and Budget how many may be kept for all
	// names together, 0 for 4 million. Beyond it an object may be anything.
	Size   func(S) int
	Budget int
	// Other resolves names that no level defines, such as literals and built-in
	// objects; nil where there are none.
	Other func(name string) (known.Set[S], bool)
}

// defaultBudget is how many ranges the names of one text may stand for together.
const defaultBudget = 4 << 20

// NewScope returns a scope in which names are looked up in the levels, the innermost
// first.
func NewScope[S known.Algebra[S]](o Options[S], levels ...*Level[S]) *Scope[S] {
	s := &Scope[S]{
		levels: levels, all: o.All, other: o.Other, kind: o.Kind, size: o.Size, left: o.Budget,
		resolved: make(map[string]known.Set[S]), open: make(map[string]bool),
	}
	if s.left == 0 {
		s.left = defaultBudget
	}
	return s
}

// Resolve returns what is known of the object. A name that nothing defines may be
// anything.
func (s *Scope[S]) Resolve(name string) known.Set[S] { return s.resolve(name, 0) }

// Union returns what is known of the objects together.
func (s *Scope[S]) Union(names []string) known.Set[S] {
	var out known.Set[S]
	for _, name := range names {
		out = out.Union(s.Resolve(name))
	}
	return out
}

// Line returns where the object that the name means starts in the text, 0 if no level
// defines it.
func (s *Scope[S]) Line(name string) int {
	if e := s.lookup(name); e != nil {
		return e.line
	}
	return 0
}

func (s *Scope[S]) lookup(name string) *entry[S] {
	for _, l := range s.levels {
		if e := l.entries[name]; e != nil {
			return e
		}
	}
	return nil
}

func (s *Scope[S]) resolve(name string, depth int) known.Set[S] {
	if set, ok := s.resolved[name]; ok {
		return set
	}
	e := s.lookup(name)
	switch {
	case e == nil:
		return s.keep(name, s.undefined(name))
	case s.open[name]:
		return known.AtMost(s.all, fmt.Sprintf("%s %q is a member of itself", s.kind, name))
	case depth == MaxDepth:
		return known.AtMost(s.all, fmt.Sprintf("%s %q is nested more than %d levels deep", s.kind, name, MaxDepth))
	}
	s.open[name] = true
	set := s.content(e, depth)
	delete(s.open, name)
	return s.keep(name, set)
}

func (s *Scope[S]) content(e *entry[S], depth int) known.Set[S] {
	set := e.value
	for _, m := range e.members {
		set = set.Union(s.resolve(m, depth+1))
	}
	for _, m := range e.except {
		set = set.Subtract(s.resolve(m, depth+1))
	}
	if len(e.doubts) > 0 {
		set = set.Doubt(s.all, e.doubts...)
	}
	return set
}

func (s *Scope[S]) undefined(name string) known.Set[S] {
	if s.other != nil {
		if set, ok := s.other(name); ok {
			return set
		}
	}
	return known.AtMost(s.all, fmt.Sprintf("%s %q is not in the text", s.kind, name))
}

// keep remembers what the name means, unless too much is kept already.
func (s *Scope[S]) keep(name string, set known.Set[S]) known.Set[S] {
	n := 1
	if s.size != nil {
		n = s.size(set.Possible) + s.size(set.Sure)
	}
	if n > s.left {
		set = known.AtMost(s.all, fmt.Sprintf("%s %q stands for more ranges than are kept", s.kind, name))
		n = 0
	}
	s.left -= n
	s.resolved[name] = set
	return set
}
