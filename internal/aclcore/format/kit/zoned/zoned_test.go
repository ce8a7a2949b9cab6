package zoned_test

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

func TestAddresses(t *testing.T) {
	host := func(text string) (addr.Set, bool) { return zoned.Host(text) }
	span := func(text string) (addr.Set, bool) {
		from, to, _ := strings.Cut(text, "-")
		return zoned.Span(from, to)
	}
	masked := func(text string) (addr.Set, bool) {
		address, mask, _ := strings.Cut(text, "/")
		return zoned.Masked(address, mask)
	}
	for _, tt := range []struct {
		read       func(string) (addr.Set, bool)
		text, want string
	}{
		{host, "10.0.0.1", "10.0.0.1"},
		{host, "10.0.0.9/8", "10.0.0.0/8"},
		{host, "2001:db8::1/32", "2001:db8::/32"},
		{host, "::ffff:10.0.0.1", "refused"},
		{host, "::ffff:10.0.0.1/96", "refused"},
		{host, "fe80::1%eth0", "refused"},
		{host, "web", "refused"},
		{span, "10.0.0.1-10.0.0.3", "10.0.0.1, 10.0.0.2/31"},
		{span, "10.0.0.3-10.0.0.1", "refused"},
		{span, "10.0.0.3-::1", "refused"},
		{masked, "10.0.0.9/255.0.0.0", "10.0.0.0/8"},
		{masked, "10.0.0.9/0.0.0.0", "0.0.0.0/0"},
		{masked, "10.0.0.9/255.255.255.255", "10.0.0.9"},
		{masked, "10.0.0.9/255.0.255.0", "refused"},
		{masked, "10.0.0.9/255.x", "refused"},
	} {
		set, ok := tt.read(tt.text)
		got := set.String()
		if !ok {
			got = "refused"
		}
		if got != tt.want {
			t.Errorf("%s = %s, want %s", tt.text, got, tt.want)
		}
	}
}

// TestWildcard compares each address of a small net with the bits of the mask.
func TestWildcard(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		address, compare := dice.Uint32()&0xff|10<<24, dice.Uint32()|0xffffff00
		text := func(n uint32) string {
			return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}).String()
		}
		got, ok := zoned.Wildcard(text(address), text(compare))
		if !ok || !got.IsExact() {
			t.Fatalf("%s %s: %v", text(address), text(compare), got)
		}
		for n := range uint32(256) {
			a := 10<<24 | n
			if want := a&compare == address&compare; got.Sure.Contains(netip.MustParseAddr(text(a))) != want {
				t.Fatalf("%s %s holds %s: want %t", text(address), text(compare), text(a), want)
			}
		}
	}
	if got, ok := zoned.Wildcard("10.0.0.0", "0.0.0.0"); !ok || !got.Sure.Equal(addr.Any4()) {
		t.Errorf("a mask of zeros: %v", got)
	}
	if got, ok := zoned.Wildcard("10.0.0.0", "0.85.85.84"); !ok || got.IsExact() || !got.Sure.IsEmpty() {
		t.Errorf("a mask of many scattered bits: %d ranges", len(got.Possible.Ranges()))
	}
}

func TestPorts(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []zoned.Ports
		ok   bool
	}{
		{"80", []zoned.Ports{{80, 80}}, true},
		{"80, 443,1000-2000", []zoned.Ports{{80, 80}, {443, 443}, {1000, 2000}}, true},
		{"2000-1000", nil, false},
		{"65536", nil, false},
		{"+1", nil, false},
		{"", nil, false},
		{"80,", nil, false},
		{"1-2-3", nil, false},
	} {
		if got, ok := zoned.PortList(tt.text); ok != tt.ok || !slices.Equal(got, tt.want) {
			t.Errorf("%q = %v, %t", tt.text, got, ok)
		}
	}
	set, ok := zoned.Boxes(service.TCP, []zoned.Ports{{1, 2}}, []zoned.Ports{{80, 80}, {90, 99}})
	if !ok || !set.Contains(service.TCP, 2, 95) || set.Contains(service.TCP, 3, 95) || set.Contains(service.UDP, 2, 95) {
		t.Errorf("Boxes = %s", set)
	}
	if _, ok := zoned.Boxes(service.TCP, slices.Repeat(zoned.AllPorts(), 200), slices.Repeat(zoned.AllPorts(), 200)); ok {
		t.Error("40,000 boxes are kept")
	}
}

// TestRules: whatever the sets of a policy really are, a rule that is decided says
// what the device does, and what else the device may do is not decided.
func TestRules(t *testing.T) {
	addresses := func(texts ...string) addr.Set {
		var s addr.Set
		for _, text := range texts {
			one, _ := zoned.Host(text)
			s = s.Union(one)
		}
		return s
	}
	https := known.Exactly(service.SetOf(service.Ports(service.TCP, 443, 443)))
	policy := zoned.Policy{
		Name: "p", Line: 3, Action: rule.Permit, From: []string{"lan"}, To: []string{"wan"},
		Matches: []zoned.Match{{
			Sources:      known.Exactly(addresses("10.0.0.0/8")),
			Destinations: known.Between(addresses("192.0.2.1"), addresses("192.0.2.0/24"), `address "x" is not in the text`),
			Services:     https,
		}},
	}
	ask := func(dst string) match.Verdict {
		d, _ := zoned.Host(dst)
		rs := match.New(&rule.Ruleset{Rules: policy.Rules()})
		return match.Check([]match.Matcher{rs}, match.Request{
			Region:     flow.Region{Possible: []traffic.Product{{Sources: addresses("10.1.1.1"), Destinations: d, Services: https.Sure}}},
			Want:       rule.Permit,
			SourceZone: "lan", DestinationZone: "wan",
		}).Verdict
	}
	for dst, want := range map[string]match.Verdict{"192.0.2.1": match.Allowed, "192.0.2.2": match.Indeterminate, "198.51.100.1": match.Blocked} {
		if got := ask(dst); got != want {
			t.Errorf("to %s: %s, want %s", dst, got, want)
		}
	}
	policy.Doubt("schedule %q", "night")
	if got := ask("192.0.2.1"); got != match.Indeterminate {
		t.Errorf("with a schedule: %s", got)
	}
	if got := policy.Rules(); len(got) != 1 || got[0].Name != "p" || got[0].Line != 3 || len(got[0].Unknown) != 2 {
		t.Errorf("rules: %+v", got)
	}
	policy.Matches[0].Sources = known.Exactly(addr.Set{})
	if got := policy.Rules(); len(got) != 0 {
		t.Errorf("a policy that matches nothing: %+v", got)
	}
	negated := zoned.Negate(addr.Any4(), policy.Matches[0].Destinations)
	if negated.Sure.Contains(netip.MustParseAddr("192.0.2.9")) || !negated.Possible.Contains(netip.MustParseAddr("192.0.2.9")) || !negated.Sure.Contains(netip.MustParseAddr("8.8.8.8")) {
		t.Errorf("Negate = %v", negated)
	}
}
