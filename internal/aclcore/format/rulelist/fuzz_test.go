package rulelist

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

var seeds = []string{
	`[]`, `{"rules":[]}`, `{"$schema":"","rules":[]}`, `[{"action":"permit"}]`,
	`[{"name":"web","src_ip":"10.0.0.1","dst_ip":["10.1.0.0/24","10.1.1.7-10.1.1.9"],"dst_port":["tcp/443","udp/53"],"src_zone":"in","dst_zone":["dmz"],"action":"permit"}]`,
	"[\n {\"sources\": [\"10.0.0.0/8\" , \"::/0\"], \"services\": \"tcp\", \"src_port\": [1024, \"2-3\"], \"action\": \"deny\"},\n {\"action\":\"drop\",\"comment\":{\"a\":[1,-2.5e3,true]}}]\r\n",
	`[{"n\u0061me":"\ud83d\ude00\n","action":"\u0070ermit","condition":["a",""],"owners":null}]`,
	`[{"action":"permit","action":"deny"}]`, `[{"src_ip":["10.0.0.300",""],"dst_port":80,"action":1}]`, `[{"action":"deny"},]`, `[{"a":"\x"}]`,
}

// oracle reads JSON by encoding/json.
func oracle(content []byte) ([]rule.Rule, error) {
	d := json.NewDecoder(bytes.NewReader(content))
	d.UseNumber()
	var list any
	if err := d.Decode(&list); err != nil {
		return nil, err
	}
	if rest := bytes.TrimSpace(content[d.InputOffset():]); len(rest) > 0 {
		return nil, errors.New("more follows")
	}
	if object, ok := list.(map[string]any); ok {
		if _, named := object["$schema"].(string); named {
			delete(object, "$schema")
		}
		if len(object) == 1 {
			list = object["rules"]
		}
	}
	elements, ok := list.([]any)
	if !ok {
		return nil, errors.New("no list")
	}
	rules := make([]map[string]any, len(elements))
	for i, e := range elements {
		if rules[i], ok = e.(map[string]any); !ok {
			return nil, errors.New("no object")
		}
	}
	doc, err := FromValues("rules", rules, nil)
	if err != nil {
		return nil, err
	}
	return doc.Lists[0].Rules, nil
}

// stricter reports whether we refuse content that encoding/json reads: duplicate
// keys, text that is not Unicode (it would become U+FFFD), deep nesting.
func stricter(content []byte) bool {
	if !utf8.Valid(content) || strings.Contains(string(content), `\u`) && hasReplacement(content) {
		return true
	}
	type object struct{ keys map[string]bool }
	var open []*object
	isKey := false
	d := json.NewDecoder(bytes.NewReader(content))
	for {
		token, err := d.Token()
		if err != nil {
			return false
		}
		switch t := token.(type) {
		case json.Delim:
			switch t {
			case '{':
				open = append(open, &object{map[string]bool{}})
			case '[':
				open = append(open, nil)
			default:
				open = open[:len(open)-1]
			}
			if len(open) > maxDepth {
				return true
			}
			isKey = len(open) > 0 && open[len(open)-1] != nil
			continue
		case string:
			if isKey {
				o := open[len(open)-1]
				if f, ok := fieldOf([]byte(t)); ok {
					t = fmt.Sprint(f) // two spellings of one field
				}
				if o.keys[t] {
					return true
				}
				o.keys[t] = true
				isKey = false
				continue
			}
		}
		isKey = len(open) > 0 && open[len(open)-1] != nil
	}
}

func hasReplacement(content []byte) bool {
	var v any
	return json.Unmarshal(content, &v) == nil && strings.ContainsRune(fmt.Sprint(v), utf8.RuneError)
}

// withoutLines is for comparison with rules that have no text.
func withoutLines(rules []rule.Rule) []string {
	out := make([]string, len(rules))
	for i, r := range rules {
		r.Line = 0
		out[i] = show(r)
	}
	return out
}

func FuzzJSON(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		doc, err := Parse(device.Input{Source: "fuzz", Content: content}, JSON)
		want, wantErr := oracle(content)
		switch {
		case err == nil && wantErr != nil:
			t.Fatalf("reads what encoding/json does not: %v", wantErr)
		case err != nil && wantErr == nil && !stricter(content):
			t.Fatalf("refuses what encoding/json reads: %v", err)
		case err == nil && !slices.Equal(withoutLines(doc.Lists[0].Rules), withoutLines(want)):
			t.Fatalf("reads\n%q\nwant\n%q", withoutLines(doc.Lists[0].Rules), withoutLines(want))
		case err != nil:
			checkError(t, err)
		}
		if _, score := Sniff(content); score < 0 || score > 100 {
			t.Errorf("score %d", score)
		}
	})
}

