package tree_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
)

// dump writes the tree, a node a line, with its line and marks.
func dump(n *tree.Node) string {
	var b strings.Builder
	var walk func(n *tree.Node, depth int)
	walk = func(n *tree.Node, depth int) {
		for _, c := range n.Nodes {
			fmt.Fprintf(&b, "%s%s:%d", strings.Repeat(" ", depth), c.Word, c.Line)
			if c.Inactive {
				b.WriteString(" inactive")
			}
			if c.Repeated {
				b.WriteString(" repeated")
			}
			b.WriteString("\n")
			walk(c, depth+1)
		}
	}
	walk(n, 0)
	return b.String()
}

func set(t *testing.T, text string) *tree.Node {
	t.Helper()
	root := &tree.Node{}
	line := 0
	for l := range strings.Lines(text) {
		line++
		words, open := tree.Words(strings.TrimSuffix(l, "\n"))
		if open || len(words) == 0 {
			t.Fatalf("line %d %q: %q, open %t", line, l, words, open)
		}
		if _, err := root.PutAll(line, words[1:]); err != nil {
			t.Fatalf("line %d: %v", line, err)
		}
	}
	return root
}

// TestForms: the three forms of one configuration give one tree.
func TestForms(t *testing.T) {
	commands := set(t, `set rules "web in" from [ trust dmz ]
set rules "web in" to untrust
set rules "web in" action allow
set rules last action deny
`)
	xml, err := tree.XML("f", []byte(`<?xml version="1.0"?>
<rules>
  <entry name="web in" uuid="1"><from><member>trust</member>
    <member>dmz</member></from>
    <to><member>untrust</member></to><!-- x --><action>allow</action>
  </entry>
  <entry name="last"><action> deny </action></entry>
</rules>`))
	if err != nil {
		t.Fatal(err)
	}
	braces, err := tree.Braces("f", []byte(`rules {
    "web in" { # behind
        from [ trust dmz ];
        to untrust;
        /* a note; with } */
        action allow;
    }
    last { action deny; }
}`))
	if err != nil {
		t.Fatal(err)
	}
	plain := func(n *tree.Node) string { // without lines
		var b strings.Builder
		for l := range strings.Lines(dump(n)) {
			b.WriteString(l[:strings.LastIndexByte(l, ':')] + "\n")
		}
		return b.String()
	}
	want := plain(commands)
	if got := plain(xml); got != want {
		t.Errorf("XML:\n%s\nwant:\n%s", got, want)
	}
	if got := plain(braces); got != want {
		t.Errorf("braces:\n%s\nwant:\n%s", got, want)
	}
	if n := xml.Get("rules", "web in", "from", "dmz"); n == nil || n.Line != 4 {
		t.Errorf("dmz in XML: %+v, want line 4", n)
	}
	if n := braces.Get("rules", "last", "action"); n == nil || n.Line != 8 {
		t.Errorf("action in braces: %+v, want line 8", n)
	}
	if got := xml.Get("rules", "web in").String(); got != `"web in" from [ trust dmz ] to untrust action allow` {
		t.Errorf("String = %s", got)
	}
}

