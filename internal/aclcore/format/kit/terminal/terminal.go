// Package terminal makes of what people type on a Cisco device what the device shows.
package terminal

import "strings"

// CutPrompt takes apart a line of a captured session, "r1(config-ext-nacl)#10 permit
// ip any any". ok is false for a line without a prompt, which is command then; a line
// that only starts with # or > has none.
func CutPrompt(line string) (prompt, command string, ok bool) {
	for i := range len(line) {
		switch c := line[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case i == 0, c == ' ':
			return "", line, false
		case c == '#', c == '>':
			return line[:i], strings.TrimLeft(line[i+1:], " \t"), true
		case strings.IndexByte("-_.:/@()~", c) < 0:
			return "", line, false
		}
	}
	return "", line, false
}

// Whole returns the one of the commands that the word is cut short from, with no less
// than the eight letters that tell access-list from access-group, else the word.
func Whole(word string, commands ...string) string {
	const least = 8
	for _, c := range commands {
		if len(word) >= least && strings.HasPrefix(c, word) {
			return c
		}
	}
	return word
}

// NamesFilter reports whether a line that is not known starts a list or a block which
// filters packets, by its first words in lower case: "frame access list NAME", "foo
// access-list NAME", "packet-filter 3".
func NamesFilter(words []string) bool {
	for i, word := range words[:min(len(words), 5)] {
		switch word {
		case "access-list", "access-lists", "acl", "acls", "filter", "firewall":
			return true
		case "access":
			if i+1 < len(words) && (words[i+1] == "list" || words[i+1] == "lists") {
				return true
			}
		}
	}
	if len(words) == 0 {
		return false
	}
	for part := range strings.SplitSeq(words[0], "-") {
		switch part {
		case "acl", "filter", "firewall":
			return true
		}
	}
	return false
}
