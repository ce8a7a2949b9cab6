package zone_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/zone"
)

func TestLongestPrefixDecides(t *testing.T) {
	names, err := flow.NewNames(map[string][]string{"pci": {"10.1.2.0/24"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := zone.New(names, map[string][]string{"site": {"10.0.0.0/8"}, "cards": {"pci"}, "internet": {"0.0.0.0/0"}}, zone.Options{Key: "zones"})
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{"10.1.2.3": "cards", "10.1.3.3": "site", "192.0.2.1": "internet", "2001:db8::1": ""} {
		a := netip.MustParseAddr(address)
		shares := m.Split(addr.SetOf(addr.RangeOf(a, a)))
		if len(shares) != 1 || m.Name(shares[0].Zone) != want {
			t.Errorf("%s: got %v, want %q", address, shares, want)
		}
	}
	shares := m.Split(addr.SetOf(addr.RangeOfPrefix(netip.MustParsePrefix("10.0.0.0/8"))))
	if len(shares) != 2 || m.Name(shares[0].Zone) != "cards" || shares[0].Set.String() != "10.1.2.0/24" {
		t.Errorf("got %v", shares)
	}
}

func TestErrorsNameBothZones(t *testing.T) {
	names, err := flow.NewNames(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		zones map[string][]string
		want  string
	}{
		{map[string][]string{"a": {"10.0.0.0/8"}, "b": {"10.0.0.0/8"}}, `zones["a"] and zones["b"]: both hold 10.0.0.0/8`},
		{map[string][]string{"a": {}}, `zones["a"]: is empty`},
		{map[string][]string{"a": {"nobody"}}, `zones["a"]: `},
	} {
		if _, err := zone.New(names, test.zones, zone.Options{Key: "zones"}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: got %v, want %s", test.zones, err, test.want)
		}
	}
}