func TestMarks(t *testing.T) {
	n, err := tree.Braces("f", []byte("a { inactive: b { c; } protect: d e; }\na { f; }\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := dump(n), "a:1 repeated\n b:1 inactive\n  c:1\n d:1\n  e:1\n f:2\n"; got != want {
		t.Errorf("%s\nwant:\n%s", got, want)
	}
	if got := n.Get("a").Words(); !slices.Equal(got, []string{"d", "f"}) {
		t.Errorf("active words: %q", got)
	}
	x, err := tree.XML("f", []byte(`<a><entry name="r"><s>1</s></entry><entry name="r"><s>2</s></entry></a>`))
	if err != nil || !x.Get("a", "r").Repeated || x.Get("a", "r").Value("s") != "" {
		t.Errorf("an entry that stands twice: %v\n%s", err, dump(x))
	}
}

func TestEdit(t *testing.T) {
	n := &tree.Node{}
	for i := range 20 {
		n.Put(i+1, fmt.Sprint(i), "x")
	}
	if !n.Move("19", "3", false) || !n.Move("0", "19", true) || !n.Rename("5", "five") || !n.Delete("7") || !n.MoveToEnd("1", true) || !n.MoveToEnd("2", false) {
		t.Error("a change was refused")
	}
	want := []string{"2", "19", "0", "3", "4", "five", "6", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "1"}
	if got := n.Words(); !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
	for _, w := range want {
		if n.Get(w) == nil {
			t.Errorf("%s is not found", w)
		}
	}
	if n.Move("x", "3", false) || n.Move("3", "x", false) || n.Move("3", "3", true) || n.Rename("3", "4") || n.Delete("7") || n.MoveToEnd("7", true) {
		t.Error("a change of what is not there was made")
	}
	c := n.Clone()
	c.Put(1, "3", "y")
	if n.Get("3", "y") != nil || c.Get("3", "x") == nil {
		t.Error("a clone shares its nodes")
	}
	var none *tree.Node
	if none.Get("a") != nil || none.Words() == nil && len(none.Words()) > 0 || none.Value("a") != "" || len(none.Others()) != 0 {
		t.Error("a node that is not there has something below it")
	}
}

func TestErrors(t *testing.T) {
	deep := strings.Repeat("a { ", 300)
	for _, tt := range []struct{ text, want string }{
		{"a {\n b", "f:2: the text ends within a statement; is the file cut off?"},
		{"a {\n b;", "f:2: the text ends within a block; is the file cut off?"},
		{"a; }", "f:1: there is a } with no block to end"},
		{"a { b }", "f:1: there is a } with no block to end"},
		{"{ a; }", "f:1: there is a { with no name before it"},
		{"a [ b c ] { d; }", "f:1: a block belongs to one name, not to a list"},
		{"a [ b c;", "f:1: the brackets [ and ] of a list do not pair"},
		{"a b ];", "f:1: the brackets [ and ] of a list do not pair"},
		{"\na \"b\nc", "f:2: a quote is not closed"},
		{"/* x", "f:1: a comment is not closed"},
		{deep, "f:1: is nested more than 200 levels deep"},
	} {
		if _, err := tree.Braces("f", []byte(tt.text)); err == nil || err.Error() != tt.want {
			t.Errorf("%.40q: %v, want %s", tt.text, err, tt.want)
		}
	}
	for _, tt := range []struct{ text, want string }{
		{"<a>\n<b></a>", "f:2: </a> ends no element that is open"},
		{"<a>\n<b>", "f:2: <b> is not ended; is the file cut off?"},
		{"", "f: has no XML element"},
		{"<!DOCTYPE a [<!ENTITY x \"y\">]><a/>", "f:1: defines entities of its own, which are not read"},
		{strings.Repeat("<a>", 300), "f:1: is nested more than 200 levels deep"},
	} {
		if _, err := tree.XML("f", []byte(tt.text)); err == nil || err.Error() != tt.want {
			t.Errorf("%.40q: %v, want %s", tt.text, err, tt.want)
		}
	}
}

func FuzzBraces(f *testing.F) {
	f.Add("a { b [ c d ]; inactive: e \"f g\" { h; } }")
	f.Fuzz(func(t *testing.T, text string) {
		n, err := tree.Braces("f", []byte(text))
		if err != nil {
			return
		}
		var walk func(n *tree.Node)
		walk = func(n *tree.Node) {
			for _, c := range n.Nodes {
				if n.Get(c.Word) != c {
					t.Fatalf("%q: %q is not found below %q", text, c.Word, n.Word)
				}
				walk(c)
			}
		}
		walk(n)
	})
}

func BenchmarkXML(b *testing.B) {
	var text strings.Builder
	text.WriteString("<rules>\n")
	for i := range 2000 {
		fmt.Fprintf(&text, "<entry name=\"rule %d\">\n<from>\n<member>trust</member>\n</from>\n<source>\n<member>10.0.0.%d</member>\n</source>\n<action>allow</action>\n</entry>\n", i, i%256)
	}
	text.WriteString("</rules>\n")
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if _, err := tree.XML("f", []byte(text.String())); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(strings.Count(text.String(), "\n"))*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
