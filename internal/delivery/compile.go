package delivery

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/script"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
)

// A Text is what a device says of itself.
type Text struct {
	Content, Format string
	// Lists are its lists by name; a ruleset has one, whose name here is empty.
	Lists map[string]*script.List
	// Beside is what else the device says, by what it is called ("interfaces"), each as a
	// text that is the same as long as it says the same. A delivery must not change it.
	Beside map[string]string
	// Others are the rules of lists that nothing is delivered to, by list, each as a text
	// that is the same as long as it says the same. A delivery must not lose one; others may
	// come meanwhile.
	Others map[string][]string
	// Parse reads another content of the same device.
	Parse func(content string) (*Text, error)
}

// A Change is rules that have to stand on top of their lists, and rules that have to be
// gone. Keep are the other rules of ours.
type Change struct{ Put, Take, Keep []additions.Rule }

// lists are the names of the lists that change, sorted.
func (c Change) lists() []string {
	names := map[string]bool{}
	for _, r := range slices.Concat(c.Put, c.Take) {
		names[r.List] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// A Script is the commands of a change to all lists of a device.
type Script struct {
	// Do and Undo are the commands, without what leads and closes a script.
	Do, Undo []string
	// NoUndo and Touches are as in [script.Script].
	NoUndo  string
	Touches []string
	// In and Out are the rules that Do puts in and takes out.
	In, Out []additions.Rule
	// Text is the device's text with Do.
	Text string
	// Unproven is why Text was not read again; nil where it was, and has the lists that it
	// is to have.
	Unproven error
}

// Compile writes the commands of the change. There are none where the text has all that
// is put on top, and nothing that is taken.
func Compile(t *Text, c Change) (*Script, error) {
	s := &Script{Text: t.Content}
	for _, name := range c.lists() {
		l := t.Lists[name]
		put, take := ofList(c.Put, name), ofList(c.Take, name)
		if l == nil {
			if len(put) == 0 {
				continue // a list that is gone has no rule of ours
			}
			return nil, fmt.Errorf("the text has no list %q", name)
		}
		if err := s.add(l, put, take, ofList(c.Keep, name)); err != nil {
			if name != "" {
				err = fmt.Errorf("list %s: %w", name, err)
			}
			return nil, err
		}
	}
	return s, nil
}

func ofList(rules []additions.Rule, list string) (out []additions.Rule) {
	for _, r := range rules {
		if r.List == list && !r.Conditions() {
			out = append(out, r)
		}
	}
	return out
}

// add adds the commands for one list, which is read from the text with those before.
func (s *Script) add(l *script.List, put, take, keep []additions.Rule) error {
	now := *l
	now.Text = s.Text
	if s.Text != l.Text {
		var err error
		if now.Rules, err = l.Read(s.Text); err != nil {
			return err
		}
	}
	kept := make([]rule.Rule, len(keep))
	for i, r := range keep {
		kept[i] = ofScript(r).Rule
	}
	edit, err := now.EditFor(scriptRules(put), scriptRules(take), kept)
	if err != nil || edit.Empty() {
		return err
	}
	part, err := now.Write(edit)
	if err != nil {
		return err
	}
	s.Do, s.Undo = append(s.Do, part.Do...), slices.Concat(part.Undo, s.Undo)
	s.Touches, s.Text = append(s.Touches, part.Touches...), part.After.Text
	if part.NoUndo != "" && s.NoUndo == "" {
		s.NoUndo = part.NoUndo
	}
	s.note(edit, put, take)
	return nil
}

// note tells which rules the edit puts in and takes out.
func (s *Script) note(e script.Edit, put, take []additions.Rule) {
	byName := func(rules []additions.Rule) map[string]additions.Rule {
		out := make(map[string]additions.Rule, len(rules))
		for _, r := range rules {
			out[r.ContentName()] = r
		}
		return out
	}
	puts, takes := byName(put), byName(take)
	for _, in := range e.Insert {
		for _, r := range in.Rules {
			if our, ok := puts[r.Name]; ok {
				s.In = append(s.In, our)
			}
		}
	}
	for _, out := range e.Remove {
		if our, ok := takes[out.Rule.Name]; ok {
			s.Out = append(s.Out, our)
		}
	}
}

func scriptRules(rules []additions.Rule) []script.Rule {
	out := make([]script.Rule, len(rules))
	for i, r := range rules {
		out[i] = ofScript(r)
	}
	return out
}

// ofScript is the rule as it stands on a device: under the name of its content, with its
// owners as the comment.
func ofScript(r additions.Rule) script.Rule {
	out := script.Rule{Rule: r.Rule(), Comment: strings.Join(r.Owners, ", ")}
	out.Name, out.Line = r.ContentName(), 0
	return out
}

// remarks tell people what a script is for: each rule, whose it is and why it is needed,
// as why tells.
func (s *Script) remarks(title string, why func(additions.Rule) string) []string {
	out := []string{fmt.Sprintf("rules of terraform-provider-acl for %s: %d in, %d out", title, len(s.In), len(s.Out))}
	about := func(words string, rules []additions.Rule) {
		for _, r := range rules {
			plain := ofScript(r).Rule
			text := strings.TrimPrefix(plain.String(), fmt.Sprintf("%q ", plain.Name))
			out = append(out, fmt.Sprintf("%s %s %s", words, plain.Name, text), "  for "+strings.Join(r.Owners, ", "))
			if why != nil && words == "+" {
				if reason := why(r); reason != "" {
					out = append(out, "  because "+reason)
				}
			}
		}
	}
	about("+", s.In)
	about("-", s.Out)
	return out
}

// Whole returns the script as one text, which is empty where nothing is to do.
func (s *Script) Whole(format, title string, why func(additions.Rule) string) string {
	return script.Whole(format, s.remarks(title, why), s.Do)
}

// WholeUndo returns what takes the script back as one text. Where the text does not tell
// how, it is a remark that says so.
func (s *Script) WholeUndo(format, title string) string {
	if s.NoUndo != "" {
		return script.Remarks(format, []string{"how to take the script for " + title + " back is known once it has run: " + s.NoUndo})
	}
	return script.Whole(format, []string{fmt.Sprintf("takes back the script for %s: %d out, %d in", title, len(s.In), len(s.Out))}, s.Undo)
}

// CompileAny is [Compile], or what comes closest where the commands of a format cannot be
// read again together with its text.
func CompileAny(t *Text, c Change) (*Script, error) {
	unproven := script.Unproven(t.Format, t.Content)
	if unproven == nil {
		return Compile(t, c)
	}
	s := &Script{Text: t.Content, Unproven: unproven}
	for _, name := range c.lists() {
		put, l := ofList(c.Put, name), t.Lists[name]
		if len(put) == 0 || l == nil {
			continue
		}
		in := rule.Insertion{Base: l.Rules}
		for _, r := range put {
			plain := ofScript(r).Rule
			in.Rules = append(in.Rules, plain)
		}
		text, err := format.Change(t.Format, l.Name, in)
		if err != nil {
			return nil, err
		}
		s.Do, s.Undo, s.In = append(s.Do, text), append(s.Undo, format.Undo(t.Format, t.Content, text)), append(s.In, put...)
	}
	return s, nil
}
