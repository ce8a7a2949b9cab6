package nftables_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/nftables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

func nets(t *testing.T, texts string) addr.Set {
	t.Helper()
	var s addr.Set
	for text := range strings.SplitSeq(texts, ",") {
		l, err := addr.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		s = s.Union(l.Set)
	}
	return s
}

func services(t *testing.T, texts string) service.Set {
	t.Helper()
	var s service.Set
	for text := range strings.SplitSeq(texts, ",") {
		l, err := service.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		s = s.Union(l.Set)
	}
	return s
}

func permit(t *testing.T, sources, destinations, what string) rule.Rule {
	t.Helper()
	return rule.Rule{Action: rule.Permit, Traffic: traffic.Product{
		Sources: nets(t, sources), Destinations: nets(t, destinations), Services: services(t, what),
	}}
}

// TestCommands shows what rules look like at the end of a chain.
func TestCommands(t *testing.T) {
	for _, c := range []struct {
		sources, destinations, services string
		want                            []string
	}{
		{"10.0.0.1", "10.0.0.2", "tcp/443", []string{"ip saddr 10.0.0.1 ip daddr 10.0.0.2 tcp dport 443"}},
		{"10.0.0.1,10.0.1.0/24", "any", "udp/53", []string{"ip saddr { 10.0.0.1, 10.0.1.0/24 } udp dport 53"}},
		{"10.0.0.1-10.0.0.9", "10.1.0.1", "esp", []string{"ip saddr 10.0.0.1-10.0.0.9 ip daddr 10.1.0.1 meta l4proto esp"}},
		{"10.0.0.1", "10.0.0.2", "tcp/80,tcp/443,tcp/8000-8010", []string{"ip saddr 10.0.0.1 ip daddr 10.0.0.2 tcp dport { 80, 443, 8000-8010 }"}},
		{"10.0.0.1", "10.0.0.2", "tcp/53,udp/53", []string{"ip saddr 10.0.0.1 ip daddr 10.0.0.2 meta l4proto { tcp, udp } th dport 53"}},
		{"10.0.0.1", "10.0.0.2", "tcp/22 from 1024-65535", []string{"ip saddr 10.0.0.1 ip daddr 10.0.0.2 tcp sport 1024-65535 tcp dport 22"}},
		{"10.0.0.1", "10.0.0.2", "icmp/0,icmp/8,icmp/3/1,icmp/3/2", []string{
			"ip saddr 10.0.0.1 ip daddr 10.0.0.2 icmp type { 0, 8 }", "ip saddr 10.0.0.1 ip daddr 10.0.0.2 icmp type 3 icmp code 1-2",
		}},
		{"10.0.0.1", "10.0.0.2", "any", []string{"ip saddr 10.0.0.1 ip daddr 10.0.0.2"}},
		{"10.0.0.1", "10.0.0.2", "protocol/0-5,protocol/7-255", []string{"ip saddr 10.0.0.1 ip daddr 10.0.0.2 meta l4proto { 0-5, 7-255 }"}},
		{"any", "any", "tcp/25", []string{"tcp dport 25"}},
		{"0.0.0.0/0", "0.0.0.0/0", "tcp/25", []string{"meta nfproto ipv4 tcp dport 25"}},
		{"2001:db8::1", "2001:db8::/64", "icmpv6/128", []string{"ip6 saddr 2001:db8::1 ip6 daddr 2001:db8::/64 icmpv6 type 128"}},
		{"10.0.0.1", "10.0.0.2", "icmp/0-7,icmp/9-12,icmp/14,icmp/20/0-3", []string{
			"ip saddr 10.0.0.1 ip daddr 10.0.0.2 icmp type { 0-7, 9-12, 14 }", "ip saddr 10.0.0.1 ip daddr 10.0.0.2 icmp type 20 icmp code 0-3",
		}},
		{"10.0.0.1,2001:db8::1", "any", "tcp/25", []string{"ip saddr 10.0.0.1 tcp dport 25", "ip6 saddr 2001:db8::1 tcp dport 25"}},
	} {
		got, err := nftables.Write("inet fw forward", rule.Insertion{Base: &rule.Ruleset{}, Rules: []rule.Rule{permit(t, c.sources, c.destinations, c.services)}})
		if err != nil {
			t.Errorf("%s -> %s %s: %v", c.sources, c.destinations, c.services, err)
			continue
		}
		var want []string
		for _, w := range c.want {
			want = append(want, "nft add rule inet fw forward "+w+" accept")
		}
		if got != strings.Join(want, "\n") {
			t.Errorf("%s -> %s %s:\n%s\nwant\n%s", c.sources, c.destinations, c.services, got, strings.Join(want, "\n"))
		}
	}
}

const firewall = `table inet early {
	chain pre {
		type filter hook forward priority -10; policy accept;
		counter
		ip saddr 10.66.0.0/16 drop
	}
}
table inet fw {
	chain forward {
		type filter hook forward priority 0; policy drop;
		ct state established,related accept
		counter log prefix "fw "
		ip saddr 10.1.0.0/16 jump lan
		ip daddr 10.9.0.0/16 reject
	}
	chain lan {
		ip daddr 10.8.0.0/16 drop
		tcp dport 80 accept
	}
	chain output {
		type filter hook output priority 0; policy drop;
	}
}
table ip nat {
	chain pre {
		type nat hook prerouting priority dstnat;
		ip daddr 198.51.100.1 dnat to 10.0.0.1
	}
}
`

