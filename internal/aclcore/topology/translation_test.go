package topology

import (
	"net/netip"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/zone"
)

// What a device may translate is in doubt: its own destinations, and on the devices
// after it the sources.
func TestTranslationsAreInDoubt(t *testing.T) {
	names, err := flow.NewNames(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	zones, err := zone.New(names, map[string][]string{"a": {"10.0.0.0/24"}, "b": {"10.0.1.0/24"}, "c": {"10.0.2.0/24"}}, zone.Options{Key: "zones"})
	if err != nil {
		t.Fatal(err)
	}
	host := func(text string) addr.Set {
		a := netip.MustParseAddr(text)
		return addr.SetOf(addr.RangeOf(a, a))
	}
	open := func(name, from, to string, nat ...device.Translation) Device {
		return Device{Name: name, Source: name, Interfaces: map[string]string{"in": from, "out": to}, Document: &device.Document{
			Lists: []device.List{{Name: "all", Default: rule.Permit}}, Translations: nat,
		}}
	}
	everything := families(true, true)
	hide := device.Translation{Text: "hide", From: []string{"in"}, To: []string{"out"}, Match: everything, Source: device.Mapping{Kind: device.Dynamic, To: host("10.0.1.9")}}
	forward := device.Translation{Text: "forward", From: []string{"in"}, Match: everything, Destination: device.Mapping{Kind: device.Static, To: host("10.0.2.5")}}
	forward.Match.Destinations = host("10.0.2.7")
	for _, tt := range []struct {
		name        string
		first, last []device.Translation
		to          string
		want        match.Verdict
	}{
		{"none", nil, nil, "10.0.2.7", match.Allowed},
		{"sources on the last device", nil, []device.Translation{hide}, "10.0.2.7", match.Allowed},
		{"sources on the first device", []device.Translation{hide}, nil, "10.0.2.7", match.Indeterminate},
		{"destinations", nil, []device.Translation{forward}, "10.0.2.7", match.Indeterminate},
		{"other destinations", nil, []device.Translation{forward}, "10.0.2.8", match.Allowed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			top, err := New(Config{Zones: zones, Devices: []Device{open("first", "a", "b", tt.first...), open("last", "b", "c", tt.last...)}})
			if err != nil {
				t.Fatal(err)
			}
			p := traffic.Product{Sources: host("10.0.0.5"), Destinations: host(tt.to), Services: everything.Services}
			f := top.Lay(Question{Region: flow.Region{Possible: []traffic.Product{p}}, Want: rule.Permit}).Check(Lists{
				Matcher: func(*Step) match.Matcher { return match.New(&rule.Ruleset{Default: rule.Permit}) },
			})
			if f.Verdict != tt.want {
				t.Errorf("%s, want %s: %+v", f.Verdict, tt.want, f.Gaps)
			}
		})
	}
}
