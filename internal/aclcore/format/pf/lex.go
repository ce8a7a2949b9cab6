package pf

import (
	"fmt"
	"strings"
)

// A token is a word, a quoted text, or a sign. A line end is the sign "\n".
type token struct {
	text string
	// word says that it is no sign; quoted that it stood in quotes.
	word, quoted bool
	line         int
}

// signs are the characters that no word holds. A slash is taken as a part of a prefix.
const signs = "(){}<>!=#,"

// maxExpanded bounds the characters that macros stand for in one text.
const maxExpanded = 4 << 20

// lexer reads characters, of which macros put more in front of the rest.
type lexer struct {
	source string
	text   string
	at     int
	line   int
	// pushed are the rests of the macros that are being read, the innermost last.
	pushed   []string
	macros   map[string]string
	expanded int
	err      error
}

const end = 0

// get returns the next character, end after the last. A backslash before the end of a
// line joins the lines, in a comment as well.
func (l *lexer) get() byte {
	for {
		c := l.raw()
		if c != '\\' || l.peekRaw() != '\n' {
			return c
		}
		l.raw()
	}
}

func (l *lexer) peek() byte {
	for l.peekRaw() == '\\' {
		n := len(l.pushed)
		if n > 0 || l.at+1 >= len(l.text) || l.text[l.at+1] != '\n' {
			return '\\'
		}
		l.raw()
		l.raw()
	}
	return l.peekRaw()
}

func (l *lexer) raw() byte {
	c := l.peekRaw()
	switch n := len(l.pushed); {
	case n > 0:
		l.pushed[n-1] = l.pushed[n-1][1:]
	case l.at < len(l.text):
		l.at++
		if c == '\n' {
			l.line++
		}
	}
	return c
}

func (l *lexer) peekRaw() byte {
	for n := len(l.pushed); n > 0 && l.pushed[n-1] == ""; n-- {
		l.pushed = l.pushed[:n-1]
	}
	if n := len(l.pushed); n > 0 {
		return l.pushed[n-1][0]
	}
	if l.at < len(l.text) {
		return l.text[l.at]
	}
	return end
}

func (l *lexer) fail(format string, args ...any) token {
	if l.err == nil {
		l.err = fmt.Errorf("%s:%d: %s", l.source, l.line, fmt.Sprintf(format, args...))
	}
	return token{line: l.line}
}

// next returns the next token; its text is empty and no word after the last.
func (l *lexer) next() token {
	for {
		for c := l.peek(); c == ' ' || c == '\t' || c == '\r'; c = l.peek() {
			l.get()
		}
		line := l.line
		switch c := l.peek(); {
		case l.err != nil || c == end:
			return token{line: line}
		case c == '#':
			for c := l.peek(); c != '\n' && c != end; c = l.peek() {
				l.get()
			}
		case c == '\n':
			l.get()
			return token{text: "\n", line: line}
		case c == '"' || c == '\'':
			return l.quoted(line)
		case c == '$':
			l.get()
			if !l.expand() {
				return token{line: line}
			}
		case strings.IndexByte(signs, c) >= 0:
			return l.sign(line)
		default:
			return l.word(line)
		}
	}
}

func (l *lexer) quoted(line int) token {
	quote := l.raw()
	var b strings.Builder
	for {
		switch c := l.raw(); {
		case c == end:
			return l.fail("a quote is not closed; is the file cut off?")
		case c == quote:
			return token{b.String(), true, true, line}
		case c == '\n':
		case c == '\\' && (l.peekRaw() == quote || l.peekRaw() == '\n'):
			if next := l.raw(); next == quote {
				b.WriteByte(next)
			}
		default:
			b.WriteByte(c)
		}
	}
}

func isName(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_'
}

// expand puts what a macro stands for in front of the rest.
func (l *lexer) expand() bool {
	var b strings.Builder
	for isName(l.peek()) {
		b.WriteByte(l.get())
	}
	value, ok := l.macros[b.String()]
	if !ok {
		l.fail("the macro %q is not defined above", b.String())
		return false
	}
	if l.expanded += len(value) + 1; l.expanded > maxExpanded {
		l.fail("macros stand for more than %d characters; does one contain itself?", maxExpanded)
		return false
	}
	l.pushed = append(l.pushed, value)
	return true
}

// pairs are the signs of two characters.
var pairs = []string{"!=", "<=", ">=", "><", "<>"}

func (l *lexer) sign(line int) token {
	text := string(l.get())
	for _, p := range pairs {
		if p[0] == text[0] && l.peek() == p[1] {
			return token{text: text + string(l.get()), line: line}
		}
	}
	return token{text: text, line: line}
}

func (l *lexer) word(line int) token {
	if text := l.plainWord(); text != "" {
		return token{text, true, false, line}
	}
	var b strings.Builder
	for c := l.peek(); c > ' ' && c != '"' && strings.IndexByte(signs, c) < 0; c = l.peek() {
		b.WriteByte(l.get())
		if b.String() == "-" && l.peek() == '>' {
			l.get()
			return token{text: "->", line: line}
		}
	}
	if b.Len() == 0 { // a control character
		l.get()
		return token{"?", true, false, line}
	}
	return token{b.String(), true, false, line}
}

// plainWord takes a word that stands in the text as it is, "" if it may be put together.
func (l *lexer) plainWord() string {
	if l.peekRaw(); len(l.pushed) > 0 {
		return ""
	}
	end := l.at
	for end < len(l.text) && l.text[end] > ' ' && l.text[end] != '"' && l.text[end] != '\\' && strings.IndexByte(signs, l.text[end]) < 0 {
		end++
	}
	text := l.text[l.at:end]
	if strings.HasPrefix(text, "-") || end < len(l.text) && l.text[end] == '\\' {
		return ""
	}
	l.at = end
	return text
}
