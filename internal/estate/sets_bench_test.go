package estate

import (
	"fmt"
	"strings"
	"testing"
)

// setUses are texts with one set of hosts that many rules use: what stands before and after
// the members, what is between two of them, a rule, and the end. The set of the group of an
// ASA is the measure for the others.
var setUses = []struct{ format, head, member, middle, rule, tail string }{
	{"cisco_asa", "ASA Version 9.16(1)\nobject-group network H\n", " network-object host %[2]s\n", "",
		"access-list EDGE extended permit tcp object-group H host 172.16.0.1 eq %[1]d\n", ""},
	{"iptables", "create H hash:ip family inet hashsize 1024 maxelem 65536\n", "add H %[2]s\n", "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n",
		"-A FORWARD -m set --match-set H src -d 172.16.0.1/32 -p tcp --dport %[1]d -j ACCEPT\n", "COMMIT\n"},
	{"nftables", "table inet fw {\nset H {\ntype ipv4_addr\nelements = {\n", "%[2]s,\n", "}\n}\nchain forward {\ntype filter hook forward priority 0; policy drop;\nct state established,related accept\n",
		"ip saddr @H ip daddr 172.16.0.1 tcp dport %[1]d accept\n", "}\n}\n"},
}

// BenchmarkSetUse reads and indexes a set of 10,000 members that 1,000 rules use, and asks
// for one flow. The floor is the same with one rule.
func BenchmarkSetUse(b *testing.B) {
	for _, bb := range setUses {
		for _, rules := range []int{1, 1000} {
			b.Run(fmt.Sprintf("%s/%d", bb.format, rules), func(b *testing.B) {
				var text strings.Builder
				text.WriteString(bb.head)
				repeat(&text, bb.member, 10_000)
				text.WriteString(bb.middle)
				repeat(&text, bb.rule, rules)
				text.WriteString(bb.tail)
				f := Flow{Sources: []string{"10.0.39.15"}, Destinations: []string{"172.16.0.1"}, Services: []string{"tcp/1"}}
				b.ReportAllocs()
				for b.Loop() {
					e := New(Config{Rulesets: map[string]RulesetConfig{"edge": {Content: text.String(), Format: bb.format}}})
					if found, err := e.Match(b.Context(), f); err != nil || len(found.Missing) > 0 {
						b.Fatal(found.Status, found.Missing, err)
					}
				}
			})
		}
	}
}
