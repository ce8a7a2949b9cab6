package additions

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// apply is Update without the disk.
func apply(t testing.TB, f *File, owner string, want []Rule) *File {
	t.Helper()
	next, err := compose(f.path, f.merge(owner, want), f.tail)
	if err != nil {
		t.Fatal(err)
	}
	again, err := parse(f.path, next.content)
	if err != nil {
		t.Fatalf("compose makes what cannot be read: %v\n%s", err, next.content)
	}
	if got, want := listing(again), listing(next); got != want {
		t.Fatalf("compose says it made\n%s\nbut made\n%s", want, got)
	}
	return again
}

// TestLaws applies random changes and compares with the plain meaning: each owner
// has what it wanted last, and nothing else changes.
func TestLaws(t *testing.T) {
	universe := parts(t,
		"permit 10.0.0.1 any tcp/1", "permit 10.0.0.2 any tcp/2", "permit 10.0.0.3 any tcp/3", "permit any any any",
		"deny 10.0.0.1 any tcp/1", "deny 10.0.0.2 any tcp/2", "deny any any any")
	owners := []string{"a/1", "a/2", "b/1"}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		f := &File{path: "edge"}
		if seed%2 == 1 {
			f = handMade(t, r)
		}
		foreign := foreignTexts(f)
		wants := map[string][]Rule{}
		for range 12 {
			owner := owners[r.IntN(len(owners))]
			wants[owner] = pick(r, universe)
			next := apply(t, f, owner, wants[owner])
			checkOrderKept(t, f, next)
			f = next
			for o, want := range wants {
				checkOwned(t, f, o, want)
			}
			if got := foreignTexts(f); !slices.Equal(got, foreign) {
				t.Fatalf("seed %d: hand-made rules are\n%q\nwant\n%q", seed, got, foreign)
			}
			if len(foreign) == 0 {
				checkSorted(t, f)
			}
			only := f.Only(owner, wants[owner])
			if want := len(foreign) + len(distinct(wants[owner])); len(only) != want {
				t.Fatalf("seed %d: Only gives %d rules, want %d", seed, len(only), want)
			}
			again := apply(t, f, owner, wants[owner])
			if !bytes.Equal(again.content, f.content) {
				t.Fatalf("seed %d: the same again changes the file", seed)
			}
		}
	}
}

// handMade is a file with hand-made rules between rules of an owner of old.
func handMade(t *testing.T, r *rand.Rand) *File {
	t.Helper()
	var texts []string
	for i := range r.IntN(5) {
		switch r.IntN(3) {
		case 0:
			texts = append(texts, fmt.Sprintf(`{"action": "permit", "src_ip": "10.7.0.%d", "owners": ["old/x"]}`, i))
		case 1:
			texts = append(texts, fmt.Sprintf("{\n    \"action\":\"deny\",\n    \"src_ip\": \"10.8.0.%d\"\n  }", i))
		case 2:
			texts = append(texts, fmt.Sprintf(`{"name":"]}\",{[","action":"permit","src_ip":"10.8.0.%d","owners":[]}`, i))
		}
	}
	f, err := parse("edge", []byte("[\n  "+strings.Join(texts, ",\n  ")+"\n]\n"))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func pick(r *rand.Rand, universe []Rule) []Rule {
	var out []Rule
	for range r.IntN(4) {
		out = append(out, universe[r.IntN(len(universe))])
	}
	return out
}

func foreignTexts(f *File) []string {
	var out []string
	for _, it := range f.items {
		if it.foreign != nil {
			out = append(out, string(it.raw))
		}
	}
	return out
}

func checkOwned(t *testing.T, f *File, owner string, want []Rule) {
	t.Helper()
	got := f.Owned(owner)
	missing := distinct(want)
	for _, r := range got {
		missing = slices.DeleteFunc(missing, r.Same)
	}
	if len(missing) > 0 || len(got) != len(distinct(want)) {
		t.Fatalf("%s owns %v, want %v", owner, got, want)
	}
}

// checkOrderKept is that rules that were in the file before, ours or not, changed
// places only with rules of ours beside them.
func checkOrderKept(t *testing.T, before, after *File) {
	t.Helper()
	place := func(f *File) map[string]int {
		places := map[string]int{}
		for i, r := range f.Rules() {
			r.Line = 0
			places[r.String()] = i
		}
		return places
	}
	was, is := place(before), place(after)
	for _, it := range before.items {
		if it.foreign == nil {
			continue
		}
		f := it.foreign.String()
		for name := range was {
			if _, kept := is[name]; kept && (was[name] < was[f]) != (is[name] < is[f]) {
				t.Fatalf("%s and %s changed places:\n%s\n%s", name, f, before.content, after.content)
			}
		}
	}
}

func checkSorted(t *testing.T, f *File) {
	t.Helper()
	if !slices.IsSortedFunc(f.items, func(a, b item) int { return compare(a.Rule, b.Rule) }) {
		t.Fatalf("ours are not sorted:\n%s", f.content)
	}
}

// TestAnyOrder is that the file does not tell in which order flows were applied.
func TestAnyOrder(t *testing.T) {
	rules := parts(t, "permit 10.0.0.1 any tcp/1", "permit 10.0.0.2 any tcp/2", "deny 10.0.0.3 any tcp/3", "permit any any udp", "deny any any icmp")
	base, err := parse("edge", []byte("[\n  "+foreignRule+"\n]\n"))
	if err != nil {
		t.Fatal(err)
	}
	var first []byte
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 2))
		f := base
		for _, i := range r.Perm(10) {
			f = apply(t, f, fmt.Sprintf("app/%d", i), []Rule{rules[i%5], rules[i%3]})
		}
		if first == nil {
			first = f.content
		} else if !bytes.Equal(f.content, first) {
			t.Fatalf("another order makes\n%s\nnot\n%s", f.content, first)
		}
	}
}

// FuzzFile adds a rule to a file of any content and takes it away again.
func FuzzFile(f *testing.F) {
	for _, seed := range []string{
		"[]", "[\n]\n", "[" + foreignRule + "]", "[ " + foreignRule + " ,\r\n" + foreignRule + "\n ]  ",
		`[{"action":"deny","owners":["a/b"],"comment":[1,{"a":"]"}]},{"action":"permit","owners":"a/b","src_zone":"x"}]`,
		`[{"action":"permit","owners":["a/b"],"dst_port":["tcp/80","icmp/8"],"condition":["x"],"name":"\u00e9"}]`,
		`[{"action":"permit","owners":["a/b"],"dst_port":"udp/5","src_port":"1-2"}]`, `{"rules":[]}`,
	} {
		f.Add([]byte(seed))
	}
	want := parts(f, "permit 10.0.0.1 10.0.0.2 tcp/80", "deny 10.0.0.1 10.0.0.3 tcp/80")
	f.Fuzz(func(t *testing.T, content []byte) {
		before, err := parse("edge", content)
		if err != nil {
			return
		}
		with := apply(t, before, "fuzz/er", want)
		checkOwned(t, with, "fuzz/er", want)
		after := apply(t, with, "fuzz/er", nil)
		if got, want := foreignTexts(after), foreignTexts(before); !slices.Equal(got, want) {
			t.Errorf("hand-made rules are\n%q\nwant\n%q", got, want)
		}
	})
}
