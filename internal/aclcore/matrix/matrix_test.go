package matrix

import (
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

var campus = Definition{
	Zones: map[string][]string{
		"inside": {"10.0.0.0/8", "2001:db8::/32"},
		"pci":    {"10.1.0.0/16", "10.2.0.0-10.2.0.9"},
		"jump":   {"10.1.0.7"},
		"":       {"10.1.9.0/24"},
	},
	Cells: map[string]map[string]Cell{
		"inside": {
			"inside": {Allow: []string{"any"}, Notify: []string{"tcp/22"}, Deny: []string{"tcp/23"}},
			"pci":    {Allow: []string{"tcp/443"}, Notify: []string{"tcp/1000-2000"}},
		},
		"jump": {"pci": {Allow: []string{"tcp/22", "tcp/443"}}},
		"":     {"pci": {Notify: []string{"tcp/443"}}},
	},
	Default: Cell{Allow: []string{"icmp/8"}, Notify: []string{"udp/53"}},
}

func product(t testing.TB, text string) flow.Product {
	t.Helper()
	fields := strings.Fields(text)
	from, err1 := addr.Parse(fields[0])
	to, err2 := addr.Parse(fields[1])
	asked, err3 := service.Parse(fields[2])
	if err1 != nil || err2 != nil || err3 != nil {
		t.Fatal(err1, err2, err3)
	}
	return flow.Product{Source: from, Destination: to, Service: asked}
}

func mustNew(t testing.TB, d Definition) *Matrix {
	t.Helper()
	m, err := New(nil, d)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestDecide(t *testing.T) {
	m := mustNew(t, campus)
	for _, c := range []struct{ product, want string }{
		// The longest prefix decides, and the smallest range.
		{"10.9.0.1 10.1.0.1 tcp/443", `allow tcp/443 from "inside" to "pci"`},
		{"10.1.0.7 10.1.0.8 tcp/22", `allow tcp/22 from "jump" to "pci"`},
		{"10.9.0.1 10.2.0.9 tcp/443", `allow tcp/443 from "inside" to "pci"`},
		{"10.9.0.1 10.2.0.10 tcp/23", `deny tcp/23 from "inside" to "inside"`},
		{"2001:db8::1 2001:db8::/64 tcp/80", `allow tcp/80 from "inside" to "inside"`},
		// A part of a zone may be declared to be in none.
		{"10.1.9.1 10.1.0.1 tcp/443", `notify tcp/443 from "" to "pci"`},
		{"192.0.2.1 10.1.0.1 tcp/443", `notify tcp/443 from "" to "pci"`},
		// A service in several lists gets the strictest, and ranges are taken apart.
		{"10.9.0.1 10.9.0.2 tcp/22", `notify tcp/22 from "inside" to "inside"`},
		{"10.9.0.1 10.9.0.2 tcp/20-22", `notify tcp/22 from "inside" to "inside"`},
		{"10.9.0.1 10.9.0.2 tcp/20-25", `deny tcp/23 from "inside" to "inside"`},
		{"10.9.0.1 10.9.0.2 any", `deny tcp/23 from "inside" to "inside"`},
		{"10.9.0.1 10.1.0.1 tcp/1999-2001", `deny tcp/2001 from "inside" to "pci"`},
		{"10.9.0.1 10.1.0.1 tcp/1500-2000", `notify tcp/1500-2000 from "inside" to "pci"`},
		// The strictest of the zones that a prefix spans is the answer.
		{"10.0.0.0/8 10.1.0.1 tcp/443", `deny tcp/443 from "pci" to "pci"`},
		{"10.8.0.0/13 10.0.0.0/7 tcp/80", `deny tcp/80 from "inside" to ""`},
		{"10.8.0.0/13 10.1.0.6-10.1.0.7 icmp/8", `deny icmp/8 from "inside" to "pci"`},
		{"192.0.2.1 198.51.100.1 icmp/8", `allow icmp/8 from "" to ""`},
		{"any 10.1.0.1 tcp/443", `deny tcp/443 from "pci" to "pci"`},
		// Addresses of one family alone meet.
		{"any 2001:db8::1 icmp/8", `allow icmp/8 from "" to "inside"`},
		{"10.9.0.1 2001:db8::1 tcp/80", `deny none from "inside" to "inside"`},
	} {
		if got := m.Decide(product(t, c.product)).String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.product, got, c.want)
		}
	}
}

