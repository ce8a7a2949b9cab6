package ios_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/ios"
)

// largeList is a list of the given number of entries as IOS shows them.
func largeList(entries int) []byte {
	var b strings.Builder
	b.WriteString("hostname edge\n!\nip access-list extended EDGE\n")
	for i := range entries {
		switch i % 5 {
		case 0:
			fmt.Fprintf(&b, " %d permit tcp host 10.%d.%d.%d host 10.200.%d.%d eq 443\n", 10*(i+1), i>>16&255, i>>8&255, i&255, i>>8&255, i&255)
		case 1:
			fmt.Fprintf(&b, " %d permit udp 10.%d.%d.0 0.0.0.255 any eq domain\n", 10*(i+1), i>>8&255, i&255)
		case 2:
			fmt.Fprintf(&b, " %d permit tcp 172.16.%d.0 0.0.0.255 192.168.%d.0 0.0.0.255 range %d %d log\n", 10*(i+1), i&255, i>>8&255, i&0x7fff, i&0x7fff+10)
		case 3:
			fmt.Fprintf(&b, " %d deny   ip any 10.%d.%d.0 0.0.0.255\n", 10*(i+1), i>>8&255, i&255)
		case 4:
			fmt.Fprintf(&b, " %d permit icmp 10.%d.0.0 0.0.255.255 any echo\n", 10*(i+1), i&255)
		}
	}
	return []byte(b.String())
}

// BenchmarkParse reports lines per second; the target is 100,000 on one core.
func BenchmarkParse(b *testing.B) {
	for _, entries := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(entries), func(b *testing.B) {
			content := largeList(entries)
			b.SetBytes(int64(len(content)))
			b.ReportAllocs()
			for b.Loop() {
				doc, err := ios.Parse(ios.IOS, device.Input{Source: "edge.cfg", Content: content})
				if err != nil || len(doc.Lists[0].Rules) != entries {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(entries)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
		})
	}
}

func BenchmarkSniff(b *testing.B) {
	content := largeList(100_000)
	for b.Loop() {
		if _, score := ios.Sniff(content); score == 0 {
			b.Fatal(score)
		}
	}
}
