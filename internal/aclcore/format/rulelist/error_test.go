package rulelist

import (
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
)

func parseError(t *testing.T, format, text string) string {
	t.Helper()
	d, err := Parse(device.Input{Source: "edge", Content: []byte(text)}, format)
	if err == nil {
		t.Fatalf("Parse accepts %q as %v", text, d.Lists[0].Rules)
	}
	return err.Error()
}

// TestProblems is about one rule object, written in the three ways.
func TestProblems(t *testing.T) {
	for _, c := range []struct {
		json string
		rule map[string]any
		want string // after the place
	}{
		{`"action":"permit","src_ip":"10.0.0.5/24"`, map[string]any{"action": "permit", "src_ip": "10.0.0.5/24"},
			`src_ip: address "10.0.0.5/24": has host bits set; the prefix is 10.0.0.0/24, the host is 10.0.0.5`},
		{`"action":"permit","sources":["10.0.0.1","web"]`, map[string]any{"action": "permit", "sources": []any{"10.0.0.1", "web"}},
			`sources: address "web": is not an address`},
		{`"action":"permit","dst_ip":[]`, map[string]any{"action": "permit", "dst_ip": []any{}}, `dst_ip: is an empty list, which could mean any or none`},
		{`"action":"permit","dst_port":[]`, map[string]any{"action": "permit", "dst_port": []any{}}, `dst_port: is an empty list`},
		{`"action":"permit","src_port":[]`, map[string]any{"action": "permit", "src_port": []any{}}, `src_port: is an empty list`},
		{`"action":"permit","src_zone":[]`, map[string]any{"action": "permit", "src_zone": []any{}}, `src_zone: is an empty list`},
		{`"action":"permit","src_ip":""`, map[string]any{"action": "permit", "src_ip": ""}, `src_ip: is an empty string, which could mean any`},
		{`"action":"permit","dst_port":""`, map[string]any{"action": "permit", "dst_port": ""}, `dst_port: is an empty string, which could mean any`},
		{`"action":"permit","src_ip":[""]`, map[string]any{"action": "permit", "src_ip": []any{""}}, `src_ip: address "": is empty`},
		{`"action":"permit","src_ip":[null]`, map[string]any{"action": "permit", "src_ip": []any{nil}}, `src_ip: has null; write a string such as "10.0.0.1"`},
		{`"action":"permit","src_ip":10`, map[string]any{"action": "permit", "src_ip": 10}, `src_ip: address "10": has a number, 10; write it as a string: "10"`},
		{`"action":"permit","src_ip":{"a":1}`, map[string]any{"action": "permit", "src_ip": map[string]any{"a": 1}}, `src_ip: has an object; write`},
		{`"action":"permit","src_ip":[["a"]]`, map[string]any{"action": "permit", "src_ip": []any{[]any{"a"}}}, `src_ip: has a list; write`},
		{`"action":"permit","dst_port":80`, map[string]any{"action": "permit", "dst_port": 80}, `dst_port: 80 has no protocol; write "tcp/80" or "udp/80"`},
		{`"action":"permit","dst_port":"80"`, map[string]any{"action": "permit", "dst_port": "80"}, `dst_port: service "80": has no protocol before the port; write tcp/80 or udp/80`},
		{`"action":"permit","dst_port":true`, map[string]any{"action": "permit", "dst_port": true}, `dst_port: has a boolean, true; write it as a string`},
		{`"action":"permit","dst_zone":["a",""]`, map[string]any{"action": "permit", "dst_zone": []any{"a", ""}}, `dst_zone: has an empty string`},
		{`"action":"permit","dst_zone":["a"," b"]`, map[string]any{"action": "permit", "dst_zone": []any{"a", " b"}}, `dst_zone: " b" has blanks at its ends; write "b"`},
		{`"action":"permit","src_port":80`, map[string]any{"action": "permit", "src_port": 80}, `src_port: the rule's service any has no source ports`},
		{`"action":"permit","dst_port":["tcp/80","icmp"],"src_port":80`, map[string]any{"action": "permit", "dst_port": []any{"tcp/80", "icmp"}, "src_port": 80},
			`src_port: the rule's service icmp has no source ports`},
		{`"action":"permit","dst_port":"tcp/80 from 1","src_port":80`, map[string]any{"action": "permit", "dst_port": "tcp/80 from 1", "src_port": 80},
			`src_port: the service "tcp/80 from 1" already has source ports`},
		{`"action":"permit","dst_port":"tcp","src_port":"tcp/80"`, map[string]any{"action": "permit", "dst_port": "tcp", "src_port": "tcp/80"}, `src_port: "tcp/80" is not a port`},
		{`"action":"permit","dst_port":"tcp","src_port":99999`, map[string]any{"action": "permit", "dst_port": "tcp", "src_port": 99999}, `src_port: service "tcp/99999"`},
		{`"action":"permit","dst_port":"tcp","src_port":false`, map[string]any{"action": "permit", "dst_port": "tcp", "src_port": false}, `src_port: has a boolean`},
		{`"src_ip":"any"`, map[string]any{"src_ip": "any"}, `action: is missing; write permit,`},
		{`"action":""`, map[string]any{"action": ""}, `action: is empty; write permit,`},
		{`"action":null`, map[string]any{"action": nil}, `action: is empty; write permit,`},
		{`"action":["permit"]`, map[string]any{"action": []string{"permit"}}, `action: is a list; write permit,`},
		{`"action":1`, map[string]any{"action": 1}, `action: is a number; write permit,`},
		{`"action":"Permit"`, map[string]any{"action": "Permit"}, `action: unknown action "Permit"; write it in lower case: "permit"`},
		{`"action":"alow"`, map[string]any{"action": "alow"}, `action: unknown action "alow"`},
		{`"action":"permit","name":["a"]`, map[string]any{"action": "permit", "name": []any{"a"}}, `name: is a list; write one string`},
		{`"action":"permit","name":7`, map[string]any{"action": "permit", "name": 7}, `name: has a number, 7; write it as a string: "7"`},
		{`"action":"permit","condition":[1]`, map[string]any{"action": "permit", "condition": []any{1}}, `condition: has a number, 1`},
		{`"action":"permit","owners":[null]`, map[string]any{"action": "permit", "owners": []any{nil}}, `owners: has null`},
		{`"action":"permit","src_ips":"any"`, map[string]any{"action": "permit", "src_ips": "any"}, `unknown key "src_ips" (did you mean src_ip?); accepted are name, action,`},
		{`"action":"permit","Dst-Port":"any"`, map[string]any{"action": "permit", "Dst-Port": "any"}, `unknown key "Dst-Port" (did you mean dst_port?)`},
		{`"action":"permit","protocol":"tcp"`, map[string]any{"action": "permit", "protocol": "tcp"}, `unknown key "protocol" (did you mean dst_port, which holds protocol and port`},
		{`"action":"permit","log":true`, map[string]any{"action": "permit", "log": true}, `unknown key "log"; accepted are`},
		{`"action":"permit","dst_ip":"any","destinations":"any"`, map[string]any{"action": "permit", "dst_ip": "any", "destinations": "any"}, ` are two names of one field; write one of them`},
	} {
		c.want = strings.Replace(c.want, `address "10": has`, "has", 1)
		for _, format := range []string{JSON, YAML} {
			got := parseError(t, format, "[{\"action\":\"deny\"},\n{"+c.json+"}]")
			if want := "edge:2: rule 2"; !strings.HasPrefix(got, want) || !strings.Contains(got, c.want) || strings.Contains(got, "\n") {
				t.Errorf("%s %s:\n%s\nwant one line %s … %s", format, c.json, got, want, c.want)
			}
		}
		_, err := FromValues("rules", []map[string]any{{"action": "deny"}, c.rule}, nil)
		if got := fmt.Sprint(err); !strings.HasPrefix(got, "rules[1]") || !strings.Contains(got, c.want) || strings.Contains(got, "\n") {
			t.Errorf("values %v:\n%s\nwant one line rules[1] … %s", c.rule, got, c.want)
		}
	}
}

