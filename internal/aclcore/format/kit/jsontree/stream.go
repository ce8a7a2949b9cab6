package jsontree

import (
	"bytes"

	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// Stream reads an object with one key, whose value is a list, and calls each for the
// items one after the other. Only one of them is held at a time, so that the text may be
// larger than that of [Parse]: up to most bytes. Errors are led by source and line.
func Stream(source string, content []byte, most int, key string, each func(*Value)) error {
	if len(content) > most {
		return fmt.Errorf("%s: is %d MB long; at most %d MB are read", source, len(content)>>20, most>>20)
	}
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	r := &reader{
		content: content, line: 1, lineEnd: -1, keys: make(map[string]string), lists: make(map[string][][]string),
		decoder: jsontext.NewDecoder(bytes.NewBuffer(content), jsontext.AllowDuplicateNames(true)),
	}
	if err := r.stream(key, each); err != nil {
		return fmt.Errorf("%s:%d: %w", source, r.line, r.explain(err))
	}
	return nil
}

func (r *reader) stream(key string, each func(*Value)) error {
	shape := fmt.Errorf("is not an object with the one key %q, a list, as it has to be in a text of this size", key)
	if r.decoder.PeekKind() != '{' {
		return shape
	}
	if err := r.open(); err != nil {
		return err
	}
	name, err := r.scalar()
	if err != nil {
		return within(err)
	}
	if text, err := r.unquote(name); err != nil || text != key || r.decoder.PeekKind() != '[' {
		return shape
	}
	if err := r.open(); err != nil {
		return err
	}
	for r.decoder.PeekKind() != ']' {
		item, err := r.build(2)
		if err != nil {
			return within(err)
		}
		each(&item)
	}
	if err := r.open(); err != nil {
		return within(err)
	}
	if r.decoder.PeekKind() != '}' {
		return shape
	}
	if err := r.open(); err != nil {
		return within(err)
	}
	if _, err := r.decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return shape
	}
	return nil
}