// checkError is that every line of an error starts with a place in the source, and
// that there are not too many.
func checkError(t *testing.T, err error) {
	t.Helper()
	lines := strings.Split(err.Error(), "\n")
	if len(lines) > maxProblems+1 {
		t.Errorf("%d lines of errors", len(lines))
	}
	for i, line := range lines {
		if !strings.HasPrefix(line, "fuzz:") && !(i == maxProblems && strings.HasPrefix(line, "and ")) {
			t.Errorf("error %q has no place", line)
		}
	}
}

func FuzzYAML(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Add([]byte("- &a {action: deny, src_ip: &b [10.0.0.1]}\n- *a\n- {action: deny, dst_ip: *b, <<: *a}\n--- \n# x\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		var doc *device.Document
		var err error
		enginetest.Within(t, len(content), func() { doc, err = Parse(device.Input{Source: "fuzz", Content: content}, YAML) })
		if err != nil {
			checkError(t, err)
			return
		}
		last := 0
		for _, r := range doc.Lists[0].Rules {
			if r.Line < last {
				t.Errorf("rule in line %d after line %d", r.Line, last)
			}
			last = r.Line
		}
	})
}

// randomRules makes rules as values, right and wrong ones.
func randomRules(r *rand.Rand) []map[string]any {
	text := func() any {
		words := []string{"", "any", "10.0.0.1", "10.0.0.0/8", "10.0.0.1/8", "2001:db8::/32", "10.0.0.1-10.0.0.9", "tcp/80", "udp", "icmp/8", "80", "permit", "deny",
			"a b", "no", "null", "2026-01-01", "0x10", "1e3", "-", "é\n\"", "# x", "- y", "*a", "~", "{", "'", "true", "1_000", ".5", "=", "<<"}
		return words[r.IntN(len(words))]
	}
	scalar := func() any {
		switch r.IntN(8) {
		case 0:
			return nil
		case 1:
			return r.IntN(70000)
		case 2:
			return r.IntN(2) == 0
		}
		return text()
	}
	value := func() any {
		if r.IntN(3) > 0 {
			return scalar()
		}
		list := []any{}
		for range r.IntN(4) {
			list = append(list, scalar())
		}
		return list
	}
	rules := []map[string]any{}
	for range r.IntN(4) {
		m := map[string]any{"action": []any{"permit", "deny", "drop"}[r.IntN(3)]}
		for range r.IntN(5) {
			m[knownKeys[r.IntN(len(knownKeys))]] = value()
		}
		if r.IntN(2) == 0 { // right in what is most often wrong
			m["src_ip"], m["dst_port"] = "10.0.0.1", "tcp/80"
		}
		rules = append(rules, m)
	}
	return rules
}

// TestThreeWays is that a rule list means the same as JSON, as YAML and as values.
func TestThreeWays(t *testing.T) {
	accepted := 0
	for seed := range uint64(3000) {
		rules := randomRules(rand.New(rand.NewPCG(seed, 3)))
		asJSON, err1 := json.MarshalIndent(rules, "", " ")
		asYAML, err2 := yaml.Marshal(rules)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		fromValues, err := FromValues("rules", rules, nil)
		fromJSON, errJSON := Parse(device.Input{Source: "x", Content: asJSON}, JSON)
		fromYAML, errYAML := Parse(device.Input{Source: "x", Content: asYAML}, YAML)
		if (err == nil) != (errJSON == nil) || (err == nil) != (errYAML == nil) {
			t.Fatalf("seed %d\nvalues: %v\n%s: %v\n%s: %v", seed, err, asJSON, errJSON, asYAML, errYAML)
		}
		if err != nil {
			if a, b, c := count(err), count(errJSON), count(errYAML); a != b || a != c {
				t.Fatalf("seed %d\n%v\n\n%v\n\n%v", seed, err, errJSON, errYAML)
			}
			continue
		}
		accepted++
		want := withoutLines(fromValues.Lists[0].Rules)
		if got := withoutLines(fromJSON.Lists[0].Rules); !slices.Equal(got, want) {
			t.Fatalf("%s means\n%q\nwant\n%q", asJSON, got, want)
		}
		if got := withoutLines(fromYAML.Lists[0].Rules); !slices.Equal(got, want) {
			t.Fatalf("%s means\n%q\nwant\n%q", asYAML, got, want)
		}
	}
	if accepted < 500 {
		t.Errorf("only %d of the random rule lists are right", accepted)
	}
}

func count(err error) int { return strings.Count(err.Error(), "\n") }

