package nftables_test

import (
	"slices"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/nftables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// TestRules reads one rule at a time in a chain that drops all else. What is read is
// as [parsetest.Describe] writes it.
func TestRules(t *testing.T) {
	const all = "any -> any any"
	for _, tt := range []struct{ rule, want string }{
		// What is matched.
		{"tcp dport ssh accept", "permit any -> any tcp/22"},
		{"tcp dport != { 22, 23 } accept", "permit any -> any tcp/0-21, tcp/24-65535"},
		{"tcp dport > 1023 accept", "permit any -> any tcp/1024-65535"},
		{"tcp dport 1000-2000 reject with tcp reset", "deny any -> any tcp/1000-2000"},
		{"ip saddr != 10.0.0.0/8 accept", "permit 0.0.0.0/5, 8.0.0.0/7, 11.0.0.0-255.255.255.255 -> 0.0.0.0/0 any"},
		{"ip daddr & 255.255.255.0 == 10.0.0.0 accept", "permit 0.0.0.0/0 -> 10.0.0.0/24 any"},
		{"ip saddr . tcp dport { 10.0.0.1 . 22, 10.0.0.2 . 23 } accept", "permit 10.0.0.1 -> 0.0.0.0/0 tcp/22 | permit 10.0.0.2 -> 0.0.0.0/0 tcp/23"},
		{"tcp dport vmap { 25 : accept, 26 : drop }", "permit any -> any tcp/25 | deny any -> any tcp/26"},
		{"tcp dport vmap @verdicts", "permit any -> any tcp/80"},
		{"ip saddr @some accept", "permit 10.1.0.0/16, 10.2.0.1-10.2.0.9 -> 0.0.0.0/0 any"},
		{"meta l4proto { tcp, udp } th dport 53 accept", "permit any -> any tcp/53, udp/53"},
		{"ip protocol != tcp accept", "permit 0.0.0.0/0 -> 0.0.0.0/0 protocol/0-5, protocol/7-255"},
		{"meta nfproto ipv6 icmpv6 type echo-request accept", "permit ::/0 -> ::/0 icmpv6/128"},
		{"icmp type echo-request icmp code 0 accept", "permit 0.0.0.0/0 -> 0.0.0.0/0 icmp/8/0"},
		{`iifname { "eth0", "eth1" } tcp dport 22 accept`, "permit any -> any tcp/22 from eth0 eth1"},
		{"ct state established,related accept", "permit " + all + " established"},
		{"tcp flags & (fin|syn|rst|ack) == syn tcp dport 91 accept", "permit any -> any tcp/91 new"},
		{"tcp flags ack accept", "permit any -> any tcp established ? tcp flags ack"},
		{"ip frag-off & 0x1fff != 0 accept", "-"},
		// What decides nothing, and does not keep the rule from matching.
		{`tcp dport 22 counter packets 1 bytes 60 log prefix "ssh " accept comment "x"`, "permit any -> any tcp/22"},
		{"meta mark set 0x1 accept", "permit " + all},
		{"ct mark set meta mark accept", "permit " + all},
		{"tcp flags syn tcp option maxseg size set rt mtu", "-"},
		{"ip protocol tcp flow add @fast", "-"},
		{"notrack", "-"},
		// Setting what the packet may lack is a condition.
		{"tcp option maxseg size set 1400 accept", "permit " + all + " ? tcp option maxseg size set 1400"},
		{"ip dscp set ef accept", "permit " + all + " ? ip dscp set ef"},
		{"meta mark set ip saddr map @marks accept", "permit " + all + " ? meta mark set ip saddr map @marks"},
		{"flow add @fast accept", "permit " + all + " ? flow add @fast"},
		{"update @changing { ip saddr limit rate 3/minute } accept", "permit " + all + " ? update @changing { ip saddr limit rate 3/minute }"},
		// Conditions that a flow does not settle.
		{"limit rate 10/second accept", "permit " + all + " ? limit rate 10/second"},
		{"limit rate over 10/second drop", "deny " + all + " ? limit rate over 10/second"},
		{"ct count over 10 drop", "deny " + all + " ? ct count over 10"},
		{"quota 100 mbytes accept", "permit " + all + " ? quota 100 mbytes"},
		{"meta mark 0x1 accept", "permit " + all + " ? meta mark 0x1"},
		{"ct mark 1 accept", "permit " + all + " ? ct mark 1"},
		{"meta skuid 1000 accept", "permit " + all + " ? meta skuid 1000"},
		{`meta day "Monday" accept`, "permit " + all + ` ? meta day "Monday"`},
		{"numgen inc mod 2 0 accept", "permit " + all + " ? numgen inc mod 2 0"},
		{"jhash ip saddr mod 2 0 accept", "permit " + all + " ? jhash ip saddr mod 2 0"},
		{"fib daddr . iif oif missing drop", "deny " + all + " ? fib daddr . iif oif missing"},
		{"ip ttl 64 accept", "permit " + all + " ? ip ttl 64"},
		{"ip dscp ef accept", "permit " + all + " ? ip dscp ef"},
		{"ct status dnat accept", "-"},
		{"@th,16,16 443 accept", "permit " + all + " ? @th,16,16 443"},
		{"ether saddr 00:11:22:33:44:55 accept", "permit " + all + " ? ether saddr 00:11:22:33:44:55"},
		{"ip saddr @changing accept", "permit 0.0.0.0/0 -> 0.0.0.0/0 any ? ip saddr @changing, a set that changes while the firewall runs"},
		{"ip saddr @missing accept", "permit 0.0.0.0/0 -> 0.0.0.0/0 any ? ip saddr @missing, a set that is not in the file"},
		{`iifname "eth*" accept`, "permit " + all + " from eth*"},
		{"iif 2 drop", "deny " + all + " ? iif 2"},
		{`iif { "lo", 7 } accept`, "permit " + all + ` ? iif { "lo", 7 }`},
		// Nothing in input has an interface to go out by, and kernels differ in what
		// != makes of that.
		{`oifname "eth0" drop`, "-"},
		{`oifname != "eth0" drop`, "deny " + all + ` ? oifname != "eth0"`},
		{`oifname vmap { "eth0" : accept, * : drop }`, either(all, `oifname vmap { "eth0" : accept, * : drop } cannot be decided`)},
		{"brand new accept", "permit " + all + " ? brand new"},
		// What may do anything.
		{"numgen random mod 2 vmap { 0 : accept, 1 : drop }", either(all, "numgen random mod 2 vmap { 0 : accept, 1 : drop }")},
		{"queue num 1", either(all, "queue num 1")},
		{"tproxy to :80", either(all, "tproxy to :80")},
		{"dnat ip to tcp dport map { 80 : 10.0.0.1 }", either("any -> any tcp/80", "dnat ip to tcp dport map { 80 : 10.0.0.1 }")},
		{"ip saddr set 10.0.0.1", either(all, "ip saddr set 10.0.0.1")},
	} {
		text := `table inet fw {
	set some { type ipv4_addr; flags interval; elements = { 10.1.0.0/16, 10.2.0.1-10.2.0.9 }; }
	set changing { type ipv4_addr; flags dynamic,timeout; timeout 1h; }
	map verdicts { type inet_service : verdict; elements = { 80 : accept }; }
	map marks { type ipv4_addr : mark; elements = { 10.0.0.1 : 0x1 }; }
	flowtable fast { hook ingress priority 0; devices = { eth0 }; }
	chain input {
		type filter hook input priority filter; policy drop;
		` + tt.rule + `
	}
}
`
		doc, err := nftables.Parse(device.Input{Source: "fw.nft", Content: []byte(text)})
		if err != nil {
			t.Errorf("%s: %v", tt.rule, err)
			continue
		}
		rules := slices.DeleteFunc(doc.Lists[0].Rules, func(r rule.Rule) bool { return r.Line != 9 })
		if got := parsetest.Describe(rules); got != tt.want {
			t.Errorf("%s\n\t%s\nwant\t%s", tt.rule, got, tt.want)
		}
	}
}

func either(traffic, reason string) string {
	return "permit " + traffic + " ? " + reason + " | deny " + traffic + " ? " + reason
}
