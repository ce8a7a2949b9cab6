package cut

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// starts returns where the lines of the content start, by number from 1, and its end.
func starts(content []byte) []int {
	out := []int{0, 0}
	for i, c := range content {
		if c == '\n' {
			out = append(out, i+1)
		}
	}
	return append(out, len(content))
}

// A span is a run of bytes.
type span struct{ from, to int }

// without returns the content without the spans, which are sorted and disjoint.
func without(content []byte, spans []span) []byte {
	out := make([]byte, 0, len(content))
	at := 0
	for _, s := range spans {
		if s.from >= at {
			out = append(out, content[at:s.from]...)
			at = s.to
		}
	}
	return append(out, content[at:]...)
}

// Blocks takes out statements of Junos with what is in their braces.
func Blocks(content []byte, lines []int) ([]byte, error) {
	return spans(content, lines, func(text []byte) (int, error) {
		depth := 0
		for i := 0; i < len(text); i++ {
			switch c := text[i]; {
			case c == '"':
				for i++; i < len(text) && text[i] != '"'; i++ {
					if text[i] == '\\' {
						i++
					}
				}
			case c == '#':
				for i < len(text) && text[i] != '\n' {
					i++
				}
			case c == '/' && bytes.HasPrefix(text[i:], []byte("/*")):
				end := bytes.Index(text[i:], []byte("*/"))
				if end < 0 {
					return 0, fmt.Errorf("ends within a remark")
				}
				i += end + 1
			case c == ';' && depth == 0:
				return i + 1, nil
			case c == '{':
				depth++
			case c == '}':
				if depth--; depth <= 0 {
					return i + 1, nil
				}
			}
		}
		return 0, fmt.Errorf("has no end")
	})
}

// tag matches the tags of entries in a configuration of PAN-OS.
var tag = regexp.MustCompile(`<entry\b[^>]*>|</entry>`)

// Entries takes out elements of XML of the name entry.
func Entries(content []byte, lines []int) ([]byte, error) {
	return spans(content, lines, func(text []byte) (int, error) {
		depth := 0
		for _, at := range tag.FindAllIndex(text, -1) {
			switch found := string(text[at[0]:at[1]]); {
			case depth == 0 && strings.TrimSpace(string(text[:at[0]])) != "":
				return 0, fmt.Errorf("begins no entry")
			case found == "</entry>":
				depth--
			case !strings.HasSuffix(found, "/>"):
				depth++
			}
			if depth <= 0 {
				return at[1], nil
			}
		}
		return 0, fmt.Errorf("has no end")
	})
}

// spans cuts out what starts on the lines, each as long as length says of the text from
// there on.
func spans(content []byte, lines []int, length func(text []byte) (int, error)) ([]byte, error) {
	start := starts(content)
	var all []span
	for _, n := range lines {
		if n < 1 || n >= len(start)-1 {
			return nil, fmt.Errorf("line %d is not in the text", n)
		}
		long, err := length(content[start[n]:])
		if err != nil {
			return nil, fmt.Errorf("what starts on line %d %w", n, err)
		}
		all = append(all, span{start[n], start[n] + long})
	}
	return without(content, all), nil
}
