package rulelist

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/bits"
)

// A scanner walks over JSON text (RFC 8259) without building values: it finds
// where each value ends, checks its syntax and counts lines. It allocates only
// for errors.
type scanner struct {
	data []byte
	pos  int
	line int // of pos, 1-based
}

// maxDepth bounds nesting; a rule list needs four levels.
const maxDepth = 64

// A syntaxError is where JSON text cannot be read any further.
type syntaxError struct {
	line, column int
	text         string
}

func (e *syntaxError) Error() string {
	return fmt.Sprintf("%d:%d: %s", e.line, e.column, e.text)
}

func (s *scanner) errorf(format string, args ...any) error {
	start := bytes.LastIndexByte(s.data[:min(s.pos, len(s.data))], '\n') + 1
	return &syntaxError{s.line, s.pos - start + 1, fmt.Sprintf(format, args...)}
}

// unexpected is the error for the byte at pos, where wanted should stand.
func (s *scanner) unexpected(wanted string) error {
	if s.pos >= len(s.data) {
		return s.errorf("the text ends where %s is expected; is the file cut off?", wanted)
	}
	rest := s.data[s.pos:]
	switch c := rest[0]; c {
	case '/', '#':
		return s.errorf("JSON has no comments; take it out, or write it under the key \"comment\" of the rule")
	case '\'':
		return s.errorf("JSON strings stand in double quotes")
	case '}', ']':
		return s.errorf("found %q where %s is expected; is there a comma too many before it?", c, wanted)
	}
	word := rest[:min(len(rest), 20)]
	if end := bytes.IndexAny(word, " \t\r\n,:[]{}\""); end > 0 {
		word = word[:end]
	} else if end == 0 {
		word = word[:1]
	}
	return s.errorf("found %q where %s is expected", bytes.ToValidUTF8(word, nil), wanted)
}

// space skips white space.
func (s *scanner) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case '\n':
			s.line++
		case ' ', '\t', '\r':
		default:
			return
		}
		s.pos++
	}
}

// peek returns the next byte that is no white space, 0 at the end of the text.
func (s *scanner) peek() byte {
	if s.pos < len(s.data) && s.data[s.pos] == ' ' { // mostly one, or none
		s.pos++
	}
	if s.pos < len(s.data) && s.data[s.pos] > ' ' {
		return s.data[s.pos]
	}
	return s.peekFurther()
}

func (s *scanner) peekFurther() byte {
	s.space()
	if s.pos < len(s.data) {
		return s.data[s.pos]
	}
	return 0
}

// take skips white space and the byte c, or reports what stands there instead.
func (s *scanner) take(c byte, wanted string) error {
	if s.peek() != c {
		return s.unexpected(wanted)
	}
	s.pos++
	return nil
}

// value skips one value of any kind.
func (s *scanner) value(depth int) error {
	switch c := s.peek(); {
	case c == '"':
		_, _, err := s.str()
		return err
	case c == '[' || c == '{':
		if depth >= maxDepth {
			return s.errorf("is nested more than %d levels deep", maxDepth)
		}
		if c == '[' {
			return s.array(depth)
		}
		return s.object(depth)
	case c == '-' || '0' <= c && c <= '9':
		return s.number()
	}
	for _, word := range []string{"null", "true", "false"} {
		if bytes.HasPrefix(s.data[s.pos:], []byte(word)) {
			s.pos += len(word)
			return nil
		}
	}
	return s.unexpected("a value")
}

func (s *scanner) array(depth int) error {
	s.pos++
	if s.peek() == ']' {
		s.pos++
		return nil
	}
	for {
		if err := s.value(depth + 1); err != nil {
			return err
		}
		more, err := s.next(']')
		if err != nil || !more {
			return err
		}
	}
}

func (s *scanner) object(depth int) error {
	s.pos++
	if s.peek() == '}' {
		s.pos++
		return nil
	}
	for {
		if _, _, err := s.key(); err != nil {
			return err
		}
		if err := s.value(depth + 1); err != nil {
			return err
		}
		more, err := s.next('}')
		if err != nil || !more {
			return err
		}
	}
}

// next skips what follows an element: a comma, or the closing byte.
func (s *scanner) next(closing byte) (more bool, err error) {
	switch s.peek() {
	case ',':
		s.pos++
		return true, nil
	case closing:
		s.pos++
		return false, nil
	}
	return false, s.unexpected(fmt.Sprintf("a comma or %q", closing))
}

