package tree

import (
	"bytes"
	"errors"
	"strconv"
	"unicode/utf8"
)

// A token is a piece of an XML document.
type token struct {
	kind byte
	// name is that of an element, without its prefix.
	name []byte
	// text is what stands between elements, a directive, or the attribute name of an
	// element, which named says that it has.
	text  []byte
	named bool
	// empty says that the element ends where it begins.
	empty bool
}

// The kinds of tokens; comments and instructions are passed over.
const (
	passed byte = iota
	startElement
	endElement
	characters
	directive
)

// A scanner cuts a document into tokens, which share its memory. It is for texts of some
// hundred MB: encoding/xml takes three times as long, and a string for each name.
type scanner struct {
	content []byte
	at      int
}

var (
	errEnd       = errors.New("unexpected EOF")
	errName      = errors.New("a name is expected after <")
	errAttribute = errors.New("an attribute has no value in quotes")
	errEntity    = errors.New("an & begins no character that is known")
	errCharacter = errors.New("it has a character that XML does not have")
	errEncoding  = errors.New("its encoding is not UTF-8")
)

// checkText returns an error for a text that is not UTF-8, at its place.
func (s *scanner) checkText() error {
	if utf8.Valid(s.content) {
		return nil
	}
	for s.at < len(s.content) {
		r, size := utf8.DecodeRune(s.content[s.at:])
		if r == utf8.RuneError && size == 1 {
			return errEncoding
		}
		s.at += size
	}
	return nil
}

func (s *scanner) next() (token, error) {
	if s.content[s.at] != '<' {
		end := bytes.IndexByte(s.content[s.at:], '<')
		if end < 0 {
			end = len(s.content) - s.at
		}
		text, err := plain(s.content[s.at : s.at+end])
		s.at += end
		return token{kind: characters, text: text}, err
	}
	rest := s.content[s.at:]
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		_, err := s.upTo(4, "-->")
		return token{}, err
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		text, err := s.upTo(9, "]]>")
		if err == nil && hasControl(text) {
			err = errCharacter
		}
		return token{kind: characters, text: text}, err
	case bytes.HasPrefix(rest, []byte("<?")):
		return token{}, s.instruction()
	case bytes.HasPrefix(rest, []byte("<!")):
		return s.directive()
	case bytes.HasPrefix(rest, []byte("</")):
		s.at += 2
		name, err := s.name()
		s.blanks()
		if err == nil && !s.take('>') {
			err = errors.New("an end tag has more than a name")
		}
		return token{kind: endElement, name: local(name)}, err
	}
	s.at++
	return s.start()
}

// upTo returns what stands behind the first bytes, up to the end, and passes over both.
func (s *scanner) upTo(skip int, end string) ([]byte, error) {
	i := bytes.Index(s.content[s.at+skip:], []byte(end))
	if i < 0 {
		s.at = len(s.content)
		return nil, errEnd
	}
	text := s.content[s.at+skip : s.at+skip+i]
	s.at += skip + i + len(end)
	return text, nil
}

// instruction passes over <?…?>, of which the first may name an encoding.
func (s *scanner) instruction() error {
	text, err := s.upTo(2, "?>")
	if err != nil || !bytes.HasPrefix(text, []byte("xml")) {
		return err
	}
	if _, rest, ok := bytes.Cut(text, []byte("encoding")); ok {
		value := bytes.Trim(bytes.TrimLeft(rest, " \t\r\n="), " \t\r\n\"'?")
		if i := bytes.IndexAny(value, " \t\r\n\"'"); i >= 0 {
			value = value[:i]
		}
		if !bytes.EqualFold(value, []byte("utf-8")) {
			return errEncoding
		}
	}
	return nil
}

// directive reads <!…>, which may hold others and quotes.
func (s *scanner) directive() (token, error) {
	begin, depth, quote := s.at, 0, byte(0)
	for ; s.at < len(s.content); s.at++ {
		switch c := s.content[s.at]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '<':
			depth++
		case c == '>':
			if depth--; depth == 0 {
				s.at++
				return token{kind: directive, text: s.content[begin:s.at]}, nil
			}
		}
	}
	return token{}, errEnd
}

