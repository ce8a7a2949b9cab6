package estate

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

// edge, router and host are three devices in a row: users, transit, core, servers.
const (
	edgeText = `ASA Version 9.16
hostname edge
interface GigabitEthernet0/0
 nameif users
 security-level 100
 ip address 10.1.0.1 255.255.0.0
interface GigabitEthernet0/1
 nameif transit
 security-level 50
 ip address 192.0.2.1 255.255.255.0
access-list users_in extended permit tcp 10.1.0.0 255.255.0.0 10.3.0.0 255.255.0.0 eq 443
access-group users_in in interface users
`
	routerText = `hostname core
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
 ip access-group FROM_TRANSIT in
interface GigabitEthernet0/1
 ip address 10.3.0.1 255.255.0.0
 ip access-group FROM_SERVERS in
ip access-list extended FROM_TRANSIT
 permit tcp 10.1.0.0 0.0.255.255 10.3.0.0 0.0.255.255 eq 443
ip access-list extended FROM_SERVERS
 permit tcp any any established
`
	hostText = `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp -m tcp --dport 443 -j ACCEPT
COMMIT
`
)

func rowOf(t *testing.T, change func(*Config)) *Estate {
	t.Helper()
	c := Config{
		Zones: map[string][]string{"users": {"10.1.0.0/16"}, "transit": {"192.0.2.0/24"}, "servers": {"10.3.0.0/16"}},
		Devices: map[string]DeviceConfig{
			"edge": {Content: edgeText, Interfaces: map[string]string{"users": "users", "transit": "transit"}},
			"core": {Content: routerText, Interfaces: map[string]string{"GigabitEthernet0/0": "transit", "GigabitEthernet0/1": "servers"}},
			"web":  {Content: hostText, Guards: []string{"10.3.0.7"}},
		},
	}
	if change != nil {
		change(&c)
	}
	return New(c)
}

func web() Flow {
	return Flow{Application: "shop", Name: "web", Sources: []string{"10.1.5.0/24"}, Destinations: []string{"10.3.0.7"}, Services: []string{"tcp/443"}}
}

func TestWayThroughThreeDevices(t *testing.T) {
	found, err := rowOf(t, nil).Match(context.Background(), web())
	if err != nil {
		t.Fatal(err)
	}
	if found.Status != match.Allowed || len(found.Ways) != 1 || len(found.Ways[0].Hops) != 2 {
		t.Fatalf("%s %+v %+v", found.Status, found.Ways, found.Missing)
	}
	var at []string
	for _, d := range found.Decisions {
		at = append(at, d.Device+" "+d.List+" "+d.From+" "+d.To)
	}
	for _, want := range []string{"edge users_in users servers", "core FROM_TRANSIT users servers", "core FROM_SERVERS users servers", "web INPUT users servers", "web OUTPUT users servers"} {
		if !slices.Contains(at, want) {
			t.Errorf("no decision of %q in %q", want, at)
		}
	}
}

// A rule that vanishes on the second device is found there, and the change is in its
// language.
func TestWayNamesTheDevice(t *testing.T) {
	e := rowOf(t, func(c *Config) {
		core := c.Devices["core"]
		core.Content = strings.Replace(routerText, " permit tcp 10.1.0.0 0.0.255.255 10.3.0.0 0.0.255.255 eq 443\n", " permit icmp any any\n", 1)
		c.Devices["core"] = core
	})
	found, err := e.Match(context.Background(), web())
	if err != nil {
		t.Fatal(err)
	}
	if found.Status != match.Blocked || len(found.Missing) != 1 {
		t.Fatalf("%s %+v", found.Status, found.Missing)
	}
	m := found.Missing[0]
	if m.Device != "core" || m.List != "FROM_TRANSIT" || m.From != "users" || m.To != "servers" || !strings.Contains(m.Change, "permit tcp 10.1.5.0 0.0.0.255 host 10.3.0.7 eq 443") {
		t.Errorf("%+v", m)
	}
	if !strings.Contains(found.Summary, "core") {
		t.Errorf("the summary does not name the device: %s", found.Summary)
	}
}

// Within a zone only guards filter, and the summary says so where there are none.
func TestWayWithinAZone(t *testing.T) {
	for source, want := range map[string]string{"10.3.0.8": "allowed: no list on the way filters it", "10.3.0.7": "partial: tcp/443 from 0-442, tcp/443 from 444-65535 denied by web default deny"} {
		f := web()
		f.Sources, f.Destinations = []string{source}, []string{"10.3.0.9"}
		found, err := rowOf(t, nil).Match(context.Background(), f)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(found.Summary, want) {
			t.Errorf("from %s: %s, want %s", source, found.Summary, want)
		}
	}
}

