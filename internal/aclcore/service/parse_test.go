package service

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		text string
		want Range
	}{
		{"any", All()}, {"ip", All()}, {"IP", All()},
		{"tcp/80", Ports(TCP, 80, 80)}, {"TCP/80", Ports(TCP, 80, 80)}, {"6/80", Ports(TCP, 80, 80)}, {"06/080", Ports(TCP, 80, 80)},
		{"tcp/https", Ports(TCP, 443, 443)}, {"tcp/www", Ports(TCP, 80, 80)}, {"tcp/www-http", Ports(TCP, 80, 80)},
		{"udp/domain", Ports(UDP, 53, 53)}, {"17/domain", Ports(UDP, 53, 53)},
		{"tcp/1000-2000", Ports(TCP, 1000, 2000)}, {"tcp/0-65535", Whole(TCP)}, {"tcp/*", Whole(TCP)}, {"tcp/any", Whole(TCP)}, {"tcp", Whole(TCP)},
		{"sctp/ssh", Ports(SCTP, 22, 22)},
		{"icmp", Whole(ICMP)}, {"icmp/*", Whole(ICMP)}, {"icmp/8", Type(ICMP, 8)}, {"icmp/8/0", Code(ICMP, 8, 0)}, {"1/8", Type(ICMP, 8)},
		{"icmp/0", Type(ICMP, 0)}, {"icmp/echo", Type(ICMP, 8)}, {"icmp/echo-reply", Type(ICMP, 0)}, {"icmp/port-unreachable", Code(ICMP, 3, 3)},
		{"icmp/3/0-4", Ports(ICMP, 3<<8, 3<<8|4)}, {"icmp/3-5", Ports(ICMP, 3<<8, 5<<8|255)},
		{"icmpv6/128", Type(ICMPv6, 128)}, {"ipv6-icmp/echo-request", Type(ICMPv6, 128)}, {"58/128", Type(ICMPv6, 128)},
		{"esp", Whole(50)}, {"esp/0", Whole(50)}, {"50/0", Whole(50)}, {"gre/*", Whole(47)}, {"protocol/47", Whole(47)},
		{"protocol/2-5", Range{2, 5, 0, maxPort, 0, maxPort}}, {"protocol/0-255", All()},
		{"tcp/80 from 1024-65535", Range{TCP, TCP, 1024, maxPort, 80, 80}}, {"udp/* from 53", Range{UDP, UDP, 53, 53, 0, maxPort}},
	} {
		l, err := Parse(tt.text)
		if err != nil {
			t.Errorf("%s: %s", tt.text, err)
			continue
		}
		if l.Text != tt.text || !l.Set.Equal(SetOf(tt.want)) {
			t.Errorf("%s is read as %q %v, want %v", tt.text, l.Text, l.Set.r, tt.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", "is empty"},
		{"80", "tcp/80"}, {"tcp/", "nothing after the slash"}, {"/80", "unknown protocol"},
		{"tcp/80,443", "list in one string"}, {"tcp/80;udp/53", "list in one string"},
		{"tcp/80, 443", "list in one string"}, {"tcp/80 tcp/443", "list in one string"}, {"tcp/80\ntcp/443\n", "list in one string"}, {"tcp,udp", "list in one string"},
		{"tcp/80 443/tcp", "has two slashes"}, {"tcp/80,", "does not assign"}, {"tcp, http", "unknown protocol"},
		{" tcp/80", "has blanks in it; write tcp/80"}, {"tcp/80\t", "write tcp/80"}, {"tcp / 80", "write tcp/80"}, {"tcp/80 - 90", "write tcp/80-90"},
		{"tcp/80\u00a0", "write tcp/80"}, {"tcp/80\r\n", "write tcp/80"}, {" ", "unknown protocol"}, {"tcp/80\u200b", "does not assign"},
		{"tcp/65536", "0 to 65535"}, {"tcp/-1", "0 to 65535"}, {"tcp/2000-1000", "write 1000-2000"}, {"tcp/1-2-3", "0 to 65535"}, {"tcp/80:90", "0 to 65535"},
		{"256/80", "unknown protocol"}, {"-6/80", "unknown protocol"}, {"nope/80", "unknown protocol"},
		{"443/tcp", "port before the protocol; write tcp/443"}, {"1000-2000/UDP", "write UDP/1000-2000"},
		{"any/80", "no protocol"}, {"ip/80", "no protocol"}, {"IP/0", "no protocol"}, {"Any/any", "no protocol"},
		{"0/0", "write any, or protocol/0"}, {"00/*", "write any, or protocol/0"}, {"0/80", "write any, or protocol/0"},
		{"80/tcp", "write tcp/80"}, {"0/tcp", "write tcp/0"}, {"tcp 443", "unknown protocol"}, {"tcp 80,443", "unknown protocol"},
		{"6/0", "could be port 0 or every port of tcp; write tcp/0 or tcp/*"}, {"17/0", "write udp/0 or udp/*"}, {"50/5", "write 50/0"}, {"tcp/80/443", "has two slashes; write tcp/PORT"}, {"6/80/", "has two slashes"},
		{"tcp/no-such-service", "does not assign"}, {"tcp/syslog", "udp/syslog"},
		{"gre/80", "which has none"}, {"esp/1", "which has none"},
		{"icmp/256", "0 to 255"}, {"icmp/8/256", "0 to 255"}, {"icmp/nope", "a type 0 to 255"}, {"icmp/3-4/0", "one type"},
		{"protocol/256", "0 to 255"}, {"protocol/5-2", "0 to 255"}, {"protocol/", "0 to 255"},
		{"icmp from 80", "which has none"}, {"any from 80", "which has none"},
		{"rdp", "could be IP protocol 27"}, {"ipv4", "could be IP protocol 4"}, {"ipv6", "could be IP protocol 41"},
	} {
		l, err := Parse(tt.text)
		if err == nil {
			t.Errorf("%q is read as %s", tt.text, l.Set)
			continue
		}
		if !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %s; want %q in it", tt.text, err, tt.want)
		}
	}
}

