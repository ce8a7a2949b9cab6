package jsontree

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxProblems is how many problems of a text are told one by one.
const maxProblems = 20

// Problems collects what is wrong with the values of a tree.
type Problems struct {
	// Source leads every problem.
	Source string
	lines  []string
	more   int
}

// Add notes a problem at v; format says what was wrong and what is accepted.
func (p *Problems) Add(v *Value, format string, args ...any) {
	if len(p.lines) == maxProblems {
		p.more++
		return
	}
	line := 1
	if v != nil {
		line = v.Line
	}
	p.lines = append(p.lines, fmt.Sprintf("%s:%d: ", p.Source, line)+fmt.Sprintf(format, args...))
}

// Err returns the problems as one error, a line each, or nil.
func (p *Problems) Err() error {
	switch {
	case len(p.lines) == 0:
		return nil
	case p.more > 0:
		return fmt.Errorf("%s\nand %d more problems", strings.Join(p.lines, "\n"), p.more)
	}
	return errors.New(strings.Join(p.lines, "\n"))
}

// want notes a problem and returns nil if the value of key is of none of the kinds.
func (p *Problems) want(v *Value, key string, kinds ...Kind) *Value {
	got := v.Get(key)
	if got.IsNull() {
		return nil
	}
	if !slices.Contains(kinds, got.Kind) {
		p.Add(got, "%s is %s; write %s", key, got.Kind, kinds[0])
		return nil
	}
	return got
}

// Text returns the string under key, "" if it is absent or null.
func (p *Problems) Text(v *Value, key string) string {
	if got := p.want(v, key, String); got != nil {
		return got.Text
	}
	return ""
}

// Flag returns the boolean under key, false if it is absent or null.
func (p *Problems) Flag(v *Value, key string) bool {
	got := p.want(v, key, Bool)
	return got != nil && got.Text == "true"
}

// Number returns the whole number under key, which may stand in quotes, or nil if
// it is absent, null or "".
func (p *Problems) Number(v *Value, key string) *int {
	got := p.want(v, key, Number, String)
	if got == nil || got.Text == "" {
		return nil
	}
	n, err := strconv.Atoi(got.Text)
	if err != nil {
		p.Add(got, "%s is %q; write a whole number", key, got.Text)
		return nil
	}
	return &n
}

// List returns the elements of the list under key, none if it is absent or null.
func (p *Problems) List(v *Value, key string) []Value {
	if got := p.want(v, key, Array); got != nil {
		return got.Items
	}
	return nil
}

// Objects returns the elements of the list under key that are objects; others are
// problems.
func (p *Problems) Objects(v *Value, key string) []*Value {
	var out []*Value
	items := p.List(v, key)
	for i := range items {
		if items[i].Kind != Object {
			p.Add(&items[i], "%s lists %s; write objects", key, items[i].Kind)
			continue
		}
		out = append(out, &items[i])
	}
	return out
}

// Others returns the keys of an object that are none of known and whose value is
// not null, false, "", or an empty list or object: what a reader that knows only
// the known keys would overlook.
func (v *Value) Others(known ...string) []string {
	if v == nil {
		return nil
	}
	var out []string
	for i, key := range v.Keys {
		if item := &v.Items[i]; !slices.Contains(known, key) && !item.isEmpty() {
			out = append(out, key)
		}
	}
	return out
}

func (v *Value) isEmpty() bool {
	switch v.Kind {
	case Null:
		return true
	case Bool:
		return v.Text == "false"
	case String:
		return v.Text == ""
	case Array, Object:
		return len(v.Items) == 0
	}
	return false
}

// Equal reports whether v and o are the same JSON, wherever they stand.
func (v *Value) Equal(o *Value) bool {
	if v == nil || o == nil {
		return v.IsNull() && o.IsNull()
	}
	if v.Kind != o.Kind || v.Text != o.Text || !slices.Equal(v.Keys, o.Keys) {
		return false
	}
	return slices.EqualFunc(v.Items, o.Items, func(a, b Value) bool { return a.Equal(&b) })
}