func TestParts(t *testing.T) {
	m := mustNew(t, campus)
	var got []string
	for _, p := range m.Parts(product(t, "10.0.0.0/15 10.1.0.6-10.1.0.7 tcp/443")) {
		got = append(got, fmt.Sprintf("%s %q %q %s", p.Action, p.From, p.To, p.Product))
	}
	want := []string{
		`deny "" "jump" 10.1.9.0/24 -> 10.1.0.7 tcp/443`,
		`deny "inside" "jump" 10.0.0.0/16 -> 10.1.0.7 tcp/443`,
		`deny "jump" "jump" 10.1.0.7 -> 10.1.0.7 tcp/443`,
		`deny "pci" "jump" 10.1.0.0-10.1.0.6, 10.1.0.8-10.1.8.255, 10.1.10.0-10.1.255.255 -> 10.1.0.7 tcp/443`,
		`deny "pci" "pci" 10.1.0.0-10.1.0.6, 10.1.0.8-10.1.8.255, 10.1.10.0-10.1.255.255 -> 10.1.0.6 tcp/443`,
		`notify "" "pci" 10.1.9.0/24 -> 10.1.0.6 tcp/443`,
		`allow "inside" "pci" 10.0.0.0/16 -> 10.1.0.6 tcp/443`,
		`allow "jump" "pci" 10.1.0.7 -> 10.1.0.6 tcp/443`,
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("got\n%s\nwant\n%s", g, w)
	}
	if parts := m.Parts(product(t, "10.9.0.1 2001:db8::1 tcp/80")); parts != nil {
		t.Errorf("parts of no packet: %v", parts)
	}
}

func TestZones(t *testing.T) {
	m := mustNew(t, campus)
	for text, want := range map[string]string{
		"10.9.0.1":              `["inside"]`,
		"10.1.0.0/24":           `["jump" "pci"]`,
		"10.1.9.9":              `[""]`,
		"10.0.0.0/8":            `["" "inside" "jump" "pci"]`,
		"10.255.255.0-11.0.0.9": `["" "inside"]`,
		"2001:db8::/32":         `["inside"]`,
		"::/0":                  `["" "inside"]`,
	} {
		l, err := addr.Parse(text)
		if got := fmt.Sprintf("%q", m.Zones(l)); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", text, got, err, want)
		}
	}
}

