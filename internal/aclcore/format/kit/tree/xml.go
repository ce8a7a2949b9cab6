package tree

import (
	"bytes"
	"errors"
	"fmt"
)

// MaxDepth bounds how deep elements and braces are nested.
const MaxDepth = 200

// XML reads an XML document: an element is the word of its name, one with an attribute
// name is the word of that attribute in its place, <member> is the word of its text,
// and text is a word below its element. Other attributes, comments and instructions are
// passed over. Errors are led by source and line.
func XML(source string, content []byte) (*Node, error) {
	r := &xmlReader{scanner: scanner{content: content}, line: 1, words: make(map[string]string)}
	root := &Node{Line: 1}
	if err := r.checkText(); err != nil {
		return nil, fmt.Errorf("%s:%d: is not XML: %w", source, r.lineNow(), err)
	}
	for r.at < len(content) {
		token, err := r.next()
		if err != nil {
			return nil, fmt.Errorf("%s:%d: is not XML: %w", source, r.lineNow(), err)
		}
		if err := r.token(root, token); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", source, r.lineNow(), err)
		}
	}
	if n := len(r.open); n > 0 {
		return nil, fmt.Errorf("%s:%d: <%s> is not ended; is the file cut off?", source, r.open[n-1].line, r.open[n-1].name)
	}
	if len(root.Nodes) == 0 {
		return nil, fmt.Errorf("%s: has no XML element", source)
	}
	return root, nil
}

type xmlReader struct {
	scanner
	// line is the line of offset, up to which line breaks have been counted.
	line, offset int
	open         []element
	// words holds each word once, since a configuration says few words many times.
	words map[string]string
}

// An element is one that has begun and not ended.
type element struct {
	name   string
	node   *Node
	member bool
	line   int
	text   []byte
}

func (r *xmlReader) lineNow() int {
	if r.at > r.offset {
		r.line += bytes.Count(r.content[r.offset:r.at], []byte("\n"))
		r.offset = r.at
	}
	return r.line
}

// word returns the bytes as a string, the same one for the same bytes.
func (r *xmlReader) word(b []byte) string {
	if s, ok := r.words[string(b)]; ok {
		return s
	}
	s := string(b)
	r.words[s] = s
	return s
}

func (r *xmlReader) token(root *Node, t token) error {
	switch t.kind {
	case startElement:
		if err := r.begin(root, t); err != nil || !t.empty {
			return err
		}
		return r.end(root, t.name)
	case endElement:
		return r.end(root, t.name)
	case characters:
		if n := len(r.open); n > 0 && len(bytes.TrimSpace(t.text)) > 0 {
			e := &r.open[n-1]
			if e.text == nil {
				e.text = t.text[:len(t.text):len(t.text)]
			} else {
				e.text = append(e.text, t.text...)
			}
		}
	case directive:
		if bytes.Contains(t.text, []byte("ENTITY")) {
			return errors.New("defines entities of its own, which are not read")
		}
	}
	return nil
}

func (r *xmlReader) begin(root *Node, t token) error {
	if len(r.open) == MaxDepth {
		return fmt.Errorf("is nested more than %d levels deep", MaxDepth)
	}
	e := element{name: r.word(t.name), line: r.lineNow()}
	parent := r.parent(root)
	switch {
	case t.named && e.name == "entry":
		e.node = parent.begin(e.line, r.word(t.text))
	case e.name == "member":
		e.member = true
	default:
		e.node = parent.begin(e.line, e.name)
	}
	r.open = append(r.open, e)
	return nil
}

// begin puts a word that the text begins here, and marks it if it was there before.
func (n *Node) begin(line int, word string) *Node {
	before := n.child(word)
	if before != nil {
		before.Repeated = true
		return before
	}
	return n.Put(line, word)
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

func (r *xmlReader) end(root *Node, name []byte) error {
	if len(r.open) == 0 || r.open[len(r.open)-1].name != string(name) {
		return fmt.Errorf("</%s> ends no element that is open", name)
	}
	e := r.open[len(r.open)-1]
	r.open = r.open[:len(r.open)-1]
	text := bytes.TrimSpace(e.text)
	switch {
	case e.member:
		r.parent(root).Put(e.line, r.word(text))
	case len(text) > 0:
		e.node.Put(e.line, r.word(text))
	}
	return nil
}
