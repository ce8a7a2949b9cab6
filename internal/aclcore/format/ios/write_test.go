package ios_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/ios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// rules reads "ACTION SOURCES DESTINATIONS SERVICES" lines, each a list with commas.
func rules(t *testing.T, text string) []rule.Rule {
	t.Helper()
	var out []rule.Rule
	for line := range strings.SplitSeq(text, "\n") {
		word := strings.SplitN(line, " ", 4)
		action, err := rule.ParseAction(word[0])
		if err != nil {
			t.Fatal(err)
		}
		var p traffic.Product
		for i, set := range []*addr.Set{&p.Sources, &p.Destinations} {
			for text := range strings.SplitSeq(word[1+i], ",") {
				l, err := addr.Parse(text)
				if err != nil {
					t.Fatal(err)
				}
				*set = set.Union(l.Set)
			}
		}
		for text := range strings.SplitSeq(word[3], ",") {
			l, err := service.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			p.Services = p.Services.Union(l.Set)
		}
		out = append(out, rule.Rule{Action: action, Traffic: p})
	}
	return out
}

// TestNewList writes lists of their own, and so the spelling of every field.
func TestNewList(t *testing.T) {
	for _, tt := range []struct {
		d           ios.Dialect
		rules, want string
	}{
		{ios.IOS, "permit 10.0.0.1 10.0.0.2 tcp/443", "ip access-list extended EDGE\n 10 permit tcp host 10.0.0.1 host 10.0.0.2 eq 443"},
		{ios.NXOS, "permit 10.0.0.0/24 0.0.0.0/0 udp/53", "ip access-list EDGE\n 10 permit udp 10.0.0.0/24 any eq 53"},
		{ios.XR, "permit 10.0.0.0/24 0.0.0.0/0 ip", "ipv4 access-list EDGE\n 10 permit ipv4 10.0.0.0 0.0.0.255 any"},
		{ios.IOS, "deny 0.0.0.0/0 10.0.0.0/8 ip", "ip access-list extended EDGE\n 10 deny ip any 10.0.0.0 0.255.255.255"},
		{
			ios.IOS, "permit 10.0.0.1-10.0.0.4 10.0.0.9 tcp/80-90 from 1024-65535",
			"ip access-list extended EDGE\n 10 permit tcp host 10.0.0.1 range 1024 65535 host 10.0.0.9 range 80 90\n" +
				" 20 permit tcp 10.0.0.2 0.0.0.1 range 1024 65535 host 10.0.0.9 range 80 90\n" +
				" 30 permit tcp host 10.0.0.4 range 1024 65535 host 10.0.0.9 range 80 90",
		},
		{
			ios.IOS, "permit 10.0.0.1 10.0.0.2 icmp/8,icmp/3/4,esp,gre,protocol/99",
			"ip access-list extended EDGE\n 10 permit icmp host 10.0.0.1 host 10.0.0.2 3 4\n 20 permit icmp host 10.0.0.1 host 10.0.0.2 8\n" +
				" 30 permit 47 host 10.0.0.1 host 10.0.0.2\n 40 permit 50 host 10.0.0.1 host 10.0.0.2\n 50 permit 99 host 10.0.0.1 host 10.0.0.2",
		},
		{ios.IOS, "permit 2001:db8::/64 2001:db8::1 icmpv6/128", "ipv6 access-list EDGE\n sequence 10 permit icmp 2001:db8::/64 host 2001:db8::1 128"},
		{ios.NXOS, "permit ::/0 2001:db8::1 tcp/22", "ipv6 access-list EDGE\n 10 permit tcp any host 2001:db8::1 eq 22"},
		{ios.XR, "permit ::/0 2001:db8::1 icmpv6", "ipv6 access-list EDGE\n 10 permit icmpv6 any host 2001:db8::1"},
		{ios.XR, "permit 10.0.0.1 10.0.0.2 sctp/5060", "ipv4 access-list EDGE\n 10 permit sctp host 10.0.0.1 host 10.0.0.2 eq 5060"},
		// a second one of the kind decides nothing
		{ios.IOS, "permit 10.0.0.1 10.0.0.2 tcp\npermit 10.0.0.1 10.0.0.2 tcp", "ip access-list extended EDGE\n 10 permit tcp host 10.0.0.1 host 10.0.0.2"},
		// pairs of an IPv4 and an IPv6 address are no traffic
		{ios.IOS, "permit any 10.0.0.2 tcp/80", "ip access-list extended EDGE\n 10 permit tcp any host 10.0.0.2 eq 80"},
	} {
		got, err := ios.Write(tt.d, "EDGE", rule.Insertion{Rules: rules(t, tt.rules)})
		if err != nil || got != tt.want {
			t.Errorf("%s %s:\n%s\n%v, want\n%s", tt.d, tt.rules, got, err, tt.want)
		}
	}
}

