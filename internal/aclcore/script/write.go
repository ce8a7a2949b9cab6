package script

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// An Insertion puts rules of ours before one rule of the list.
type Insertion struct {
	// Before counts rules of the list without what is taken out; the number of these is
	// the end.
	Before int
	Rules  []Rule
}

// A Removal takes one rule of ours out.
type Removal struct {
	// At are the rules of the list that it consists of, as [Found] has them.
	At []int
	// Rule is what they are, to put it back.
	Rule Rule
	// Debris says that they are only a part of it, which is not put back.
	Debris bool
}

// An Edit is what a list becomes: what is taken out, and then what is put in.
type Edit struct {
	Remove []Removal
	Insert []Insertion
}

// Empty reports whether nothing changes.
func (e Edit) Empty() bool { return len(e.Remove) == 0 && len(e.Insert) == 0 }

// A Script is the commands of one edit.
type Script struct {
	// Do and Undo are commands, a line each, without what leads and closes a script; see
	// [Whole].
	Do, Undo []string
	// NoUndo says why the text does not tell how to take the script back; Undo is empty
	// then.
	NoUndo string
	// Touches are the commands of Do that change what is not ours: entries of others that
	// are numbered anew, or taken away and written again.
	Touches []string
	// After is the list as it is read from the text with the commands.
	After *List
}

// ErrUnproven says that the list is not what it was to become, or cannot be read, once
// the commands are made to its text.
var ErrUnproven = errors.New("the list with the commands cannot be shown to be the old one and these rules")

// Write writes the commands of the edit and those that take it back. Its error tells
// what the language or the place does not allow, or wraps [ErrUnproven].
func (l *List) Write(e Edit) (*Script, error) {
	s, made, err := l.make(e)
	if err != nil {
		return nil, err
	}
	switch undo, _, err := s.After.make(inverse(e, made)); {
	case err != nil:
		s.NoUndo = err.Error()
	case len(undo.Touches) > 0:
		s.NoUndo = "it would change what is not ours: " + undo.Touches[0]
	case !sameUpToPlace(undo.After, l, e):
		s.NoUndo = "the list would not be what it was"
	default:
		s.Undo = undo.Do
	}
	return s, nil
}

// make makes the edit to the text. It returns where each rule that was put in stands
// then, in order of the insertions.
func (l *List) make(e Edit) (*Script, [][]int, error) {
	if err := Unproven(l.format(), l.Text); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrUnproven, err)
	}
	l, err := l.configured()
	if err != nil {
		return nil, nil, err
	}
	lang := languages[l.format()]
	s := &Script{After: l}
	var gone []int
	for _, r := range e.Remove {
		gone = append(gone, r.At...)
	}
	slices.Sort(gone)
	rest := without(l.Rules, gone)
	if len(gone) > 0 {
		commands, text, err := lang.remove(l, gone)
		if err != nil {
			return nil, nil, err
		}
		s.Do = commands
		if s.After, err = l.with(text); err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrUnproven, err)
		}
		if why := differ(rest, s.After.Rules); why != "" {
			return nil, nil, fmt.Errorf("%w: %s", ErrUnproven, why)
		}
	}
	for k := len(e.Insert) - 1; k >= 0; k-- { // from the end, so that places stay what they are
		if err := s.insert(lang, e.Insert[k]); err != nil {
			return nil, nil, err
		}
	}
	made, err := prove(rest, e.Insert, s.After)
	if err != nil {
		return nil, nil, err
	}
	return s, made, nil
}

// insert adds the commands of one insertion to the script.
func (s *Script) insert(lang language, in Insertion) error {
	l := s.After
	rules := make([]rule.Rule, len(in.Rules))
	for i, r := range in.Rules {
		rules[i] = lang.name(r)
	}
	text, err := format.Change(l.format(), l.Name, rule.Insertion{Base: l.Rules, Before: in.Before, Rules: rules})
	if err != nil {
		return err
	}
	commands, touches := lang.commands(text, in.Rules)
	after, ok := format.Apply(l.format(), l.Text, strings.Join(commands, "\n"))
	if !ok {
		return fmt.Errorf("%w: the commands do not stand in the text of the device", ErrUnproven)
	}
	if s.After, err = l.with(after); err != nil {
		return fmt.Errorf("%w: %w", ErrUnproven, err)
	}
	s.Do, s.Touches = append(s.Do, commands...), append(s.Touches, touches...)
	return nil
}

