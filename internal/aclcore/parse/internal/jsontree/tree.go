// Package jsontree reads JSON into a tree in which every value knows its line, so
// that a rule that was read from it, and an error about it, can point into the
// file.
package jsontree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// Kind is what a value is.
type Kind uint8

// The kinds of JSON values.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

// String names the kind for error messages.
func (k Kind) String() string {
	return [...]string{"null", "true or false", "a number", "a string", "a list", "an object"}[k]
}

// Value is one JSON value. The zero Value, and a nil *Value, is null.
type Value struct {
	// Line is the 1-based line on which the value starts.
	Line int
	Kind Kind
	// Text is a string without its quotes and escapes, a number as it is written, or
	// "true" or "false".
	Text string
	// Keys are the keys of an object, in the order of the text and each once; Items
	// are its values, or the elements of an array.
	Keys  []string
	Items []Value
}

// Get returns the value of a key, or nil if v is no object or has no such key.
func (v *Value) Get(key string) *Value {
	if v == nil {
		return nil
	}
	for i, k := range v.Keys {
		if k == key {
			return &v.Items[i]
		}
	}
	return nil
}

// IsNull reports whether v is absent or null.
func (v *Value) IsNull() bool { return v == nil || v.Kind == Null }

// Limits of a text.
const (
	// MaxBytes bounds the text; the tree of it takes about ten times as much memory.
	MaxBytes = 64 << 20
	// MaxDepth bounds how deep lists and objects are nested.
	MaxDepth = 200
)

// Parse reads the JSON values of content: one, or several after each other. Errors
// are led by source and line. It refuses what readers of JSON take differently: a
// key that stands twice in an object.
func Parse(source string, content []byte) ([]Value, error) {
	switch {
	case len(content) > MaxBytes:
		return nil, fmt.Errorf("%s: is %d MB long; at most %d MB are read", source, len(content)>>20, MaxBytes>>20)
	case bytes.HasPrefix(content, []byte("\xff\xfe")), bytes.HasPrefix(content, []byte("\xfe\xff")):
		return nil, fmt.Errorf("%s:1: is encoded in UTF-16, as a redirection in PowerShell writes it; save it as UTF-8", source)
	}
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	r := &reader{content: content, line: 1, keys: make(map[string]string), decoder: json.NewDecoder(bytes.NewReader(content))}
	r.decoder.UseNumber()
	var values []Value
	for {
		t, err := r.token()
		if errors.Is(err, io.EOF) {
			return values, nil
		}
		var v Value
		if err == nil {
			v, err = r.build(t, 0)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", source, r.line, explain(err))
		}
		values = append(values, v)
	}
}

type reader struct {
	content []byte
	decoder *json.Decoder
	// line is the line of offset, up to which line breaks have been counted.
	line, offset int
	// keys holds one copy of every key, since exports repeat a few of them.
	keys map[string]string
}

// token returns the next token and moves line to it. A token never spans lines.
func (r *reader) token() (json.Token, error) {
	t, err := r.decoder.Token()
	to := min(int(r.decoder.InputOffset()), len(r.content))
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		to = max(r.offset, min(int(syntax.Offset), len(r.content)))
	}
	r.line += bytes.Count(r.content[r.offset:to], []byte("\n"))
	r.offset = to
	return t, err
}

// explain says of an error of the decoder that it is one.
func explain(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("is not JSON: %w", err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the text ends within a value; is the file cut off?")
	}
	return err
}

// build returns the value that starts with token t.
func (r *reader) build(t json.Token, depth int) (v Value, err error) {
	v.Line = r.line
	switch t := t.(type) {
	case bool:
		v.Kind, v.Text = Bool, strconv.FormatBool(t)
	case json.Number:
		v.Kind, v.Text = Number, t.String()
	case string:
		v.Kind, v.Text = String, t
	case json.Delim:
		if depth == MaxDepth {
			return v, fmt.Errorf("is nested more than %d levels deep", MaxDepth)
		}
		if t == '[' {
			v.Kind = Array
			err = r.elements(&v, depth+1)
		} else {
			v.Kind = Object
			err = r.members(&v, depth+1)
		}
	}
	return v, err
}

func (r *reader) elements(v *Value, depth int) error {
	for {
		t, err := r.token()
		if err != nil {
			return err
		}
		if t == json.Delim(']') {
			return nil
		}
		item, err := r.build(t, depth)
		if err != nil {
			return err
		}
		v.Items = append(v.Items, item)
	}
}

// manyKeys is from how many keys on an object is searched by a map.
const manyKeys = 32

func (r *reader) members(v *Value, depth int) error {
	var seen map[string]bool
	for {
		t, err := r.token()
		if err != nil {
			return err
		}
		if t == json.Delim('}') {
			return nil
		}
		key := r.intern(t.(string))
		if len(v.Keys) == manyKeys {
			seen = make(map[string]bool)
			for _, k := range v.Keys {
				seen[k] = true
			}
		}
		if seen[key] || seen == nil && v.Get(key) != nil {
			return fmt.Errorf("the key %q stands twice in one object", key)
		}
		if seen != nil {
			seen[key] = true
		}
		if t, err = r.token(); err != nil {
			return err
		}
		item, err := r.build(t, depth)
		if err != nil {
			return err
		}
		v.Keys = append(v.Keys, key)
		v.Items = append(v.Items, item)
	}
}

func (r *reader) intern(key string) string {
	if k, ok := r.keys[key]; ok {
		return k
	}
	r.keys[key] = key
	return key
}
