package pf

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A statement is one line of a pf.conf, or several that braces or backslashes join.
type statement struct {
	// line and last are the 1-based lines where it begins and ends, last that of the
	// opening brace of an anchor with a body.
	line, last int
	text       string
	tokens     []token
	// body are the rules of an anchor, block says that it has some.
	body  []statement
	block bool
}

// maxLevels bounds how deep anchors are nested.
const maxLevels = 32

// statements returns the statements of the text, with macros replaced.
func statements(source string, content []byte) ([]statement, error) {
	text := strings.TrimPrefix(string(content), "\ufeff")
	if at := strings.IndexByte(text, end); at >= 0 {
		return nil, fmt.Errorf("%s:%d: there is a character 0; is the file a text?", source, 1+strings.Count(text[:at], "\n"))
	}
	r := &statementReader{lex: lexer{source: source, text: text, line: 1, macros: map[string]string{}}, lines: strings.Split(text, "\n")}
	out := r.block(0)
	return out, r.lex.err
}

type statementReader struct {
	lex   lexer
	lines []string
	// tokens are those of the statement that is being read.
	tokens []token
}

// block reads statements up to the closing brace of the level, or to the end.
func (r *statementReader) block(level int) []statement {
	var out []statement
	opened := r.lex.line
	for {
		s, more := r.statement()
		switch {
		case r.lex.err != nil:
			return nil
		case len(s.tokens) > 0 && s.tokens[0].text == "}" && !s.tokens[0].word:
			if level == 0 {
				r.lex.line = s.line
				r.lex.fail("there is a } with nothing to close")
				return nil
			}
			if len(s.tokens) > 1 {
				r.lex.fail("there is text after the } of an anchor")
			}
			return out
		case len(s.tokens) > 0 && !r.define(&s):
			if s.block {
				if level == maxLevels {
					r.lex.fail("anchors are nested more than %d levels deep", maxLevels)
					return nil
				}
				s.body = r.block(level + 1)
			}
			out = append(out, s)
		}
		if !more {
			if level > 0 && r.lex.err == nil {
				r.lex.fail("the anchor of line %d is not closed; is the file cut off?", opened)
			}
			return out
		}
	}
}

// statement reads one statement; more is false at the end of the text.
func (r *statementReader) statement() (s statement, more bool) {
	depth := 0
	r.tokens = r.tokens[:0]
	for {
		t := r.lex.next()
		if len(r.tokens) == 0 {
			s.line = t.line
		}
		switch {
		case t.text == "" && !t.word:
			if depth > 0 && r.lex.err == nil {
				r.lex.line = s.line
				r.lex.fail("a { is not closed; is the file cut off?")
			}
			return r.finish(s), false
		case t.text == "\n" && !t.word:
			if depth == 1 && opensBlock(r.tokens) {
				r.tokens, s.block = r.tokens[:len(r.tokens)-1], true
				return r.finish(s), true
			}
			if depth == 0 {
				return r.finish(s), true
			}
			continue
		case t.text == "{" && !t.word:
			depth++
		case t.text == "}" && !t.word && depth > 0:
			depth--
		}
		r.tokens = append(r.tokens, t)
		s.last = t.line
	}
}

// opensBlock reports whether the brace that was read last begins the body of an anchor.
func opensBlock(tokens []token) bool {
	last := tokens[len(tokens)-1]
	if last.word || last.text != "{" {
		return false
	}
	for _, t := range tokens[:min(4, len(tokens))] {
		if t.word && !t.quoted && t.text == "anchor" {
			return true
		}
	}
	return false
}

// oneLine joins lines, with one space between words.
func oneLine(lines []string) string {
	if text := strings.TrimSpace(lines[0]); len(lines) == 1 && isPlain(text) {
		return text
	}
	return strings.Join(strings.Fields(strings.Join(lines, " ")), " ")
}

// isPlain reports whether a text has single spaces between words of ASCII.
func isPlain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == ' ' && text[i-1] == ' ' {
			return false
		}
	}
	return true
}

// number begins a rule that pfctl prints: @12, with an identifier in brackets.
var number = regexp.MustCompile(`^@\d+$`)

func (r *statementReader) finish(s statement) statement {
	if len(r.tokens) == 0 {
		return s
	}
	s.tokens = slices.Clone(r.tokens)
	s.last = max(s.last, s.line)
	s.text = oneLine(r.lines[s.line-1 : s.last])
	if s.text == "" { // nothing that is seen
		s.text = fmt.Sprintf("%q", s.tokens[0].text)
	}
	if strings.HasPrefix(s.tokens[0].text, "@") && number.MatchString(s.tokens[0].text) {
		s.tokens = s.tokens[1:]
		if len(s.tokens) > 2 && s.tokens[0].text == "(" && s.tokens[2].text == ")" {
			s.tokens = s.tokens[3:]
		}
		if len(s.tokens) == 0 {
			s.tokens = []token{{"@", true, false, s.line}}
		}
	}
	return s
}

// define takes a macro, name = "value", and reports whether the statement is one.
func (r *statementReader) define(s *statement) bool {
	t := s.tokens
	if len(t) < 3 || !t[0].word || t[1].word || t[1].text != "=" {
		return false
	}
	var values []string
	for _, v := range t[2:] {
		values = append(values, v.text)
	}
	if size := len(strings.Join(values, " ")); size > maxExpanded {
		r.lex.err = fmt.Errorf("%s:%d: the macro is too long", r.lex.source, s.line)
	}
	r.lex.macros[t[0].text] = strings.Join(values, " ")
	return true
}
