package kubernetes_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kubernetes"
)

// firstFile returns the text of a behaviour case.
func firstFile(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return txtar.Parse(content).Files[0].Data
}

// FuzzParse: no text makes the reader fail, and no rule loses its place.
func FuzzParse(f *testing.F) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(cases) == 0 {
		f.Fatal(err)
	}
	for _, name := range cases {
		f.Add(firstFile(f, filepath.Base(name)))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if score := kubernetes.Sniff(content); score < 0 || score > 100 {
			t.Errorf("Sniff = %d", score)
		}
		var doc *device.Document
		var err error
		enginetest.Within(t, len(content), func() { doc, err = kubernetes.Parse(device.Input{Source: "fuzz", Content: content}) })
		if err != nil {
			return
		}
		lines := strings.Count(string(content), "\n") + 1
		for _, l := range doc.Lists {
			for _, r := range l.Rules {
				if r.Line < 0 || r.Line > lines || r.Traffic.IsEmpty() || r.Text == "" {
					t.Errorf("rule of line %d of %d: %s %s", r.Line, lines, r.Text, r.Traffic)
				}
			}
		}
	})
}
