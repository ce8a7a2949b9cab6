package sense

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// An element is one of XML, with the lines and the bytes where it begins and ends.
type element struct {
	name, text     string
	line, lastLine int
	start, end     int
	children       []*element
	characters     strings.Builder
	first          map[string]*element
}

// maxDepth bounds how deep elements are nested.
const maxDepth = 100

// get returns the first element at the end of the names, nil if it is not there.
func (e *element) get(names ...string) *element {
	for _, name := range names {
		if e == nil {
			return nil
		}
		e = e.first[name]
	}
	return e
}

// all returns every child of the name.
func (e *element) all(name string) []*element {
	if e == nil {
		return nil
	}
	var out []*element
	for _, c := range e.children {
		if c.name == name {
			out = append(out, c)
		}
	}
	return out
}

// value returns the text of the element at the end of the names.
func (e *element) value(names ...string) string {
	if e = e.get(names...); e == nil {
		return ""
	}
	return e.text
}

// isSet reports whether the element at the end of the names is more than empty, 0 or no.
func (e *element) isSet(names ...string) bool {
	switch strings.ToLower(e.value(names...)) {
	case "", "0", "no", "false", "off":
		return false
	}
	return true
}

// words returns the words of a list with commas or blanks between them.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' || r == '\r' })
}

// A reader reads XML.
type reader struct {
	source  string
	content []byte
	decoder *xml.Decoder
	// line is that of offset.
	line, offset int
}

func readXML(source string, content []byte) (*element, error) {
	r := &reader{source: source, content: content, decoder: xml.NewDecoder(bytes.NewReader(content)), line: 1}
	r.decoder.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	root := &element{line: 1}
	open := []*element{root}
	for {
		start := int(r.decoder.InputOffset())
		token, err := r.decoder.RawToken()
		last := open[len(open)-1]
		switch {
		case errors.Is(err, io.EOF) && len(open) > 1:
			return nil, fmt.Errorf("%s:%d: <%s> is not ended; is the file cut off?", source, last.line, last.name)
		case errors.Is(err, io.EOF):
			return root, nil
		case err != nil:
			return nil, r.fail("is not XML: %v", plain(err))
		}
		switch t := token.(type) {
		case xml.StartElement:
			if len(open) > maxDepth {
				return nil, r.fail("is nested more than %d levels deep", maxDepth)
			}
			e := &element{name: t.Name.Local, start: start, line: r.lineAt(start)}
			last.add(e)
			open = append(open, e)
		case xml.CharData:
			last.characters.Write(t)
		case xml.EndElement:
			if len(open) == 1 || last.name != t.Name.Local {
				return nil, r.fail("</%s> ends no element that is open", t.Name.Local)
			}
			last.end = int(r.decoder.InputOffset())
			last.lastLine, last.text = r.lineAt(start), strings.TrimSpace(last.characters.String())
			open = open[:len(open)-1]
		case xml.Directive:
			if bytes.Contains(t, []byte("ENTITY")) {
				return nil, r.fail("defines entities of its own, which are not read")
			}
		}
	}
}

func (e *element) add(child *element) {
	e.children = append(e.children, child)
	if e.first == nil {
		e.first = make(map[string]*element, 4)
	}
	if e.first[child.name] == nil {
		e.first[child.name] = child
	}
}

func (r *reader) fail(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", r.source, r.lineAt(int(r.decoder.InputOffset())), fmt.Sprintf(format, args...))
}

// lineAt returns the line of an offset that is not before the last one asked for.
func (r *reader) lineAt(offset int) int {
	if offset = min(offset, len(r.content)); offset > r.offset {
		r.line += bytes.Count(r.content[r.offset:offset], []byte("\n"))
		r.offset = offset
	}
	return r.line
}

// plain returns the error without the line, which is told in front of it.
func plain(err error) error {
	syntax := new(xml.SyntaxError)
	if errors.As(err, &syntax) {
		return errors.New(syntax.Msg)
	}
	return err
}
