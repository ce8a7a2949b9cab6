package pf_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/pf"
)

// large writes that many rules, and a table for every tenth of them.
func large(rules int) []byte {
	var b strings.Builder
	for i := range rules / 10 {
		fmt.Fprintf(&b, "table <t%d> const { 10.%d.%d.%d, 10.%d.%d.0/24 }\n", i, i>>16&255, i>>8&255, i&255, i>>8&255, i&255)
	}
	b.WriteString("block all\n")
	for i := range rules {
		fmt.Fprintf(&b, "pass in quick on em0 inet proto tcp from <t%d> to 172.16.%d.%d port { 443, 8443 }\n", i/10, i>>8&255, i&255)
	}
	return []byte(b.String())
}

func BenchmarkParse(b *testing.B) {
	content := large(100_000)
	lines := bytes.Count(content, []byte("\n"))
	b.ReportAllocs()
	for b.Loop() {
		doc, err := pf.Parse(device.Input{Source: "f", Content: content})
		if err != nil || len(doc.Lists[0].Rules) < 100_000 {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

// BenchmarkParseList reads one rule with a list of 20,000 addresses.
func BenchmarkParseList(b *testing.B) {
	var text strings.Builder
	text.WriteString("block in from {")
	for i := range 20_000 {
		fmt.Fprintf(&text, " 10.%d.%d.1", i&255, i>>8)
	}
	text.WriteString(" }\n")
	for b.Loop() {
		if _, err := pf.Parse(device.Input{Source: "f", Content: []byte(text.String())}); err != nil {
			b.Fatal(err)
		}
	}
}
