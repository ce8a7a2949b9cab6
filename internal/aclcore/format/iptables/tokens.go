package iptables

import (
	"errors"
	"strings"
)

// A token is a word of a line; text in quotes is never an option.
type token struct {
	text   string
	quoted bool
}

func (t token) isOption() bool {
	return !t.quoted && len(t.text) > 1 && t.text[0] == '-' && (t.text[1] < '0' || t.text[1] > '9' || t.text == "-4" || t.text == "-6")
}

func (t token) isBang() bool { return !t.quoted && t.text == "!" }

// endsWord are the bytes that end a word, or make it one with quotes or escapes.
var endsWord = [256]bool{' ': true, '\t': true, '"': true, '\'': true, '\\': true}

// split cuts a line into words as iptables-restore does: at blanks, with " and '
// around words that have some, and \ before a quote that is meant.
func split(line string, into []token) ([]token, error) {
	out := into[:0]
	for i := 0; i < len(line); {
		if line[i] == ' ' || line[i] == '\t' {
			i++
			continue
		}
		start := i
		for i < len(line) && !endsWord[line[i]] {
			i++
		}
		if i == len(line) || line[i] == ' ' || line[i] == '\t' {
			out = append(out, token{line[start:i], false})
			continue
		}
		t, n, err := quoted(line[start:])
		if err != nil {
			return nil, err
		}
		out = append(out, t)
		i = start + n
	}
	return out, nil
}

// quoted reads a word with quotes or escapes in it.
func quoted(s string) (t token, length int, err error) {
	var b strings.Builder
	var open byte
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case open != 0 && c == open:
			open = 0
		case open == 0 && (c == '"' || c == '\''):
			open, t.quoted = c, true
		case open == 0 && (c == ' ' || c == '\t'):
			t.text = b.String()
			return t, i, nil
		default:
			b.WriteByte(c)
		}
	}
	if open != 0 {
		return t, 0, errors.New("a quote is not closed")
	}
	t.text = b.String()
	return t, len(s), nil
}