// prove shows that the list is rest with the insertions, and returns where each of their
// rules stands.
func prove(rest *rule.Ruleset, insertions []Insertion, after *List) ([][]int, error) {
	var ours []rule.Rule
	for _, in := range insertions {
		for _, r := range in.Rules {
			ours = append(ours, r.Rule)
		}
	}
	found, err := after.Find(ours)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnproven, err)
	}
	var mine []int
	for n := range ours {
		if len(found.At[n]) == 0 {
			return nil, fmt.Errorf("%w: %s is read as %s", ErrUnproven, &ours[n], found.instead(after.Rules, n, ours[n].Name))
		}
		mine = append(mine, found.At[n]...)
	}
	slices.Sort(mine)
	others := without(after.Rules, mine)
	if why := differ(rest, others); why != "" {
		return nil, fmt.Errorf("%w: %s", ErrUnproven, why)
	}
	n := 0
	for _, in := range insertions {
		for i := range in.Rules {
			if r := displaced(rest, found.At[n], mine, in.Before, &in.Rules[i].Rule); r != nil {
				return nil, fmt.Errorf("%w: %s would not stand where it takes effect, because of %s", ErrUnproven, in.Rules[i].Name, r)
			}
			n++
		}
	}
	return found.At, nil
}

// instead tells how the commands of a rule are read that is not there as it was to be.
func (f *Found) instead(rs *rule.Ruleset, n int, name string) string {
	at := slices.Concat(f.Parts[n], f.Changed)
	at = slices.DeleteFunc(at, func(i int) bool { return nameOf(&rs.Rules[i]) != name && hasNames(rs.Format) })
	if len(at) == 0 {
		return "no rule"
	}
	like := rs.Rules[at[0]]
	like.Text = "" // what it says
	return like.String()
}

// displaced returns a rule of rest that the entries of a new rule are on the wrong side
// of, nil if there is none. The new rule was to stand before a rule of rest; mine are the
// entries of all new rules.
func displaced(rest *rule.Ruleset, at, mine []int, before int, our *rule.Rule) *rule.Rule {
	for _, i := range at {
		k, _ := slices.BinarySearch(mine, i)
		place := i - k // rules of rest above the entry
		for j := min(place, before); j < max(place, before) && j < len(rest.Rules); j++ {
			r := &rest.Rules[j] // above the entry now, or below where it was to be above
			if opposes(r, our) {
				return r
			}
		}
	}
	return nil
}

// differ tells the first difference between two lists, empty if there is none.
func differ(want, got *rule.Ruleset) string {
	for i := range max(len(want.Rules), len(got.Rules)) {
		switch {
		case i >= len(want.Rules):
			return fmt.Sprintf("there would be one more rule, %s", &got.Rules[i])
		case i >= len(got.Rules):
			return fmt.Sprintf("the rule %s would be gone", &want.Rules[i])
		case !sameRule(&want.Rules[i], &got.Rules[i]):
			return fmt.Sprintf("the rule %s would be %s", &want.Rules[i], &got.Rules[i])
		}
	}
	if want.Default != got.Default {
		return "the default action would be another"
	}
	return ""
}

// inverse is the edit of the list after e that takes e back; made is where the rules stand
// that e put in.
func inverse(e Edit, made [][]int) Edit {
	var back Edit
	n := 0
	for _, in := range e.Insert {
		for _, r := range in.Rules {
			back.Remove = append(back.Remove, Removal{At: made[n], Rule: r})
			n++
		}
	}
	var gone []int
	for _, r := range e.Remove {
		gone = append(gone, r.At...)
	}
	slices.Sort(gone)
	for _, r := range e.Remove {
		if r.Debris {
			continue
		}
		k, _ := slices.BinarySearch(gone, r.At[0])
		before := r.At[0] - k
		if last := len(back.Insert) - 1; last >= 0 && back.Insert[last].Before == before {
			back.Insert[last].Rules = append(back.Insert[last].Rules, r.Rule)
			continue
		}
		back.Insert = append(back.Insert, Insertion{before, []Rule{r.Rule}})
	}
	slices.SortStableFunc(back.Insert, func(a, b Insertion) int { return a.Before - b.Before })
	return back
}

// sameUpToPlace reports whether got is the list before the edit, without debris, but for
// the places of the rules that the edit took out, which were proven to take effect all
// the same.
func sameUpToPlace(got, before *List, e Edit) bool {
	var debris, whole []int
	var ours []rule.Rule
	for _, r := range e.Remove {
		if r.Debris {
			debris = append(debris, r.At...)
			continue
		}
		whole, ours = append(whole, r.At...), append(ours, r.Rule.Rule)
	}
	found, err := got.Find(ours)
	if err != nil {
		return false
	}
	var back []int
	for n := range ours {
		if len(found.At[n]) == 0 {
			return false
		}
		back = append(back, found.At[n]...)
	}
	gone := slices.Concat(debris, whole)
	slices.Sort(gone)
	slices.Sort(back)
	return differ(without(before.Rules, gone), without(got.Rules, back)) == ""
}
