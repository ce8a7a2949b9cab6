package estate

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

// typed returns the estate with the commands of a change set typed on its devices, or with
// what takes them back typed after them.
func typed(t *testing.T, set *ChangeSet, config func(*Config), undo bool) *Estate {
	t.Helper()
	return rowOf(t, func(c *Config) {
		if config != nil {
			config(c)
		}
		for _, name := range set.Targets() {
			d := c.Devices[name]
			language := map[string]string{"edge": "cisco_asa", "core": "cisco_ios", "web": "iptables"}[name]
			var ok bool
			if d.Content, ok = format.Apply(language, d.Content, set.Commands(name)); !ok {
				t.Fatalf("%s takes no commands", name)
			}
			if undo {
				d.Content, _ = format.Apply(language, d.Content, set.Undo(name))
			}
			c.Devices[name] = d
		}
	})
}

// Flows past three devices need commands on each of them, for the lists on the way there
// and back; typed on the devices they make every flow as wanted, and taken back they leave
// it as it was.
func TestChangeSetOfDevices(t *testing.T) {
	ssh, api, back := web(), web(), web()
	ssh.Name, ssh.Services = "ssh", []string{"tcp/22"}
	api.Name, api.Services = "api", []string{"tcp/22", "tcp/8443"}
	back.Name, back.Services = "back", []string{"udp/53"} // whose replies need a rule of their own
	flows := []Flow{api, back, ssh}
	set, err := rowOf(t, nil).ChangeSet(t.Context(), Changeable{}, flows)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Open) > 0 || !slices.Equal(slices.Sorted(slices.Values(set.Targets())), []string{"core", "edge", "web"}) {
		t.Fatalf("open %v, targets %v", set.Open, set.Targets())
	}
	at := map[string]bool{}
	for _, c := range set.Changes {
		if c.Ruleset != "" || c.Target != c.Device {
			t.Errorf("%+v", c)
		}
		at[c.Device+" "+c.List] = true
		if strings.Contains(c.Command, "eq 22") && !slices.Contains(c.Flows, "ssh") {
			t.Errorf("%s is for %v", c.Command, c.Flows)
		}
	}
	want := []string{"core FROM_SERVERS", "core FROM_TRANSIT", "edge users_in", "web INPUT"}
	if got := slices.Sorted(maps.Keys(at)); !slices.Equal(got, want) {
		t.Errorf("changed are %q", got)
	}
	for _, f := range flows {
		if found, err := typed(t, set, nil, false).Match(t.Context(), f); err != nil || found.Status != match.Allowed {
			t.Errorf("%s is %s with all commands: %+v %v", f.Name, found.Status, found.Missing, err)
		}
		if found, err := typed(t, set, nil, true).Match(t.Context(), f); err != nil || found.Status == match.Allowed {
			t.Errorf("%s is %s with all taken back, %v", f.Name, found.Status, err)
		}
	}
	for _, part := range []string{"## `edge`", "## `core`", "## `web`", "| command | list | flows | overrules |", "`FROM_TRANSIT`"} {
		if !strings.Contains(set.Ticket(), part) {
			t.Errorf("the ticket has no %s:\n%s", part, set.Ticket())
		}
	}
	// One command alone is not enough: what is proven is all of them.
	for _, without := range set.Targets() {
		less := &ChangeSet{}
		for _, c := range set.Changes {
			if c.Target != without {
				less.Changes = append(less.Changes, c)
			}
		}
		if found, err := typed(t, less, nil, false).Match(t.Context(), api); err != nil || found.Status == match.Allowed {
			t.Errorf("without the commands for %s it is %s, %v", without, found.Status, err)
		}
	}
}

// Only what is named may be changed, and what stays open says so.
func TestChangeSetOfSomeDevices(t *testing.T) {
	f := web()
	f.Services = []string{"tcp/22"}
	set, err := rowOf(t, nil).ChangeSet(t.Context(), Changeable{Devices: []string{"core", "web"}}, []Flow{f})
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(set.Targets(), "edge") || len(set.Targets()) != 2 || len(set.Open) != 1 || !strings.Contains(set.Open[0].Why, "edge") {
		t.Errorf("%v, open %v", set.Targets(), set.Open)
	}
	if _, err := rowOf(t, nil).ChangeSet(t.Context(), Changeable{Devices: []string{"ege"}}, []Flow{f}); err == nil || !strings.Contains(err.Error(), `unknown device "ege": the provider has "core", "edge", "web"`) {
		t.Error(err)
	}
}