func TestPlaceOfProblems(t *testing.T) {
	const text = "[\n  {\"src_ip\": [\n    \"10.0.0.1\",\n    \"10.0.0.300\"],\n   \"name\": \"web\",\n   \"dst_port\": \"tcp/x\", \"tags\": 1},\n  {\n   \"action\": \"deny\"},\n  {}\n]"
	want := []string{
		`edge:6: rule 1 ("web"): unknown key "tags"; accepted`,
		`edge:2: rule 1 ("web"): action: is missing`,
		`edge:4: rule 1 ("web"): src_ip: address "10.0.0.300"`,
		`edge:6: rule 1 ("web"): dst_port: service "tcp/x"`,
		`edge:9: rule 3: action: is missing`,
	}
	for _, format := range []string{JSON, YAML} {
		got := strings.Split(parseError(t, format, text), "\n")
		if len(got) != len(want) {
			t.Errorf("%s has %d problems, want %d:\n%s", format, len(got), len(want), strings.Join(got, "\n"))
			continue
		}
		for i := range want {
			if !strings.HasPrefix(got[i], want[i]) {
				t.Errorf("%s problem %d is\n%s\nwant\n%s…", format, i, got[i], want[i])
			}
		}
	}
	if _, err := FromValues("rules", []map[string]any{{"action": "deny"}, {"src_ip": "x", "nam": "", "action": "permit"}}, nil); err == nil ||
		!strings.HasPrefix(err.Error(), "rules[1]: unknown key \"nam\" (did you mean name?)") || !strings.Contains(err.Error(), "\nrules[1].src_ip: address \"x\"") {
		t.Errorf("values: %v", err)
	}
}

