package estate

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

const (
	asaGroups = `: Saved
hostname edge
object-group network OFFICES
 network-object 10.1.0.0 255.255.0.0
object-group service WEB tcp
 port-object eq 443
access-list in extended permit tcp object-group OFFICES host 172.16.0.9 object-group WEB
access-list in extended deny ip any any
`
	iosGroups = `hostname r
object-group network OFFICES
 10.1.0.0 255.255.0.0
object-group service WEB
 tcp eq 443
ip access-list extended IN
 10 permit object-group WEB object-group OFFICES host 172.16.0.9
 20 deny ip any any
`
	nxosGroups = `!Command: show running-config
version 9.3(3)
object-group ip address OFFICES
  10 10.1.0.0/16
object-group ip port WEB
  10 eq 443
ip access-list IN
  10 permit tcp addrgroup OFFICES host 172.16.0.9 portgroup WEB
  20 deny ip any any
`
	xrGroups = `object-group network ipv4 OFFICES
 10.1.0.0/16
!
object-group port WEB
 eq 443
!
ipv4 access-list IN
 10 permit tcp net-group OFFICES host 172.16.0.9 port-group WEB
 20 deny ipv4 any any
!
end
`
	nftGroups = `table inet fw {
	set offices {
		type ipv4_addr
		flags interval
		elements = { 10.1.0.0/16 }
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
		ct state established,related accept
		ip saddr @offices ip daddr 172.16.0.9 tcp dport 443 accept
	}
}
`
	fortiGroups = `config firewall address
    edit "north"
        set subnet 10.1.0.0 255.255.0.0
    next
    edit "server"
        set subnet 172.16.0.9 255.255.255.255
    next
end
config firewall address6
    edit "north6"
        set ip6 2001:db8:1::/48
    next
    edit "server6"
        set ip6 2001:db8:9::9/128
    next
end
config firewall addrgrp
    edit "offices"
        set member "north"
    next
end
config firewall addrgrp6
    edit "offices6"
        set member "north6"
    next
end
config firewall service custom
    edit "HTTPS"
        set tcp-portrange 443
    next
end
config firewall service group
    edit "web"
        set member "HTTPS"
    next
end
config firewall policy
    edit 1
        set name "shop"
        set srcintf "any"
        set dstintf "any"
        set srcaddr "offices"
        set dstaddr "server"
        set action accept
        set schedule "always"
        set service "web"
    next
    edit 2
        set srcintf "any"
        set dstintf "any"
        set srcaddr6 "offices6"
        set dstaddr6 "server6"
        set action accept
        set schedule "always"
        set service "HTTPS"
    next
end
`
	panosRule = `set deviceconfig system hostname fw
set rulebase security rules web from any
set rulebase security rules web to any
set rulebase security rules web source 10.1.0.0/16
set rulebase security rules web destination 172.16.0.9
set rulebase security rules web application any
set rulebase security rules web service any
set rulebase security rules web action allow
`
)

