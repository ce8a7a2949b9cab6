package estate

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
)

// TestAuditViolations puts to the policies what rules decide, and not all that they match.
func TestAuditViolations(t *testing.T) {
	use := func(name string) policy.Definition {
		return policy.Definition{Name: name, Use: name}
	}
	hosts := use("max_hosts")
	hosts.Parameters.MaxHosts = 1 << 16
	same := use("same_network")
	same.Parameters.Networks = []string{"10.0.0.0/24"}
	const telnet, any = "access-list A extended permit tcp 10.0.0.0 255.0.0.0 host 192.0.2.1 range 22 23\n", "access-list A extended permit ip any4 any4\n"
	for _, c := range []struct {
		name, text string
		policy     policy.Definition
		want       []string
	}{
		{"as it stands", telnet, use("insecure_services"), []string{"1 10.0.0.0/8 192.0.2.1 tcp/22-23"}},
		{"denied above", "access-list A extended deny tcp any any eq 23\n" + telnet, use("insecure_services"), nil},
		{"permitted above", "access-list A extended permit tcp any host 192.0.2.1 eq 23\n" + telnet, use("insecure_services"), []string{"1 any 192.0.2.1 tcp/23"}},
		{"denied above for some", "access-list A extended deny tcp 10.0.0.0 255.128.0.0 any eq 23\n" + telnet, use("insecure_services"), []string{"2 10.128.0.0/9 192.0.2.1 tcp/22-23"}},
		{"perhaps denied above", "access-list A extended deny tcp any any eq 23 time-range X\n" + telnet, use("insecure_services"), []string{"2 10.0.0.0/8 192.0.2.1 tcp/22-23"}},
		{"never decides", "access-list A extended deny ip any any\n" + telnet, use("insecure_services"), nil},
		{"switched off", strings.TrimSpace(telnet) + " inactive\n", use("insecure_services"), nil},
		{"expired", "time-range OLD\n absolute end 12:00 31 December 2020\n" + strings.TrimSpace(telnet) + " time-range OLD\n", use("insecure_services"), nil},
		{"not yet expired", "time-range OLD\n absolute end 12:00 31 December 2022\n" + strings.TrimSpace(telnet) + " time-range OLD\n", use("insecure_services"), []string{"3 10.0.0.0/8 192.0.2.1 tcp/22-23"}},
		{"a sliver of any is denied above", "access-list A extended deny ip host 10.9.9.9 any\n" + any, use("any_to_any"), []string{"2 0.0.0.0-10.9.9.8,10.9.9.10-255.255.255.255 0.0.0.0/0 any"}},
		{"half of any is denied above", "access-list A extended deny ip 0.0.0.0 128.0.0.0 any\n" + any, use("any_to_any"), nil},
		{"what is left is narrow", "access-list A extended deny ip host 10.0.0.0 any\naccess-list A extended permit ip 10.0.0.0 255.255.255.254 host 192.0.2.1\n", hosts, nil},
		{"what is left is wide", "access-list A extended deny ip host 10.9.9.9 any\naccess-list A extended permit ip 10.0.0.0 255.0.0.0 host 192.0.2.1\n", hosts, []string{"2 10.0.0.0-10.9.9.8,10.9.9.10-10.255.255.255 192.0.2.1 any"}},
		{"only what is left is in one network", "access-list A extended deny ip any 10.0.0.128 255.255.255.128\naccess-list A extended deny ip any 10.0.1.0 255.255.255.0\naccess-list A extended permit ip host 10.0.0.1 10.0.0.0 255.255.254.0\n", same, []string{"3 10.0.0.1 10.0.0.0/25 any"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			set, err := policy.Compile([]policy.Definition{c.policy}, policy.Options{})
			if err != nil {
				t.Fatal(err)
			}
			e := New(Config{Rulesets: map[string]RulesetConfig{"fw": {Content: c.text}}, Policies: set})
			found, err := e.Audit(AuditQuestion{Everything: true, AsOf: time.Date(2021, 6, 1, 0, 0, 0, 0, time.UTC)})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found.Findings {
				if f.Kind == violates {
					var sources []string
					for _, x := range f.Excess {
						sources = append(sources, x.Sources...)
					}
					got = append(got, fmt.Sprint(f.Line, " ", strings.Join(sources, ","), " ", f.Excess[0].Destinations[0], " ", f.Excess[0].Services[0]))
				}
			}
			if !slices.Equal(got, c.want) || found.Summary[violates] != int64(len(c.want)) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestAuditExcessZones says between which zones the excess goes, where rules are for zones.
func TestAuditExcessZones(t *testing.T) {
	e := New(Config{Rulesets: map[string]RulesetConfig{
		"fw": {Format: "panos", Content: `set service web protocol tcp port 443
set rulebase security rules one from [ lan guest ] to any source 10.0.0.0/8 destination 192.0.2.1 application any service web action allow
set rulebase security rules two from dmz to lan source 192.0.2.1 destination 10.0.0.0/8 application any service web action allow
`},
		"plain": {Content: "access-list A extended permit tcp 10.0.0.0 255.0.0.0 host 192.0.2.1 eq 443\n"},
	}})
	web := Flow{Name: "web", Sources: []string{"10.0.0.0/8"}, Destinations: []string{"192.0.2.1"}, Services: []string{"tcp/443"}, SourceZone: "lan", DestinationZone: "dmz"}
	found, err := e.Audit(AuditQuestion{Everything: true, Declared: true, Flows: []Flow{web}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range found.Findings {
		for _, x := range f.Excess {
			got = append(got, fmt.Sprint(f.Kind, " ", f.Ruleset, " ", f.Rule, " ", x.SourceZones, " ", x.DestinationZones))
		}
	}
	want := []string{"wider fw one [guest] []", "wider fw one [lan] [guest lan other zones]", "unused fw two [dmz] [lan]"}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestAuditFlowsOfSeveralFirewalls compares flows only where both are matched against the
// same firewalls, for the same applications and users.
func TestAuditFlowsOfSeveralFirewalls(t *testing.T) {
	text := RulesetConfig{Content: "access-list A extended permit ip any any\n"}
	rulesets := map[string]RulesetConfig{"edge": text, "core": text}
	flow := func(name string, change func(*Flow)) Flow {
		f := Flow{Name: name, Sources: []string{"10.0.0.1"}, Destinations: []string{"192.0.2.1"}, Services: []string{"tcp/443"}}
		change(&f)
		return f
	}
	at := func(names ...string) func(*Flow) { return func(f *Flow) { f.Rulesets = names } }
	apps := func(names ...string) func(*Flow) { return func(f *Flow) { f.NetworkApplications = names } }
	users := func(names ...string) func(*Flow) { return func(f *Flow) { f.Users = names } }
	for _, c := range []struct {
		name    string
		a, b    func(*Flow)
		devices bool
		want    string
	}{
		{"the same", at("edge"), at("edge"), false, "duplicate_flow a of b"},
		{"in another order", at("edge", "core"), at("core", "edge"), false, "duplicate_flow a of b"},
		{"different", at("edge"), at("core"), false, ""},
		{"one of both", at("edge", "core"), at("core"), false, "contained_flow b of a"},
		{"all of them", at("edge"), at(), false, "contained_flow a of b"},
		{"no names", at(), at(), false, "duplicate_flow a of b"},
		{"a way and a ruleset", at("edge"), at(), true, ""},
		{"two ways", at(), at(), true, "duplicate_flow a of b"},
		{"different applications", apps("ssl"), apps("dns"), false, ""},
		{"one application of all", apps("ssl"), apps(), false, "contained_flow a of b"},
		{"some the same users", users("ada", "bob"), users("bob", "cy"), false, "overlapping_flow a of b"},
	} {
		config := Config{Rulesets: rulesets}
		if c.devices {
			config.Devices = map[string]DeviceConfig{"fw": {Content: text.Content}}
		}
		found, err := New(config).Audit(AuditQuestion{Rulesets: []string{"edge"}, Declared: true, Flows: []Flow{flow("a", c.a), flow("b", c.b)}})
		if err != nil {
			t.Fatal(c.name, err)
		}
		got := ""
		for _, f := range found.Findings {
			if strings.HasSuffix(f.Kind, "_flow") {
				got += f.Kind + " " + f.Rule + " of " + strings.Join(f.Serves, " ")
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