func TestManyProblems(t *testing.T) {
	var text strings.Builder
	for i := range 50 {
		fmt.Fprintf(&text, "- {name: r%d}\n", i)
	}
	lines := strings.Split(parseError(t, YAML, text.String()), "\n")
	if len(lines) != maxProblems+1 || lines[maxProblems] != "and 30 more problems" || !strings.HasPrefix(lines[19], `edge:20: rule 20 ("r19"): action`) {
		t.Errorf("%d lines, ending in %q", len(lines), lines[len(lines)-2:])
	}
}

func TestDuplicateKeys(t *testing.T) {
	for _, format := range []string{JSON, YAML} {
		if got := parseError(t, format, `[{"action":"permit","action":"deny"}]`); got != `edge:1: rule 1: the key "action" is given twice` {
			t.Errorf("%s: %s", format, got)
		}
	}
	if got := parseError(t, JSON, `[{"action":"permit","\u0061ction":"deny"}]`); !strings.Contains(got, `the key "action" is given twice`) {
		t.Errorf("escaped: %s", got)
	}
}

func TestJSONSyntax(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "edge:1: is empty; write []"},
		{" \n", "edge:1: is empty"},
		{"\ufeff[]", "edge:1: starts with a byte order mark"},
		{"\xff\xfe[\x00", "edge:1: is encoded in UTF-16"},
		{"[\n{\"name\":\"\xe9\"}]", "edge:2: is not valid UTF-8"},
		{`[] x`, "edge:1:4: something follows the rule list"},
		{`[{"action":"deny"}]` + "\n[]", "edge:2:1: something follows the rule list"},
		{"[\n// the edge\n]", "edge:2:1: JSON has no comments"},
		{"[ # the edge\n]", "edge:1:3: JSON has no comments"},
		{"[{'action':'deny'}]", "edge:1:3: JSON strings stand in double quotes"},
		{`[{"action":"deny"},]`, `edge:1:20: found ']' where a value is expected; is there a comma too many`},
		{`[{"action":"deny",}]`, `edge:1:19: found '}' where a key in double quotes is expected; is there a comma too many before it?`},
		{`[{"action":"deny"} {}]`, `edge:1:20: found "{" where a comma or ']' is expected`},
		{`[{"action" "deny"}]`, `edge:1:12: found "\"" where a colon is expected`},
		{`[{"action":deny}]`, `edge:1:12: found "deny" where a value is expected`},
		{`[{"action":"deny"`, `edge:1:18: the text ends where a comma or '}' is expected; is the file cut off?`},
		{`[{"action":"deny`, `edge:1:12: a string does not end`},
		{"[{\"action\":\"deny\n\"}]", `edge:1:17: a string does not end on its line`},
		{"[{\"name\":\"\t\"}]", `edge:1:11: a string has the control character '\t'`},
		{`[{"name":"\x"}]`, `edge:1:11: a string has the unknown escape "\\x"`},
		{`[{"name":"\u12"}]`, `edge:1:11: a string has the unknown escape "\\u"`},
		{`[{"name":"\ud800"}]`, `edge:1:11: a string has "\\ud800", half of a pair of escapes`},
		{`[{"name":"\udc00\ud800"}]`, `half of a pair`},
		{`[{"name":01}]`, `edge:1:10: is not a number`},
		{`[1]`, `edge:1:2: rule 1 is not an object`},
		{`"rules"`, `is not a rule list`},
		{`{}`, `the object has no key "rules"`},
		{`{"acl":[]}`, `found the key "acl" where only "rules" is expected`},
		{`{"action":"permit"}`, `found the key "action" of a rule where the list of rules is expected; put the rule into [ ]`},
		{`{"rules":[],"x":1}`, `edge:1:13: found the key "x" beside "rules"`},
		{`{"rules":[],"rules":[]}`, `edge:1:13: found the key "rules" beside "rules"`},
		{`{"$schema":"s"}`, `the object has no key "rules"`},
		{`{"$schema":5,"rules":[]}`, `edge:1:12: found "5" where the address of a schema in double quotes is expected`},
		{`{"$schema":"s","rule":[]}`, `edge:1:16: found the key "rule" where only "rules" is expected`},
		{`{"rules":{}}`, `edge:1:10: found "{" where the list of rules is expected`},
		{`[{"comment":` + strings.Repeat("[", 100), `is nested more than 64 levels deep`},
	} {
		if got := parseError(t, JSON, c.text); !strings.Contains(got, c.want) {
			t.Errorf("%q:\n%s\nwant\n%s", c.text, got, c.want)
		}
	}
}

