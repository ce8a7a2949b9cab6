package format

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// explain returns the error of a text that could not be read, or in its place what
// is wrong with the text as a whole.
func explain(content []byte, source, format string, err error) error {
	switch {
	case bytes.HasPrefix(content, []byte{0xff, 0xfe}), bytes.HasPrefix(content, []byte{0xfe, 0xff}):
		return fmt.Errorf("%s:1: is encoded in UTF-16, as a redirection in PowerShell writes it; save it as UTF-8", source)
	case bytes.IndexByte(content, 0) >= 0:
		line := 1 + bytes.Count(content[:bytes.IndexByte(content, 0)], []byte("\n"))
		return fmt.Errorf("%s:%d: there is a zero byte, so that this is no text; the text of a ruleset is accepted", source, line)
	case format == "" && len(bytes.TrimSpace(content)) == 0:
		return fmt.Errorf("%s: is empty; write [] for a list without rules", source)
	case format == "", !slices.Contains(Names, format):
		return err
	}
	if other, unsure := Detect(content); unsure == nil && family(other) != family(format) {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return fmt.Errorf("%s: format is %s, but the text looks like %s; the first problem is\n%s", source, format, other, first)
	}
	return err
}

// family puts the formats together that are told apart by details.
func family(name string) string {
	f, _ := Lookup(name)
	return f.Family
}
