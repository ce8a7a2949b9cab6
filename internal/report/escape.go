package report

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

// maxShown is how many characters of a name are shown.
const maxShown = 120

func shorten(s string) string { return shortenTo(s, maxShown) }

func shortenTo(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// code writes s as a Markdown code span that is safe in a table: nothing in it is
// read as Markdown, HTML, a mention or a link.
func code(s string) string {
	s = shorten(visible.Text(s))
	if strings.TrimSpace(s) == "" {
		return ""
	}
	s = strings.ReplaceAll(s, "`", "´")
	return "`" + strings.ReplaceAll(s, "|", `\|`) + "`"
}

// block writes s as a fenced block; the fence is longer than any run of backticks
// in it.
func block(s string) string {
	lines := strings.Split(s, "\n")
	longest := 2
	for i, l := range lines {
		lines[i] = visible.Text(l)
		run := 0
		for _, r := range lines[i] {
			if run++; r != '`' {
				run = 0
			}
			longest = max(longest, run)
		}
	}
	fence := strings.Repeat("`", longest+1)
	return fence + "text\n" + strings.Join(lines, "\n") + "\n" + fence + "\n"
}

// maxLabel is how many characters a node of the graph shows: a wide one draws all
// others apart.
const maxLabel = 48

// label writes s inside a quoted Mermaid label: every character but plain ones
// becomes an entity code.
func label(s string) string {
	var b strings.Builder
	for _, r := range shortenTo(visible.Text(s), maxLabel) {
		if r == ' ' || r == '.' || r == '-' || r == '_' || r == '/' || r == ',' || (r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r))) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}
