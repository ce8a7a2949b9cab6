package nftables

import (
	"strconv"
	"strings"
)

// maxTokens bounds what definitions grow to where they are used.
const maxTokens = 1 << 22

// textReader reads the language of nft.
type textReader struct {
	*ruleset
	lexer lexer
	// tokens are those of the line being read, and more if it goes on within braces;
	// next is the index of the next one, passed the number of those before the line.
	tokens       []token
	next, passed int
	// end stands behind the last token.
	end     token
	defines map[string][]token
	// room is what is left of maxTokens.
	room int
	// words are those of the line being read.
	words []token
}

// more reports whether there is a next token.
func (r *textReader) more() bool {
	if r.next < len(r.tokens) {
		return true
	}
	r.passed += len(r.tokens)
	r.tokens, r.next = r.lexer.next(r.tokens[:0]), 0
	return len(r.tokens) > 0
}

// position is the number of tokens passed.
func (r *textReader) position() int { return r.passed + r.next }

// peek returns the next token, an empty one at the end.
func (r *textReader) peek() token {
	if r.more() {
		return r.tokens[r.next]
	}
	return r.end
}

// take returns the next token and passes it.
func (r *textReader) take() token {
	t := r.peek()
	if r.more() {
		r.next++
	}
	return t
}

func endsLine(t token) bool { return t.is("\n") || t.is(";") }

// skipLine passes the rest of the line, with all that is in braces.
func (r *textReader) skipLine() {
	for depth := 0; r.more(); r.next++ {
		switch t := r.tokens[r.next]; {
		case t.is("{"):
			depth++
		case t.is("}"):
			if depth == 0 {
				return
			}
			depth--
		case depth == 0 && endsLine(t):
			return
		}
	}
}

// line returns the tokens up to the end of the line, definitions put in, until the
// next token is asked for. The line goes on within braces and parentheses.
func (r *textReader) line() []token {
	if !r.more() {
		return nil
	}
	// Most lines are as they stand in the text.
	from, depth := r.next, 0
	for ; r.next < len(r.tokens); r.next++ {
		t := &r.tokens[r.next]
		if t.quoted || len(t.text) != 1 {
			continue
		}
		switch t.text[0] {
		case '{', '(':
			depth++
		case '}', ')':
			if depth == 0 {
				return r.tokens[from:r.next]
			}
			depth--
		case ';':
			if depth == 0 {
				return r.tokens[from:r.next]
			}
		case '\n':
			if depth == 0 {
				return r.tokens[from:r.next]
			}
			r.next = from
			return r.pieces()
		case '#':
			if depth > 0 { // a comment within braces
				r.next = from
				return r.pieces()
			}
		case '$':
			r.next = from
			return r.pieces()
		}
	}
	return r.tokens[from:]
}

// pieces is line for what spans lines or has definitions.
func (r *textReader) pieces() []token {
	out, depth := r.words[:0], 0
	for r.more() {
		t := r.tokens[r.next]
		switch {
		case t.is("{") || t.is("("):
			depth++
		case t.is("}") || t.is(")"):
			if depth == 0 {
				r.words = out
				return out
			}
			depth--
		case endsLine(t) && depth == 0:
			r.words = out
			return out
		case t.is("\n"):
			r.next++
			continue
		case t.is("#") && depth > 0: // a comment within braces
			for r.next < len(r.tokens) && !r.tokens[r.next].is("\n") {
				r.next++
			}
			continue
		case t.is("$"):
			r.next++
			out = append(out, r.define(r.take())...)
			continue
		}
		r.next++
		out = append(out, t)
	}
	r.words = out
	return out
}

func (r *textReader) define(name token) []token {
	d, ok := r.defines[name.text]
	if !ok {
		r.Add(int(name.line), "$%s is not defined", name.text)
	}
	if r.room -= len(d); r.room < 0 {
		return nil
	}
	return d
}

// textOf returns the text of the tokens, with single blanks.
func textOf(source string, tokens []token) string {
	if len(tokens) == 0 {
		return ""
	}
	ordered, asWritten := true, true
	last := tokens[0].from
	for i := range tokens {
		t := &tokens[i]
		ordered = ordered && last <= t.from
		asWritten = asWritten && (t.from == last || t.from == last+1 && source[last] == ' ') &&
			!(t.quoted && (strings.ContainsAny(t.text, "\n\t") || strings.Contains(t.text, "  ")))
		last = t.to
	}
	if ordered {
		text := source[tokens[0].from:last]
		if asWritten {
			return text
		}
		return strings.Join(strings.Fields(text), " ")
	}
	var words []string // a definition was put in
	for _, t := range tokens {
		if t.quoted {
			words = append(words, strconv.Quote(t.text))
		} else {
			words = append(words, t.text)
		}
	}
	return strings.Join(words, " ")
}
