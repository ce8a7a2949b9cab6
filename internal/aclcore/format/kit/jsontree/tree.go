// Package jsontree reads JSON into a tree in which every value knows its line, so
// that a rule that was read from it, and an error about it, can point into the
// file.
package jsontree

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
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

// Doubts is the key under which a reader of one format that makes an object for the reader
// of another one says why it is not sure of it: a list of reasons. It begins with a
// character that no key of an export has.
const Doubts = "\x00doubts"

// Why returns the reasons under [Doubts], none where there are none.
func (v *Value) Why() []string {
	list := v.Get(Doubts)
	if list == nil {
		return nil
	}
	var out []string
	for i := range list.Items {
		out = append(out, list.Items[i].Text)
	}
	return out
}

// TextOr returns the text of a scalar, and other of anything else.
func (v *Value) TextOr(other string) string {
	if v == nil || v.Kind == Null || v.Kind == Array || v.Kind == Object {
		return other
	}
	return v.Text
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
	r := &reader{
		content: content, line: 1, lineEnd: -1, keys: make(map[string]string), lists: make(map[string][][]string),
		// build refuses a key that stands twice, with its line.
		decoder: jsontext.NewDecoder(bytes.NewBuffer(content), jsontext.AllowDuplicateNames(true)),
	}
	var values []Value
	for {
		v, err := r.build(0)
		switch {
		case errors.Is(err, io.EOF):
			return values, nil
		case err != nil:
			return nil, fmt.Errorf("%s:%d: %w", source, r.line, r.explain(err))
		}
		values = append(values, v)
	}
}

// A reader builds values from the tokens of a text.
type reader struct {
	content []byte
	decoder *jsontext.Decoder
	// line is the line of offset, up to which line breaks have been counted.
	line, offset int
	// lineEnd is where the next line break is, -1 while that is not looked up.
	lineEnd int
	// keys holds one copy of every key, since exports repeat a few of them, lists one of
	// the keys of an object, by the first of them, and texts some short strings.
	keys  map[string]string
	lists map[string][][]string
	texts [256]string
	// room is where the items of the next lists and objects go.
	room []Value
	// items and names wait to become those of the lists and objects that are being
	// read, the innermost last: each is then allocated once, in its size.
	items []Value
	names []string
}

// moved counts the line breaks up to where the decoder is. A token never spans lines.
func (r *reader) moved(to int64) {
	end := max(r.offset, min(int(to), len(r.content)))
	for r.lineEnd < end {
		if r.lineEnd >= 0 {
			r.line++
		}
		next := bytes.IndexByte(r.content[r.lineEnd+1:], '\n')
		if next < 0 {
			r.lineEnd = len(r.content)
			break
		}
		r.lineEnd += 1 + next
	}
	r.offset = end
}

// explain says of an error of the decoder that it is one, and leads line to it.
func (r *reader) explain(err error) error {
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		r.moved(int64(len(bytes.TrimRight(r.content, " \t\r\n"))))
		return errors.New("the text ends within a value; is the file cut off?")
	case errors.As(err, &syntax):
		r.moved(syntax.ByteOffset)
		return fmt.Errorf("is not JSON: %w", syntax.Err)
	}
	return err
}

// open reads a delimiter.
func (r *reader) open() error {
	_, err := r.decoder.ReadToken()
	r.moved(r.decoder.InputOffset())
	return err
}

// scalar reads a value that is neither a list nor an object, as it is written.
func (r *reader) scalar() (jsontext.Value, error) {
	raw, err := r.decoder.ReadValue()
	r.moved(r.decoder.InputOffset())
	return raw, err
}

// build reads the next value.
func (r *reader) build(depth int) (v Value, err error) {
	switch kind := r.decoder.PeekKind(); kind {
	case '[', '{':
		if err := r.open(); err != nil {
			return v, err
		}
		v.Line = r.line
		if depth == MaxDepth {
			return v, fmt.Errorf("is nested more than %d levels deep", MaxDepth)
		}
		if kind == '[' {
			v.Kind = Array
			return v, r.elements(&v, depth+1)
		}
		v.Kind = Object
		return v, r.members(&v, depth+1)
	case ']', '}': // the decoder tells why it is none
		return v, r.open()
	default:
		raw, err := r.scalar()
		if err != nil {
			return v, err
		}
		v.Line = r.line
		v.Kind = kinds[kind]
		switch v.Kind {
		case String:
			v.Text, err = r.unquote(raw)
		case Number, Bool:
			v.Text = r.text(raw)
		}
		return v, err
	}
}

