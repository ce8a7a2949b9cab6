package format_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
)

// BenchmarkDetect tells the format of texts of a million bytes.
func BenchmarkDetect(b *testing.B) {
	const size = 1 << 20
	long := func(head, line string) []byte {
		return []byte(head + strings.Repeat(line, size/len(line)))
	}
	for _, c := range []struct {
		format string
		text   []byte
	}{
		{"json", long(`[{"src_ip": "any", "dst_ip": "any", "action": "permit"}`, ",\n"+`{"src_ip": "10.0.0.0/24", "dst_ip": "10.1.2.3", "dst_port": "tcp/443", "action": "permit"}`)},
		{"cisco_asa", long("ASA Version 9.16(1)\n", "access-list inside extended permit tcp 10.0.0.0 255.255.255.0 host 10.1.2.3 eq https\n")},
		{"cisco_ios", long("", "ip access-list extended inside\n permit tcp 10.0.0.0 0.0.0.255 host 10.1.2.3 eq 443\n")},
		{"iptables", long("*filter\n:FORWARD DROP [0:0]\n", "-A FORWARD -s 10.0.0.0/24 -d 10.1.2.3/32 -p tcp -m tcp --dport 443 -j ACCEPT\n")},
		{"fortios", long("config firewall policy\n", "edit 1\n set srcaddr \"web\"\n set dstaddr \"db\"\n set service \"HTTPS\"\n next\n")},
		{"junos", long("", "set security policies from-zone trust to-zone untrust policy web match source-address web\n")},
	} {
		b.Run(c.format, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				got, err := format.Detect(c.text)
				if err != nil || got != c.format {
					b.Fatal(got, err)
				}
			}
		})
	}
}
