package jsontree

import (
	"strings"
	"testing"
)

// TestStream reads a list item by item, each with its line, and refuses other shapes.
func TestStream(t *testing.T) {
	for _, tt := range []struct{ text, want, err string }{
		{"{\"k\": [1,\n{\"a\": [2]}\n, null]}\n", "1=1 2{a:2[2=2]} 3null", ""},
		{"\ufeff{\"k\":[]}", "", ""},
		{"{\"k\": [1], \"l\": 2}", "1=1", "one key"},
		{"{\"l\": [1]}", "", "one key"},
		{"[1]", "", "one key"},
		{"{\"k\": 1}", "", "one key"},
		{"{\"k\": [1]} 2", "1=1", "one key"},
		{"{\"k\": [1,\n2", "1=1 2=2", "s:2: the text ends"},
		{"{\"k\": [1,\n{\"a\": 1, \"a\": 2}]}", "1=1", "s:2: the key \"a\" stands twice"},
		{"{\"k\": [" + strings.Repeat("[", 300), "", "nested"},
		{strings.Repeat(" ", 2000), "", "s: is 0 MB long"},
	} {
		var got []string
		err := Stream("s", []byte(tt.text), 1000, "k", func(v *Value) { got = append(got, dump(v)) })
		if text := strings.Join(got, " "); text != tt.want {
			t.Errorf("%.40q: %q, want %q", tt.text, text, tt.want)
		}
		if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
			t.Errorf("%.40q: error %v, want %q", tt.text, err, tt.err)
		}
	}
}
