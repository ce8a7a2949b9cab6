package junos_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/junos"
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
		if score := junos.Sniff(content); score < 0 || score > 100 {
			t.Errorf("Sniff = %d", score)
		}
		var doc *device.Document
		var err error
		enginetest.Within(t, len(content), func() { doc, err = junos.Parse(device.Input{Source: "fuzz", Content: content}) })
		if err != nil {
			return
		}
		parsetest.Translations(t, doc)
		lines := strings.Count(string(content), "\n") + 1
		for _, l := range doc.Lists {
			for _, r := range l.Rules {
				if r.Line < 0 || r.Line == 0 && len(r.Unknown) == 0 || r.Line > lines || r.Traffic.IsEmpty() || r.Text == "" {
					t.Errorf("rule of line %d of %d: %s %s", r.Line, lines, r.Text, r.Traffic)
				}
			}
		}
	})
}

// TestUnreadLines: what is not understood opens nothing, wherever it stands.
func TestUnreadLines(t *testing.T) {
	q := func(from, to, flow string) parsetest.Question {
		return parsetest.Question{List: "policies", From: from, To: to, Flow: flow}
	}
	parsetest.UnreadLines(t, junos.Parse, string(firstFile(t, "policies.txtar")),
		[]string{
			"frobnicate x", "set security policies from-zone trust to-zone dmz policy one match frobnicate x",
			"set security policies from-zone trust to-zone dmz policy one then permit frobnicate",
			"set security address-book site address-set set frobnicate x", "set applications application pg frobnicate 1",
			"set applications application-set apps frobnicate x", "set security address-book global address web frobnicate x",
		},
		q("trust", "dmz", "10.0.0.5 -> 192.0.2.61 tcp/5432"), q("trust", "dmz", "10.0.0.5 -> 192.0.2.50 tcp/443"),
		q("trust", "dmz", "10.0.0.5 -> 192.0.2.99 tcp/443"), q("dmz", "trust", "10.0.0.5 -> 192.0.2.10 udp/53"),
	)
	parsetest.UnreadLines(t, junos.Parse, string(firstFile(t, "filters.txtar")), []string{"frobnicate x;", "frobnicate;", "frobnicate { x y; }"},
		parsetest.Question{List: "edge", Flow: "10.1.3.1 -> 192.0.2.10 tcp/80"},
		parsetest.Question{List: "edge", Flow: "10.2.0.1 -> 192.0.2.10 tcp/80"},
		parsetest.Question{List: "edge", Flow: "10.1.3.1 -> 203.0.113.1 tcp/80"},
		parsetest.Question{List: "back", Flow: "10.1.3.1 -> 203.0.113.1 tcp/80"},
	)
}