// key skips a key and its colon. The text and escaped are as of str.
func (s *scanner) key() (text []byte, escaped bool, err error) {
	if s.peek() != '"' {
		return nil, false, s.unexpected("a key in double quotes")
	}
	text, escaped, err = s.str()
	if err != nil {
		return nil, false, err
	}
	return text, escaped, s.take(':', "a colon")
}

// str skips a string and returns what stands between its quotes, and whether that
// has escapes to be resolved.
func (s *scanner) str() (text []byte, escaped bool, err error) {
	start := s.pos + 1
	for i := plainEnd(s.data, start); i < len(s.data); i = plainEnd(s.data, i) {
		switch c := s.data[i]; c {
		case '"':
			s.pos = i + 1
			return s.data[start:i], escaped, nil
		case '\\':
			escaped = true
			s.pos = i
			n, err := s.escape()
			if err != nil {
				return nil, false, err
			}
			i += n
		default:
			s.pos = i
			if c == '\n' || c == '\r' {
				return nil, false, s.errorf("a string does not end on its line")
			}
			return nil, false, s.errorf("a string has the control character %q; write it as an escape", c)
		}
	}
	return nil, false, s.errorf("a string does not end; is the file cut off?")
}

// plainEnd returns the index of the first byte from i on that does not stand for
// itself in a string: a quote, a backslash or a control character. It looks at
// eight bytes at a time: x-1 borrows into the high bit of a byte only if the byte,
// or one before it, is zero.
func plainEnd(data []byte, i int) int {
	const ones = 0x0101010101010101
	for i+8 <= len(data) {
		w := binary.LittleEndian.Uint64(data[i:])
		quote, backslash := w^ones*'"', w^ones*'\\'
		found := ((w-ones*' ')&^w | (quote-ones)&^quote | (backslash-ones)&^backslash) & (ones * 0x80)
		if found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
		i += 8
	}
	for i < len(data) && data[i] >= ' ' && data[i] != '"' && data[i] != '\\' {
		i++
	}
	return i
}

// escape returns the length of the escape at pos. Halves of UTF-16 pairs are
// refused, since they stand for no character.
func (s *scanner) escape() (int, error) {
	rest := s.data[s.pos:]
	if len(rest) > 1 {
		switch rest[1] {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			return 2, nil
		case 'u':
			const low, high, none = 0xdc00, 0xd800, 0xe000
			unit := hex4(rest[2:])
			switch {
			case unit < 0:
			case unit < high || unit >= none:
				return 6, nil
			case unit < low && len(rest) > 6 && rest[6] == '\\' && len(rest) > 7 && rest[7] == 'u':
				if second := hex4(rest[8:]); second >= low && second < none {
					return 12, nil
				}
				fallthrough
			default:
				return 0, s.errorf("a string has %q, half of a pair of escapes", rest[:6])
			}
		}
	}
	return 0, s.errorf("a string has the unknown escape %q; write a backslash as two", bytes.ToValidUTF8(rest[:min(len(rest), 2)], nil))
}

// hex4 reads four hexadecimal digits, -1 if they are none.
func hex4(text []byte) int {
	if len(text) < 4 {
		return -1
	}
	n := 0
	for _, c := range text[:4] {
		n <<= 4
		switch {
		case '0' <= c && c <= '9':
			n |= int(c - '0')
		case 'a' <= c && c <= 'f':
			n |= int(c-'a') + 10
		case 'A' <= c && c <= 'F':
			n |= int(c-'A') + 10
		default:
			return -1
		}
	}
	return n
}

func (s *scanner) number() error {
	i := s.pos
	digits := func() bool {
		start := i
		for i < len(s.data) && '0' <= s.data[i] && s.data[i] <= '9' {
			i++
		}
		return i > start
	}
	is := func(set string) bool {
		return i < len(s.data) && bytes.IndexByte([]byte(set), s.data[i]) >= 0
	}
	if is("-") {
		i++
	}
	leadingZero := is("0")
	first := i
	ok := digits() && (!leadingZero || i == first+1)
	if ok && is(".") {
		i++
		ok = digits()
	}
	if ok && is("eE") {
		i++
		if is("+-") {
			i++
		}
		ok = digits()
	}
	if !ok {
		return s.errorf("is not a number; write text in double quotes")
	}
	s.pos = i
	return nil
}

// unescape resolves the escapes of a string that str has accepted.
func unescape(text []byte) string {
	quoted := make([]byte, 0, len(text)+2)
	quoted = append(append(append(quoted, '"'), text...), '"')
	var out string
	if err := json.Unmarshal(quoted, &out); err != nil {
		return string(text) // not reached for text that str has accepted
	}
	return out
}