// The replies are asked for on the way back, where the router filters them.
func TestWayOfReplies(t *testing.T) {
	e := rowOf(t, func(c *Config) {
		core := c.Devices["core"]
		core.Content = strings.Replace(routerText, " permit tcp any any established\n", " permit icmp any any\n", 1)
		c.Devices["core"] = core
	})
	found, err := e.Match(context.Background(), web())
	if err != nil {
		t.Fatal(err)
	}
	if found.Status != match.Blocked || found.Missing[0].List != "FROM_SERVERS" || !strings.Contains(found.Missing[0].Reason, "(replies)") {
		t.Errorf("%s %+v", found.Status, found.Missing)
	}
}

// Rules for several devices are written to their additions, each for its list, and make
// the flow allowed together; without the flow they go.
func TestWayIsDelivered(t *testing.T) {
	dir := t.TempDir()
	e := rowOf(t, func(c *Config) {
		for _, name := range []string{"edge", "core", "web"} {
			d := c.Devices[name]
			d.Additions, d.AdditionsEffective = filepath.Join(dir, name+".json"), true
			c.Devices[name] = d
		}
	})
	f := web()
	f.Services = []string{"tcp/8443"}
	ctx := context.Background()
	a, err := e.AssessNew(ctx, f)
	if err != nil {
		t.Fatal(err)
	}
	if a.Now.Status != match.Blocked || !a.Deliverable || a.Planned.Status != match.Allowed {
		t.Fatalf("%s, deliverable %t, planned %s: %v", a.Now.Status, a.Deliverable, a.Planned.Status, a.Obstacles)
	}
	after, err := e.Deliver(ctx, f, a)
	if err != nil {
		t.Fatal(err)
	}
	if !after.Settled || after.Now.Status != match.Allowed || len(after.Now.Managed) != 3 {
		t.Fatalf("%s, settled %t, managed %q", after.Now.Status, after.Settled, after.Now.Managed)
	}
	for name, want := range map[string]string{"edge": `"list": "users_in"`, "core": `"list": "FROM_TRANSIT"`, "web": `"list": "INPUT"`} {
		text, err := os.ReadFile(filepath.Join(dir, name+".json"))
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %s %v", name, text, err)
		}
	}
	if err := e.Release(ctx, f.Owner()); err != nil {
		t.Fatal(err)
	}
	if found, err := e.Match(ctx, f); err != nil || found.Status != match.Blocked {
		t.Errorf("%v %v", found.Status, err)
	}
}