// A wanted deny is written once, on a device that may be changed.
func TestChangeSetDeniesOnADevice(t *testing.T) {
	f := web()
	f.Deny = true
	for device, list := range map[string]string{"edge": "users_in", "core": "FROM_TRANSIT", "web": "INPUT"} {
		set, err := rowOf(t, nil).ChangeSet(t.Context(), Changeable{Devices: []string{device}}, []Flow{f})
		if err != nil {
			t.Fatal(err)
		}
		if len(set.Open) > 0 || len(set.Changes) != 1 || set.Changes[0].List != list {
			t.Fatalf("%s: %+v", device, set)
		}
		if found, err := typed(t, set, nil, false).Match(t.Context(), f); err != nil || found.Status != match.Blocked {
			t.Errorf("%s: %s %v", device, found.Status, err)
		}
	}
}

// A router is renumbered once for all flows, beside the commands for its other list.
func TestChangeSetRenumbersADevice(t *testing.T) {
	full := func(c *Config) {
		core := c.Devices["core"]
		core.Content = strings.Replace(routerText, " permit tcp 10.1.0.0 0.0.255.255 10.3.0.0 0.0.255.255 eq 443\n", " 10 permit tcp 10.1.0.0 0.0.255.255 10.3.0.0 0.0.255.255 eq 443\n 11 deny ip any any log\n", 1)
		core.Content = strings.Replace(core.Content, "permit tcp any any established", "permit udp any any", 1)
		c.Devices["core"] = core
	}
	var flows []Flow
	for _, port := range []string{"tcp/22", "tcp/80", "tcp/8443"} {
		f := web()
		f.Name, f.Services = port, []string{port}
		flows = append(flows, f)
	}
	set, err := rowOf(t, full).ChangeSet(t.Context(), Changeable{}, flows)
	if err != nil {
		t.Fatal(err)
	}
	commands := set.Commands("core")
	if len(set.Open) > 0 || strings.Count(commands, "resequence") != 1 {
		t.Fatalf("open %v, commands\n%s", set.Open, commands)
	}
	for _, f := range flows {
		if found, err := typed(t, set, full, false).Match(t.Context(), f); err != nil || found.Status != match.Allowed {
			t.Errorf("%s is %s with all commands: %+v %v\n%s", f.Name, found.Status, found.Missing, err, commands)
		}
	}
}

// A device and a ruleset of one name are told apart, and a ruleset on a declared way is
// changed as well.
func TestChangeSetOfBoth(t *testing.T) {
	e := rowOf(t, func(c *Config) {
		c.Rulesets = map[string]RulesetConfig{"edge": {Content: "[]", Format: "json"}}
		c.Paths = []PathConfig{{From: []string{"users"}, To: []string{"transit"}, Via: []string{"edge"}}}
	})
	if _, err := e.ChangeSet(t.Context(), Changeable{}, []Flow{web()}); err == nil || !strings.Contains(err.Error(), "is a device and a ruleset") {
		t.Error(err)
	}
	config := func(c *Config) {
		c.Rulesets = map[string]RulesetConfig{"edge": {Content: "[]", Format: "json"}, "proxy": {Content: "[]", Format: "json"}}
		c.Paths = []PathConfig{{From: []string{"users"}, To: []string{"servers"}, Via: []string{"edge2", "proxy", "core"}}}
		c.Devices["edge2"] = c.Devices["edge"]
	}
	f, named := web(), web()
	f.Services = []string{"tcp/22"}
	named.Name, named.Rulesets = "named", []string{"edge"}
	set, err := rowOf(t, config).ChangeSet(t.Context(), Changeable{}, []Flow{f, named})
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Open) > 0 || !slices.Equal(slices.Sorted(slices.Values(set.Targets())), []string{"core", "edge", "edge2", "proxy", "web"}) {
		t.Errorf("open %v, targets %v", set.Open, set.Targets())
	}
}
