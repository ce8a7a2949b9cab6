package iptables_test

import (
	"net/netip"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/iptables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// FuzzParse: no text makes the parser panic, hang, or use memory out of proportion,
// and rules of one family never answer for the other.
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
		doc, err := iptables.Parse(device.Input{Source: "x", Content: content})
		runtime.ReadMemStats(&after)
		// Bounded: what masks with scattered bits and chains that call each other
		// expand to.
		if used, most := after.TotalAlloc-before.TotalAlloc, uint64(len(content))<<14+1<<30; used > most {
			t.Fatalf("%d bytes allocated for %d", used, len(content))
		}
		if score := iptables.Sniff(content); score < 0 || score > 100 {
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
			oneFamily(t, l)
		}
		for _, n := range doc.Notes {
			if n.Line < 1 || n.Line > lines || n.Reason == "" {
				t.Fatalf("note %+v", n)
			}
		}
	})
}

// oneFamily fails if a list whose rules are all of one family permits the other.
func oneFamily(t *testing.T, l device.List) {
	t.Helper()
	if len(l.Rules) == 0 || len(l.Rules) > 500 {
		return
	}
	var has4, has6 bool
	unknown := 0
	for _, r := range l.Rules {
		if len(r.Unknown) > 0 {
			unknown++
		}
		if r.Line == 0 {
			continue
		}
		v4, v6 := r.Traffic.Sources.Split()
		has4, has6 = has4 || !v4.IsEmpty(), has6 || !v6.IsEmpty()
	}
	if has4 == has6 || unknown > 8 {
		return
	}
	p := oracle.Packet{From: netip.MustParseAddr("2001:db8::1"), To: netip.MustParseAddr("2001:db8::2"), Protocol: 6, SourcePort: 1, DestinationPort: 2}
	if has6 {
		p.From, p.To = netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
	}
	if d := oracle.Decide(&rule.Ruleset{Rules: l.Rules, Default: l.Default}, p); !d.Deny {
		t.Fatalf("rules of the other family permit %s -> %s", p.From, p.To)
	}
}