// TestNumeric: what netutils writes where it has words for the service, and else
// what Parse reads back as the same.
func TestNumeric(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"tcp/80", "6/80"}, {"TCP/WWW-HTTP", "6/80"}, {"06/080", "06/080"}, {"udp/domain", "17/53"}, {"17/domain", "17/53"},
		{"tcp/3com-tsmux", "6/3com-tsmux"}, {"sctp/ssh", "132/ssh"}, {"tcp/1000-2000", "6/1000-2000"}, {"tcp/*", "6/*"}, {"tcp/any", "6/*"},
		{"icmp/8", "1/8"}, {"icmp/echo", "1/echo"}, {"icmp/3/4", "1/3/4"}, {"50/0", "50/0"}, {"gre/0", "47/0"},
		{"tcp", "6/*"}, {"icmp", "1/*"}, {"esp", "50/*"}, {"any", "any"}, {"IP", "any"}, {"protocol/0-255", "any"},
		{"protocol/47", "47/*"}, {"protocol/0", "hopopt"}, {"hopopt/0", "hopopt"}, {"protocol/2-5", "protocol/2-5"},
		{"tcp/https from 1024-65535", "6/443 from 1024-65535"}, {"udp from domain", "17/* from 53"}, {"tcp/80-90 from *", "6/80-90 from *"},
	} {
		l, err := Parse(tt.text)
		if err != nil {
			t.Errorf("%s: %s", tt.text, err)
			continue
		}
		got := l.Numeric()
		if got != tt.want {
			t.Errorf("%s is written as %q, want %q", tt.text, got, tt.want)
		}
		if back, err := Parse(got); err != nil || !back.Set.Equal(l.Set) {
			t.Errorf("%s, written as %q, is read back as %v, %v", tt.text, got, back.Set, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"tcp/80", "icmp/8/0", "udp/* from 53", "protocol/2-5", "any", "gre/0", "icmp/port-unreachable", "6/www-http"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := Parse(text)
		if err != nil {
			return
		}
		if l.Set.IsEmpty() {
			t.Fatalf("%q holds no service", text)
		}
		roundTrip(t, l.Set)
	})
}