func TestWayMistakes(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"zone twice": {func(c *Config) { c.Zones["users"] = []string{"10.3.0.0/16"} }, `zones["servers"] and zones["users"]: both hold 10.3.0.0/16`},
		"no such interface": {func(c *Config) {
			c.Devices["edge"] = DeviceConfig{Content: edgeText, Interfaces: map[string]string{"inside": "users", "transit": "transit"}}
		}, `devices["edge"].interfaces["inside"]: edge has no interface "inside"; it has "users", "transit"`},
		"mistyped interface": {func(c *Config) {
			c.Devices["edge"] = DeviceConfig{Content: edgeText, Interfaces: map[string]string{"user": "users", "transit": "transit"}}
		}, `devices["edge"].interfaces["user"]: edge has no interface "user" (is "users" meant?); it has "users", "transit"`},
		"shortened interface": {func(c *Config) {
			c.Devices["core"] = DeviceConfig{Content: routerText, Interfaces: map[string]string{"Gi0/0": "transit", "GigabitEthernet0/1": "servers"}}
		}, `devices["core"].interfaces["Gi0/0"]: core has no interface "Gi0/0" (is "GigabitEthernet0/0" meant?); it has "GigabitEthernet0/0", "GigabitEthernet0/1"`},
		"shortened port": {func(c *Config) {
			c.Devices["edge"] = DeviceConfig{Content: edgeText, Interfaces: map[string]string{"users": "users", "gi 0/1": "transit"}}
		}, `devices["edge"].interfaces["gi 0/1"]: edge has no interface "gi 0/1" (is "GigabitEthernet0/1" meant?); it has "users", "transit"`},
		"one interface twice": {func(c *Config) {
			c.Devices["edge"] = DeviceConfig{Content: edgeText, Interfaces: map[string]string{"users": "users", "GigabitEthernet0/0": "transit"}}
		}, `devices["edge"].interfaces["users"]: it is the same interface as "GigabitEthernet0/0", which is mapped to zone "transit"; map it once`},
		"no such zone": {func(c *Config) {
			c.Devices["edge"] = DeviceConfig{Content: edgeText, Interfaces: map[string]string{"users": "user", "transit": "transit"}}
		}, `devices["edge"].interfaces["users"]: there is no zone "user" (is "users" meant?); zones has "servers", "transit", "users"`},
		"between no two zones": {func(c *Config) {
			c.Devices["edge"] = DeviceConfig{Content: edgeText, Interfaces: map[string]string{"users": "users"}}
		}, `devices["edge"].interfaces: the device filters between no two zones: only zone "users" is mapped; map interfaces (edge has "users", "transit") to two zones at least, or set guards to the addresses that it filters for`},
		"another zone": {func(c *Config) {
			c.Devices["edge"] = DeviceConfig{Content: edgeText, Interfaces: map[string]string{"users": "servers", "transit": "transit"}}
		}, `devices["edge"].interfaces["users"]: is mapped to zone "servers", and its connected prefix 10.1.0.0/16 lies in zone "users"`},
		"unknown zone in paths": {func(c *Config) {
			c.Paths = []PathConfig{{From: []string{"user"}, To: []string{"servers"}, Via: []string{"edge"}}}
		}, `paths[0].from[0]: there is no zone "user" (is "users" meant?); zones has "servers", "transit", "users"`},
		"leads elsewhere": {func(c *Config) {
			c.Paths = []PathConfig{{From: []string{"users"}, To: []string{"servers"}, Via: []string{"edge"}}}
		}, `paths[0].via: does not lead from "users" to "servers": zone "servers" is not a zone of device "edge" (zones transit, users); via = ["edge", "core"] does`},
		"wrong order": {func(c *Config) {
			c.Paths = []PathConfig{{From: []string{"users"}, To: []string{"servers"}, Via: []string{"core", "edge"}}}
		}, `device "core" has no interface in zone "users"; it is in zones servers, transit; via = ["edge", "core"] does`},
		"back to where it came from": {func(c *Config) {
			c.Paths = []PathConfig{{From: []string{"users"}, To: []string{"users"}, Via: []string{"edge"}}}
		}, `paths[0].via: does not lead from "users" to "users": device "edge" has no two interfaces in zone "users" that a packet could pass between; leave this path out: within a zone no device is crossed`},
		"there and back": {func(c *Config) {
			c.Paths = []PathConfig{{From: []string{"users"}, To: []string{"transit"}, Via: []string{"edge", "core", "edge"}}}
		}, `paths[0].via: does not lead from "users" to "transit": device "edge" has no interface in a zone that device "core" sends on to (zones servers); it is in zones transit, users; via = ["edge"] does`},
		"out by where it came in": {func(c *Config) {
			c.Paths = []PathConfig{{From: []string{"users"}, To: []string{"transit"}, Via: []string{"edge", "core"}}}
		}, `device "core" does not send on to zone "transit" what comes in on this way: it would leave by the interface that it entered by, or go to another VRF; via = ["edge"] does`},
		"a device twice": {func(c *Config) {
			c.Paths = []PathConfig{{From: []string{"users"}, To: []string{"transit"}, Via: []string{"edge", "edge"}}}
		}, `paths[0].via[1]: device "edge" is crossed just before; name it once`},
		"unknown device": {func(c *Config) {
			c.Paths = []PathConfig{{From: []string{"users"}, To: []string{"servers"}, Via: []string{"egde"}}}
		}, `paths[0].via[0]: there is no device or ruleset "egde" (is "edge" meant?); there are "core", "edge", "web"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := rowOf(t, tt.change).Match(context.Background(), web())
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
	// The comparison with the device's prefixes can be turned off.
	e := rowOf(t, func(c *Config) {
		c.Devices["edge"] = DeviceConfig{Content: edgeText, Interfaces: map[string]string{"users": "servers", "transit": "transit"}, SkipZones: true}
	})
	if _, err := e.Match(context.Background(), web()); err != nil {
		t.Error(err)
	}
}

func TestNotRouted(t *testing.T) {
	f := web()
	f.Destinations = []string{"203.0.113.9"}
	found, err := rowOf(t, nil).Match(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	if found.Status != match.NotRouted || found.Missing[0].Reason != "203.0.113.9 is in no zone" {
		t.Errorf("%s %+v", found.Status, found.Missing)
	}
}
