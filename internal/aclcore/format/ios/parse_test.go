package ios_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/ios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

var dialects = []ios.Dialect{ios.IOS, ios.NXOS, ios.XR}

// header enters an IPv4 or IPv6 list in each dialect.
func header(d ios.Dialect, v6 bool) string {
	switch {
	case v6:
		return "ipv6 access-list L\n"
	case d == ios.XR:
		return "ipv4 access-list L\n"
	case d == ios.NXOS:
		return "ip access-list L\n"
	}
	return "ip access-list extended L\n"
}

// TestEntry reads single entries: what they match, and why that is not certain.
func TestEntry(t *testing.T) {
	const v4, all = "0.0.0.0/0", "::/0"
	for _, tt := range []struct {
		d     ios.Dialect
		v6    bool
		entry string
		want  string
	}{
		// every operator, on either side
		{ios.IOS, false, "permit tcp any gt 65535 any", v4 + " -> " + v4 + " none"},
		{ios.IOS, false, "permit tcp any any lt 0", v4 + " -> " + v4 + " none"},
		{ios.IOS, false, "permit tcp any any gt 1023", v4 + " -> " + v4 + " tcp/1024-65535"},
		{ios.IOS, false, "permit udp any any neq 53 67 68", v4 + " -> " + v4 + " udp/0-52, udp/54-66, udp/69-65535"},
		{ios.IOS, false, "permit tcp any eq 1 2 any eq 3 4", v4 + " -> " + v4 + " tcp/3-4 from 1-2"},
		{ios.IOS, false, "permit tcp any any eq 65536", v4 + " -> " + v4 + ` tcp ? port "65536" is not known to IOS or EOS`},
		{ios.IOS, false, "permit tcp any any eq", v4 + " -> " + v4 + " tcp ? eq without a port"},
		{ios.IOS, false, "permit tcp any any range 1", v4 + " -> " + v4 + " tcp ? range without a port"},
		{ios.XR, false, "permit tcp any any eq 80 81", v4 + " -> " + v4 + ` tcp ? "81" is not understood`},
		{ios.NXOS, false, "permit tcp any any range 90 80", v4 + " -> " + v4 + " tcp/80-90"},
		{ios.XR, false, "permit sctp any any eq 5060", v4 + " -> " + v4 + " sctp/5060"},
		{ios.IOS, false, "permit 6 any any eq 80", v4 + " -> " + v4 + " tcp/80"},
		// a name means what the platform means by it
		{ios.IOS, false, "permit tcp any any eq syslog", v4 + " -> " + v4 + " tcp/514"},
		{ios.NXOS, false, "permit tcp any any eq syslog", v4 + " -> " + v4 + ` tcp ? port "syslog" is not known to NX-OS`},
		{ios.NXOS, false, "permit tcp any any eq ssh", v4 + " -> " + v4 + ` tcp ? port "ssh" is not known to NX-OS`},
		{ios.XR, false, "permit tcp any any eq ldp", v4 + " -> " + v4 + " tcp/646"},
		{ios.IOS, false, "permit udp any any eq www", v4 + " -> " + v4 + ` udp ? port "www" is not known to IOS or EOS`},
		{ios.IOS, false, "permit tcp any any eq kerberos", v4 + " -> " + v4 + ` tcp ? port "kerberos" is not known to IOS or EOS`},
		{ios.IOS, false, "PERMIT TCP ANY HOST 10.0.0.1 EQ WWW LOG", v4 + " -> 10.0.0.1 tcp/80"},
		// addresses
		{ios.IOS, false, "permit ip 10.0.0.77 0.0.0.255 any", "10.0.0.0/24 -> " + v4 + " any"},
		{ios.IOS, false, "permit ip 10.0.0.77 0.0.0.0 any", "10.0.0.77 -> " + v4 + " any"},
		{ios.IOS, false, "permit ip 10.0.0.0 255.255.255.255 any", v4 + " -> " + v4 + " any"},
		{ios.IOS, false, "permit ip 10.0.0.1 0.0.0.2 any", "10.0.0.1, 10.0.0.3 -> " + v4 + " any"},
		{ios.NXOS, false, "permit ip 10.0.0.77/24 any", "10.0.0.0/24 -> " + v4 + " any"},
		{ios.XR, true, "permit ipv6 2001:db8::77/64 any", "2001:db8::/64 -> " + all + " any"},
		{ios.XR, true, "permit ipv6 2001:db8:: ::ffff any", "2001:db8::/112 -> " + all + " any"},
		{ios.IOS, true, "permit ipv6 host 2001:db8::1%3 any", all + " -> " + all + " any ? host 2001:db8::1%3 is a name that only the device can resolve"},
		{ios.IOS, true, "permit ipv6 10.0.0.0/8 any", all + " -> " + all + ` any ? "10.0.0.0/8" is no IPv6 address`},
		{ios.IOS, false, "permit ip 10.0.0.0/33 any", v4 + " -> " + v4 + ` any ? "10.0.0.0/33" is no IPv4 address`},
		{ios.IOS, false, "permit ip 10.0.0.0 ::1 any", v4 + " -> " + v4 + " any ? 10.0.0.0 ::1: 10.0.0.0 and its mask ::1 are of different families"},
		// ICMP
		{ios.IOS, false, "permit icmp any any 8", v4 + " -> " + v4 + " icmp/8"},
		{ios.IOS, false, "permit icmp any any 8 0 log", v4 + " -> " + v4 + " icmp/8/0"},
		{ios.IOS, false, "permit icmp any any 256", v4 + " -> " + v4 + ` icmp ? "256" is not understood`},
		{ios.IOS, false, "permit icmp any any 8 256", v4 + " -> " + v4 + ` icmp ? "256" is not understood`},
		{ios.IOS, false, "permit icmp any any packet-too-big", v4 + " -> " + v4 + " icmp/3/4"},
		{ios.IOS, false, "permit icmp any any nd-ns", v4 + " -> " + v4 + ` icmp ? "nd-ns" is not understood`},
		{ios.IOS, true, "permit icmp any any packet-too-big", all + " -> " + all + " icmpv6/2"},
		{ios.XR, true, "permit icmpv6 any any 1 4", all + " -> " + all + " icmpv6/1/4"},
		{ios.IOS, true, "permit icmp any any destination-unreachable", all + " -> " + all + ` icmpv6 ? "destination-unreachable" is not understood`},
		{ios.IOS, false, "permit igmp any any host-query", v4 + " -> " + v4 + ` igmp ? "host-query" is not understood`},
		// protocols
		{ios.XR, false, "permit ipv4 any any", v4 + " -> " + v4 + " any"},
		{ios.IOS, false, "permit ipv6 any any", v4 + " -> " + v4 + ` any ? protocol "ipv6" is not known to IOS or EOS`},
		{ios.IOS, true, "permit ip any any", all + " -> " + all + ` any ? protocol "ip" is not known to IOS or EOS`},
		{ios.IOS, false, "permit 255 any any", v4 + " -> " + v4 + " protocol/255"},
		{ios.IOS, false, "permit 256 any any", v4 + " -> " + v4 + ` any ? protocol "256" is not known to IOS or EOS`},
		{ios.IOS, true, "permit hbh any any", all + " -> " + all + ` any ? protocol "hbh" is not known to IOS or EOS`},
		// what follows
		{ios.XR, false, "permit tcp any any eq 80 capture counter C log-input", v4 + " -> " + v4 + " tcp/80"},
		{ios.NXOS, false, "permit tcp any any eq 80 capture session 1 log", v4 + " -> " + v4 + " tcp/80"},
		{ios.XR, false, "permit tcp any any eq 25 nexthop1 ipv4 10.7.0.1", v4 + " -> " + v4 + " tcp/25"},
		{ios.XR, false, "permit tcp any any eq 25 default nexthop1 vrf A ipv4 10.7.0.1 track T nexthop2 ipv4 10.7.0.2 log", v4 + " -> " + v4 + " tcp/25"},
		{ios.XR, false, "permit tcp any any eq 25 nexthop1", v4 + " -> " + v4 + " tcp/25 ? nexthop1"},
		{ios.IOS, false, "permit tcp any any eq 25 nexthop1 ipv4 10.7.0.1", v4 + " -> " + v4 + " tcp/25 ? nexthop1 ipv4 10.7.0.1"},
		{ios.NXOS, false, "permit ip 192.0.2.7 any", "192.0.2.7 -> " + v4 + " any ? 192.0.2.7 has no wildcard mask"},
		{ios.NXOS, false, "permit ip 192.0.2.0 any", "192.0.2.0/23 -> " + v4 + " any ? 192.0.2.0 has no wildcard mask"},
		{ios.IOS, false, "permit tcp any any eq 80 time-range", v4 + " -> " + v4 + " tcp/80 ? time-range"},
		{ios.IOS, false, "permit tcp any any eq 80 log COOKIE", v4 + " -> " + v4 + " tcp/80"},
		{ios.IOS, false, "permit tcp any any eq 80 log-input COOKIE", v4 + " -> " + v4 + " tcp/80"},
		{ios.IOS, false, "permit tcp any any eq 80 log COOKIE more", v4 + " -> " + v4 + ` tcp ? "COOKIE more" is not understood`},
		{ios.IOS, false, "permit tcp any any eq 80 log routing", v4 + " -> " + v4 + " tcp/80 ? routing"},
		{ios.IOS, true, "permit tcp any any eq 80 log COOKIE", all + " -> " + all + ` tcp ? "COOKIE" is not understood`},
		{ios.NXOS, false, "permit tcp any any eq 80 log COOKIE", v4 + " -> " + v4 + ` tcp ? "COOKIE" is not understood`},
		{ios.IOS, false, "permit tcp any any match-all log", v4 + " -> " + v4 + ` tcp ? "match-all log" is not understood`},
		{ios.IOS, false, "permit ip any any established", v4 + " -> " + v4 + ` any ? "established" is not understood`},
		{ios.IOS, true, "permit ipv6 any any routing", all + " -> " + all + " any ? routing"},
	} {
		t.Run(string(tt.d)+" "+tt.entry, func(t *testing.T) {
			doc, err := ios.Parse(tt.d, device.Input{Source: "x", Content: []byte(header(tt.d, tt.v6) + " " + tt.entry)})
			if err != nil {
				t.Fatal(err)
			}
			r := doc.Lists[0].Rules[0]
			got := r.Traffic.String()
			if len(r.Unknown) > 0 {
				got += " ? " + strings.Join(r.Unknown, "; ")
			}
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if r.Action != rule.Permit || r.Line != 2 || r.Text != tt.entry {
				t.Errorf("action %s, line %d, text %q", r.Action, r.Line, r.Text)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct{ content, want string }{
		{"", "x:1: this is no configuration of IOS or EOS; a running configuration or the output of \"show access-lists\" is accepted"},
		{"{\"rules\": []}", "x:1: this is no configuration of IOS or EOS; a running configuration or the output of \"show access-lists\" is accepted"},
		{"hostname x\n\n\x00", "x:3: there is a zero byte; a configuration as text is accepted"},
		{"hostname x\nip access-list extended", ""},
		{"hostname x", ""},
		{"hostname x\nhostname x\nhostname y", "x:3: \"hostname y\" starts another device than x; the configuration of one device is accepted"},
	} {
		doc, err := ios.Parse(ios.IOS, device.Input{Source: "x", Content: []byte(tt.content)})
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != tt.want || (err == nil) != (doc != nil) {
			t.Errorf("%q: %q, want %q", tt.content, got, tt.want)
		}
	}
	if _, err := ios.Parse("cisco_asa", device.Input{Source: "x"}); err == nil || !strings.Contains(err.Error(), `unknown dialect "cisco_asa"`) {
		t.Errorf("error %v", err)
	}
}

// TestBounds keeps text that multiplies from using memory and time out of
// proportion.
func TestBounds(t *testing.T) {
	var nested strings.Builder
	fmt.Fprintln(&nested, "object-group network G0\n host 10.0.0.0")
	for i := 1; i < 3000; i++ {
		fmt.Fprintf(&nested, "object-group network G%d\n group-object G%d\n host 10.0.%d.%d\n", i, i-1, i/128, i%128*2)
	}
	fmt.Fprintln(&nested, "ip access-list extended L\n permit ip object-group G200 any\n permit ip object-group G2999 any")

	var wildcards strings.Builder
	fmt.Fprintln(&wildcards, "ip access-list extended L")
	for i := range 2000 {
		fmt.Fprintf(&wildcards, " permit ip 10.0.%d.%d 85.85.170.170 any\n", i/256, i%256)
	}

	var ports strings.Builder
	fmt.Fprintln(&ports, "object-group ip port P")
	for i := 1; i < 20000; i += 2 {
		fmt.Fprintf(&ports, " eq %d\n", i)
	}
	fmt.Fprintln(&ports, "ip access-list L\n permit tcp any portgroup P any portgroup P\n permit tcp any any portgroup P")
	var shared strings.Builder
	shared.WriteString(ports.String())
	for i := range 2000 {
		fmt.Fprintf(&shared, " permit tcp host 10.0.%d.%d any portgroup P\n", i/256, i%256)
	}
	for i := range 2000 {
		fmt.Fprintf(&shared, " permit tcp any eq %d any portgroup P\n", i)
	}

	list := "ip access-list extended L\n permit tcp any eq" + strings.Repeat(" 1", 5000) + " any eq" + strings.Repeat(" 2", 5000) + "\n"

	for _, tt := range []struct {
		name    string
		d       ios.Dialect
		text    string
		unknown []bool // of the first rules
		reason  string // of the last one that is
	}{
		{"nested groups", ios.IOS, nested.String(), []bool{false, false, true}, "is nested deeper than 256"},
		{"wildcard masks", ios.IOS, wildcards.String(), []bool{false, false}, "the wildcard masks of the file stand for more than 1048576 ranges"},
		{"port groups", ios.NXOS, ports.String(), []bool{true, false}, "it combines 10000 source ports with 10000 destination ports"},
		{"port groups of many entries", ios.NXOS, shared.String(), []bool{true, false, false, false}, "the entries of the file combine more than 4194304 ports"},
		{"ports", ios.IOS, list, []bool{true}, "eq lists 5000 ports; at most 64 are read"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			doc, err := ios.Parse(tt.d, device.Input{Source: "x", Content: []byte(tt.text)})
			runtime.ReadMemStats(&after)
			if err != nil {
				t.Fatal(err)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 512<<20 {
				t.Errorf("%d MB allocated for %d kB", used>>20, len(tt.text)>>10)
			}
			rules, last := doc.Lists[0].Rules, ""
			for i, want := range tt.unknown {
				if got := len(rules[i].Unknown) > 0; got != want {
					t.Errorf("rule %d: %q, unknown %v", i, rules[i].Text, rules[i].Unknown)
				}
			}
			for _, r := range rules {
				if len(r.Unknown) > 0 {
					last = r.Unknown[len(r.Unknown)-1]
				}
			}
			if !strings.Contains(last, tt.reason) {
				t.Errorf("reason %q, want %q", last, tt.reason)
			}
		})
	}
}
