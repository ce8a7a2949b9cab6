package asa_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/asa"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
)

func FuzzParse(f *testing.F) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range cases {
		content, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if score := asa.Sniff(content); score < 0 || score > 100 {
			t.Errorf("Sniff = %d", score)
		}
		var doc *device.Document
		var err error
		enginetest.Within(t, len(content), func() { doc, err = asa.Parse(device.Input{Source: "fuzz", Content: content}) })
		if err != nil {
			return
		}
		parsetest.Translations(t, doc)
		lines := strings.Split(string(content), "\n")
		for _, l := range doc.Lists {
			for _, r := range l.Rules {
				switch {
				case r.Traffic.IsEmpty():
					t.Errorf("line %d, %s: matches nothing, so it disappears", r.Line, r.Text)
				case r.Line < 0 || r.Line > len(lines) || r.Line == 0 && len(r.Unknown) == 0:
					t.Errorf("%s: line %d of %d", r.Text, r.Line, len(lines))
				case r.Line > 0 && !strings.Contains(lines[r.Line-1], r.Text):
					t.Errorf("line %d is %q, not %q", r.Line, lines[r.Line-1], r.Text)
				}
			}
		}
	})
}

// TestBounds parses texts whose groups multiply, and holds what that takes against
// the size of the text.
func TestBounds(t *testing.T) {
	repeat := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(format, "N", fmt.Sprint(i)))
		}
		return b.String()
	}
	next := func(n int, format string) string { // M is N+1
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.NewReplacer("N", fmt.Sprint(i), "M", fmt.Sprint(i+1)).Replace(format))
		}
		return b.String()
	}
	ports := repeat(3000, " port-object range N0 N3\n")
	pairs := "object-group service P tcp\n" + ports + "object-group service Q tcp\n" + ports
	for name, text := range map[string]string{
		"a group twice in the next": "object-group network G0\n network-object host 10.0.0.1\n" +
			next(2000, "object-group network GM\n group-object GN\n group-object GN\n") +
			"access-list x extended permit ip any object-group G900\naccess-list x extended permit ip any object-group G2000\n",
		"a service group twice in the next": "object-group service G0\n service-object tcp source eq 1 destination eq 2\n" +
			next(900, "object-group service GM\n group-object GN\n group-object GN\n service-object tcp source eq M destination eq N\n") +
			"access-list x extended permit object-group G900 any any\n",
		"an icmp group twice in the next": "object-group icmp-type G0\n icmp-object 0\n" +
			next(900, "object-group icmp-type GM\n group-object GN\n group-object GN\n") +
			"access-list x extended permit icmp any any object-group G900\n",
		"a port group twice in the next": "object-group service G0 tcp\n port-object eq 1\n" +
			next(900, "object-group service GM tcp\n group-object GN\n group-object GN\n") +
			"access-list x extended permit tcp any any object-group G900\n",
		"a protocol group twice in the next": "object-group protocol G0\n protocol-object 1\n" +
			next(900, "object-group protocol GM\n group-object GN\n group-object GN\n") +
			"access-list x extended permit object-group G900 any any\n",
		"each group holds all before it": "object-group network G0\n network-object host 10.0.0.1\n" +
			next(20000, "object-group network GM\n group-object GN\n network-object host fd00::M0\n") +
			repeat(20, "access-list x extended permit ip any object-group GN000\n"),
		"masks with holes": repeat(10000, "access-list x extended permit ip 10.0.0.N 255.0.0.254 any\n") +
			repeat(250, "access-list x extended permit ip any 10.0.0.N 255.0.0.255\n"),
		"pairs of ports": pairs + repeat(2000, "access-list x extended permit tcp any object-group P any object-group Q\n") +
			repeat(2000, "access-list x extended permit tcp any eq N any object-group Q\n"),
		"a cycle": "object-group network A\n group-object B\nobject-group network B\n group-object A\n" +
			repeat(10000, "access-list x extended permit ip object-group A object-group B\n"),
		"services with source ports": "object-group service S\n" +
			repeat(9000, " service-object tcp source eq N destination eq N\n") +
			repeat(9000, " service-object tcp source range N 60000 destination range N 65535\n") +
			"access-list x extended permit object-group S any any\n",
		"the global list after each": repeat(3000, "access-list g extended permit ip any host 10.0.0.1\n") +
			repeat(3000, "access-list xN extended permit ip any any\naccess-group xN in interface iN\n") + "access-group g global\n",
		"definitions removed": repeat(20000, "object network oN\n host 10.0.0.1\nno object network oN\n"),
		"lists removed":       repeat(20000, "access-list xN extended permit ip any any\nno access-list xN\nclear configure access-list\n"),
		"insertions":          repeat(20000, "access-list x line 1 extended permit ip any host 10.0.0.1\n"),
		"wide gaps":           repeat(1000, "access-list xN line 2000000000 extended permit ip any any (hitcnt=0) 0x0\n"),
		"one word":            strings.Repeat("x", 1<<20),
		"one command":         "access-list x extended permit tcp any any " + strings.Repeat("eq ", 1<<18),
		"one prompt":          strings.Repeat("a# ", 1<<12) + "access-list x extended permit ip any any",
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		doc, err := asa.Parse(device.Input{Source: "big", Content: []byte(text)})
		runtime.ReadMemStats(&after)
		used, allowed := after.TotalAlloc-before.TotalAlloc, uint64(150<<20+100*len(text))
		if used > allowed {
			t.Errorf("%s: %d bytes of text took %d MB", name, len(text), used>>20)
		}
		if err == nil {
			t.Logf("%s: %d kB took %d MB, %d lists", name, len(text)>>10, used>>20, len(doc.Lists))
		}
	}
}
