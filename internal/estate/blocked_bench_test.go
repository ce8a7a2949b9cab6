package estate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

// BenchmarkBlocked asks for a flow that a ruleset of 100,000 rules blocks: the change
// has to find its place among them.
func BenchmarkBlocked(b *testing.B) {
	for _, bb := range []struct{ format, head, rule, tail string }{
		{"cisco_ios", "hostname r1\nip access-list extended EDGE\n", " %[1]d permit tcp host %[2]s host 172.16.0.1 eq 443\n", " 2000000 deny ip any any\n"},
		{"cisco_asa", "ASA Version 9.16(1)\n", "access-list EDGE extended permit tcp host %[2]s host 172.16.0.1 eq 443\n", ""},
		{"iptables", "*filter\n:FORWARD DROP [0:0]\n", "-A FORWARD -s %[2]s/32 -d 172.16.0.1/32 -p tcp --dport 443 -j ACCEPT\n", "COMMIT\n"},
		{"nftables", "table inet fw {\nchain forward {\ntype filter hook forward priority 0; policy drop;\n", "ip saddr %[2]s ip daddr 172.16.0.1 tcp dport 443 accept\n", "}\n}\n"},
	} {
		b.Run(bb.format, func(b *testing.B) {
			var text strings.Builder
			text.WriteString(bb.head)
			for i := range 100_000 {
				line := fmt.Sprintf(bb.rule+"%[1]d", (i+1)*10, fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255))
				text.WriteString(line[:strings.IndexByte(line, '\n')+1])
			}
			text.WriteString(bb.tail)
			e := New(Config{Rulesets: map[string]RulesetConfig{"edge": {Content: text.String()}}})
			f := Flow{Sources: []string{"10.0.0.1"}, Destinations: []string{"172.16.0.2"}, Services: []string{"tcp/22"}}
			if found, err := e.Match(b.Context(), f); err != nil || found.Status != match.Blocked {
				b.Fatal(found.Status, err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Match(b.Context(), f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
