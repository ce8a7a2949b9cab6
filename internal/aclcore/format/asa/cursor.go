package asa

import "strings"

// cursor takes the words of a line one after the other.
type cursor struct{ rest string }

// next takes the next word, "" at the end of the line. A word in double quotes may
// hold blanks; the quotes stay.
func (c *cursor) next() string {
	s := c.rest
	start := 0
	for start < len(s) && (s[start] == ' ' || s[start] == '\t') {
		start++
	}
	end := start
	if end < len(s) && s[end] == '"' {
		end += 1 + strings.IndexByte(s[end+1:], '"') // unmoved without a closing quote
	}
	for end < len(s) && s[end] != ' ' && s[end] != '\t' {
		end++
	}
	c.rest = s[end:]
	return s[start:end]
}

// peek returns the next word and leaves it.
func (c cursor) peek() string { return c.next() }

// take takes the next word if it is word.
func (c *cursor) take(word string) bool {
	ahead := *c
	if ahead.next() != word {
		return false
	}
	*c = ahead
	return true
}

// atEnd reports whether no word is left.
func (c cursor) atEnd() bool { return c.next() == "" }

// isParenthesised reports whether the word is an annotation of show access-list,
// such as (unresolved).
func isParenthesised(word string) bool {
	return len(word) >= 2 && word[0] == '(' && word[len(word)-1] == ')'
}

// number reads a decimal number without sign, up to most.
func number(word string, most int) (int, bool) {
	if word == "" {
		return 0, false
	}
	n := 0
	for i := range len(word) {
		d := word[i]
		if d < '0' || d > '9' {
			return 0, false
		}
		if n = 10*n + int(d-'0'); n > most {
			return 0, false
		}
	}
	return n, true
}

// trimCounters takes the counters and the hash of show access-list from the end of
// a line: "(hitcnt=12) (inactive) 0x8b7c4bc4". counted says that there were any,
// inactive that the line was marked so.
func trimCounters(line string) (text string, counted, inactive bool) {
	text = line
	for {
		at := len(text) - 1
		for at >= 0 && text[at] != ' ' && text[at] != '\t' {
			at--
		}
		word := text[at+1:]
		switch {
		case at < 0:
			return text, counted, inactive
		case strings.HasPrefix(word, "(hitcnt=") && strings.HasSuffix(word, ")"):
		case word == "(inactive)":
			inactive = true
		case isHash(word):
		default:
			return text, counted, inactive
		}
		counted = true
		text = strings.TrimRight(text[:at], " \t")
	}
}

// isHash reports whether the word is the hash of an ACE, 0x and up to eight digits.
func isHash(word string) bool {
	digits, ok := strings.CutPrefix(word, "0x")
	if !ok || digits == "" || len(digits) > 8 {
		return false
	}
	return strings.Trim(digits, "0123456789abcdef") == ""
}
