package vpc

import (
	"strings"
	"testing"
)

func TestGroupServices(t *testing.T) {
	const none = -99
	for _, tt := range []struct {
		protocol        string
		from, to        int
		want, uncertain string // or "error"
	}{
		{"-1", none, none, "any", ""},
		{"-1", 0, 0, "any", ""},
		{"all", -1, -1, "any", ""},
		{"tcp", 443, 443, "tcp/443", ""},
		{"TCP", 0, 65535, "tcp", ""},
		{"6", 1, 2, "tcp/1-2", ""},
		{"17", 53, 53, "udp/53", ""},
		{"udp", 0, 0, "udp/0", ""},
		{"tcp", none, none, "tcp", "the ports are not given"},
		{"tcp", 80, none, "tcp", "the ports are not given"},
		{"tcp", -1, -1, "tcp", "the ports are -1, which is for ICMP"},
		{"tcp", -1, 80, "", "error"},
		{"tcp", 80, 65536, "", "error"},
		{"tcp", 90, 80, "", "error"},
		{"icmp", -1, -1, "icmp", ""},
		{"icmp", 8, -1, "icmp/8", ""},
		{"icmp", 8, 0, "icmp/8/0", ""},
		{"1", 0, 0, "icmp/0/0", ""},
		{"icmp", 3, 4, "icmp/3/4", ""},
		{"icmp", -1, 4, "icmp", "it has the ICMP code 4 of every type"},
		{"icmp", none, none, "icmp", "the ICMP type and code are not given"},
		{"icmp", 256, -1, "", "error"},
		{"icmp", 8, -2, "", "error"},
		{"icmpv6", none, none, "icmpv6", ""},
		{"58", 128, -1, "icmpv6/128", ""},
		// Ports of other protocols are without effect.
		{"132", 80, 80, "sctp", ""},
		{"50", none, none, "esp", ""},
		{"gre", -1, -1, "gre", ""},
		{"0", none, none, "hopopt", ""},
		{"256", none, none, "", "error"},
		{"", none, none, "", "error"},
		{"tcp/80", none, none, "", "error"},
	} {
		pointer := func(n int) *int {
			if n == none {
				return nil
			}
			return &n
		}
		s, unknown, err := GroupServices(tt.protocol, pointer(tt.from), pointer(tt.to))
		if err != nil {
			unknown = "error"
		}
		if unknown != tt.uncertain || err == nil && s.String() != tt.want {
			t.Errorf("GroupServices(%q, %d, %d) = %s, %q, %v; want %s, %q", tt.protocol, tt.from, tt.to, s, unknown, err, tt.want, tt.uncertain)
		}
	}
}

func TestACLServices(t *testing.T) {
	const none = -99
	for _, tt := range []struct {
		protocol             string
		from, to, icmp, code int
		ipv6                 bool
		want, uncertain      string
	}{
		{"-1", none, none, none, none, false, "any", ""},
		{"-1", 80, 80, 8, 0, false, "any", ""},
		{"6", 443, 443, none, none, false, "tcp/443", ""},
		{"6", none, none, none, none, false, "tcp", "the ports are not given"},
		// Terraform writes a type of 0 for entries that have none.
		{"17", 53, 53, 0, 0, false, "udp/53", ""},
		{"1", 0, 0, 8, -1, false, "icmp/8", ""},
		{"1", none, none, -1, -1, false, "icmp", ""},
		{"1", none, none, none, none, false, "icmp", "the ICMP type and code are not given"},
		{"58", none, none, 128, 0, true, "icmpv6/128/0", ""},
		{"58", none, none, 128, 0, false, "icmpv6", ""},
		{"58", none, none, none, none, true, "icmpv6", "the ICMP type and code are not given"},
		{"47", 1, 2, 3, 4, false, "gre", ""},
		{"x", none, none, none, none, false, "", "error"},
	} {
		pointer := func(n int) *int {
			if n == none {
				return nil
			}
			return &n
		}
		s, unknown, err := ACLServices(tt.protocol, pointer(tt.from), pointer(tt.to), pointer(tt.icmp), pointer(tt.code), tt.ipv6)
		if err != nil {
			unknown = "error"
		}
		if unknown != tt.uncertain || err == nil && s.String() != tt.want {
			t.Errorf("ACLServices(%+v) = %s, %q, %v", tt, s, unknown, err)
		}
	}
}

func TestCIDR(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"10.0.0.0/8", "10.0.0.0/8"},
		{"10.1.2.3/8", "10.0.0.0/8"},
		{"10.1.2.3", "10.1.2.3/32"},
		{"0.0.0.0/0", "0.0.0.0/0"},
		{"::/0", "::/0"},
		{"2001:db8::1/64", "2001:db8::/64"},
		{"2001:db8::1", "2001:db8::1/128"},
		{"10.0.0.0/33", ""},
		{"10.0.0.0/255.0.0.0", ""},
		{"fe80::1%eth0", ""},
		{"any", ""},
		{"", ""},
	} {
		p, err := CIDR(tt.text)
		if p.Text != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("CIDR(%q) = %q, %v; want %q", tt.text, p.Text, err, tt.want)
		}
		if err == nil && strings.TrimSuffix(strings.TrimSuffix(p.Text, "/32"), "/128") != p.Prefix.String() {
			t.Errorf("CIDR(%q) holds %s", tt.text, p.Prefix)
		}
	}
}
