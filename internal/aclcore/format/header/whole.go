package header

import (
	"bytes"
	"fmt"
	"strings"
)

// Cut says why a text is not whole, empty if nothing is missing as far as its language
// marks its end: what is read from a connection that breaks off may be half of it.
func Cut(content []byte) string {
	var (
		table   string // of iptables-save, without its COMMIT
		opened  int
		heading string // after which the text has a last line
		last    string // that line
		ended   bool
		number  int
	)
	for line := range bytes.Lines(content) {
		number++
		if len(line) > 120 { // neither a mark nor a heading
			continue
		}
		text := string(bytes.TrimRight(line, " \t\r\n"))
		switch {
		case strings.HasPrefix(text, "*") && isTable(text[1:]):
			if table != "" {
				return unfinished(table, opened)
			}
			table, opened = text, number
		case text == "COMMIT":
			table = ""
		case heading == "" && strings.HasPrefix(text, "ASA Version "):
			heading, last = text, ": end"
		case heading == "" && (strings.HasPrefix(text, "Building configuration...") || strings.HasPrefix(text, "Current configuration : ")):
			heading, last = text, "end"
		case heading != "" && text == last:
			ended = true
		}
	}
	switch {
	case table != "":
		return unfinished(table, opened)
	case heading != "" && !ended:
		return fmt.Sprintf("the text begins with %q and has no last line %q: it is cut off", heading, last)
	}
	return ""
}

func unfinished(table string, line int) string {
	return fmt.Sprintf("the table %q of line %d has no COMMIT: the text is cut off", table, line)
}

// isTable reports whether it is a table of iptables.
func isTable(name string) bool {
	switch name {
	case "filter", "nat", "mangle", "raw", "security":
		return true
	}
	return false
}