// start reads the name and the attributes of an element.
func (s *scanner) start() (token, error) {
	name, err := s.name()
	t := token{kind: startElement, name: local(name)}
	for err == nil {
		s.blanks()
		switch {
		case s.at == len(s.content):
			return t, errEnd
		case s.take('>'):
			return t, nil
		case s.take('/'):
			if !s.take('>') {
				return t, errors.New("a / in a tag does not end it")
			}
			t.empty = true
			return t, nil
		}
		err = s.attribute(&t)
	}
	return t, err
}

func (s *scanner) attribute(t *token) error {
	name, err := s.name()
	if err != nil {
		return err
	}
	s.blanks()
	if !s.take('=') {
		return errAttribute
	}
	s.blanks()
	if s.at == len(s.content) || s.content[s.at] != '"' && s.content[s.at] != '\'' {
		return errAttribute
	}
	value, err := s.upTo(1, string(s.content[s.at]))
	if err != nil {
		return err
	}
	if bytes.IndexByte(value, '<') >= 0 {
		return errAttribute
	}
	text, err := plain(value)
	if string(local(name)) == "name" && !t.named {
		t.text, t.named = text, true
	}
	return err
}

func (s *scanner) take(c byte) bool {
	if s.at < len(s.content) && s.content[s.at] == c {
		s.at++
		return true
	}
	return false
}

func (s *scanner) blanks() {
	for s.at < len(s.content) && (s.content[s.at] <= ' ') {
		s.at++
	}
}

// name reads letters, digits and _:.- of which the first is none of 0-9.-
func (s *scanner) name() ([]byte, error) {
	begin := s.at
	for s.at < len(s.content) {
		c := s.content[s.at]
		inner := '0' <= c && c <= '9' || c == '.' || c == '-'
		if !inner && !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == ':' || c >= utf8.RuneSelf) || inner && s.at == begin {
			break
		}
		s.at++
	}
	if s.at == begin {
		return nil, errName
	}
	return s.content[begin:s.at], nil
}

// local returns a name without the prefix before its colon.
func local(name []byte) []byte {
	if i := bytes.IndexByte(name, ':'); i > 0 && i+1 < len(name) {
		return name[i+1:]
	}
	return name
}

// plain returns a text with its entities replaced; it is the text itself where there are
// none.
func plain(text []byte) ([]byte, error) {
	if hasControl(text) {
		return nil, errCharacter
	}
	if bytes.IndexByte(text, '\r') >= 0 {
		text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	}
	at := bytes.IndexByte(text, '&')
	if at < 0 {
		return text, nil
	}
	out := bytes.Clone(text[:at])
	for text = text[at:]; len(text) > 0; {
		if text[0] != '&' {
			end := bytes.IndexByte(text, '&')
			if end < 0 {
				end = len(text)
			}
			out, text = append(out, text[:end]...), text[end:]
			continue
		}
		entity, rest, ok := bytes.Cut(text[1:], []byte(";"))
		r, known := runeOf(string(entity))
		if !ok || !known {
			return nil, errEntity
		}
		out, text = utf8.AppendRune(out, r), rest
	}
	return out, nil
}

// hasControl reports whether a text has a control character that XML does not have.
func hasControl(text []byte) bool {
	for _, c := range text {
		if c < ' ' && c != '\n' && c != '\t' && c != '\r' {
			return true
		}
	}
	return false
}

// runeOf returns what an entity stands for: one that XML has by name, or a number.
func runeOf(entity string) (rune, bool) {
	switch entity {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(entity) < 2 || entity[0] != '#' {
		return 0, false
	}
	digits, base := entity[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	r := rune(n)
	ok := err == nil && n <= utf8.MaxRune && utf8.ValidRune(r) && (r >= ' ' || r == '\n' || r == '\t' || r == '\r') && r != 0xFFFE && r != 0xFFFF
	return r, ok
}
