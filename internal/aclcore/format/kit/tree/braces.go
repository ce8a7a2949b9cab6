package tree

import (
	"errors"
	"fmt"
	"strings"
)

// Braces reads statements that end with ; and blocks in { }, as Junos and PAN-OS print
// them: the words before a block or ; are a path below the block around them, a list [
// a b ] is several. /* and */, and # at the start of a line or behind a statement,
// make comments. The mark "inactive:" before a statement is kept, "protect:" and
// "replace:" are passed over. Errors are led by source and line.
func Braces(source string, content []byte) (*Node, error) {
	root := &Node{Line: 1}
	p := &braceReader{text: string(content), line: 1}
	err := p.block(root, 0)
	if err == nil {
		return root, nil
	}
	return nil, fmt.Errorf("%s:%d: %w", source, p.line, err)
}

type braceReader struct {
	text string
	pos  int
	line int
}

// A token is a word, or one of { } ; [ ] if it was not in quotes.
type braceToken struct {
	text string
	sign bool
	line int
}

func (p *braceReader) block(n *Node, depth int) error {
	if depth > MaxDepth {
		return fmt.Errorf("is nested more than %d levels deep", MaxDepth)
	}
	for {
		words, inactive, line, sign, err := p.statement()
		if err != nil {
			return err
		}
		switch {
		case sign == "" && len(words) > 0:
			return errors.New("the text ends within a statement; is the file cut off?")
		case sign == "" && depth > 0:
			return errors.New("the text ends within a block; is the file cut off?")
		case sign == "":
			return nil
		case sign == "}" && (depth == 0 || len(words) > 0):
			return errors.New("there is a } with no block to end")
		case sign == "}":
			return nil
		case len(words) == 0 && sign == "{":
			return errors.New("there is a { with no name before it")
		case len(words) == 0:
			continue
		}
		before := n.Get(words...)
		ends, err := n.PutAll(line, words)
		if err != nil {
			return err
		}
		for _, e := range ends {
			e.Inactive = inactive
		}
		if sign != "{" {
			continue
		}
		if len(ends) != 1 {
			return errors.New("a block belongs to one name, not to a list")
		}
		ends[0].Repeated = before != nil
		if err := p.block(ends[0], depth+1); err != nil {
			return err
		}
	}
}

// statement returns the words up to the next sign of { } ; or the end, which is "".
func (p *braceReader) statement() (words []string, inactive bool, line int, sign string, err error) {
	for {
		t, ok, err := p.next()
		if err != nil || !ok {
			return words, inactive, line, "", err
		}
		if len(words) == 0 {
			line = t.line
		}
		switch {
		case t.sign && (t.text == "{" || t.text == "}" || t.text == ";"):
			return words, inactive, line, t.text, nil
		case len(words) == 0 && t.text == "inactive:":
			inactive = true
		case len(words) == 0 && (t.text == "protect:" || t.text == "replace:"):
		default:
			words = append(words, t.text)
		}
	}
}

// next returns the next token; ok is false at the end.
func (p *braceReader) next() (t braceToken, ok bool, err error) {
	if err := p.skip(); err != nil || p.pos == len(p.text) {
		return t, false, err
	}
	t.line = p.line
	c := p.text[p.pos]
	if strings.IndexByte("{};[]", c) >= 0 {
		p.pos++
		return braceToken{string(c), true, t.line}, true, nil
	}
	t.text, err = p.word()
	return t, true, err
}

// word reads up to a blank or a sign; parts of it may be in quotes.
func (p *braceReader) word() (string, error) {
	var b strings.Builder
	for p.pos < len(p.text) {
		c := p.text[p.pos]
		switch {
		case c == '"':
			if err := p.quoted(&b); err != nil {
				return "", err
			}
			continue
		case c == '<': // a pattern of Junos, which may hold brackets
			if end := strings.IndexAny(p.text[p.pos:], "> \t\r\n;{}"); end > 0 && p.text[p.pos+end] == '>' {
				b.WriteString(p.text[p.pos : p.pos+end])
				p.pos += end
				continue
			}
		case strings.IndexByte(" \t\r\n{};[]", c) >= 0:
			return b.String(), nil
		}
		b.WriteByte(c)
		p.pos++
	}
	return b.String(), nil
}

func (p *braceReader) quoted(b *strings.Builder) error {
	start := p.line
	for p.pos++; p.pos < len(p.text); p.pos++ {
		switch c := p.text[p.pos]; {
		case c == '"':
			p.pos++
			return nil
		case c == '\\' && p.pos+1 < len(p.text) && (p.text[p.pos+1] == '"' || p.text[p.pos+1] == '\\'):
			p.pos++
			b.WriteByte(p.text[p.pos])
		case c == '\n':
			p.line++
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	p.line = start
	return errors.New("a quote is not closed")
}

// skip passes over blanks and comments.
func (p *braceReader) skip() error {
	for p.pos < len(p.text) {
		rest := p.text[p.pos:]
		switch {
		case rest[0] == '\n':
			p.line++
			p.pos++
		case rest[0] == ' ', rest[0] == '\t', rest[0] == '\r':
			p.pos++
		case rest[0] == '#':
			end := strings.IndexByte(rest, '\n')
			if end < 0 {
				end = len(rest)
			}
			p.pos += end
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest, "*/")
			if end < 0 {
				return errors.New("a comment is not closed")
			}
			p.line += strings.Count(rest[:end], "\n")
			p.pos += end + 2
		default:
			return nil
		}
	}
	return nil
}
