package tree_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
)

// xmlBySlowReader reads a document with encoding/xml, without lines. ok is false for one
// that it refuses.
func xmlBySlowReader(content string) (root *tree.Node, ok bool) {
	type element struct {
		name string
		node *tree.Node
		text string
	}
	decoder := xml.NewDecoder(strings.NewReader(content))
	root = &tree.Node{}
	open := []element{{node: root}}
	parent := func() *tree.Node {
		for i := len(open) - 1; ; i-- {
			if open[i].node != nil {
				return open[i].node
			}
		}
	}
	for {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) {
			return root, len(open) == 1
		}
		if err != nil {
			return nil, false
		}
		switch t := token.(type) {
		case xml.StartElement:
			e := element{name: t.Name.Local}
			word := e.name
			for _, a := range t.Attr {
				if a.Name.Local == "name" && e.name == "entry" {
					word = a.Value
					break
				}
			}
			if e.name != "member" {
				before := parent().Get(word)
				e.node = parent().Put(0, word)
				e.node.Repeated = before != nil
			}
			open = append(open, e)
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				open[len(open)-1].text += string(t)
			}
		case xml.EndElement:
			e := open[len(open)-1]
			if len(open) == 1 || e.name != t.Name.Local {
				return nil, false
			}
			open = open[:len(open)-1]
			switch text := strings.TrimSpace(e.text); {
			case e.node == nil:
				parent().Put(0, text)
			case text != "":
				e.node.Put(0, text)
			}
		case xml.Directive:
			if bytes.Contains(t, []byte("ENTITY")) {
				return nil, false
			}
		}
	}
}

// FuzzXML compares with encoding/xml: what it accepts is read, and read alike.
func FuzzXML(f *testing.F) {
	for _, text := range []string{
		"<a><entry name=\"x &amp; y\"><b>1</b><c/></entry><member> m </member></a>",
		"<?xml version=\"1.0\" encoding=\"utf-8\"?><!-- c --><!DOCTYPE a [<!ELEMENT b '>'>]><p:a xmlns:p='x'><![CDATA[ <b> ]]>&#65;&#x42;\r\n</p:a>",
		"<a b = 'c' name='d'>t<!-- x -->u</a >", "<a>\x00</a>", "<a>&lt</a>", "<a x></a>", "<a x='<'/>", "<entry name='1'/><entry name='1'/>", "<a", "</a>", "<a/ >",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want, ok := xmlBySlowReader(text)
		if !ok || len(want.Nodes) == 0 || strings.Count(text, "<") > tree.MaxDepth || strings.Contains(text, "\r") {
			return
		}
		got, err := tree.XML("f", []byte(text))
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if a, b := withoutLines(got), withoutLines(want); a != b {
			t.Fatalf("%q:\n%s\nwant:\n%s", text, a, b)
		}
	})
}

func withoutLines(n *tree.Node) string {
	var b strings.Builder
	for l := range strings.Lines(dump(n)) {
		i := strings.LastIndexByte(l, ':')
		b.WriteString(l[:i] + strings.TrimLeft(l[i+1:], "0123456789"))
	}
	return b.String()
}
