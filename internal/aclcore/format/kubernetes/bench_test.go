package kubernetes_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kubernetes"
)

// large writes a cluster in JSON with that many policies of one rule each, for one of five
// hundred pods in a hundred namespaces.
func large(policies int) []byte {
	var b strings.Builder
	b.WriteString("{\n\"apiVersion\": \"v1\",\n\"kind\": \"List\",\n\"items\": [\n")
	for i := range 500 {
		fmt.Fprintf(&b, "{\n\"apiVersion\": \"v1\",\n\"kind\": \"Pod\",\n\"metadata\": {\n\"name\": \"p%d\",\n\"namespace\": \"n%d\",\n\"labels\": {\n\"app\": \"a%d\"\n}\n},\n\"status\": {\n\"podIP\": \"10.0.%d.%d\"\n}\n},\n", i, i%100, i/100, i>>8, i&255)
	}
	for i := range policies {
		fmt.Fprintf(&b, "{\n\"apiVersion\": \"networking.k8s.io/v1\",\n\"kind\": \"NetworkPolicy\",\n\"metadata\": {\n\"name\": \"r%d\",\n\"namespace\": \"n%d\"\n},\n\"spec\": {\n\"podSelector\": {\n\"matchLabels\": {\n\"app\": \"a%d\"\n}\n},\n"+
			"\"ingress\": [\n{\n\"from\": [\n{\n\"ipBlock\": {\n\"cidr\": \"198.51.%d.%d/32\"\n}\n}\n],\n\"ports\": [\n{\n\"port\": 443\n}\n]\n}\n]\n}\n}", i, i%100, i/100%5, i>>8&255, i&255)
		if i < policies-1 {
			b.WriteString(",")
		}
		b.WriteString("\n")
	}
	b.WriteString("]\n}\n")
	return []byte(b.String())
}

func BenchmarkParse(b *testing.B) {
	content := large(100_000)
	lines := bytes.Count(content, []byte("\n"))
	b.ReportAllocs()
	for b.Loop() {
		doc, err := kubernetes.Parse(device.Input{Source: "f", Content: content})
		if err != nil || len(doc.Lists[0].Rules) < 100_000 {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