// TestPlaces puts rules just before the rule that is in the way, in every base chain
// that has to accept.
func TestPlaces(t *testing.T) {
	base := parse(t, firewall)
	for _, c := range []struct {
		action                          rule.Action
		sources, destinations, services string
		want                            string
	}{
		{rule.Permit, "10.5.0.1", "10.9.0.1", "tcp/443", "nft insert rule inet fw forward index 3 ip saddr 10.5.0.1 ip daddr 10.9.0.1 tcp dport 443 accept"},
		{rule.Permit, "10.66.0.1", "10.5.0.1", "tcp/443", "nft insert rule inet early pre index 1 ip saddr 10.66.0.1 ip daddr 10.5.0.1 tcp dport 443 accept\n" +
			"nft add rule inet fw forward ip saddr 10.66.0.1 ip daddr 10.5.0.1 tcp dport 443 accept"},
		{rule.Deny, "10.1.0.1", "10.5.0.1", "tcp/80", "nft insert rule inet fw forward index 2 ip saddr 10.1.0.1 ip daddr 10.5.0.1 tcp dport 80 drop"},
		{rule.Permit, "10.5.0.1", "198.51.100.1", "tcp/80", "error: dnat to 10.0.0.1 decides this traffic where no rule of the list can come before it"},
	} {
		r := permit(t, c.sources, c.destinations, c.services)
		r.Action = c.action
		got, err := nftables.Write("forward", rule.Insertion{Base: base, Rules: []rule.Rule{r}})
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != c.want && (err == nil || !strings.Contains(got, strings.TrimPrefix(c.want, "error: "))) {
			t.Errorf("%s -> %s %s:\n%s\nwant\n%s", c.sources, c.destinations, c.services, got, c.want)
		}
	}
}

// TestInterfaces names no interface in a chain whose packets have none on that side, and
// puts a rule that denies where both are seen.
func TestInterfaces(t *testing.T) {
	const pre = "table inet fw {\n\tchain pre {\n\t\ttype filter hook prerouting priority raw; policy accept;\n\t\tip saddr 203.0.113.0/24 drop\n\t}\n"
	for _, c := range []struct {
		policy, source string
		action         rule.Action
		want           string
	}{
		{"drop", "203.0.113.7", rule.Permit, `nft insert rule inet fw pre index 0 iifname "wan" ip saddr 203.0.113.7 ip daddr 10.2.0.1 tcp dport 443 accept` + "\n" +
			`nft add rule inet fw forward iifname "wan" oifname "dmz" ip saddr 203.0.113.7 ip daddr 10.2.0.1 tcp dport 443 accept`},
		{"accept", "192.168.0.7", rule.Deny, `nft insert rule inet fw forward index 0 iifname "wan" oifname "dmz" ip saddr 192.168.0.7 ip daddr 10.2.0.1 tcp dport 443 drop`},
		{"drop", "192.168.0.7", rule.Permit, `nft add rule inet fw forward iifname "wan" oifname "dmz" ip saddr 192.168.0.7 ip daddr 10.2.0.1 tcp dport 443 accept`},
	} {
		base := parse(t, pre+"\tchain forward {\n\t\ttype filter hook forward priority filter; policy "+c.policy+";\n\t\tct state established,related accept\n\t}\n}\n")
		r := permit(t, c.source, "10.2.0.1", "tcp/443")
		r.Action, r.SourceZones, r.DestinationZones = c.action, []string{"wan"}, []string{"dmz"}
		got, err := nftables.Write("forward", rule.Insertion{Base: base, Rules: []rule.Rule{r}})
		if err != nil || got != c.want {
			t.Errorf("policy %s, %s:\n%s\nwant\n%s\nerror %v", c.policy, c.source, got, c.want, err)
		}
	}
}

// TestFamilies leaves out what the ruleset does not filter, and says so.
func TestFamilies(t *testing.T) {
	base := parse(t, "table ip filter {\n\tchain FORWARD {\n\t\ttype filter hook forward priority 0; policy drop;\n\t\ttcp dport 80 accept\n\t}\n}\n")
	got, err := nftables.Write("ip filter FORWARD", rule.Insertion{Base: base, Rules: []rule.Rule{permit(t, "any", "any", "tcp/25")}})
	want := "nft add rule ip filter FORWARD tcp dport 25 accept\n# no table of this ruleset filters IPv6; what is for it is left out"
	if err != nil || got != want {
		t.Errorf("got\n%s\nwant\n%s\nerror %v", got, want, err)
	}
	if got, err := nftables.Write("ip filter FORWARD", rule.Insertion{Base: base, Rules: []rule.Rule{permit(t, "2001:db8::1", "any", "tcp/25")}}); err == nil {
		t.Errorf("IPv6 is written as %s", got)
	}
}

// TestZonesAndComments writes interfaces, and names that need care in a shell.
func TestZonesAndComments(t *testing.T) {
	r := permit(t, "10.0.0.1", "10.0.0.2", "tcp/443")
	r.Name, r.SourceZones, r.DestinationZones = "it's \"HR\"; $(now)", []string{"lan"}, []string{"eth0.10", "0x"}
	got, err := nftables.Write("inet fw forward", rule.Insertion{Base: &rule.Ruleset{}, Rules: []rule.Rule{r}})
	want := `nft add rule inet fw forward iifname "lan" oifname { "eth0.10", '"0x"' } ip saddr 10.0.0.1 ip daddr 10.0.0.2 tcp dport 443 accept comment '"it_s _HR_; $(now)"'`
	if err != nil || got != want {
		t.Errorf("got\n%s\nwant\n%s\nerror %v", got, want, err)
	}
}
