package sense_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/sense"
)

// large writes a configuration with that many rules, and an alias for every tenth of them.
func large(rules int) []byte {
	var b strings.Builder
	b.WriteString("<pfsense>\n<system>\n</system>\n<interfaces>\n<lan>\n<if>igb1</if>\n<enable/>\n<ipaddr>10.0.0.1</ipaddr>\n<subnet>8</subnet>\n</lan>\n</interfaces>\n<aliases>\n")
	for i := range rules / 10 {
		fmt.Fprintf(&b, "<alias>\n<name>A%d</name>\n<type>host</type>\n<address>10.%d.%d.%d 10.%d.%d.%d</address>\n</alias>\n", i, i>>16&255, i>>8&255, i&255, i>>16&255, i>>8&255, (i*7)&255)
	}
	b.WriteString("</aliases>\n<filter>\n")
	for i := range rules {
		fmt.Fprintf(&b, "<rule>\n<type>pass</type>\n<interface>lan</interface>\n<ipprotocol>inet</ipprotocol>\n<protocol>tcp</protocol>\n<source>\n<address>A%d</address>\n</source>\n"+
			"<destination>\n<address>172.16.%d.%d</address>\n<port>443</port>\n</destination>\n<descr>rule %d</descr>\n</rule>\n", i/10, i>>8&255, i&255, i)
	}
	b.WriteString("</filter>\n</pfsense>\n")
	return []byte(b.String())
}

func BenchmarkParse(b *testing.B) {
	content := large(100_000)
	lines := bytes.Count(content, []byte("\n"))
	b.ReportAllocs()
	for b.Loop() {
		doc, err := sense.Parse(sense.PfSense, device.Input{Source: "f", Content: content})
		if err != nil || len(doc.Lists[0].Rules) < 100_000 {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
