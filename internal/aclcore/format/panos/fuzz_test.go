package panos_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/panos"
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
	for _, text := range parsetest.DeviceTexts(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if score := panos.Sniff(content); score < 0 || score > 100 {
			t.Errorf("Sniff = %d", score)
		}
		var doc *device.Document
		var err error
		enginetest.Within(t, len(content), func() { doc, err = panos.Parse(device.Input{Source: "fuzz", Content: content}) })
		if err != nil {
			return
		}
		parsetest.Translations(t, doc)
		lines := strings.Count(string(content), "\n") + 1
		for _, l := range doc.Lists {
			for _, r := range l.Rules {
				if r.Line < 0 || r.Line == 0 && r.Place != "" || r.Line > lines || r.Traffic.IsEmpty() || r.Text == "" {
					t.Errorf("rule of line %d of %d: %s %s", r.Line, lines, r.Text, r.Traffic)
				}
			}
		}
	})
}

// TestUnreadLines: what is not understood opens nothing, wherever it stands.
func TestUnreadLines(t *testing.T) {
	parsetest.UnreadLines(t, panos.Parse, string(firstFile(t, "rules.txtar")),
		[]string{
			"frobnicate member db", "set rulebase security rules mixed frobnicate yes", "set address-group servers frobnicate x",
			"set address db frobnicate x", "set service pg protocol frobnicate port 1", "set", "] [",
		},
		parsetest.Question{List: "security", From: "trust", To: "dmz", Flow: "10.0.0.7 -> 192.0.2.11 tcp/5432"},
		parsetest.Question{List: "security", From: "trust", To: "dmz", Flow: "10.0.0.7 -> 192.0.2.21 tcp/5432"},
		parsetest.Question{List: "security", From: "trust", To: "dmz", Flow: "10.0.0.7 -> 192.0.2.11 tcp/443"},
		parsetest.Question{List: "security", From: "trust", To: "dmz", Flow: "10.1.0.7 -> 198.51.100.1 tcp/8080"},
	)
}
