package nftables_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/nftables"
)

// listing writes a ruleset of n rules as nft list ruleset does.
func listing(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("table inet fw {\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy drop;\n\t\tct state established,related accept\n")
	for i := range n {
		fmt.Fprintf(&b, "\t\tip saddr 10.%d.%d.0/24 ip daddr 10.%d.%d.%d tcp dport { %d, 8000-8010 } counter packets 0 bytes 0 accept comment \"rule %d\"\n",
			r.IntN(256), r.IntN(256), r.IntN(256), r.IntN(256), r.IntN(256), r.IntN(7000), i)
	}
	b.WriteString("\t}\n}\n")
	return []byte(b.String())
}

// inJSON writes a ruleset of n rules as nft -j list ruleset does.
func inJSON(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString(`{"nftables": [{"table": {"family": "ip", "name": "fw", "handle": 1}}, {"chain": {"family": "ip", "table": "fw", "name": "forward", "handle": 1, "type": "filter", "hook": "forward", "prio": 0, "policy": "drop"}}`)
	for i := range n {
		fmt.Fprintf(&b, `, {"rule": {"family": "ip", "table": "fw", "chain": "forward", "handle": %d, "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": {"prefix": {"addr": "10.%d.%d.0", "len": 24}}}}, {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": %d}}, {"accept": null}]}}`,
			i+2, r.IntN(256), r.IntN(256), r.IntN(7000))
	}
	b.WriteString("]}\n")
	return []byte(b.String())
}

// BenchmarkParse measures rules a second, of which text has one in a line.
func BenchmarkParse(b *testing.B) {
	for _, form := range []struct {
		name  string
		write func(int) []byte
	}{{"text", listing}, {"JSON", inJSON}} {
		for _, n := range []int{1_000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", form.name, n), func(b *testing.B) {
				content := form.write(n)
				b.SetBytes(int64(len(content)))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := nftables.Parse(device.Input{Source: "fw", Content: content}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
			})
		}
	}
}
