package cut

import (
	"regexp"
	"testing"
)

func TestCut(t *testing.T) {
	terms := func(content []byte, lines []int) ([]byte, error) {
		return Commands(content, lines, regexp.MustCompile(`^.*? term (?:"[^"]*"|\S+) `))
	}
	for _, c := range []struct {
		name  string
		cut   func([]byte, []int) ([]byte, error)
		lines []int
		text  string
		want  string // "" for an error
	}{
		{"lines", Lines, []int{2, 4}, "a\nb\nc\nd\n", "a\nc\n"},
		{"a line that goes on", Lines, []int{1}, "a \\\n b\nc\n", "c\n"},
		{"edits", Edits, []int{2}, "config x\nedit 1\n config y\n edit 2\n next\n end\nnext\nedit 3\nnext\nend\n", "config x\nedit 3\nnext\nend\n"},
		{"no edit", Edits, []int{1}, "config x\nend\n", ""},
		{"commands", terms, []int{1}, "set f x term a from y\nset f x term ab then accept\nset f x term a then accept\ninsert f x term a before term ab\n", "set f x term ab then accept\n"},
		{"no command", terms, []int{1}, "set f x\n", ""},
		{"blocks", Blocks, []int{2}, "f {\n term a { from { x \"}\"; } # }\n then accept; }\n term b { }\n}\n", "f {\n\n term b { }\n}\n"},
		{"a block without end", Blocks, []int{2}, "f {\n term a {\n", ""},
		{"entries", Entries, []int{2}, "<rules>\n<entry name=\"a\"><x><entry name=\"i\"/></x>\n</entry>\n<entry name=\"b\"/></rules>", "<rules>\n\n<entry name=\"b\"/></rules>"},
		{"an entry within a line", Entries, []int{1}, "<rules><entry name=\"a\"/></rules>", ""},
		{"the first of a list", Values, []int{2}, "[\n{\"a\": 1},\n{\"b\": \"}\"}]", "[\n\n{\"b\": \"}\"}]"},
		{"the last of a list", Values, []int{3}, "[\n{\"a\": 1},\n{\"b\": 2}\n]", "[\n{\"a\": 1}\n]"},
		{"the last two", Values, []int{3, 4}, "[\n{},\n{},\n{}\n]", "[\n{}\n]"},
		{"all", Values, []int{2, 3}, "[\n{},\n{}\n]", "[\n\n\n]"},
		{"the only value of an element", Values, []int{2}, "[{\n\"rule\": {\"x\": 1}}, {\"y\": {}}]", "[ {\"y\": {}}]"},
		{"no element", Values, []int{2}, "{\n\"rule\": {}}", ""},
		{"not on a line of its own", Values, []int{1}, "[{}, {}]", "[ {}]"},
		{"items", Values, []int{3}, "spec:\n  ingress:\n  - from: x\n    ports: y\n\n  - from: z\n", "spec:\n  ingress:\n  - from: z\n"},
		{"no item", Values, []int{1}, "spec:\n", ""},
	} {
		got, err := c.cut([]byte(c.text), c.lines)
		if (err != nil) != (c.want == "") || err == nil && string(got) != c.want {
			t.Errorf("%s: %q, %v, want %q", c.name, got, err, c.want)
		}
	}
}

func FuzzCut(f *testing.F) {
	f.Add("[\n{},\n{}\n]", 2, 3)
	f.Add("f {\n term a { x; }\n}\n", 2, 2)
	f.Fuzz(func(t *testing.T, text string, first, second int) {
		lines := []int{min(first, second), max(first, second)}
		for _, cut := range []func([]byte, []int) ([]byte, error){Lines, Edits, Blocks, Entries, Values} {
			if got, err := cut([]byte(text), lines); err == nil && len(got) > len(text) {
				t.Errorf("%q became longer: %q", text, got)
			}
		}
	})
}