func TestPlace(t *testing.T) {
	const one = "permit 10.0.0.1 10.0.0.2 tcp/443"
	for _, tt := range []struct {
		name   string
		p      platform
		base   string
		before int
		rules  string
		want   string
	}{
		{
			"between", platforms[0],
			"ip access-list extended EDGE\n 10 permit udp any any eq 53\n 20 deny ip any any\n",
			1, one, "ip access-list extended EDGE\n 15 permit tcp host 10.0.0.1 host 10.0.0.2 eq 443",
		},
		{
			"top", platforms[0],
			"ip access-list extended EDGE\n 10 permit udp any any eq 53\n 20 deny ip any any\n",
			0, "permit 10.0.0.1 10.0.0.2 tcp/443,tcp/80", "ip access-list extended EDGE\n 3 permit tcp host 10.0.0.1 host 10.0.0.2 eq 80\n 6 permit tcp host 10.0.0.1 host 10.0.0.2 eq 443",
		},
		{
			"end", platforms[0],
			"ip access-list extended EDGE\n 10 permit udp any any eq 53\n",
			1, one, "ip access-list extended EDGE\n permit tcp host 10.0.0.1 host 10.0.0.2 eq 443",
		},
		{
			"shown numbered list", platforms[0],
			"Extended IP access list 101\n    10 permit udp any any eq domain (5 matches)\n    20 deny ip any any (7 matches)\n",
			1, one, "ip access-list extended 101\n 15 permit tcp host 10.0.0.1 host 10.0.0.2 eq 443",
		},
		{
			"no room", platforms[0],
			"ip access-list extended EDGE\n 10 permit udp any any eq 53\n 11 deny ip any any\n",
			1, one, "ip access-list resequence EDGE 10 10\nip access-list extended EDGE\n 15 permit tcp host 10.0.0.1 host 10.0.0.2 eq 443",
		},
		{
			"no numbers", platforms[0],
			"access-list 101 permit udp any any eq 53\naccess-list 101 permit udp any any eq 53\naccess-list 101 deny ip any any\n",
			2, one, "ip access-list resequence 101 10 10\nip access-list extended 101\n 15 permit tcp host 10.0.0.1 host 10.0.0.2 eq 443",
		},
		{
			"numbers that no longer hold", platforms[0],
			"ip access-list extended EDGE\n 10 permit udp any any eq 53\n 20 deny ip any any\nip access-list resequence EDGE 100 100\n",
			1, one, "ip access-list resequence EDGE 10 10\nip access-list extended EDGE\n 15 permit tcp host 10.0.0.1 host 10.0.0.2 eq 443",
		},
		{
			"moved up, with its text", platforms[0],
			"ip access-list extended EDGE\n 10 deny tcp any host 10.0.0.2\n 20 permit tcp host 10.0.0.1 host 10.0.0.2 eq 443 log\n",
			0, one, "ip access-list extended EDGE\n no 20\n 5 permit tcp host 10.0.0.1 host 10.0.0.2 eq 443 log",
		},
		{
			"standard", platforms[0],
			"ip access-list standard OFFICE\n 10 deny 10.0.0.0 0.0.0.255\n",
			0, "permit 10.0.0.1 0.0.0.0/0 ip", "ip access-list standard OFFICE\n 5 permit host 10.0.0.1",
		},
		{
			"standard for IPv6", platforms[1],
			"ipv6 access-list standard OFFICE\n   10 deny 2001:db8::/32\n",
			0, "permit 2001:db8::1 ::/0 ip", "ipv6 access-list standard OFFICE\n 5 permit host 2001:db8::1",
		},
		{
			"ipv6", platforms[0],
			"ipv6 access-list V6\n sequence 10 deny tcp any any\n",
			0, "permit 2001:db8::1 ::/0 tcp/443", "ipv6 access-list V6\n sequence 5 permit tcp host 2001:db8::1 any eq 443",
		},
		{
			"ipv6, behind the implicit entries", platforms[0],
			"ipv6 access-list V6\n sequence 10 deny tcp any any\n",
			3, "permit 2001:db8::1 ::/0 udp/53", "ipv6 access-list V6\n permit udp host 2001:db8::1 any eq 53",
		},
		{
			"eos", platforms[1],
			"ip access-list EDGE\n   10 remark dns\n   20 permit udp 10.0.0.0/8 any eq domain\n   30 remark the rest\n   40 deny ip any any\n",
			1, "permit 10.1.0.0/16 10.0.0.2 tcp/443", "ip access-list EDGE\n 35 permit tcp 10.1.0.0/16 host 10.0.0.2 eq 443",
		},
		{
			"nxos", platforms[2],
			"ip access-list EDGE\n  10 permit udp any any eq 53\n  20 deny ip any any\n",
			1, one, "ip access-list EDGE\n 15 permit tcp host 10.0.0.1 host 10.0.0.2 eq 443",
		},
		{
			"xr", platforms[3],
			"ipv4 access-list EDGE\n 10 permit udp any any eq 53\n 20 deny ipv4 any any\n",
			1, one, "ipv4 access-list EDGE\n 15 permit tcp host 10.0.0.1 host 10.0.0.2 eq 443",
		},
		{
			"a line that is two rules", platforms[0],
			"ip access-list extended EDGE\n 10 permit udp any any eq 53\n 20 frobnicate\n 30 deny ip any any\n",
			2, one, "ip access-list extended EDGE\n 15 permit tcp host 10.0.0.1 host 10.0.0.2 eq 443",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			base := parse(t, tt.p, tt.base)
			got, err := ios.Write(tt.p.dialect, name(base), rule.Insertion{Base: base, Before: tt.before, Rules: rules(t, tt.rules)})
			if err != nil || got != tt.want {
				t.Errorf("%v\n%s\nwant\n%s", err, got, tt.want)
			}
		})
	}
}

