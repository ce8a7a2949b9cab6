package ios_test

import (
	"fmt"
	"net/netip"
	"runtime"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/ios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// seeds hold some of everything, for all the dialects.
var seeds = []string{
	"ip access-list extended E\n 10 permit tcp any eq 80 81 host 10.0.0.1 range 1 2 established log\n no 10\n remark x\n",
	"access-list 101 permit icmp 10.0.0.0 0.255.0.255 any echo\naccess-list 5 permit 10.0.0.1, wildcard bits 0.0.0.255 (5 matches)\n",
	"ipv6 access-list V\n sequence 5 deny ipv6 2001:db8::/32 any\n permit tcp any any eq bgp (8 matches) sequence 10\n",
	"object-group network G\n 10.0.0.0 255.0.0.0\n group-object G\nobject-group service S\n tcp-udp source eq 53 gt 7\nip access-list extended E\n permit object-group S object-group G any\n",
	"object-group ip address A\n 10 host 10.0.0.1\nobject-group ip port P\n neq 7\nip access-list E\n statistics per-entry\n 10 permit tcp addrgroup A portgroup P any tcp-flags-mask 47\n",
	"object-group network ipv4 A\n range 10.0.0.1 10.0.0.9\nipv4 access-list E 10 permit tcp net-group A any port-group P\nno ipv4 access-list E 10\nipv4 access-list E\n 5 deny ipv4 any any fragments\n",
	"Standard IP access list 1\n    10 permit any\nIP Access List E [readonly]\n        10 permit ip any any [match 5 packets, 0:00:10 ago]\n",
	"banner motd ^C\n^C\ninterface Gi 0/1\n ip access-group E in\nip access-list resequence E 5 5\nresequence ip access-list E 7\nexit\n",
	"ip access-list extended E\npermit tcp any any match-any +syn -ack\nevaluate X\ndynamic D timeout 5 permit ip any any time-range T (active)\nzone-pair security Z\n",
}

// FuzzParse: no text makes the parser panic, hang, or use memory out of proportion,
// and what it returns is sound.
func FuzzParse(f *testing.F) {
	for i, seed := range seeds {
		f.Add(uint8(i), []byte(seed))
	}
	f.Fuzz(func(t *testing.T, dialect uint8, content []byte) {
		d := dialects[int(dialect)%len(dialects)]
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		doc, err := ios.Parse(d, device.Input{Source: "x", Content: content})
		runtime.ReadMemStats(&after)
		// What wildcard masks and groups stand for is bounded for the file.
		if used, most := after.TotalAlloc-before.TotalAlloc, uint64(len(content))*4096+512<<20; used > most {
			t.Fatalf("%d bytes allocated for %d", used, len(content))
		}
		if err != nil {
			if doc != nil || !strings.HasPrefix(err.Error(), "x:") {
				t.Fatalf("document %v, error %v", doc, err)
			}
			return
		}
		check(t, d, content, doc)
		if _, score := ios.Sniff(content); score < 0 || score > 100 {
			t.Fatalf("score %d", score)
		}
	})
}

// check looks at what holds for every document.
func check(t *testing.T, d ios.Dialect, content []byte, doc *device.Document) {
	t.Helper()
	lines := strings.Count(string(content), "\n") + 1
	for _, l := range doc.Lists {
		if l.Name == "" || l.Default != rule.Deny || len(l.Rules) == 0 {
			t.Fatalf("list %+v", l)
		}
		for _, r := range l.Rules {
			if r.Line < 0 || r.Line > lines || r.Text == "" {
				t.Fatalf("rule %+v", r)
			}
			v4, v6 := r.Traffic.Sources.Split()
			if !v4.IsEmpty() && !v6.IsEmpty() {
				t.Fatalf("%q is for both families", r.Text)
			}
		}
	}
	for _, n := range doc.Notes {
		if n.Line < 1 || n.Line > lines || n.Reason == "" {
			t.Fatalf("note %+v", n)
		}
	}
}

// FuzzWildcard compares wildcard masks in entries with the meaning of each bit.
func FuzzWildcard(f *testing.F) {
	f.Add(uint32(0x0a000001), uint32(0x000000ff), uint32(0x0a0000fe))
	f.Add(uint32(0x0a000100), uint32(0x00ff00fe), uint32(0x0a330103))
	f.Fuzz(func(t *testing.T, base, mask, asked uint32) {
		address := func(v uint32) netip.Addr {
			return netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})
		}
		text := fmt.Sprintf("ip access-list extended E\n permit ip %s %s any", address(base), address(mask))
		doc, err := ios.Parse(ios.IOS, device.Input{Source: "x", Content: []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
		r := doc.Lists[0].Rules[0]
		want := (base^asked)&^mask == 0
		got := r.Traffic.Sources.Contains(address(asked))
		if len(r.Unknown) > 0 {
			want = true // every address is possible
		}
		if got != want {
			t.Errorf("%s: %s is in it %v, want %v", text, address(asked), got, want)
		}
	})
}
