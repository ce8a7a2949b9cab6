package mark

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	for _, c := range []struct {
		pattern string
		words   []string
		line    bool
	}{
		{`"IPProtocol"\s*:|"layer4Configs"\s*:`, []string{`IPProtocol"`, `layer4Configs"`}, false},
		{`(?m)^[ \t]*config (firewall|vdom)\r?$`, []string{"config "}, true},
		{`(?m)^(set|deactivate) (a|b)`, []string{"set", "deactivate"}, true},
		{`(?i)abc`, nil, true},
		{`(abc)?d*`, nil, true},
		{`(abc)+x`, []string{"abc"}, true},
		{`abc|d?`, nil, true},
		{`^abc`, []string{"abc"}, false},
		{`a.c`, []string{"a"}, true},
		{`a"[^"]*"`, []string{`a"`}, false},
		{`a"[^"\n]*"`, []string{`a"`}, true},
	} {
		m := MustCompile(c.pattern)
		var words []string
		for _, word := range m.words {
			words = append(words, string(word))
		}
		if !slices.Equal(words, c.words) || m.line != c.line {
			t.Errorf("%s: words %q, line %v, want %q, %v", c.pattern, words, m.line, c.words, c.line)
		}
	}
}

// TestIn compares marks with their patterns on texts that are made of the patterns' own
// characters.
func TestIn(t *testing.T) {
	patterns := []string{
		`(?m)^[ \t]*(set|get) (ab|c\S*)\r?$`, `"ab"\s*:|"cd"\s*:`, `(?m)^\s*(ab|cd) [^;{]*\{`, `(?m)ab$|^cd`, `^ab`, `ab$`, `(ab)?c`, `(?i)ab`, `(?m)^set "[^"\n]*" ab\b`,
	}
	pieces := []string{"ab", "cd", "set", "get", " ", "\t", "\n", "\r\n", `"`, ":", "{", ";", "c", "x", "AB"}
	r := rand.New(rand.NewPCG(1, 2))
	var marks []Mark
	for _, pattern := range patterns {
		marks = append(marks, MustCompile(pattern))
	}
	found := 0
	for range 20_000 {
		var b strings.Builder
		for range 1 + r.IntN(12) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		for _, m := range marks {
			want := m.pattern.MatchString(b.String())
			if got := m.In([]byte(b.String())); got != want {
				t.Fatalf("%s in %q: %v, want %v", m.pattern, b.String(), got, want)
			}
			if want {
				found++
			}
		}
	}
	if found < 10_000 {
		t.Fatalf("only %d of the texts match", found)
	}
}