// name takes the list's name from where its rules say that they stand.
func name(base *rule.Ruleset) string {
	if len(base.Rules) == 0 || base.Rules[0].Place == "" {
		return "EDGE"
	}
	words := strings.Fields(base.Rules[0].Place)
	if words[2] == "extended" || words[2] == "standard" {
		return words[3]
	}
	return words[2]
}

func TestRefused(t *testing.T) {
	const one = "permit 10.0.0.1 10.0.0.2 tcp/443"
	for _, tt := range []struct {
		name   string
		p      platform
		base   string
		before int
		rules  string
		want   string
	}{
		{"empty list", platforms[0], "ip access-list extended EDGE\n", 0, one, "its first entry would turn on the implicit deny"},
		{"list that is only applied", platforms[0], "interface Gi0/1\n ip access-group EDGE in\n", 0, one, "its first entry would turn on the implicit deny"},
		{"other family", platforms[0], "ip access-list extended EDGE\n 10 deny ip any any\n", 0, "permit 2001:db8::1 ::/0 tcp/80", "is for IPv4 only"},
		{"both families", platforms[0], "", 0, "permit any any tcp/80", "write a list for each"},
		{"standard list", platforms[0], "ip access-list standard EDGE\n 10 deny any\n", 0, one, "matches source addresses only"},
		{"no room", platforms[2], "ip access-list EDGE\n 1 deny tcp any any\n 2 deny ip any any\n", 1, one, `type "resequence ip access-list EDGE 10 10" on the device`},
		{"no room", platforms[3], "ipv4 access-list EDGE\n 1 deny tcp any any\n 2 deny ipv4 any any\n", 1, one, `type "resequence access-list ipv4 EDGE 10 10" on the device`},
		{"no room", platforms[1], "ip access-list EDGE\n 1 deny tcp any any\n 2 deny ip any any\n", 1, one, `type "ip access-list EDGE" and then "resequence 10 10" on the device`},
		{"no room for a remark", platforms[2], "ip access-list EDGE\n 1 deny tcp any any\n 9 remark x\n 10 deny ip any any\n", 1, one, "has no free sequence number"},
		{"no numbers", platforms[2], "ip access-list EDGE\n deny tcp any any\n deny ip any any\n", 1, one, "have no sequence numbers in edge.cfg; read the list from the device"},
		{"ipv6 without numbers", platforms[0], "ipv6 access-list EDGE\n deny tcp any any\n deny ipv6 any any\n", 1, "permit ::/0 2001:db8::1 tcp/443", "have no sequence numbers"},
		{"behind what is implicit", platforms[0], "ipv6 access-list EDGE\n permit tcp any any\n", 3, "deny ::/0 ::/0 icmpv6", "behind an implicit entry"},
		{"in other words", platforms[0], "ip access-list extended EDGE\n permit tcp any any eq www\n permit tcp any any eq 80\n deny ip any any\n", 2, one, "in other words too"},
		{"two of one number", platforms[0], "ip access-list extended EDGE\n 10 permit tcp any any eq 1\n 10 deny tcp any any eq 1\n 11 deny ip any any\n", 2, one, "two entries have the number 10"},
		{"numbers that no longer hold", platforms[2], "ip access-list EDGE\n 10 deny tcp any any\n 20 deny ip any any\nresequence ip access-list EDGE 100 100\n", 1, one, "have no sequence numbers"},
		{"beside a broken line", platforms[0], "Extended IP access list EDGE\n    40 deny udp any host 10.0.0.\n4 eq 53\n    50 deny ip any any\n", 3, one, "it is not certain that it has one"},
		{"reflexive", platforms[0], "ip access-list extended EDGE\n evaluate X\n deny ip any any\n", 1, one, "it is not certain that it has one"},
		{"is there already", platforms[0], "ip access-list extended EDGE\n 10 permit tcp host 10.0.0.1 host 10.0.0.2 eq 443\n 20 deny ip any any\n", 1, one, "has these entries already"},
		{"ports of DCCP", platforms[0], "", 0, "permit 10.0.0.1 10.0.0.2 dccp/80", "cannot match the ports of protocol 33"},
		{"ports of SCTP", platforms[2], "", 0, "permit 10.0.0.1 10.0.0.2 sctp/80", "cannot match the ports of protocol 132"},
		{"types of ICMPv6", platforms[0], "", 0, "permit 10.0.0.1 10.0.0.2 icmpv6/128", "an IPv4 list cannot match the types of protocol 58"},
		{"protocol 0", platforms[0], "", 0, "permit 10.0.0.1 10.0.0.2 protocol/0", "protocol 0 cannot be written"},
		{"too many", platforms[0], "", 0, "permit 10.0.0.1-10.255.255.254 10.0.0.1-10.255.255.254 icmp/1/2-250", "entries, more than 10000"},
		{"nothing", platforms[0], "", 0, "permit 10.0.0.1 2001:db8::1 tcp", "there is no rule to write"},
		{"place", platforms[0], "ip access-list extended EDGE\n 10 deny ip any any\n", 2, one, "has no rule 2 to come before"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			base := &rule.Ruleset{}
			if tt.base != "" {
				base = parse(t, tt.p, tt.base)
			}
			got, err := ios.Write(tt.p.dialect, "EDGE", rule.Insertion{Base: base, Before: tt.before, Rules: rules(t, tt.rules)})
			if err == nil || !strings.Contains(err.Error(), tt.want) || got != "" {
				t.Errorf("%q, error %v, want %s", got, err, tt.want)
			}
		})
	}
}