// A change is offered without a new rule where a group that one rule uses, or the rule, can
// take what is missing; and with it the flow is allowed.
func TestAlternative(t *testing.T) {
	tests := []struct {
		name, format, text           string
		source, destination, service string
		want                         string
	}{
		{"asa address", "cisco_asa", asaGroups, "10.2.0.0/24", "172.16.0.9", "tcp/443", "object-group network OFFICES\n network-object 10.2.0.0 255.255.255.0"},
		{"asa host", "cisco_asa", asaGroups, "10.2.0.7", "172.16.0.9", "tcp/443", "object-group network OFFICES\n network-object host 10.2.0.7"},
		{"asa port", "cisco_asa", asaGroups, "10.1.0.0/16", "172.16.0.9", "tcp/8443", "object-group service WEB tcp\n port-object eq 8443"},
		{"asa protocol that the group cannot hold", "cisco_asa", asaGroups, "10.1.0.0/16", "172.16.0.9", "udp/443", ""},
		{"asa destination without a group", "cisco_asa", asaGroups, "10.1.0.0/16", "172.16.0.10", "tcp/443", ""},
		{"asa two that lack", "cisco_asa", asaGroups, "10.2.0.7", "172.16.0.9", "tcp/8443", ""},
		{"asa part of what the rule permits", "cisco_asa", strings.Replace(asaGroups, "host 172.16.0.9", "172.16.0.0 255.255.255.0", 1), "10.2.0.7", "172.16.0.9", "tcp/443", ""},
		{"asa group of another rule", "cisco_asa", strings.Replace(asaGroups, "access-list in extended deny", "access-list in extended permit udp object-group OFFICES any eq 53\naccess-list in extended deny", 1), "10.2.0.7", "172.16.0.9", "tcp/443", ""},
		{"asa group of another list", "cisco_asa", asaGroups + "access-list other extended permit ip any object-group OFFICES\n", "10.2.0.7", "172.16.0.9", "tcp/443", ""},
		{"asa group of a translation", "cisco_asa", asaGroups + "nat (in,out) source static OFFICES OFFICES\n", "10.2.0.7", "172.16.0.9", "tcp/443", ""},
		{"asa deny above the rule", "cisco_asa", strings.Replace(asaGroups, "access-list in extended permit", "access-list in extended deny tcp host 10.2.0.7 any eq 443\naccess-list in extended permit", 1), "10.2.0.0/24", "172.16.0.9", "tcp/443", ""},
		{"ios address", "cisco_ios", iosGroups, "10.2.0.0/24", "172.16.0.9", "tcp/443", "object-group network OFFICES\n 10.2.0.0 255.255.255.0"},
		{"ios port", "cisco_ios", iosGroups, "10.1.0.0/16", "172.16.0.9", "udp/8000-8010", "object-group service WEB\n udp range 8000 8010"},
		{"nxos address", "cisco_nxos", nxosGroups, "10.2.0.7", "172.16.0.9", "tcp/443", "object-group ip address OFFICES\n host 10.2.0.7"},
		{"nxos port", "cisco_nxos", nxosGroups, "10.1.0.0/16", "172.16.0.9", "tcp/8443", "object-group ip port WEB\n eq 8443"},
		{"xr address", "cisco_xr", xrGroups, "10.2.0.0/24", "172.16.0.9", "tcp/443", "object-group network ipv4 OFFICES\n 10.2.0.0/24"},
		{"xr port", "cisco_xr", xrGroups, "10.1.0.0/16", "172.16.0.9", "tcp/8443", "object-group port WEB\n eq 8443"},
		{"nftables set", "nftables", nftGroups, "10.2.0.0/24", "172.16.0.9", "tcp/443", "nft add element inet fw offices { 10.2.0.0/24 }"},
		{"nftables set of two rules", "nftables", strings.Replace(nftGroups, "\t\tip saddr", "\t\tip saddr @offices udp dport 53 accept\n\t\tip saddr", 1), "10.2.0.0/24", "172.16.0.9", "tcp/443", ""},
		{"fortios address", "fortios", fortiGroups, "10.2.0.0/24", "172.16.0.9", "tcp/443", "config firewall address\n    edit \"acl-10.2.0.0_24\"\n        set subnet 10.2.0.0 255.255.255.0\n    next\nend\nconfig firewall addrgrp\n    edit \"offices\"\n        append member \"acl-10.2.0.0_24\"\n    next\nend"},
		{"fortios address of IPv6", "fortios", fortiGroups, "2001:db8:2::/48", "2001:db8:9::9", "tcp/443", "config firewall address6\n    edit \"acl-2001:db8:2::_48\"\n        set ip6 2001:db8:2::/48\n    next\nend\nconfig firewall addrgrp6\n    edit \"offices6\"\n        append member \"acl-2001:db8:2::_48\"\n    next\nend"},
		{"fortios service", "fortios", fortiGroups, "10.1.0.0/16", "172.16.0.9", "tcp/8443", "config firewall service custom\n    edit \"acl-tcp-8443\"\n        set tcp-portrange 8443\n    next\nend\nconfig firewall service group\n    edit \"web\"\n        append member \"acl-tcp-8443\"\n    next\nend"},
		{"fortios object of the text", "fortios", strings.Replace(fortiGroups, "    edit \"server\"", "    edit \"south\"\n        set subnet 10.2.0.0 255.255.255.0\n    next\n    edit \"server\"", 1), "10.2.0.0/24", "172.16.0.9", "tcp/443", "config firewall addrgrp\n    edit \"offices\"\n        append member \"south\"\n    next\nend"},
		{"fortios destination without a group", "fortios", fortiGroups, "10.1.0.0/16", "172.16.0.10", "tcp/443", ""},
		{"fortios group of another policy", "fortios", strings.Replace(fortiGroups, "set srcaddr6 \"offices6\"", "set srcaddr \"offices\"\n        set dstaddr \"north\"\n        set srcaddr6 \"offices6\"", 1), "10.2.0.7", "172.16.0.9", "tcp/443", ""},
		{"fortios group of a group", "fortios", strings.Replace(fortiGroups, "config firewall addrgrp6", "config firewall addrgrp\n    edit \"all of them\"\n        set member \"offices\"\n    next\nend\nconfig firewall addrgrp6", 1), "10.2.0.7", "172.16.0.9", "tcp/443", ""},
		{"fortios negated group", "fortios", strings.Replace(fortiGroups, "set srcaddr \"offices\"", "set srcaddr-negate enable\n        set srcaddr \"offices\"", 1), "10.1.0.7", "172.16.0.9", "tcp/443", ""},
		{"fortios deny above the policy", "fortios", strings.Replace(fortiGroups, "    edit 1\n", "    edit 7\n        set srcintf \"any\"\n        set dstintf \"any\"\n        set srcaddr \"all\"\n        set dstaddr \"all\"\n        set service \"HTTPS\"\n        set schedule \"always\"\n    next\n    edit 1\n", 1), "10.2.0.0/24", "172.16.0.9", "tcp/443", ""},
		{"panos rule", "panos", panosRule, "10.2.0.0/24", "172.16.0.9", "any", "set rulebase security rules web source 10.2.0.0/24"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			acl := map[string]string{"nftables": "inet fw forward"}[tt.format]
			if strings.Contains(tt.text, "access-list other") {
				acl = "in"
			}
			config := RulesetConfig{Content: tt.text, Format: tt.format, ACL: acl}
			f := Flow{Application: "a", Name: "f", Sources: []string{tt.source}, Destinations: []string{tt.destination}, Services: []string{tt.service}, OverrideDeny: true}
			set, err := New(Config{Rulesets: map[string]RulesetConfig{"edge": config}}).ChangeSet(t.Context(), Changeable{}, []Flow{f})
			if err != nil {
				t.Fatal(err)
			}
			if len(set.Changes) == 0 {
				t.Fatalf("no change, open %v", set.Open)
			}
			got := set.Changes[0].Alternative
			if got != tt.want {
				t.Fatalf("the alternative is\n%s\nwant\n%s\nin place of\n%s\nwhich overrules %q", got, tt.want, set.Changes[0].Command, set.Changes[0].Overrules)
			}
			if got == "" {
				return
			}
			if !strings.Contains(set.Ticket(), strings.TrimSpace(got[strings.LastIndexByte(got, '\n')+1:])) {
				t.Errorf("the ticket does not offer it:\n%s", set.Ticket())
			}
			config.Content, _ = format.Apply(tt.format, tt.text, got)
			found, err := New(Config{Rulesets: map[string]RulesetConfig{"edge": config}}).Match(t.Context(), f)
			if err != nil || found.Status != match.Allowed {
				t.Errorf("with the alternative the flow is %s, %v\n%s", found.Status, err, config.Content)
			}
		})
	}
}
