package iana

import (
	"iter"
	"strings"
)

// rows yields the lines of an embedded table without comments and blank lines.
func rows(table string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range strings.Lines(table) {
			line, _, _ = strings.Cut(line, "#")
			if line = strings.TrimSpace(line); line != "" && !yield(line) {
				return
			}
		}
	}
}

// compareFold compares lower, a name of a table, with name taken in lower case.
// Only ASCII letters have a lower case here: U+212A (the Kelvin sign) is no k.
func compareFold(lower, name string) int {
	for i := range min(len(lower), len(name)) {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if lower[i] != c {
			return int(lower[i]) - int(c)
		}
	}
	return len(lower) - len(name)
}
