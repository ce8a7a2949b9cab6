package additions

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// parts makes rules of "permit 10.0.0.1 10.0.0.2 tcp/80".
func parts(t testing.TB, texts ...string) []Rule {
	t.Helper()
	out, err := readParts(texts...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func readParts(texts ...string) ([]Rule, error) {
	var out []rule.Rule
	for _, text := range texts {
		f := strings.Fields(text)
		action, err1 := rule.ParseAction(f[0])
		src, err2 := addr.Parse(f[1])
		dst, err3 := addr.Parse(f[2])
		svc, err4 := service.Parse(f[3])
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			return nil, err
		}
		out = append(out, rule.Rule{Action: action, Traffic: traffic.Product{Sources: src.Set, Destinations: dst.Set, Services: svc.Set}})
	}
	return FromRules(out, ""), nil
}

// additionsFile writes content to a file of its own, or only names one if content
// is empty.
func additionsFile(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "edge.additions.json")
	if content != "" {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

func own(t testing.TB, path, owner string, want ...string) *File {
	t.Helper()
	f, err := Update(context.Background(), path, owner, parts(t, want...), nil)
	if err != nil {
		t.Fatalf("Update for %s: %v", owner, err)
	}
	return f
}

func read(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestSharedWith(t *testing.T) {
	path := additionsFile(t, "["+foreignRule+"]")
	shared := func(owner string) bool {
		f, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		return f.SharedWith(owner)
	}
	if shared("a/b") {
		t.Error("a hand-made rule counts as another owner's")
	}
	own(t, path, "a/b", "permit any any tcp/1")
	if shared("a/b") || !shared("a/c") {
		t.Errorf("with rules of a/b alone: a/b %t, a/c %t", shared("a/b"), shared("a/c"))
	}
	own(t, path, "a/c", "permit any any tcp/1")
	if !shared("a/b") || !shared("a/c") {
		t.Errorf("with one rule of both: a/b %t, a/c %t", shared("a/b"), shared("a/c"))
	}
}

func TestBaseDigest(t *testing.T) {
	digests := map[string]string{}
	for _, content := range []string{"", "[" + foreignRule + "]", "[" + foreignRule + "," + foreignRule + "]", `[{"action": "deny"}]`} {
		path := additionsFile(t, content)
		before, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		after := own(t, path, "a/b", "permit any any tcp/1", "deny any any tcp/2")
		if before.BaseDigest() != after.BaseDigest() {
			t.Errorf("%q: a rule of ours changes the digest", content)
		}
		if other, ok := digests[before.BaseDigest()]; ok {
			t.Errorf("%q and %q have one digest", content, other)
		}
		digests[before.BaseDigest()] = content
	}
}

func BenchmarkUpdate(b *testing.B) {
	path := additionsFile(b, "")
	var rules []string
	for i := range 1000 {
		rules = append(rules, "permit 10.0."+strconv.Itoa(i/256)+"."+strconv.Itoa(i%256)+" 10.1.0.0/24 tcp/443")
	}
	own(b, path, "all/rules", rules...)
	one := parts(b, "permit 10.2.0.1 10.2.0.2 tcp/22")
	content := []byte(read(b, path))
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := parse(path, content); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("add and remove", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			want := one
			if i%2 == 1 {
				want = nil
			}
			if _, err := Update(context.Background(), path, "a/b", want, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("nothing to do", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Update(context.Background(), path, "none/of it", nil, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}
