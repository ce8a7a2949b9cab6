package iptables_test

import (
	"slices"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/iptables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// TestRules reads one rule at a time in a chain that drops all else. What is read is
// as [parsetest.Describe] writes it, or as "error: …".
func TestRules(t *testing.T) {
	const all = "0.0.0.0/0 -> 0.0.0.0/0 any"
	for _, tt := range []struct{ rule, want string }{
		// What is matched.
		{"-s 10.0.0.0/8 -d 192.168.1.1/32 -j ACCEPT", "permit 10.0.0.0/8 -> 192.168.1.1 any"},
		{"! -s 10.0.0.0/8 -j REJECT --reject-with icmp-port-unreachable", "deny 0.0.0.0/5, 8.0.0.0/7, 11.0.0.0-255.255.255.255 -> 0.0.0.0/0 any"},
		{"-s 10.0.0.1,10.0.0.2 -j ACCEPT", "permit 10.0.0.1, 10.0.0.2 -> 0.0.0.0/0 any"},
		{"-m iprange ! --dst-range 10.0.0.1-10.0.0.9 -j ACCEPT", "permit 0.0.0.0/0 -> 0.0.0.0-10.0.0.0, 10.0.0.10-255.255.255.255 any"},
		{"-p tcp -m tcp ! --dport 22 -j ACCEPT", "permit 0.0.0.0/0 -> 0.0.0.0/0 tcp/0-21, tcp/23-65535"},
		{"-p tcp -m multiport --dports 80,443,8000:8010 -j ACCEPT", "permit 0.0.0.0/0 -> 0.0.0.0/0 tcp/80, tcp/443, tcp/8000-8010"},
		{"-p tcp -m multiport ! --dports 22,23 -j ACCEPT", "permit 0.0.0.0/0 -> 0.0.0.0/0 tcp/0-21, tcp/24-65535"},
		{"-p tcp -m multiport --sports 1024:65535 -m multiport --dports 80 -j ACCEPT", "permit 0.0.0.0/0 -> 0.0.0.0/0 tcp/80 from 1024-65535"},
		{"-p udp --sport 53 -j ACCEPT", "permit 0.0.0.0/0 -> 0.0.0.0/0 udp/* from 53"},
		{"-p icmp --icmp-type 3/4 -j ACCEPT", "permit 0.0.0.0/0 -> 0.0.0.0/0 icmp/3/4"},
		{"-p 47 -j ACCEPT", "permit 0.0.0.0/0 -> 0.0.0.0/0 gre"},
		{"! -p tcp -j ACCEPT", "permit 0.0.0.0/0 -> 0.0.0.0/0 protocol/0-5, protocol/7-255"},
		{"-p tcp -m tcp --dport 80 -m tcp --dport 443 -j ACCEPT", "-"},
		{"-i eth0 -p tcp --dport 22 -j ACCEPT", "permit 0.0.0.0/0 -> 0.0.0.0/0 tcp/22 from eth0"},
		{"-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", "permit " + all + " established"},
		{"-p tcp --syn -j ACCEPT", "permit 0.0.0.0/0 -> 0.0.0.0/0 tcp new"},
		{"-p tcp ! --syn -j DROP", "deny 0.0.0.0/0 -> 0.0.0.0/0 tcp established"},
		{"-p tcp --tcp-flags ALL NONE -j DROP", "-"},
		{"-f -j ACCEPT", "-"},
		{"! -f -j ACCEPT", "permit " + all},
		{`-m comment --comment "a b" -j ACCEPT`, "permit " + all},
		// Where it goes.
		{"-p tcp -j u", "permit 0.0.0.0/0 -> 0.0.0.0/0 tcp/99"},
		{"-p tcp -g u", "permit 0.0.0.0/0 -> 0.0.0.0/0 tcp/99 | deny 0.0.0.0/0 -> 0.0.0.0/0 tcp"},
		{"-j RETURN", "deny " + all},
		{`-j LOG --log-prefix "x "`, "-"},
		{"-j MARK --set-mark 5", "-"},
		{"-p tcp --dport 80", "-"},
		{"-j NFQUEUE --queue-num 0", either("NFQUEUE leaves it to a program")},
		{"-j XYZZY --foo", either("the target XYZZY is not known")},
		// Conditions that a flow does not settle, and modules that are not known.
		{"-m limit --limit 5/min --limit-burst 10 -j ACCEPT", "permit " + all + " ? -m limit --limit 5/min --limit-burst 10"},
		{"-j ACCEPT -m limit --limit 5/min", "permit " + all + " ? -m limit --limit 5/min"},
		{"-m hashlimit --hashlimit-upto 5/sec --hashlimit-name x -j ACCEPT", "permit " + all + " ? -m hashlimit --hashlimit-upto 5/sec --hashlimit-name x"},
		{"-m connlimit --connlimit-above 10 -j REJECT --reject-with tcp-reset", "deny " + all + " ? -m connlimit --connlimit-above 10"},
		{"-m recent --name x --rcheck --seconds 60 -j ACCEPT", "permit " + all + " ? -m recent --name x --rcheck --seconds 60"},
		{"-m mark --mark 0x1 -j ACCEPT", "permit " + all + " ? -m mark --mark 0x1"},
		{"-m mac --mac-source 00:11:22:33:44:55 -j ACCEPT", "permit " + all + " ? -m mac --mac-source 00:11:22:33:44:55"},
		{"-m owner --uid-owner 1000 -j ACCEPT", "permit " + all + " ? -m owner --uid-owner 1000"},
		{"-m time --timestart 09:00 --timestop 17:00 -j ACCEPT", "permit " + all + " ? -m time --timestart 09:00 --timestop 17:00"},
		{"-m addrtype --dst-type LOCAL -j ACCEPT", "permit 0.0.0.0/0 -> 1.0.0.0-223.255.255.255, 240.0.0.0-255.255.255.254 any ? the destination is an address of the host"},
		{"-m policy --dir in --pol ipsec -j ACCEPT", "permit " + all + " ? -m policy --dir in --pol ipsec"},
		{"-m statistic --mode random --probability 0.5 -j ACCEPT", "permit " + all + " ? -m statistic --mode random --probability 0.5"},
		{"-m conntrack --ctstate DNAT -j ACCEPT", "-"},
		{"-m conntrack --ctdir REPLY -j ACCEPT", "permit " + all + " ? -m conntrack --ctdir REPLY"},
		{"-m set ! --match-set foo src -j DROP", "deny " + all + " ? ! --match-set foo src: the set is not in the file"},
		{"-p tcp -m tcp --tcp-option 5 -j ACCEPT", "permit 0.0.0.0/0 -> 0.0.0.0/0 tcp ? -m tcp --tcp-option 5"},
		{"-m nosuch --thing 5 -j ACCEPT", "permit " + all + " ? -m nosuch --thing 5"},
		{"-i eth+ -j ACCEPT", "permit " + all + " from eth*"},
		{"-s host.example.com -j ACCEPT", "permit " + all + " ? the address of host.example.com is not in the file"},
		// What iptables would not take.
		{"-m tcp --dport 80 -j ACCEPT", "error: fw.rules:5: --dport 80 needs -p tcp, udp, sctp, dccp or udplite"},
		{"-p tcp --dport nosuchport -j ACCEPT", `error: fw.rules:5: --dport nosuchport: the port "nosuchport" is not known; write its number, 0 to 65535`},
	} {
		text := "# Generated by iptables-save\n*filter\n:FORWARD DROP [0:0]\n:u - [0:0]\n-A FORWARD " + tt.rule + "\n-A u -p tcp --dport 99 -j ACCEPT\nCOMMIT\n"
		doc, err := iptables.Parse(device.Input{Source: "fw.rules", Content: []byte(text)})
		got := ""
		if err != nil {
			got = "error: " + err.Error()
		} else {
			got = parsetest.Describe(slices.DeleteFunc(doc.Lists[0].Rules, func(r rule.Rule) bool { return r.Line < 5 }))
		}
		if got != tt.want {
			t.Errorf("%s\n\t%s\nwant\t%s", tt.rule, got, tt.want)
		}
	}
}

func either(reason string) string {
	const all = " 0.0.0.0/0 -> 0.0.0.0/0 any ? "
	return "permit" + all + reason + " | deny" + all + reason
}

// TestNoInterface: packets that the host receives or sends have no interface on the
// other side. iptables takes conditions on it in chains of users only.
func TestNoInterface(t *testing.T) {
	for _, tt := range []struct{ chain, rule, want string }{
		{"INPUT", "! -o eth0 -j DROP", "deny 0.0.0.0/0 -> 0.0.0.0/0 any"},
		{"INPUT", "-o eth0 -j ACCEPT", "-"},
		{"INPUT", "-i eth0 -j ACCEPT", "permit 0.0.0.0/0 -> 0.0.0.0/0 any from eth0"},
		{"OUTPUT", "! -i eth0 -j DROP", "deny 0.0.0.0/0 -> 0.0.0.0/0 any"},
		{"OUTPUT", "-i eth0 -j ACCEPT", "-"},
	} {
		text := "# Generated by iptables-save\n*filter\n:" + tt.chain + " ACCEPT [0:0]\n:u - [0:0]\n-A " + tt.chain + " -j u\n-A u " + tt.rule + "\nCOMMIT\n"
		doc, err := iptables.Parse(device.Input{Source: "fw.rules", Content: []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
		if got := parsetest.Describe(slices.DeleteFunc(doc.Lists[0].Rules, func(r rule.Rule) bool { return r.Line < 6 })); got != tt.want {
			t.Errorf("%s: %s\n\t%s\nwant\t%s", tt.chain, tt.rule, got, tt.want)
		}
	}
}
