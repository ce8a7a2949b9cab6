package asa_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/asa"
)

// estate writes a configuration of that many access-list lines, with the mixture of
// literals and groups that large ones have.
func estate(lines int) []byte {
	var b strings.Builder
	b.WriteString("ASA Version 9.16(4)\n")
	for i := range 200 {
		fmt.Fprintf(&b, "object-group network NETS%d\n", i)
		for j := range 30 {
			fmt.Fprintf(&b, " network-object 10.%d.%d.0 255.255.255.0\n", i, j)
		}
		fmt.Fprintf(&b, "object-group service PORTS%d tcp\n port-object eq www\n port-object range %d %d\n", i, 1000+i, 2000+i)
	}
	for i := range lines {
		switch i % 5 {
		case 0:
			fmt.Fprintf(&b, "access-list in extended permit tcp host 10.1.%d.%d host 10.2.%d.%d eq https\n", i>>8&255, i&255, i&255, i>>8&255)
		case 1:
			fmt.Fprintf(&b, "access-list in extended permit udp 10.%d.%d.0 255.255.255.0 any eq domain log\n", i&255, i>>8&255)
		case 2:
			fmt.Fprintf(&b, "access-list in extended permit tcp object-group NETS%d object-group NETS%d object-group PORTS%d\n", i%200, i%199, i%198)
		case 3:
			fmt.Fprintf(&b, "access-list in extended deny ip any 172.16.%d.0 255.255.255.0 log informational interval 300\n", i&255)
		default:
			fmt.Fprintf(&b, "access-list in remark ticket %d\n", i)
		}
	}
	return []byte(b.String())
}

// BenchmarkParse reports lines per second; parsing takes one core.
func BenchmarkParse(b *testing.B) {
	for _, lines := range []int{1_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("lines=%d", lines), func(b *testing.B) {
			content := estate(lines)
			b.SetBytes(int64(len(content)))
			b.ReportAllocs()
			for b.Loop() {
				doc, err := asa.Parse(device.Input{Source: "edge.cfg", Content: content})
				if err != nil || len(doc.Lists) != 1 {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(bytes.Count(content, []byte("\n")))*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
		})
	}
}
