package addr

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"any", "any"}, {"ANY", "any"},
		{"10.0.0.1", "10.0.0.1"}, {"10.0.0.1/32", "10.0.0.1"},
		{"10.0.0.0/24", "10.0.0.0/24"}, {"0.0.0.0/0", "0.0.0.0/0"},
		{"10.0.0.0/255.255.255.0", "10.0.0.0/24"}, {"10.0.0.0/0.0.0.255", "10.0.0.0/24"},
		{"0.0.0.0/0.0.0.0", "0.0.0.0/0"}, {"10.0.0.1/255.255.255.255", "10.0.0.1"},
		{"10.0.0.1-10.0.0.1", "10.0.0.1"}, {"10.0.0.1-10.0.0.9", "10.0.0.1-10.0.0.9"},
		{"0.0.0.0-255.255.255.255", "0.0.0.0/0"},
		{"2001:db8::1", "2001:db8::1"}, {"2001:DB8:0:0::1", "2001:db8::1"}, {"2001:db8::/32", "2001:db8::/32"},
		{"2001:db8::-2001:db8::ffff", "2001:db8::/112"},
	} {
		l, err := Parse(tt.text)
		if err != nil {
			t.Errorf("%s: %s", tt.text, err)
			continue
		}
		if l.Text != tt.text || l.Set.String() != tt.want {
			t.Errorf("%s is read as %q %s, want %s", tt.text, l.Text, l.Set, tt.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", "is empty"},
		{"web", "is not an address"}, {"web-server", "is not an address"},
		{" 10.0.0.1", "has blanks in it; write 10.0.0.1"}, {"10.0.0.1\n", "write 10.0.0.1"}, {"10.0.0.0 / 24", "write 10.0.0.0/24"}, {"any ", "write any"},
		{" ", "is not an address"}, {"10.0.0.1\u200b", "is not an address"}, {"10.0.0.1,", "is not an address"},
		{"10.0.0.1,10.0.0.2", "list in one string"}, {"10.0.0.1; any", "list in one string"}, {"2001:db8::1\n2001:db8::2\r\n", "list in one string"},
		{"10.0.0.0/24, 10.0.0.5/24", "list in one string"}, {"10.0.0.1 web", "is not an address"}, {"10.0.0.5 255.255.255.0", "list in one string"},
		{"10.0.0.0 255.255.255.0", "could be an address and its mask, or two addresses; write 10.0.0.0/255.255.255.0"},
		{"010.0.0.1", "is not an address"}, {"10.0.0", "is not an address"}, {"10.0.0.256", "is not an address"},
		{"10.0.0.5/24", "the prefix is 10.0.0.0/24, the host is 10.0.0.5"},
		{"2001:db8::5/64", "the prefix is 2001:db8::/64"},
		{"10.0.0.0/33", "write 0 to 32"}, {"10.0.0.0/-1", "write 0 to 32"}, {"10.0.0.0/024", "write 0 to 32"}, {"10.0.0.0/", "write 0 to 32"},
		{"2001:db8::/129", "write 0 to 128"}, {"2001:db8::/255.255.255.0", "write 0 to 128"},
		{"10.0.0.0/255.0.255.0", "not contiguous"},
		{"10.0.0.9-10.0.0.1", "write 10.0.0.1-10.0.0.9"}, {"10.0.0.1-9", "ends in \"9\""}, {"10.0.0.1 - 10.0.0.9", "write 10.0.0.1-10.0.0.9"},
		{"10.0.0.1-10.0.0.2-10.0.0.3", "is not an address"}, {"10.0.0.1-2001:db8::1", "mixes IPv4 and IPv6"},
		{"::ffff:10.0.0.1", "is the IPv4 address 10.0.0.1 written as IPv6; write 10.0.0.1"}, {"::ffff:a00:0/120", "written as IPv6"}, {"::ffff:10.0.0.1-::ffff:10.0.0.9", "written as IPv6"},
		{"fe80::1%eth0", "interface zone"}, {"10.0.0.0/24/24", "write 0 to 32"},
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

// TestWildcardExhaustive compares the addresses of every wildcard mask over the
// last byte with the definition: equal in every bit where the mask is 0.
func TestWildcardExhaustive(t *testing.T) {
	for _, value := range []byte{0, 1, 0x55, 0xaa, 0xff} {
		for mask := range 256 {
			a := netip.AddrFrom4([4]byte{10, 0, 0, value})
			s, err := Wildcard(a, netip.AddrFrom4([4]byte{0, 0, 0, byte(mask)}))
			if err != nil {
				t.Fatal(err)
			}
			for last := range 256 {
				want := byte(last)&^byte(mask) == value&^byte(mask)
				if got := s.Contains(netip.AddrFrom4([4]byte{10, 0, 0, byte(last)})); got != want {
					t.Fatalf("10.0.0.%d under %s with wildcard 0.0.0.%d: %t, want %t", last, a, mask, got, want)
				}
			}
			if s.Contains(netip.AddrFrom4([4]byte{10, 0, 1, value})) {
				t.Fatalf("10.0.1.%d is under %s with wildcard 0.0.0.%d", value, a, mask)
			}
		}
	}
}

func TestWildcard(t *testing.T) {
	for _, tt := range []struct{ addr, mask, want string }{
		{"10.1.2.3", "0.0.0.0", "10.1.2.3"},
		{"10.1.2.3", "0.0.0.255", "10.1.2.0/24"},
		{"10.1.2.3", "255.255.255.255", "0.0.0.0/0"},
		{"10.0.0.5", "0.255.0.0", "(256 ranges)"},
		{"10.0.0.1", "0.0.2.0", "10.0.0.1, 10.0.2.1"},
		{"2001:db8::7", "::ff", "2001:db8::/120"},
		{"2001:db8::7", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0"},
		{"2001:db8::7", "::1:0", "2001:db8::7, 2001:db8::1:7"},
	} {
		s, err := Wildcard(netip.MustParseAddr(tt.addr), netip.MustParseAddr(tt.mask))
		if err != nil {
			t.Errorf("%s %s: %s", tt.addr, tt.mask, err)
			continue
		}
		if tt.want == "(256 ranges)" {
			if len(s.Ranges()) != 256 {
				t.Errorf("%s %s has %d ranges", tt.addr, tt.mask, len(s.Ranges()))
			}
			continue
		}
		if s.String() != tt.want {
			t.Errorf("%s %s is %s, want %s", tt.addr, tt.mask, s, tt.want)
		}
	}
	if _, err := Wildcard(netip.MustParseAddr("10.0.0.0"), netip.MustParseAddr("255.255.254.254")); !errors.Is(err, ErrTooScattered) {
		t.Errorf("22 scattered bits: %v", err)
	}
	if _, err := Wildcard(netip.MustParseAddr("10.0.0.0"), netip.MustParseAddr("::ff")); err == nil {
		t.Error("an IPv4 address with an IPv6 mask is accepted")
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"any", "10.0.0.0/24", "10.0.0.1-10.0.0.9", "2001:db8::/32", "10.0.0.0/0.0.0.255", "::ffff:1.2.3.4/120", "-", "/"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := Parse(text)
		if err != nil {
			return
		}
		if l.Set.IsEmpty() {
			t.Fatalf("%q holds no address", text)
		}
		roundTrip(t, l.Set)
	})
}
