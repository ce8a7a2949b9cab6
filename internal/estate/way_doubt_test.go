package estate

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

// What filters on the way and is not read leaves a flow indeterminate, with the reason and
// the line, whatever the lists permit. A sure deny stays one.
func TestWayInDoubt(t *testing.T) {
	router := func(change func(text string) string) func(c *Config) {
		return func(c *Config) {
			core := c.Devices["core"]
			core.Content = change(routerText)
			c.Devices["core"] = core
		}
	}
	onFirst := func(line string) func(c *Config) {
		return router(func(text string) string {
			return strings.Replace(text, " ip access-group FROM_TRANSIT in\n", " ip access-group FROM_TRANSIT in\n "+line+"\n", 1)
		})
	}
	globally := func(lines string) func(c *Config) {
		return router(func(text string) string { return text + lines + "\n" })
	}
	firewall := func(old, line string) func(c *Config) {
		return func(c *Config) {
			edge := c.Devices["edge"]
			edge.Content = strings.Replace(edgeText, old, old+line+"\n", 1)
			c.Devices["edge"] = edge
		}
	}
	for name, tt := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"zone-based firewall":    {onFirst("zone-member security WAN"), "the zone-based firewall is not read"},
		"default zone":           {globally("zone security default"), "the zone-based firewall, which is not read, is for interfaces without a zone too"},
		"policy of type inspect": {onFirst("service-policy type inspect FW"), "a policy of type inspect is not read"},
		"bridge group":           {onFirst("bridge-group 1"), "bridge group"},
		"drops by class": {router(func(text string) string {
			return "policy-map P\n class X\n  drop\n" + strings.Replace(text, " ip access-group", " service-policy input P\n ip access-group", 1)
		}), "a policy map that drops packets is not read"},
		"who has logged in":    {onFirst("ip admission WEB"), "it depends on who has logged in"},
		"security groups":      {globally("cts role-based enforcement"), "lists for security groups are not read"},
		"transparent firewall": {firewall("hostname edge\n", "firewall transparent"), "bridge group"},
		"bridged interface":    {firewall(" nameif users\n", " bridge-group 1"), "bridge group"},
		"no forward":           {firewall(" nameif users\n", " no forward interface Vlan1"), "it opens no connections to one of the other interfaces"},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := rowOf(t, tt.change).Match(t.Context(), web())
			if err != nil {
				t.Fatal(err)
			}
			if found.Status != match.Indeterminate || len(found.Missing) == 0 || !strings.Contains(found.Missing[0].Reason, tt.want) {
				t.Errorf("%s %+v, want a doubt that says %q", found.Status, found.Missing, tt.want)
			}
			telnet := web()
			telnet.Services = []string{"tcp/23"}
			if found, err := rowOf(t, tt.change).Match(t.Context(), telnet); err != nil || found.Status != match.Blocked {
				t.Errorf("what a list denies is %s, %v", found.Status, err)
			}
		})
	}
}

// An inspection lets replies pass that no list permits, as far as it knows the protocol.
func TestWayOfInspectedReplies(t *testing.T) {
	found, err := rowOf(t, func(c *Config) {
		core := c.Devices["core"]
		core.Content = strings.Replace(routerText, " permit tcp any any established\n", " permit icmp any any\n", 1)
		core.Content = strings.Replace(core.Content, " ip access-group FROM_TRANSIT in\n", " ip access-group FROM_TRANSIT in\n ip inspect FW in\n", 1)
		c.Devices["core"] = core
	}).Match(t.Context(), web())
	if err != nil || found.Status != match.Indeterminate || !strings.Contains(found.Missing[0].Reason, "ip inspect FW in lets replies pass, as far as it knows the protocol") {
		t.Errorf("%s %+v %v", found.Status, found.Missing, err)
	}
}

// An address of a device itself is not reached through its rules for transit: whatever they
// say, a flow to it is indeterminate, also within its zone and to an address that it shares.
func TestWayToADevice(t *testing.T) {
	e := rowOf(t, func(c *Config) {
		core := c.Devices["core"]
		core.Content = strings.Replace(routerText, " ip address 10.3.0.1 255.255.0.0\n", " ip address 10.3.0.2 255.255.0.0\n standby 1 ip 10.3.0.1\n", 1)
		c.Devices["core"] = core
	})
	for name, tt := range map[string]struct {
		sources, destinations string
		want                  match.Verdict
	}{
		"the far side":      {"10.1.5.0/24", "10.3.0.2", match.Indeterminate},
		"shared":            {"10.1.5.0/24", "10.3.0.1", match.Indeterminate},
		"the near side":     {"10.1.5.0/24", "10.1.0.1", match.Indeterminate},
		"within its zone":   {"10.3.0.9", "10.3.0.1", match.Indeterminate},
		"among others":      {"10.1.5.0/24", "10.3.0.0/24", match.Partial}, // the host with a firewall of its own lies there too
		"beside the device": {"10.3.0.9", "10.3.0.10", match.Allowed},
	} {
		t.Run(name, func(t *testing.T) {
			f := web()
			f.Sources, f.Destinations = []string{tt.sources}, []string{tt.destinations}
			if name == "among others" {
				f.Services = []string{"tcp/443", "tcp/22"}
			}
			found, err := e.Match(t.Context(), f)
			if err != nil || found.Status != tt.want {
				t.Fatalf("%s, want %s, %v: %+v", found.Status, tt.want, err, found.Missing)
			}
			if tt.want != match.Indeterminate {
				return
			}
			m := found.Missing[0]
			if !strings.Contains(m.Reason, "itself: management traffic is not modelled") || m.Change != "" {
				t.Errorf("%+v", m)
			}
		})
	}
}