// kinds are the scalars by the byte that the decoder names them with.
var kinds = [256]Kind{'"': String, '0': Number, 't': Bool, 'f': Bool, 'n': Null}

// unquote takes the quotes and escapes off a string. Most have no escape.
func (r *reader) unquote(raw jsontext.Value) (string, error) {
	if bytes.IndexByte(raw, '\\') < 0 {
		return r.text(raw[1 : len(raw)-1]), nil
	}
	text, err := jsontext.AppendUnquote(nil, raw)
	return string(text), err
}

// text returns the text, of short ones the copy that was made last if it is the same:
// most of what stands in exports stands there many times.
func (r *reader) text(raw []byte) string {
	const short = 16
	n := len(raw)
	if n == 0 || n > short {
		return string(raw)
	}
	at := &r.texts[(n+31*int(raw[0])+17*int(raw[n/2])+7*int(raw[n-1]))%len(r.texts)]
	if *at != string(raw) {
		*at = string(raw)
	}
	return *at
}

func (r *reader) elements(v *Value, depth int) error {
	from := len(r.items)
	for r.decoder.PeekKind() != ']' {
		item, err := r.build(depth)
		if err != nil {
			return within(err)
		}
		r.items = append(r.items, item)
	}
	v.Items = r.take(from)
	return r.open()
}

// take returns the values that wait from an index on.
func (r *reader) take(from int) []Value {
	if len(r.items) == from {
		return nil
	}
	const many = 256
	items := r.items[from:]
	if cap(r.room)-len(r.room) < len(items) {
		r.room = make([]Value, 0, max(len(items), min(many, 2*cap(r.room))))
	}
	at := len(r.room)
	r.room = append(r.room, items...)
	clear(items) // hold on to no text
	r.items = r.items[:from]
	return slices.Clip(r.room[at:])
}

// list returns the one copy of the keys of an object, while there are few that begin
// with the same key.
func (r *reader) list(names []string) []string {
	const few = 8
	if len(names) == 0 {
		return nil
	}
	same := r.lists[names[0]]
	for _, l := range same {
		if slices.Equal(l, names) {
			return l
		}
	}
	l := slices.Clone(names)
	if len(same) < few {
		r.lists[names[0]] = append(same, l)
	}
	return l
}

// within makes of the end of the text, which is fine after a value, what it is in
// one.
func within(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// manyKeys is from how many keys on an object is searched by a map.
const manyKeys = 32

func (r *reader) members(v *Value, depth int) error {
	from, fromKey := len(r.items), len(r.names)
	var seen map[string]bool
	for r.decoder.PeekKind() != '}' {
		raw, err := r.scalar()
		if err != nil {
			return within(err)
		}
		key, err := r.key(raw)
		if err != nil {
			return err
		}
		names := r.names[fromKey:]
		if len(names) == manyKeys {
			seen = make(map[string]bool)
			for _, k := range names {
				seen[k] = true
			}
		}
		if seen[key] || seen == nil && slices.Contains(names, key) {
			return fmt.Errorf("the key %q stands twice in one object", key)
		}
		if seen != nil {
			seen[key] = true
		}
		r.names = append(r.names, key)
		item, err := r.build(depth)
		if err != nil {
			return within(err)
		}
		r.items = append(r.items, item)
	}
	v.Items = r.take(from)
	v.Keys = r.list(r.names[fromKey:])
	r.names = r.names[:fromKey]
	return r.open()
}

// key returns the one copy of a key.
func (r *reader) key(raw jsontext.Value) (string, error) {
	if k, ok := r.keys[string(raw)]; ok {
		return k, nil
	}
	key, err := r.unquote(raw)
	r.keys[string(raw)] = key
	return key, err
}
