package estate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

// blockedTexts are rulesets as text: a rule for each line of it, where %[1]d is the number
// of the rule and %[2]s a host.
var blockedTexts = []struct{ format, acl, head, object, middle, rule, tail string }{
	{"cisco_asa", "", "ASA Version 9.16(1)\n", "", "", "access-list EDGE extended permit tcp host %[2]s host 172.16.0.1 eq 443\n", ""},
	{"cisco_ios", "", "hostname r1\nip access-list extended EDGE\n", "", "", " %[1]d0 permit tcp host %[2]s host 172.16.0.1 eq 443\n", " 20000000 deny ip any any\n"},
	{"cisco_nxos", "", "version 9.3(5)\nip access-list EDGE\n", "", "", "  %[1]d0 permit tcp %[2]s/32 172.16.0.1/32 eq 443\n", ""},
	{"cisco_xr", "", "!! IOS XR Configuration 7.3.1\nipv4 access-list EDGE\n", "", "", " %[1]d0 permit tcp host %[2]s host 172.16.0.1 eq 443\n", ""},
	{"fortios", "", "#config-version=FGVM64-7.2.5-FW-build1517\nconfig firewall address\n", "edit \"h%[1]d\"\nset subnet %[2]s 255.255.255.255\nnext\n",
		"end\nconfig firewall service custom\nedit \"S\"\nset tcp-portrange 443\nnext\nend\nconfig firewall policy\n",
		"edit %[1]d\nset srcintf \"lan\"\nset dstintf \"wan\"\nset srcaddr \"h%[1]d\"\nset dstaddr \"h1\"\nset service \"S\"\nset schedule \"always\"\nset action accept\nset logtraffic all\nnext\n", "end\n"},
	{"junos", "", "set version 21.4R1\n", "", "", "set firewall family inet filter EDGE term t%[1]d from source-address %[2]s/32\n" +
		"set firewall family inet filter EDGE term t%[1]d from destination-address 172.16.0.1/32\nset firewall family inet filter EDGE term t%[1]d from protocol tcp\n" +
		"set firewall family inet filter EDGE term t%[1]d from destination-port 443\nset firewall family inet filter EDGE term t%[1]d then accept\n", ""},
	{"iptables", "", "*filter\n:FORWARD DROP [0:0]\n", "", "", "-A FORWARD -s %[2]s/32 -d 172.16.0.1/32 -p tcp --dport 443 -j ACCEPT\n", "COMMIT\n"},
	{"nftables", "", "table inet fw {\nchain forward {\ntype filter hook forward priority 0; policy drop;\n", "", "", "ip saddr %[2]s ip daddr 172.16.0.1 tcp dport 443 accept\n", "}\n}\n"},
	{"pf_conf", "in", "block in all\n", "", "", "pass quick proto tcp from %[2]s to 172.16.0.1 port 443\n", ""},
	{"json", "", "[\n", "", "", "{\"src_ip\": \"%[2]s\", \"dst_ip\": \"172.16.0.1\", \"dst_port\": \"tcp/443\", \"action\": \"permit\"},\n", "{\"src_ip\": \"10.255.255.255\", \"dst_ip\": \"172.16.0.1\", \"action\": \"permit\"}\n]\n"},
}

// repeat writes the line once for each of n rules.
func repeat(b *strings.Builder, line string, n int) {
	for i := range n {
		if line != "" {
			text := fmt.Sprintf(line+"%[1]d%[2]s", i+1, fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255))
			b.WriteString(text[:strings.LastIndexByte(text, '\n')+1])
		}
	}
}

// BenchmarkBlocked asks for a flow that a ruleset blocks: the change has to find its place
// among all rules.
func BenchmarkBlocked(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		for _, bb := range blockedTexts {
			b.Run(fmt.Sprintf("%s/%dk", bb.format, n/1000), func(b *testing.B) {
				var text strings.Builder
				text.WriteString(bb.head)
				repeat(&text, bb.object, n)
				text.WriteString(bb.middle)
				repeat(&text, bb.rule, n)
				text.WriteString(bb.tail)
				e := New(Config{Rulesets: map[string]RulesetConfig{"edge": {Content: text.String(), Format: bb.format, ACL: bb.acl}}})
				f := Flow{Sources: []string{"10.0.0.1"}, Destinations: []string{"172.16.0.2"}, Services: []string{"tcp/22"}, SourceZone: "lan", DestinationZone: "wan"}
				for range 20 { // until the rules are indexed
					if found, err := e.Match(b.Context(), f); err != nil || found.Status != match.Blocked {
						b.Fatal(found.Status, err)
					}
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
}
