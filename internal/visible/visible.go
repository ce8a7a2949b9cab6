// Package visible shows what somebody else wrote, such as the names and lines of a
// ruleset, so that it can only be read: nothing in it moves the cursor of a terminal,
// begins a line, turns the direction of writing, hides, or is a command to what shows
// logs.
//
// What is replaced stands there as its code point, <U+001B>, which nobody takes for
// what was meant and which a search finds.
package visible

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// Text returns the text as one line. A line break in it is shown as ⏎, a tab as a
// blank.
func Text(text string) string {
	return show(text, func(r rune) string {
		switch r {
		case '\n':
			return "⏎"
		case '\t':
			return " "
		}
		return codePoint(r)
	})
}

// Lines is [Text] for a text that has lines of its own, as what is to be pasted: line
// breaks and tabs stay.
func Lines(text string) string {
	return show(text, func(r rune) string {
		if r == '\n' || r == '\t' {
			return string(r)
		}
		return codePoint(r)
	})
}

func codePoint(r rune) string { return fmt.Sprintf("<U+%04X>", r) }

// command is what programs that show a log take for a command: of GitHub Actions, as
// its runner reads them (actions/runner, ActionCommand.cs: "##[" anywhere in a line, or
// "::" and one of its words), of Azure Pipelines ("##vso["), and of TeamCity
// ("##teamcity[").
var command = regexp.MustCompile(`(?i)##(vso|teamcity)?\[|::(add-mask|add-matcher|add-path|debug|echo|endgroup|error|group|notice|remove-matcher|save-state|set-env|set-output|stop-commands|warning)\b`)

// show replaces what is hidden by what shown returns for it, and breaks commands.
func show(text string, shown func(rune) string) string {
	if strings.ContainsFunc(text, isHidden) {
		var b strings.Builder
		for _, r := range text {
			if isHidden(r) {
				b.WriteString(shown(r))
			} else {
				b.WriteRune(r)
			}
		}
		text = b.String()
	}
	if !strings.Contains(text, "##") && !strings.Contains(text, "::") {
		return text
	}
	return command.ReplaceAllStringFunc(text, func(c string) string { return c[:1] + codePoint(rune(c[1])) + c[2:] })
}

// isHidden reports whether a character is not seen, or does more than being seen:
// whatever is neither a letter, mark, number, punctuation mark or symbol nor the blank
// (control characters, all line breaks, marks of direction, characters without width),
// what stands for bytes that are no text, and the letters that look like a blank.
func isHidden(r rune) bool {
	if r < 0x7f {
		return r < ' '
	}
	switch r {
	case unicode.ReplacementChar, 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164, 0xffa0:
		return true
	}
	return !unicode.IsPrint(r)
}