func TestNewNames(t *testing.T) {
	names, err := flow.NewNames(map[string][]string{"servers": {"10.1.0.0/16"}}, map[string][]string{"web": {"tcp/80", "tcp/443"}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(names, Definition{
		Zones: map[string][]string{"dmz": {"servers"}},
		Cells: map[string]map[string]Cell{"": {"dmz": {Allow: []string{"web"}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := m.Decide(product(t, "192.0.2.1 10.1.0.1 tcp/80")); d.Action != Allow {
		t.Error(d)
	}
}

func TestNewErrors(t *testing.T) {
	type zones = map[string][]string
	type cells = map[string]map[string]Cell
	for _, c := range []struct {
		d    Definition
		want string
	}{
		{Definition{Zones: zones{"a": {"10.0.0.0/8"}, "b": {"10.1.0.0/16", "10.0.0.0/8"}}}, `zones["a"] and zones["b"]: both hold 10.0.0.0/8; an address is in one zone: leave it out of one of them`},
		{Definition{Zones: zones{"a": {"any"}, "b": {"::/0"}}}, `zones["a"] and zones["b"]: both hold ::/0; an address is in one zone: leave it out of one of them`},
		{Definition{Zones: zones{"a": {"10.0.0.1-10.0.0.5"}, "b": {"10.0.0.4/30"}}}, `zones["a"] and zones["b"]: 10.0.0.1-10.0.0.5 and 10.0.0.4/30 overlap and neither holds the other; write prefixes, or ranges that do not cross`},
		{Definition{Zones: zones{"a": {"10.0.0.1/8"}}}, `zones["a"]: address "10.0.0.1/8": has host bits set; the prefix is 10.0.0.0/8, the host is 10.0.0.1`},
		{Definition{Zones: zones{"a": {}}}, `zones["a"]: is empty; list at least one prefix`},
		{Definition{Zones: zones{"a": {"10.0.0.0/8"}}, Cells: cells{"a": {"bb": {}}}}, `cells["a"]["bb"]: there is no zone "bb"; declare it in zones, or write one of "a", or "" for addresses in no zone`},
		{Definition{Zones: zones{"a": {"10.0.0.0/8"}}, Cells: cells{"bb": {"a": {}}}}, `cells["bb"]: there is no zone "bb"; declare it in zones, or write one of "a", or "" for addresses in no zone`},
		{Definition{Cells: cells{"": {"": {Notify: []string{"tcp/99999"}}}}}, `cells[""][""].notify: service "tcp/99999": has the port "99999"; write 0 to 65535, or a range such as 1000-2000`},
		{Definition{Default: Cell{Deny: []string{"telnet"}}}, `default.deny: service "telnet" is neither a name in services nor ` + service.Accepted + "; did you mean tcp/telnet or udp/telnet?"},
		{Netutils(zones{"a": {"10.0.0.0/33"}}, nil), `matrix_definition["a"]: address "10.0.0.0/33": has the prefix length "33"; write 0 to 32`},
	} {
		m, err := New(nil, c.d)
		if err == nil || err.Error() != c.want || m != nil {
			t.Errorf("%+v:\n%v, want\n%s", c.d, err, c.want)
		}
	}
}

// TestNetutils: what netutils does and we do not.
func TestNetutils(t *testing.T) {
	m := mustNew(t, Netutils(
		map[string][]string{"red": {"10.1.0.0/16"}, "blue": {"10.2.0.0/16"}, "empty": nil},
		map[string]map[string]Cell{
			"red":  {"blue": {Allow: []string{"6/80", "6/23"}, Notify: []string{"6/80", "6/25"}, Deny: []string{"6/23"}}, "gone": {}},
			"gone": {"red": {Allow: []string{"any"}}},
		},
	))
	for text, want := range map[string]Action{
		"10.1.0.1 10.2.0.1 tcp/80":   Allow,
		"10.1.0.1 10.2.0.1 tcp/smtp": Notify,
		"10.1.0.1 10.2.0.1 tcp/23":   Deny,
		"10.1.0.1 10.1.0.2 tcp/80":   Deny,
		"192.0.2.1 10.1.0.2 tcp/80":  Deny,
	} {
		if d := m.Decide(product(t, text)); d.Action != want {
			t.Errorf("%s: %s, want %s", text, d, want)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	zones, cells := make(map[string][]string), make(map[string]map[string]Cell)
	for i := range 200 {
		name := fmt.Sprintf("zone-%d", i)
		cells[name] = make(map[string]Cell)
		for j := range 16 {
			zones[name] = append(zones[name], fmt.Sprintf("10.%d.%d.0/24", i, j*16))
		}
		for j := range 200 {
			cells[name][fmt.Sprintf("zone-%d", j)] = Cell{Allow: []string{"tcp/80", "tcp/443", "tcp/8000-8999"}, Notify: []string{"tcp/22"}}
		}
	}
	m := mustNew(b, Definition{Zones: zones, Cells: cells})
	for _, c := range []struct{ name, product string }{
		{"hosts", "10.3.16.1 10.77.32.9 tcp/443"},
		{"denied", "10.3.16.1 10.77.32.9 tcp/23"},
		{"prefixes", "10.3.0.0/16 10.77.0.0/16 tcp/443"},
		{"any", "any any tcp/443"},
	} {
		p := product(b, c.product)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.Decide(p)
			}
		})
	}
}
