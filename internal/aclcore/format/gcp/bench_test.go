package gcp_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/gcp"
)

// large writes that many VPC rules for one of a thousand tags each, and the machines with them.
func large(rules int) []byte {
	var b strings.Builder
	b.WriteString("[\n")
	for i := range 1000 {
		fmt.Fprintf(&b, "{\n\"name\": \"vm%d\",\n\"networkInterfaces\": [\n{\n\"network\": \"projects/p/global/networks/prod\",\n\"networkIP\": \"10.0.%d.%d\"\n}\n],\n\"tags\": {\n\"items\": [\n\"t%d\"\n]\n}\n},\n", i, i>>8, i&255, i)
	}
	for i := range rules {
		fmt.Fprintf(&b, "{\n\"name\": \"r%d\",\n\"network\": \"projects/p/global/networks/prod\",\n\"priority\": %d,\n\"direction\": \"INGRESS\",\n\"sourceRanges\": [\n\"198.51.%d.%d\",\n\"203.0.113.0/24\"\n],\n"+
			"\"targetTags\": [\n\"t%d\"\n],\n\"allowed\": [\n{\n\"IPProtocol\": \"tcp\",\n\"ports\": [\n\"443\"\n]\n}\n]\n}", i, i%60000, i>>8&255, i&255, i%1000)
		if i < rules-1 {
			b.WriteString(",")
		}
		b.WriteString("\n")
	}
	b.WriteString("]\n")
	return []byte(b.String())
}

func BenchmarkParse(b *testing.B) {
	content := large(100_000)
	lines := bytes.Count(content, []byte("\n"))
	b.ReportAllocs()
	for b.Loop() {
		doc, err := gcp.Parse(device.Input{Source: "f", Content: content})
		if err != nil || len(doc.Lists[0].Rules) < 100_000 {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
