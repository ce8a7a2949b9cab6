package sense_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/sense"
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
		for _, system := range []string{sense.OPNsense, sense.PfSense} {
			if score := sense.Sniff(system, content); score < 0 || score > 100 {
				t.Errorf("Sniff = %d", score)
			}
			doc, err := sense.Parse(system, device.Input{Source: "fuzz", Content: content})
			if err != nil {
				continue
			}
			parsetest.Translations(t, doc)
			lines := strings.Count(string(content), "\n") + 1
			for _, l := range doc.Lists {
				for _, r := range l.Rules {
					if r.Line > lines || r.Line == 0 || r.Traffic.IsEmpty() || r.Text == "" {
						t.Errorf("rule of line %d of %d: %q %s", r.Line, lines, r.Text, r.Traffic)
					}
				}
			}
		}
	})
}

// TestUnreadElements: what is not understood opens nothing, wherever it stands.
func TestUnreadElements(t *testing.T) {
	lines := []string{
		"<frobnicate>1</frobnicate>", "<not>0</not>", "<any>0</any>", "<rule>", "</rule>",
		"<source><any/></source>", "<type>frob</type>", "<network>frob</network>", "<address>frob</address>", "text", "&", "<interface>frob</interface>",
	}
	for name, zone := range map[string]string{"opnsense.txtar": "opt1", "pfsense.txtar": "lan"} {
		parsetest.UnreadLines(t, parse, string(firstFile(t, name)), lines,
			parsetest.Question{List: "in", From: "wan", Flow: "198.51.100.9 -> 10.0.2.99 tcp/25"},
			parsetest.Question{List: "in", From: "wan", Flow: "198.51.100.9 -> 10.0.1.99 tcp/443"},
			parsetest.Question{List: "in", From: zone, Flow: "10.0.9.5 -> 10.0.1.99 tcp/53"},
			parsetest.Question{List: "out", To: "opt1", Flow: "10.0.1.5 -> 10.8.0.9 tcp/22"},
			parsetest.Question{List: "in", Flow: "198.51.100.9 -> 10.0.2.10 tcp/443"},
		)
	}
}
