package asa

import (
	"slices"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// TestPortNumbers holds the names on which the ASA and IANA differ, and those that
// are names with one protocol only.
func TestPortNumbers(t *testing.T) {
	for _, tt := range []struct {
		protocol uint8
		word     string
		want     []uint16
	}{
		{service.TCP, "www", []uint16{80}}, {service.UDP, "www", []uint16{80}},
		{service.TCP, "sqlnet", []uint16{1521}}, {service.TCP, "lotusnotes", []uint16{1352}},
		{service.TCP, "kerberos", []uint16{750}}, {service.UDP, "radius", []uint16{1645}},
		{service.TCP, "pcanywhere-data", []uint16{5631}}, {service.UDP, "sip", []uint16{5060}},
		{service.TCP, "cifs", []uint16{3020}}, {service.TCP, "cmd", []uint16{514}}, {service.UDP, "syslog", []uint16{514}},
		{service.TCP, "rtsp", []uint16{554}}, {service.UDP, "rtsp", []uint16{554, 5004}}, {service.UDP, "dnsix", []uint16{195, 90}},
		{service.UDP, "https", nil}, {service.TCP, "syslog", nil}, {service.TCP, "imaps", nil}, {service.SCTP, "www", nil},
		{service.SCTP, "2905", []uint16{2905}}, {service.TCP, "65535", []uint16{65535}},
		{service.TCP, "65536", nil}, {service.TCP, "-1", nil}, {service.TCP, "", nil}, {service.TCP, "WWW", nil},
	} {
		if got := portNumbers(tt.protocol, tt.word); !slices.Equal(got, tt.want) {
			t.Errorf("portNumbers(%d, %q) = %v, want %v", tt.protocol, tt.word, got, tt.want)
		}
	}
}

func TestTrimCounters(t *testing.T) {
	for _, tt := range []struct {
		line, text        string
		counted, inactive bool
	}{
		{"a b", "a b", false, false},
		{"a b (hitcnt=12) 0x8b7c4bc4", "a b", true, false},
		{"a b inactive (hitcnt=0) (inactive) 0x8b7c4bc4", "a b inactive", true, true},
		{"a fqdn x.y (unresolved) eq 1 (inactive) 0x1", "a fqdn x.y (unresolved) eq 1", true, true},
		{"a 0xnothex", "a 0xnothex", false, false},
		{"a 0x123456789", "a 0x123456789", false, false},
		{"0x1", "0x1", false, false},
	} {
		text, counted, inactive := trimCounters(tt.line)
		if text != tt.text || counted != tt.counted || inactive != tt.inactive {
			t.Errorf("trimCounters(%q) = %q, %v, %v", tt.line, text, counted, inactive)
		}
	}
}

func TestCursor(t *testing.T) {
	for _, tt := range []struct {
		line string
		want []string
	}{
		{"", nil},
		{"  a\tb  c ", []string{"a", "b", "c"}},
		{`a "b c" d`, []string{"a", `"b c"`, "d"}},
		{`a "b c`, []string{"a", `"b`, "c"}},
		{`a"b c" "d"e`, []string{`a"b`, `c"`, `"d"e`}},
	} {
		c := cursor{tt.line}
		var got []string
		for !c.atEnd() {
			got = append(got, c.next())
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.line, got, tt.want)
		}
	}
}

func TestSniff(t *testing.T) {
	for _, tt := range []struct {
		text string
		want int
	}{
		{"", 0},
		{"hostname x\n", 0},
		{"hostname x\nASA Version 9.8(2)\n", certain},
		{"\ufeff: Saved\n:\nASA Version 9.8(2)\n", certain},
		{"access-list in extended permit ip any any\r\n", certain},
		{"access-list in line 7 permit ip any any\n", certain},
		{"access-list in; 2 elements; name hash: 0x178be4f2\n", certain},
		{"access-group in in interface outside\n", certain},
		{"access-group all global\n", certain},
		{"object network X\n host 10.0.0.1\n", likely},
		{"object-group network X\n network-object host 10.0.0.1\n", likely},
		{"object-group network X\n host 10.0.0.1\n", possible},
		{"access-list in permit ip any any\n", possible},
		{"access-list 101 permit ip any any\n", numbered},
		{"access-list 101 permit ip 10.0.0.0 255.0.0.0 any\n", possible},
		// a router, whatever its lines look like
		{"access-list in extended permit ip 10.0.0.0 0.0.0.255 any\n", 0},
		{"access-list 101 permit ip any any\nip access-list extended X\nobject-group icmp-type Y\n", numbered},
		{"interface X\n ip access-group in in\n", 0},
	} {
		if got := Sniff([]byte(tt.text)); got != tt.want {
			t.Errorf("Sniff(%q) = %d, want %d", tt.text, got, tt.want)
		}
	}
}
