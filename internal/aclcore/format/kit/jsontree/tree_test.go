package jsontree

import (
	"fmt"
	"strings"
	"testing"
)

// dump writes a tree with the line of every value.
func dump(v *Value) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d", v.Line)
	switch v.Kind {
	case Object:
		b.WriteString("{")
		for i, k := range v.Keys {
			fmt.Fprintf(&b, "%s:%s ", k, dump(&v.Items[i]))
		}
		return strings.TrimSpace(b.String()) + "}"
	case Array:
		b.WriteString("[")
		for i := range v.Items {
			b.WriteString(dump(&v.Items[i]) + " ")
		}
		return strings.TrimSpace(b.String()) + "]"
	case Null:
		return b.String() + "null"
	}
	return b.String() + "=" + v.Text
}

func TestParse(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{``, ""},
		{`1`, "1=1"},
		{"\n\n true", "3=true"},
		{"{\n\"a\":\n1,\"b\"\n:\n\"x\\ny\"\n}", "1{a:3=1 b:5=x\ny}"},
		{"[\r\n{\r\n},\r\n[\r\n],null]", "1[2{} 4[] 5null]"},
		{"{}\n{}\n", "1{} 2{}"},
		{"\ufeff[1.50]", "1[1=1.50]"},
		{"{\"\\u0061\":\n[[\n-1e3]]}", "1{a:2[2[3=-1e3]]}"},
		{"{\n\"a\":1,\n\"a\":2}", "t.json:3: the key \"a\" stands twice in one object"},
		{"{\n\"a\":1\n", "t.json:2: the text ends within a value; is the file cut off?"},
		{"[1,\n2,\n]", "t.json:2: is not JSON: invalid character ',' at start of value"},
		{"{\n\n'a': 1}", "t.json:3: is not JSON: invalid character '\\'' at start of value"},
		{"{}\n}", "t.json:2: is not JSON: invalid character '}' at start of value"},
		{"[1,\n[2", "t.json:2: the text ends within a value; is the file cut off?"},
		{"{\"a\"", "t.json:1: the text ends within a value; is the file cut off?"},
		{"{\"a\":", "t.json:1: the text ends within a value; is the file cut off?"},
		{"{\n\"a", "t.json:2: the text ends within a value; is the file cut off?"},
		{"{\n1: 2}", "t.json:2: is not JSON: object member name must be a string"},
		{"{[]: 2}", "t.json:1: is not JSON: object member name must be a string"},
		{"[\"\xff\"]", "t.json:1: is not JSON: invalid UTF-8"},
		{"{\"a\":1,\n\"\\u0061\":2}", "t.json:2: the key \"a\" stands twice in one object"},
		{"\xff\xfe{\x00", "t.json:1: is encoded in UTF-16, as a redirection in PowerShell writes it; save it as UTF-8"},
		{strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth), ""},
		{strings.Repeat("[", MaxDepth+1), fmt.Sprintf("t.json:1: is nested more than %d levels deep", MaxDepth)},
	} {
		values, err := Parse("t.json", []byte(tt.text))
		var got []string
		for i := range values {
			got = append(got, dump(&values[i]))
		}
		text := strings.Join(got, " ")
		if err != nil {
			text = err.Error()
		}
		if text != tt.want && (tt.want != "" || err != nil) {
			t.Errorf("Parse(%.40q) = %s, want %s", tt.text, text, tt.want)
		}
	}
}

func TestParseTooLong(t *testing.T) {
	if _, err := Parse("t.json", make([]byte, MaxBytes+1)); err == nil || !strings.Contains(err.Error(), "at most 64 MB") {
		t.Errorf("a text over the limit: %v", err)
	}
}

// TestManyKeys looks for duplicates beyond the size where keys are compared one by one.
func TestManyKeys(t *testing.T) {
	var b strings.Builder
	for i := range 3 * manyKeys {
		fmt.Fprintf(&b, "%q: %d,\n", fmt.Sprint(i), i)
	}
	v, err := Parse("t", []byte("{"+b.String()+`"last": 1}`))
	if err != nil || v[0].Get("50").Text != "50" || v[0].Get("50").Line != 51 {
		t.Errorf("Get(50) = %+v, %v", v, err)
	}
	for _, twice := range []string{"0", fmt.Sprint(2 * manyKeys)} {
		if _, err := Parse("t", fmt.Appendf(nil, "{%s%q: 1}", b.String(), twice)); err == nil {
			t.Errorf("the key %s stands twice and no error", twice)
		}
	}
}

func TestRead(t *testing.T) {
	values, err := Parse("t.json", []byte(`{
"text": "x", "empty": "", "null": null, "int": 7, "quoted": "-1", "half": 1.5, "yes": true,
"list": [{}, 1], "object": {"a": []}}`))
	if err != nil {
		t.Fatal(err)
	}
	v := &values[0]
	p := &Problems{Source: "t.json"}
	if p.Text(v, "text") != "x" || p.Text(v, "null") != "" || p.Text(v, "absent") != "" || p.Text(nil, "x") != "" {
		t.Error("Text")
	}
	if !p.Flag(v, "yes") || p.Flag(v, "null") {
		t.Error("Flag")
	}
	if *p.Number(v, "int") != 7 || *p.Number(v, "quoted") != -1 || p.Number(v, "empty") != nil || p.Number(v, "absent") != nil {
		t.Error("Number")
	}
	if err := p.Err(); err != nil {
		t.Errorf("problems: %v", err)
	}
	if got := v.Others("text", "int"); strings.Join(got, " ") != "quoted half yes list object" {
		t.Errorf("Others = %v", got)
	}
	p.Text(v, "int")
	p.Number(v, "half")
	if len(p.Objects(v, "list")) != 1 {
		t.Error("Objects")
	}
	p.List(v, "object")
	want := "t.json:2: int is a number; write a string\n" +
		"t.json:2: half is \"1.5\"; write a whole number\n" +
		"t.json:3: list lists a number; write objects\n" +
		"t.json:3: object is an object; write a list"
	if err := p.Err(); err == nil || err.Error() != want {
		t.Errorf("problems: %v\nwant: %s", err, want)
	}
	for range maxProblems {
		p.Add(v, "again")
	}
	if err := p.Err(); !strings.HasSuffix(err.Error(), "\nand 4 more problems") {
		t.Errorf("problems: %v", err)
	}
}

func TestEqual(t *testing.T) {
	values, err := Parse("t", []byte("{\"a\": [1, \"x\"]} {\"a\":\n[1,\"x\"]} {\"a\": [1, \"y\"]} null"))
	if err != nil {
		t.Fatal(err)
	}
	if !values[0].Equal(&values[1]) || values[0].Equal(&values[2]) || values[0].Equal(nil) || !values[3].Equal(nil) {
		t.Error("Equal")
	}
}
