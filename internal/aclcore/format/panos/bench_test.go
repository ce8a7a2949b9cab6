package panos_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/panos"
)

// large writes an XML configuration with that many rules, objects and groups.
func large(rules int) []byte {
	var b bytes.Buffer
	b.Grow(rules * 560)
	b.WriteString("<config version=\"10.1.0\" urldb=\"paloaltonetworks\">\n<devices>\n<entry name=\"localhost.localdomain\">\n<vsys>\n<entry name=\"vsys1\">\n<address>\n")
	for i := range rules {
		fmt.Fprintf(&b, "<entry name=\"h%d\">\n<ip-netmask>10.%d.%d.%d</ip-netmask>\n</entry>\n", i, i>>16&255, i>>8&255, i&255)
	}
	b.WriteString("</address>\n<address-group>\n")
	for i := range rules / 10 {
		fmt.Fprintf(&b, "<entry name=\"g%d\">\n<static>\n<member>h%d</member>\n<member>h%d</member>\n</static>\n</entry>\n", i, i, i*2)
	}
	b.WriteString("</address-group>\n<rulebase>\n<security>\n<rules>\n")
	for i := range rules {
		fmt.Fprintf(&b, "<entry name=\"rule %d\">\n<from>\n<member>trust</member>\n</from>\n<to>\n<member>dmz</member>\n</to>\n<source>\n<member>h%d</member>\n<member>g%d</member>\n</source>\n"+
			"<destination>\n<member>h%d</member>\n</destination>\n<application>\n<member>any</member>\n</application>\n<service>\n<member>service-https</member>\n</service>\n<action>allow</action>\n</entry>\n",
			i, i, i/10, (i*7)%rules)
	}
	b.WriteString("</rules>\n</security>\n</rulebase>\n</entry>\n</vsys>\n</entry>\n</devices>\n</config>\n")
	return b.Bytes()
}

func BenchmarkParse(b *testing.B) {
	content := large(100_000)
	lines := bytes.Count(content, []byte("\n"))
	b.ReportAllocs()
	for b.Loop() {
		doc, err := panos.Parse(device.Input{Source: "f", Content: content})
		if err != nil || len(doc.Lists[0].Rules) != 100_002 {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