func TestYAMLSyntax(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"# nothing\n", "edge:1: is empty; write []"},
		{"- action: deny\n---\n- action: permit\n", "edge:3: a second document starts"},
		{"- action: deny\n  b: [\n", "edge:2: is not YAML: "},
		{"a: b: c\n", "edge:1: is not YAML: mapping values are not allowed in this context"},
		{"just text\n", "edge:1: is not a rule list"},
		{"{}\n", `edge:1: the mapping has no key "rules"`},
		{"acl: []\n", `edge:1: found the key "acl" where only "rules" is expected`},
		{"rules: []\nother: 1\n", `edge:2: found the key "other" beside "rules"`},
		{"$schema: [s]\nrules: []\n", `edge:1: "$schema" is not the address of a schema, a string`},
		{"$schema: s\n", `edge:1: the mapping has no key "rules"`},
		{"$schema: s\nother: 1\n", `edge:2: found the key "other" where only "rules" is expected`},
		{"- a\n", "edge:1: rule 1 is not a mapping"},
		{"- action: deny\n  <<: {name: a}\n", `edge:2: rule 1: unknown key "<<" (merge keys of YAML are not read`},
		{"- action: deny\n  [a]: b\n", `edge:2: rule 1: a key is not a text`},
		{"- action: deny\n  src_ip: !host 10.0.0.1\n", `edge:2: rule 1: src_ip: has an object`},
	} {
		if got := parseError(t, YAML, c.text); !strings.Contains(got, c.want) {
			t.Errorf("%q:\n%s\nwant\n%s", c.text, got, c.want)
		}
	}
}

func TestLimits(t *testing.T) {
	big := make([]byte, MaxYAMLBytes+1)
	if got := parseError(t, YAML, string(big)); !strings.Contains(got, "is 33554433 bytes long; a yaml rule list may have 33554432: convert it to JSON") {
		t.Error(got)
	}
	if _, err := Parse(device.Input{Source: "edge", Content: []byte("[]")}, "toml"); err == nil || !strings.Contains(err.Error(), `unknown format "toml"`) {
		t.Errorf("toml: %v", err)
	}
}

func TestAliasesAreBounded(t *testing.T) {
	// Each rule repeats one long list through an alias.
	text := "- action: deny\n  src_ip: &a [" + strings.Repeat("any,", 100) + "]\n" + strings.Repeat("- {action: deny, dst_ip: *a}\n", 50)
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		values int
		fails  bool
	}{{100 * 10, true}, {100 * 100, false}} {
		r := yamlReader{newBuilder(nil), c.values}
		if err := r.document(document.Content[0]); (err != nil) != c.fails {
			t.Errorf("with room for %d values: %v", c.values, err)
		}
	}
}

func TestTooManyRules(t *testing.T) {
	for format, parse := range map[string]func(device.Input, *builder) error{JSON: parseJSON, YAML: parseYAML} {
		for n := range 4 {
			b := newBuilder(nil)
			b.maxRules = 2
			text := "[" + strings.TrimSuffix(strings.Repeat("{\"action\":\"deny\"},", n), ",") + "]"
			err := parse(device.Input{Source: "edge", Content: []byte(text)}, b)
			if tooMany := n > b.maxRules; (err != nil) != tooMany || tooMany && !strings.Contains(err.Error(), " rules; ") {
				t.Errorf("%s with %d rules: %v", format, n, err)
			}
		}
	}
}
