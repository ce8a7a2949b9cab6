package addr

import (
	"net/netip"
	"testing"
)

// FuzzMask compares what a mask stands for within ranges with the list of all its
// addresses.
func FuzzMask(f *testing.F) {
	f.Add(uint32(0x0a000001), uint32(0x00ff00fe), uint32(0x0a000000), uint32(0x000fffff))
	f.Add(uint32(1), uint32(0xfe), uint32(0), ^uint32(0))
	f.Add(uint32(0xffffffff), uint32(0x0101), uint32(0xffffff00), uint32(0xff))
	f.Fuzz(func(t *testing.T, address, free, from, size uint32) {
		four := func(n uint32) netip.Addr {
			return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
		}
		all, err := Wildcard(four(address), four(free))
		if err != nil {
			return
		}
		to := from + size
		if to < from {
			to = ^uint32(0)
		}
		s := SetOf(RangeOf(four(from), four(to)), RangeOf(netip.MustParseAddr("2001:db8::"), netip.MustParseAddr("2001:db8::ff")))
		got, ok := Mask{four(address), four(free)}.Within(s, 1<<17)
		if want := all.Intersect(s); !ok || !got.Equal(want) {
			t.Errorf("%s %s within %s: %s, %t; want %s", four(address), four(free), s, got, ok, want)
		}
	})
}

// TestMaskWithin finds the few addresses of a mask that stands for too many to list.
func TestMaskWithin(t *testing.T) {
	odd := Mask{netip.MustParseAddr("0.0.0.1"), netip.MustParseAddr("255.255.255.254")}
	span := func(from, to string) Set { return SetOf(RangeOf(netip.MustParseAddr(from), netip.MustParseAddr(to))) }
	hosts := span("192.0.2.4", "192.0.2.9")
	got, ok := odd.Within(hosts, 3)
	if want := span("192.0.2.5", "192.0.2.5").Union(span("192.0.2.7", "192.0.2.7")).Union(span("192.0.2.9", "192.0.2.9")); !ok || !got.Equal(want) {
		t.Errorf("odd addresses of %s: %s, %t", hosts, got, ok)
	}
	if _, ok := odd.Within(hosts, 2); ok {
		t.Error("three ranges are said to be no more than two")
	}
	six := Mask{netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("::ffff:ffff:0:0")}
	host := span("2001:db8::7:7:0:1", "2001:db8::7:7:0:1")
	if got, ok := six.Within(host, 1); !ok || !got.Equal(host) {
		t.Errorf("%s is not found: %s, %t", host, got, ok)
	}
}
