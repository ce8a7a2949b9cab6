package nftables_test

import (
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/nftables"
)

// FuzzParse: no text makes the parser panic, hang, or or use memory out of
// proportion.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		f.Fatal("no cases", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(archive.Files[0].Data)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		doc, err := nftables.Parse(device.Input{Source: "x", Content: content})
		runtime.ReadMemStats(&after)
		// Bounded: what masks with scattered bits and chains that call each other
		// expand to.
		if used, most := after.TotalAlloc-before.TotalAlloc, uint64(len(content))<<14+1<<30; used > most {
			t.Fatalf("%d bytes allocated for %d", used, len(content))
		}
		if score := nftables.Sniff(content); score < 0 || score > 100 {
			t.Fatalf("score %d", score)
		}
		if err != nil {
			if doc != nil || !strings.HasPrefix(err.Error(), "x:") {
				t.Fatalf("document %v, error %v", doc, err)
			}
			return
		}
		parsetest.Translations(t, doc)
		lines := strings.Count(string(content), "\n") + 1
		for _, l := range doc.Lists {
			for _, r := range l.Rules {
				if r.Line < 0 || r.Line > lines || r.Text == "" {
					t.Fatalf("rule %+v", r)
				}
			}
		}
		for _, n := range doc.Notes {
			if n.Line < 1 || n.Line > lines || n.Reason == "" {
				t.Fatalf("note %+v", n)
			}
		}
	})
}
