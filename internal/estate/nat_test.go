package estate

import (
	"context"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
)

// natText is an ASA with a server behind a public address.
const natText = `ASA Version 9.16
hostname edge
interface GigabitEthernet0/0
 nameif outside
 security-level 0
 ip address 203.0.113.1 255.255.255.0
interface GigabitEthernet0/1
 nameif dmz
 security-level 50
 ip address 10.2.0.1 255.255.255.0
object network web
 host 10.2.0.10
object network web
 nat (dmz,outside) static 203.0.113.10
access-list outside_in extended permit tcp any host 10.2.0.10 eq 443
access-group outside_in in interface outside
`

func natEstate(text string) *Estate {
	return New(Config{
		Zones:   map[string][]string{"internet": {"0.0.0.0/0"}, "dmz": {"10.2.0.0/24"}},
		Devices: map[string]DeviceConfig{"edge": {Content: text, Interfaces: map[string]string{"outside": "internet", "dmz": "dmz"}}},
	})
}

// A client uses the public address, the list compares the real one: the flow is allowed,
// and what is missing is told in both.
func TestStaticTranslationInbound(t *testing.T) {
	f := Flow{Application: "shop", Name: "web", Sources: []string{"198.51.100.0/24"}, Destinations: []string{"203.0.113.10"}, Services: []string{"tcp/443"}}
	found, err := natEstate(natText).Match(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	if found.Status != match.Allowed {
		t.Fatalf("%s: %+v", found.Status, found.Missing)
	}
	found, err = natEstate(strings.ReplaceAll(natText, "eq 443", "eq 80")).Match(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	if found.Status != match.Blocked || len(found.Missing) != 1 {
		t.Fatalf("%s: %+v", found.Status, found.Missing)
	}
	m := found.Missing[0]
	if m.Destinations[0] != "203.0.113.10" || m.Translated != "198.51.100.0/24 -> 10.2.0.10 tcp/443" || !strings.Contains(m.Change, "host 10.2.0.10 eq 443") {
		t.Errorf("%+v", m)
	}
	f.Destinations = []string{"10.2.0.10"}
	found, err = natEstate(natText).Match(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	if found.Status != match.Blocked {
		t.Errorf("the real address from outside: %s", found.Status)
	}
}

// A policy of real addresses without a table asks the translations of the devices.
func TestRealAddressesOfDevices(t *testing.T) {
	set, err := policy.Compile([]policy.Definition{{Name: "nat", Use: "real_addresses", Severity: policy.Deny, Scope: policy.ScopeProduct}}, policy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		devices     bool
		destination string
		want        string
	}{
		{true, "203.0.113.10", "203.0.113.10 is an address of NAT; the real one is 10.2.0.10"},
		{true, "203.0.113.11", ""},
		{true, "10.2.0.10", ""},
		{false, "203.0.113.10", "no device tells which addresses NAT shows"},
	} {
		c := Config{Policies: set}
		if tt.devices {
			c = natEstate(natText).config
			c.Policies = set
		}
		j, err := New(c).Judge(Flow{Application: "shop", Name: "web", Sources: []string{"198.51.100.7"}, Destinations: []string{tt.destination}, Services: []string{"tcp/443"}})
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case tt.want == "" && len(j.Violations) > 0, tt.want != "" && (len(j.Violations) != 1 || !strings.Contains(j.Violations[0].Message, tt.want)):
			t.Errorf("%+v: %+v", tt, j.Violations)
		}
	}
}
