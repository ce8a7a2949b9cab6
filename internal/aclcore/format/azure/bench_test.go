package azure_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/azure"
)

// large writes a hundred groups with a thousand rules each, as many as Azure takes.
func large(rules int) []byte {
	var b strings.Builder
	b.WriteString("[\n")
	for i := range rules {
		if i%1000 == 0 {
			fmt.Fprintf(&b, "{\n\"name\": \"g%d\",\n\"securityRules\": [\n", i/1000)
		}
		fmt.Fprintf(&b, "{\n\"name\": \"r%d\",\n\"priority\": %d,\n\"direction\": \"Inbound\",\n\"access\": \"Allow\",\n\"protocol\": \"Tcp\",\n\"sourceAddressPrefixes\": [\n\"198.51.%d.%d\",\n\"203.0.113.0/24\"\n],\n"+
			"\"sourcePortRange\": \"*\",\n\"destinationAddressPrefix\": \"10.%d.%d.%d\",\n\"destinationPortRange\": \"443\"\n}", i, 100+i%1000, i>>8&255, i&255, i>>16&255, i>>8&255, i&255)
		if i%1000 == 999 || i == rules-1 {
			b.WriteString("\n]\n}")
			if i < rules-1 {
				b.WriteString(",")
			}
		} else {
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
		doc, err := azure.Parse(device.Input{Source: "f", Content: content})
		if err != nil || len(doc.Lists) != 200 || len(doc.Lists[0].Rules) < 1000 {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
