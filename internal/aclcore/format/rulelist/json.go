package rulelist

import (
	"bytes"
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
)

// parseJSON hands the rules of a JSON text to b, one after the other. The error is
// where the text could not be read any further.
func parseJSON(in device.Input, b *builder) error {
	if err := checkText(in, JSON, MaxJSONBytes); err != nil {
		return err
	}
	if bytes.HasPrefix(in.Content, []byte("\ufeff")) {
		return fmt.Errorf("%s:1: starts with a byte order mark; save it as UTF-8 without one", in.Source)
	}
	r := jsonReader{scanner{data: in.Content, line: 1}, b}
	b.expectJSON(min(bytes.Count(in.Content, []byte("{")), MaxRules))
	if err := r.document(); err != nil {
		return fmt.Errorf("%s:%w", in.Source, err)
	}
	return nil
}

// A jsonReader finds the rules in JSON text.
type jsonReader struct {
	scanner
	builder *builder
}

func (r *jsonReader) document() error {
	var err error
	switch r.peek() {
	case '[':
		err = r.rules()
	case '{':
		err = r.wrapped()
	default:
		if err = r.value(0); err == nil {
			err = r.errorf("is not a rule list; write a list of rule objects, or an object with the key \"rules\" that holds it")
		}
	}
	if err != nil {
		return err
	}
	if r.space(); r.pos < len(r.data) {
		return r.errorf("something follows the rule list; one file holds one list")
	}
	return nil
}

// wrapped reads an object whose key "rules" holds the list. Beside it may stand
// "$schema", by which editors find the schema of the file.
func (r *jsonReader) wrapped() error {
	r.pos++
	found := false
	if r.peek() == '}' {
		return r.errorf("the object has no key \"rules\"; it would hold the list")
	}
	for {
		r.peek()
		at := r.scanner
		key, escaped, err := r.key()
		if err != nil {
			return err
		}
		text := keyText(key, escaped)
		next := r.peek()
		switch {
		case string(text) == schemaKey && next == '"':
			err = r.value(0)
		case string(text) == schemaKey:
			err = r.unexpected("the address of a schema in double quotes")
		case found:
			r.scanner = at
			err = r.errorf("found the key %q beside \"rules\"; nothing else is read from the object", text)
		case string(text) != "rules":
			r.scanner = at
			err = r.errorf("%s", notTheRules(text))
		case next != '[':
			err = r.unexpected("the list of rules")
		default:
			found = true
			err = r.rules()
		}
		if err != nil {
			return err
		}
		more, err := r.next('}')
		switch {
		case err != nil:
			return err
		case !more && !found:
			return r.errorf("the object has no key \"rules\"; it would hold the list")
		case !more:
			return nil
		}
	}
}

// schemaKey is where a file names its JSON schema.
const schemaKey = "$schema"

// notTheRules says why an object with the key cannot hold a rule list.
func notTheRules(key []byte) string {
	if _, ok := fieldOf(key); ok {
		return fmt.Sprintf("found the key %q of a rule where the list of rules is expected; put the rule into [ ]", key)
	}
	return fmt.Sprintf("found the key %q where only \"rules\" is expected, which holds the list of rules", key)
}

func keyText(key []byte, escaped bool) []byte {
	if escaped {
		return []byte(unescape(key))
	}
	return key
}

func (r *jsonReader) rules() error {
	r.pos++
	if r.peek() == ']' {
		r.pos++
		return nil
	}
	var e entry
	for index := 0; ; index++ {
		if index == r.builder.maxRules {
			return r.errorf("has more than %d rules; %s", index, tooLong[JSON])
		}
		if r.peek() != '{' {
			at := r.scanner
			if err := r.value(0); err != nil {
				return err
			}
			r.scanner = at
			return r.errorf("rule %d is not an object", index+1)
		}
		e.reset(index, r.line)
		if err := r.rule(&e); err != nil {
			return err
		}
		r.builder.add(&e)
		more, err := r.next(']')
		if err != nil || !more {
			return err
		}
	}
}

// rule reads one rule object into e. Values are left as text.
func (r *jsonReader) rule(e *entry) error {
	r.pos++
	if r.peek() == '}' {
		r.pos++
		return nil
	}
	for {
		r.peek()
		line := r.line
		key, escaped, err := r.key()
		if err != nil {
			return err
		}
		v := e.claim(keyText(key, escaped), line)
		r.peek()
		start, line := r.pos, r.line
		if err := r.value(0); err != nil {
			return err
		}
		if v != nil {
			v.raw, v.line = r.data[start:r.pos], line
		}
		more, err := r.next('}')
		if err != nil || !more {
			return err
		}
	}
}

// decodeItems reads the items of a value's JSON text, which the scanner has
// accepted, into buffer.
func decodeItems(raw []byte, line int, buffer []item) (list bool, items []item) {
	s := scanner{data: raw, line: line}
	if s.peek() != '[' {
		return false, append(buffer, s.item())
	}
	s.pos++
	if s.peek() == ']' {
		return true, buffer
	}
	for {
		s.space()
		buffer = append(buffer, s.item())
		if more, err := s.next(']'); err != nil || !more {
			return true, buffer
		}
	}
}

// item reads the value at pos, of accepted text.
func (s *scanner) item() item {
	start, line := s.pos, s.line
	switch s.data[start] {
	case '"':
		text, escaped, _ := s.str()
		if escaped {
			return item{aString, unescape(text), line}
		}
		return item{aString, string(text), line}
	case '[':
		_ = s.value(0)
		return item{aList, "", line}
	case '{':
		_ = s.value(0)
		return item{anObject, "", line}
	case 'n':
		_ = s.value(0)
		return item{aNull, "", line}
	case 't', 'f':
		_ = s.value(0)
		return item{aBoolean, string(s.data[start:s.pos]), line}
	}
	_ = s.value(0)
	return item{aNumber, string(s.data[start:s.pos]), line}
}
