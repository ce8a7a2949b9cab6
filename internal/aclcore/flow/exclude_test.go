package flow_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// TestExclusions: "!x" takes away from its list, in any order, and in the lists of
// names too.
func TestExclusions(t *testing.T) {
	n := names(t, map[string][]string{
		"site":     {"10.0.0.0/16", "!guest"},
		"guest":    {"10.0.8.0/24", "10.0.9.0/24"},
		"offices":  {"site", "10.2.0.0/16"},
		"lan":      {"offices", "!10.2.0.0/17"},
		"internet": {"203.0.113.0/24"},
	}, map[string][]string{"web": {"tcp/80", "tcp/443"}, "high": {"tcp/1024-65535", "!tcp/8080"}})
	for _, tt := range []struct{ entries, want string }{
		{"10.0.0.0/8 !10.128.0.0/9", "10.0.0.0/9"},
		{"!10.128.0.0/9 10.0.0.0/8", "10.0.0.0/9"},
		{"10.0.0.0/24 !10.0.0.64-10.0.0.99", "10.0.0.0/26 10.0.0.100-10.0.0.255"},
		{"10.0.0.0/30 192.0.2.1 !192.0.2.0/24", "10.0.0.0/30"},
		{"10.0.0.0/255.255.255.0 !10.1.0.0/16", "10.0.0.0/255.255.255.0"}, // what loses nothing stays as written
		{"any !0.0.0.0/1", "128.0.0.0/1 ::/0"},
		{"site", "10.0.0.0/21 10.0.10.0-10.0.255.255"},
		{"any !site !::/0", "0.0.0.0/5 10.0.8.0/23 10.1.0.0-255.255.255.255 8.0.0.0/7"},
		{"lan", "10.0.0.0/21 10.0.10.0-10.0.255.255 10.2.128.0/17"},
		{"internet", "203.0.113.0/24"}, // declared
		{"rfc1918 !10.0.0.0/8", "172.16.0.0/12 192.168.0.0/16"},
		{"private", "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7"},
	} {
		got, err := n.Addresses(strings.Fields(tt.entries))
		if texts := textsOf(got, func(l addr.Literal) string { return l.Text }); err != nil || texts != tt.want {
			t.Errorf("%s: %s, %v; want %s", tt.entries, texts, err, tt.want)
		}
	}
	for _, tt := range []struct{ entries, want string }{
		{"tcp/1-1024 !tcp/22", "tcp/1-21 tcp/23-1024"},
		{"web !tcp/80", "tcp/443"},
		{"high", "tcp/1024-8079 tcp/8081-65535"},
		{"any !tcp", "protocol/0-5 protocol/7-255"},
		{"udp/53 icmp !icmp/8", "udp/53 icmp/0-7 icmp/9-255"},
		{"tcp/80 !tcp/80|from|0-1023", "tcp/80 from 1024-65535"},
	} {
		entries := strings.Fields(tt.entries)
		for i := range entries {
			entries[i] = strings.ReplaceAll(entries[i], "|", " ")
		}
		got, err := n.Services(entries)
		if texts := textsOf(got, func(l service.Literal) string { return l.Text }); err != nil || texts != tt.want {
			t.Errorf("%s: %s, %v; want %s", tt.entries, texts, err, tt.want)
		}
		for _, l := range got {
			if len(l.Set.Ranges()) != 1 {
				t.Errorf("%s: %s is %d services, want one", tt.entries, l.Text, len(l.Set.Ranges()))
			}
		}
	}
}

func textsOf[L any](literals []L, text func(L) string) string {
	out := make([]string, len(literals))
	for i, l := range literals {
		out[i] = text(l)
	}
	return strings.Join(out, " ")
}

