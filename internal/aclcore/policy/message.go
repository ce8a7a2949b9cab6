package policy

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Placeholders lists what may stand in braces in a message. {{ and }} write a
// brace. {detail} is what a ready-made policy has to say of the case, and the
// expression of another one.
func Placeholders() []string {
	return []string{"source", "destination", "service", "flow", "application", "owner", "policy", "detail"}
}

// ofProducts are the placeholders that a policy of scope flow does not know.
var ofProducts = []string{"source", "destination", "service"}

// A template is a message in pieces: texts and, at odd indexes, placeholders.
type template []string

// parseTemplate cuts a message into pieces. The error is a *DefinitionError
// without a name.
func parseTemplate(text string, scope Scope) (template, *DefinitionError) {
	var t template
	var piece strings.Builder
	bad := func(offset int, format string, args ...any) *DefinitionError {
		line, column := position(text, offset)
		return &DefinitionError{Field: "message", Line: line, Column: column, Problem: fmt.Sprintf(format, args...)}
	}
	for i := 0; i < len(text); i++ {
		switch {
		case strings.HasPrefix(text[i:], "{{"), strings.HasPrefix(text[i:], "}}"):
			piece.WriteByte(text[i])
			i++
		case text[i] == '}':
			return nil, bad(i, "a closing brace without an opening one; write }} for a brace")
		case text[i] == '{':
			name, _, closed := strings.Cut(text[i+1:], "}")
			if !closed {
				return nil, bad(i, "an opening brace without a closing one; write {{ for a brace")
			}
			known := Placeholders()
			if scope == ScopeFlow {
				known = slices.DeleteFunc(known, func(p string) bool { return slices.Contains(ofProducts, p) })
			}
			if !slices.Contains(known, name) {
				return nil, bad(i, "unknown placeholder {%s}%s; there are {%s}", name, whyUnknown(name), strings.Join(known, "}, {"))
			}
			t = append(t, piece.String(), name)
			piece.Reset()
			i += len(name) + 1
		default:
			piece.WriteByte(text[i])
		}
	}
	return append(t, piece.String()), nil
}

func whyUnknown(name string) string {
	if slices.Contains(ofProducts, name) {
		return " in a policy of scope flow"
	}
	return ""
}

// position returns the line and the column, in characters, both from 1.
func position(text string, offset int) (line, column int) {
	before := text[:offset]
	line = strings.Count(before, "\n")
	return line + 1, utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
}

// write fills the template.
func (t template) write(value func(placeholder string) string) string {
	var out strings.Builder
	for i, piece := range t {
		if i%2 == 1 {
			piece = value(piece)
		}
		out.WriteString(piece)
	}
	return out.String()
}

// maxNamed bounds how many entries of a list a message names.
const maxNamed = 3

// some writes the first entries of a list and counts the rest.
func some(list []string) string {
	if len(list) <= maxNamed {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:maxNamed-1], ", "), len(list)-maxNamed+1)
}