// FuzzIPv4 compares reading by hand with [addr.Parse].
func FuzzIPv4(f *testing.F) {
	for _, s := range []string{"10.0.0.1", "10.0.0.0/8", "10.0.0.1/8", "0.0.0.0/0", "255.255.255.255/32", "01.2.3.4", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/00", "::1", "any"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		one := []byte(`"` + a + `"`)
		list := []byte(`["` + a + `", "` + b + `"]`)
		var sets ipv4Sets
		first, errA := addr.Parse(a)
		second, errB := addr.Parse(b)
		for range 2 { // the second time from the slot
			if s, ok := sets.set(one); ok && (errA != nil || !s.Equal(first.Set)) {
				t.Errorf("%s is %s; addr.Parse says %s, %v", one, s, first.Set, errA)
			}
		}
		if s, ok := sets.set(fmt.Appendf(nil, "[%s]", one)); ok && (errA != nil || !s.Equal(first.Set)) {
			t.Errorf("[%s] is %s; addr.Parse says %s, %v", one, s, first.Set, errA)
		}
		if r, ok := appendIPv4(nil, list); ok && (errA != nil || errB != nil || !addr.SetOf(r...).Equal(first.Set.Union(second.Set))) {
			t.Errorf("%s is %v; addr.Parse says %s, %v and %s, %v", list, r, first.Set, errA, second.Set, errB)
		}
	})
}

// TestIPv4ByHand is that the common values do take the short way.
func TestIPv4ByHand(t *testing.T) {
	for _, c := range []struct {
		raw  string
		want string
	}{
		{`"10.0.0.1"`, "10.0.0.1"}, {`["10.0.0.1"]`, "10.0.0.1"}, {`"10.0.0.0/8"`, "10.0.0.0/8"}, {`"0.0.0.0/0"`, "0.0.0.0/0"},
		{`["255.255.255.255/32"]`, "255.255.255.255"}, {`"10.0.0.1/8"`, ""}, {`"010.0.0.1"`, ""}, {`"10.0.0.256"`, ""}, {`"10.0.0.1/"`, ""},
		{`"10.0.0.1`, ""}, {`"10.0.0."`, ""}, {`""`, ""}, {`[`, ""}, {`[]`, ""}, {`null`, ""}, {`["10.0.0.1","10.0.0.2"]`, ""},
	} {
		var sets ipv4Sets
		s, ok := sets.set([]byte(c.raw))
		if ok != (c.want != "") || ok && s.String() != c.want {
			t.Errorf("%s is %s, %t; want %q", c.raw, s, ok, c.want)
		}
	}
	if r, ok := appendIPv4(nil, []byte(`[ "10.0.0.1" ,"10.0.0.2", "10.0.1.0/24"]`)); !ok || addr.SetOf(r...).String() != "10.0.0.1, 10.0.0.2, 10.0.1.0/24" {
		t.Errorf("%v, %t", r, ok)
	}
}

// TestIPv4Slots is that prefixes that meet in one slot are kept apart.
func TestIPv4Slots(t *testing.T) {
	var sets ipv4Sets
	r := rand.New(rand.NewPCG(1, 4))
	for range 20_000 {
		text := fmt.Sprintf("10.%d.%d.0/%d", r.IntN(8), r.IntN(256), 24+r.IntN(9))
		want, err := addr.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if s, ok := sets.set([]byte(`"` + text + `"`)); !ok || !s.Equal(want.Set) {
			t.Fatalf("%s is %s, %t", text, s, ok)
		}
	}
}

func TestPlainEnd(t *testing.T) {
	for c := range 256 {
		special := c < ' ' || c == '"' || c == '\\'
		for at := range 20 {
			for _, fill := range []byte{'a', ' ', 0x7f, 0x80, 0xff, '!', '#', '[', ']'} {
				data := bytes.Repeat([]byte{fill}, 24)
				data[at] = byte(c)
				want := len(data)
				if special {
					want = at
				}
				if got := plainEnd(data, 0); got != want {
					t.Fatalf("byte %#x at %d among %#x: %d, want %d", c, at, fill, got, want)
				}
			}
		}
	}
}

func TestCache(t *testing.T) {
	c := newCache[int](1)
	text := func(i int) []byte { return fmt.Appendf(nil, "value %d", i%1000) }
	known := 0
	for i := range 20_000 {
		v, at, ok := c.get(text(i / 3))
		if ok {
			known++
			if v != i/3%1000 {
				t.Fatalf("%s is %d", text(i/3), v)
			}
			continue
		}
		c.put(text(i/3), at, i/3%1000)
	}
	if known < 6000 { // the third of every three
		t.Errorf("only %d were known", known)
	}
	var none cache[int]
	if _, at, ok := none.get([]byte("x")); ok {
		t.Error("a cache without room knows something")
	} else {
		none.put([]byte("x"), at, 1)
	}
}