// TestExclusionsRefused: a list that means nothing is an error, and says what to write.
func TestExclusionsRefused(t *testing.T) {
	n := names(t, map[string][]string{"web": {"10.0.0.1"}}, nil)
	for _, tt := range []struct{ entries, want string }{
		{"!10.0.0.0/8", "the list only takes away (!); list what it takes away from too, such as any"},
		{"10.0.0.1 !10.0.0.0/8", "leave nothing of the list"},
		{"any !any", "leave nothing of the list"},
		{"web !web", "leave nothing of the list"},
		{"any !10.0.0.5/24", "host bits"},
		{"any !wbe", `address "wbe" is neither`},
		{"any !!web", "once and right after the !"},
		{"any !", "once and right after the !"},
		{"any !www.example.com", "a domain name is not looked up"},
		{"www.bücher.example", "a domain name is not looked up"},
		{"*.example.com", "a domain name is not looked up"},
		{"xn--bcher-kva.example", "declare it in addresses with the addresses that the firewall has for it"},
		{"internett", `did you mean "internet"?`},
	} {
		if _, err := n.Addresses(strings.Fields(tt.entries)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v; want %q in it", tt.entries, err, tt.want)
		}
	}
	for _, tt := range []struct {
		addresses map[string][]string
		want      string
	}{
		{map[string][]string{"!a": {"any"}}, "must not start with !"},
		{map[string][]string{"a": {"any", "!b"}, "b": {"10.0.0.0/8", "!a"}}, "the name leads back to itself: a → b → a"},
		{map[string][]string{"a": {"10.0.0.0/8", "!any"}}, `addresses["a"]: the exclusions (!) leave nothing`},
		{map[string][]string{"a": {"!10.0.0.0/8"}}, `addresses["a"]: the list only takes away`},
		{map[string][]string{"a": {"any", "!b"}, "b": {"c"}, "c": {"x"}}, `address "x" (through a → b → c)`},
	} {
		if _, err := flow.NewNames(tt.addresses, nil); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: %v; want %q in it", tt.addresses, err, tt.want)
		}
	}
}

// TestInternet asks the built-in name for addresses of which the registries of IANA
// say whether they are globally reachable, and for the first and the last around them.
func TestInternet(t *testing.T) {
	literals, err := names(t, nil, nil).Addresses([]string{"internet"})
	if err != nil {
		t.Fatal(err)
	}
	has := func(a string) bool {
		return slices.ContainsFunc(literals, func(l addr.Literal) bool { return l.Set.Contains(netip.MustParseAddr(a)) })
	}
	for _, a := range strings.Fields(`1.0.0.0 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
		169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.0.9 192.0.0.10 192.0.1.0 192.0.3.0 192.31.196.1 192.52.193.1
		192.88.99.1 192.167.255.255 192.169.0.0 192.175.48.1 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255
		203.0.114.0 223.255.255.255 2000:: 2001:1::1 2001:1::3 2001:3::1 2001:4:112::1 2001:20::1 2001:30::1 2001:200:: 2001:db7:ffff::
		2001:db9:: 2002::1 2606:4700::1 2620:4f:8000::1 3ffe:: 3fff:1000:: 64:ff9b::808:808`) {
		if !has(a) {
			t.Errorf("%s is globally reachable", a)
		}
	}
	for _, a := range strings.Fields(`0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 169.254.169.254
		172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.8 192.0.0.11 192.0.0.170 192.0.2.1 192.168.0.0 192.168.255.255 198.18.0.0 198.19.255.255
		198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.0 255.255.255.255 :: ::1 ::ffff:8.8.8.8 64:ff9b:1::1 100::1 100:0:0:1::1
		2001::1 2001:1::4 2001:2::1 2001:10::1 2001:db8::1 3fff::1 3fff:fff:: 5f00::1 fc00::1 fdff::1 fe80::1 fec0::1 ff02::1 4000::`) {
		if has(a) {
			t.Errorf("%s is not globally reachable", a)
		}
	}
	if got := strings.Join(flow.BuiltinNames(), " "); got != "internet private rfc1918" {
		t.Error(got)
	}
}

// TestPartsHavePartners: what is left of any, and internet, meet the addresses of one IP
// version as any does: the other version is no traffic. A list of nothing else is.
func TestPartsHavePartners(t *testing.T) {
	n := names(t, nil, nil)
	for _, tt := range []struct {
		sources, destinations string
		impossible            int
	}{
		{"10.0.0.0/8", "any", 0},
		{"10.0.0.0/8", "any !private", 0},
		{"2001:db8::/32", "internet !8.8.8.8", 0},
		{"10.0.0.0/8", "internet", 0},
		{"private", "10.0.0.1", 0},
		{"10.0.0.0/8 2001:db8::1", "any !::/0", 1},
		{"10.0.0.0/8", "any !0.0.0.0/0", 1},
		{"10.0.0.0/8", "10.1.0.0/16 2001:db8::1", 1},
		{"2001:db8::1", "rfc1918 any !any", -1},
		{"10.0.0.1 2001:db8::1", "rfc1918", 1},
	} {
		f, err := flow.New(n, strings.Fields(tt.sources), strings.Fields(tt.destinations), []string{"tcp/443"})
		if tt.impossible < 0 {
			if err == nil {
				t.Errorf("%s > %s: accepted", tt.sources, tt.destinations)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s > %s: %v", tt.sources, tt.destinations, err)
		} else if r := f.Region(); len(r.Impossible) != tt.impossible {
			t.Errorf("%s > %s: %d impossible, want %d: %v", tt.sources, tt.destinations, len(r.Impossible), tt.impossible, r.Impossible)
		}
	}
}
