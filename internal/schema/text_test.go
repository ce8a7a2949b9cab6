package schema

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestDecode: what other readers of JSON and YAML give, but for what they lose.
func TestDecode(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{"a": [1, -2.5, 1e3, true, null, "x", {}, []], "b": {"a": "\u00fc\ud83d\ude00"}}`, `{"a":[1,-2.5,1000,true,null,"x",{},[]],"b":{"a":"ü😀"}}`},
		{"\ufeff\r\n\t{\r\n\t\"a\":\t1}\n", `{"a":1}`},
		{`[9007199254740993, 1e400]`, `line 1: the number 1e400 is too large`},
		{"a: 1\nb: [.inf]", `line 2: ".inf" is not understood; write it in quotes`},
		{"a: 1\nb: [x, 'y', \"z\", ~, yes, 2026-12-31, 0x10, 1.5]\nc:\n  d: null\n  e: &e {f: g}\n  h: *e", `{"a":1,"b":["x","y","z",null,"yes","2026-12-31",16,1.5],"c":{"d":null,"e":{"f":"g"},"h":{"f":"g"}}}`},
		{"\ufeff# none\n- a\n", `["a"]`},
		{"just text", `"just text"`},

		{"", "line 1: is empty; write JSON or YAML"},
		{"# only a comment\n", "line 1: is empty; write JSON or YAML"},
		{"{\n \"f\": 1,\n \"f\": 2}", "/f: is there twice, the second time in line 3; only one of them would count"},
		{"{\"a\": [{\n\"\\u0066\": 1, \"f\": 1}]}", "/a/0/f: is there twice, the second time in line 2"},
		{"f: 1\ng: 1\nf: 1\ng: 1\nf: 1", "/f: is there twice, the second time in line 3; only one of them would count\n/f: is there twice, the second time in line 5; only one of them would count\n/g: is there twice"},
		{"a:\n  f: 1\n  \"f\": 1\n", "/a/f: is there twice, the second time in line 3"},
		{"{\"a\": 1", "line 1: is not JSON: the text ends too early; is it cut off?"},
		{"{\"a\": 1,\n}", "line 2: is not JSON: "},
		{"{\"a\": 1} x", "line 1: "},
		{"{\"a\": 1}\n{}", "line 2: something follows the end"},
		{"a: [1", "line 1: is not YAML: "},
		{"a: 1\n\tb: 2", "line 2: is not YAML: "},
		{"a: 1\n---\nb: 1", "line 2: a second document starts"},
		{"a: &a {b: 1}\nc:\n  <<: *a", "line 3: merge keys of YAML (<<) are not read; write the fields out"},
		{"? [a]\n: 1", "line 1: a key is not a text"},
		{strings.Repeat("[", 200), "line 1: is nested more than 100 deep"},
		{"a: " + strings.Repeat("[", 200) + strings.Repeat("]", 200), "line 1: is nested more than 100 deep"},
		{bomb(), "line 2: aliases stand for too many values"},
		{strings.Repeat(" ", maxTextBytes+1), "has 67108865 bytes; at most 67108864 are accepted"},
	} {
		v, repeated, err := dataOf(c.text)
		if len(repeated) > 0 {
			err = listed(repeated)
		}
		got := fmt.Sprint(err)
		if err == nil {
			text, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			got = string(text)
		}
		if got != c.want && (err == nil || !strings.HasPrefix(got, c.want)) {
			t.Errorf("%.80q is read as\n%s, want\n%s", c.text, got, c.want)
		}
	}
}

// bomb returns a YAML text whose aliases stand for 10¹² values.
func bomb() string {
	text := "a0: &a0 [x]\n"
	for i := 1; i <= 12; i++ {
		text += fmt.Sprintf("a%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), i-1)
	}
	return text
}

// TestRead names the application and the flow that a text has twice.
func TestRead(t *testing.T) {
	const flow = `{"sources": ["any"], "destinations": ["any"], "services": ["any"]}`
	s := must(t, Inventory)
	for _, c := range []struct{ text, want string }{
		{`{"applications": [{"app_flows": {"web": ` + flow + `}, "app_name": "Shop"}]}`, ""},
		{`{"applications": [{"app_flows": {"web": ` + flow + ",\n\"web\": " + flow + `}, "app_name": "Shop"}]}`,
			`application "Shop", flow "web": /applications/0/app_flows/web: is there twice, the second time in line 2; only one of them would count`},
		{"applications:\n- app_name: Shop\n  app_flows:\n    web:\n      sources: [any]\n      sources: [10.0.0.1]\n",
			`application "Shop", flow "web": /applications/0/app_flows/web/sources: is there twice, the second time in line 6; only one of them would count`},
		{"applications:\n- app_name: Shop\n  app_flows: {web: " + flow + "}\n  app_flows: {}\n",
			`application "Shop": /applications/0/app_flows: is there twice, the second time in line 4; only one of them would count`},
		{`{"applications": [{"app_name": "Shop", "app_flows": null}]}`, `application "Shop": /applications/0/app_flows: is null; write the application's flows by name`},
		{"Shop", "is a string; write applications and the flows that they need"},
		{"{", "line 1: is not JSON: the text ends too early; is it cut off?"},
	} {
		got := ""
		if _, err := s.Read(c.text); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.text, got, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, text := range []string{`{"a": [1, null]}`, "a: &a [b]\nc: *a", `{"f":1,"f":2}`, "- <<: {}", "\ufeff[]", "a: 1e999"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, repeated, err := dataOf(text)
		if err != nil || len(repeated) > 0 {
			return
		}
		if _, err := json.Marshal(v); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	})
}
