package tree

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// MaxDepth bounds how deep elements and braces are nested.
const MaxDepth = 200

// XML reads an XML document: an element is the word of its name, one with an attribute
// name is the word of that attribute in its place, <member> is the word of its text,
// and text is a word below its element. Other attributes, comments and instructions are
// passed over. Errors are led by source and line.
func XML(source string, content []byte) (*Node, error) {
	r := &xmlReader{content: content, line: 1, decoder: xml.NewDecoder(bytes.NewReader(content))}
	root := &Node{Line: 1}
	for {
		token, err := r.decoder.RawToken()
		switch {
		case errors.Is(err, io.EOF) && len(r.open) > 0:
			return nil, fmt.Errorf("%s:%d: <%s> is not ended; is the file cut off?", source, r.open[len(r.open)-1].line, r.open[len(r.open)-1].name)
		case errors.Is(err, io.EOF):
			if len(root.Nodes) == 0 {
				return nil, fmt.Errorf("%s: has no XML element", source)
			}
			return root, nil
		case err != nil:
			return nil, fmt.Errorf("%s:%d: is not XML: %w", source, r.lineNow(), plainXML(err))
		}
		if err := r.token(root, token); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", source, r.lineNow(), err)
		}
	}
}

// plainXML returns the error without the line, which is told in front of it.
func plainXML(err error) error {
	syntax := new(xml.SyntaxError)
	if errors.As(err, &syntax) {
		return errors.New(syntax.Msg)
	}
	return err
}

type xmlReader struct {
	content []byte
	decoder *xml.Decoder
	// line is the line of offset, up to which line breaks have been counted.
	line, offset int
	open         []*element
}

// An element is one that has begun and not ended.
type element struct {
	name   string
	node   *Node
	member bool
	line   int
	text   strings.Builder
}

func (r *xmlReader) lineNow() int {
	to := min(int(r.decoder.InputOffset()), len(r.content))
	if to > r.offset {
		r.line += bytes.Count(r.content[r.offset:to], []byte("\n"))
		r.offset = to
	}
	return r.line
}

func (r *xmlReader) token(root *Node, token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		return r.begin(root, t)
	case xml.CharData:
		if n := len(r.open); n > 0 && len(bytes.TrimSpace(t)) > 0 {
			r.open[n-1].text.Write(t)
		}
	case xml.EndElement:
		return r.end(root, t.Name.Local)
	case xml.Directive:
		if bytes.Contains(t, []byte("ENTITY")) {
			return errors.New("defines entities of its own, which are not read")
		}
	}
	return nil
}

func (r *xmlReader) begin(root *Node, t xml.StartElement) error {
	if len(r.open) == MaxDepth {
		return fmt.Errorf("is nested more than %d levels deep", MaxDepth)
	}
	e := &element{name: t.Name.Local, line: r.lineNow()}
	parent := r.parent(root)
	switch name, named := attribute(t, "name"); {
	case named && t.Name.Local == "entry":
		e.node = parent.begin(e.line, name)
	case t.Name.Local == "member":
		e.member = true
	default:
		e.node = parent.begin(e.line, t.Name.Local)
	}
	r.open = append(r.open, e)
	return nil
}

// begin puts a word that the text begins here, and marks it if it was there before.
func (n *Node) begin(line int, word string) *Node {
	before := n.child(word) != nil
	n = n.Put(line, word)
	n.Repeated = n.Repeated || before
	return n
}

// parent returns the node that the next element is below of.
func (r *xmlReader) parent(root *Node) *Node {
	for i := len(r.open) - 1; i >= 0; i-- {
		if r.open[i].node != nil {
			return r.open[i].node
		}
	}
	return root
}

func (r *xmlReader) end(root *Node, name string) error {
	if len(r.open) == 0 || r.open[len(r.open)-1].name != name {
		return fmt.Errorf("</%s> ends no element that is open", name)
	}
	e := r.open[len(r.open)-1]
	r.open = r.open[:len(r.open)-1]
	text := strings.TrimSpace(e.text.String())
	switch {
	case e.member:
		r.parent(root).Put(e.line, text)
	case text != "":
		e.node.Put(e.line, text)
	}
	return nil
}

func attribute(t xml.StartElement, name string) (string, bool) {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value, true
		}
	}
	return "", false
}
