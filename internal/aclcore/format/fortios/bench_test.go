package fortios_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/fortios"
)

// large writes a configuration with that many policies, objects and groups.
func large(policies int) []byte {
	var b bytes.Buffer
	b.Grow(policies * 420)
	b.WriteString("#config-version=FGVM64-7.2.5-FW-build1517\nconfig firewall address\n")
	for i := range policies {
		fmt.Fprintf(&b, "    edit \"h%d\"\n        set subnet 10.%d.%d.%d 255.255.255.255\n    next\n", i, i>>16&255, i>>8&255, i&255)
	}
	b.WriteString("end\nconfig firewall addrgrp\n")
	for i := range policies / 10 {
		fmt.Fprintf(&b, "    edit \"g%d\"\n        set member \"h%d\" \"h%d\" \"h%d\"\n    next\n", i, i, i*2, i*3)
	}
	b.WriteString("end\nconfig firewall service custom\n    edit \"S\"\n        set tcp-portrange 443\n    next\nend\nconfig firewall policy\n")
	for i := range policies {
		fmt.Fprintf(&b, "    edit %d\n        set srcintf \"lan\"\n        set dstintf \"wan\"\n        set srcaddr \"h%d\" \"g%d\"\n        set dstaddr \"h%d\"\n"+
			"        set service \"S\"\n        set schedule \"always\"\n        set action accept\n        set logtraffic all\n    next\n", i+1, i, i/10, (i*7)%policies)
	}
	b.WriteString("end\n")
	return b.Bytes()
}

func BenchmarkParse(b *testing.B) {
	content := large(100_000)
	lines := bytes.Count(content, []byte("\n"))
	b.ReportAllocs()
	for b.Loop() {
		doc, err := fortios.Parse(device.Input{Source: "f", Content: content})
		if err != nil || len(doc.Lists[0].Rules) != 100_000 {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
