package gcp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/gcp"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
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
		if score := gcp.Sniff(content); score < 0 || score > 100 {
			t.Errorf("Sniff = %d", score)
		}
		var doc *device.Document
		var err error
		enginetest.Within(t, len(content), func() { doc, err = gcp.Parse(device.Input{Source: "fuzz", Content: content}) })
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

// TestUnreadKeys: a key that is not known opens nothing, in whichever rule it stands.
func TestUnreadKeys(t *testing.T) {
	q := func(list, flow string) parsetest.Question { return parsetest.Question{List: list, Flow: flow} }
	for _, name := range []string{"vpc.txtar", "effective.txtar"} {
		parsetest.UnreadLines(t, gcp.Parse, string(firstFile(t, name)), []string{`"frobnicate": true,`, `"srcFrobnicate": ["x"],`},
			q("prod ingress", "8.8.8.8 -> 10.1.0.5 tcp/443"), q("prod ingress", "8.8.8.8 -> 10.1.0.9 tcp/443"), q("prod ingress", "10.9.0.5 -> 10.2.0.5 tcp/22"),
			q("prod ingress", "10.1.0.5 -> 10.2.0.5 tcp/22"), q("prod egress", "10.1.0.5 -> 8.8.8.8 tcp/25"))
	}
}
