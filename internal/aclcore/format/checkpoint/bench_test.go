package checkpoint_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/checkpoint"
)

// large writes a layer with that many rules and objects.
func large(rules int) []byte {
	var b bytes.Buffer
	b.Grow(rules * 480)
	fmt.Fprintf(&b, "{\"uid\": \"l\", \"name\": \"Network\", \"from\": 1, \"to\": %d, \"total\": %d,\n\"objects-dictionary\": [\n", rules, rules)
	b.WriteString("{\"uid\": \"accept\", \"name\": \"Accept\", \"type\": \"RulebaseAction\"}, {\"uid\": \"https\", \"name\": \"https\", \"type\": \"service-tcp\", \"port\": \"443\"}")
	for i := range rules {
		fmt.Fprintf(&b, ",\n{\"uid\": \"h%d\", \"name\": \"host %d\", \"type\": \"host\", \"ipv4-address\": \"10.%d.%d.%d\"}", i, i, i>>16&255, i>>8&255, i&255)
	}
	b.WriteString("],\n\"rulebase\": [\n")
	for i := range rules {
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, "{\"uid\": \"r%d\", \"name\": \"rule %d\", \"type\": \"access-rule\", \"enabled\": true,\n\"source\": [\"h%d\"],\n\"source-negate\": false,\n\"destination\": [\"h%d\"],\n\"destination-negate\": false,\n\"service\": [\"https\"],\n\"service-negate\": false,\n"+
			"\"vpn\": [\"Any\"], \"time\": [\"Any\"], \"install-on\": [\"Policy Targets\"],\n\"action\": \"accept\"}", i, i, i, (i*7)%rules)
	}
	b.WriteString("]}\n{\"uid\": \"l\", \"name\": \"Network\", \"type\": \"access-layer\", \"implicit-cleanup-action\": \"drop\"}\n")
	return b.Bytes()
}

func BenchmarkParse(b *testing.B) {
	content := large(100_000)
	lines := bytes.Count(content, []byte("\n"))
	b.ReportAllocs()
	for b.Loop() {
		doc, err := checkpoint.Parse(device.Input{Source: "f", Content: content})
		if err != nil || len(doc.Lists[0].Rules) != 100_001 {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
