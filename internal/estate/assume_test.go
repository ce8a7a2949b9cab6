package estate

import (
	"strings"
	"testing"
)

// TestAssume: a condition that somebody vouches for decides, and the verdict names it.
func TestAssume(t *testing.T) {
	const asa = `ASA Version 9.16(4)
access-list edge extended deny tcp any any eq 443 time-range NIGHT
access-list edge extended permit tcp any any eq 443 time-range TRADING-HOURS
access-list edge extended permit tcp any object-group GONE eq 25
`
	host := saved("DROP", "ACCEPT", "ACCEPT", "-A INPUT -m rpfilter --invert -j DROP", "-A INPUT -p tcp --dport 443 -m limit --limit 5/min -j ACCEPT")
	queue := saved("DROP", "ACCEPT", "ACCEPT", "-A INPUT -p tcp --dport 443 -m mac --mac-source 02:00:00:00:00:01 -j NFQUEUE")
	for name, tt := range map[string]struct {
		config           RulesetConfig
		status, said, by string
		err              string
	}{
		"nothing assumed": {config: RulesetConfig{Content: asa}, status: "indeterminate"},
		"both": {
			config: RulesetConfig{Content: asa, Assume: map[string]bool{"time-range NIGHT": false, "time-range TRADING-HOURS": true}},
			status: "allowed", said: "assumed: not time-range NIGHT", by: "assumed: time-range TRADING-HOURS",
		},
		"the deny holds": {
			config: RulesetConfig{Content: asa, Assume: map[string]bool{"time-range NIGHT": true}},
			status: "blocked", by: "assumed: time-range NIGHT",
		},
		"neither holds": {
			config: RulesetConfig{Content: asa, Assume: map[string]bool{"time-range NIGHT": false, "time-range TRADING-HOURS": false}},
			status: "blocked", said: "assumed: not time-range TRADING-HOURS",
		},
		"one is left": {config: RulesetConfig{Content: asa, Assume: map[string]bool{"time-range NIGHT": false}}, status: "indeterminate"},
		"no such condition": {
			config: RulesetConfig{Content: asa, Assume: map[string]bool{"time-range DAY": true}},
			err:    `no rule has the condition "time-range DAY"; there are "time-range NIGHT", "time-range TRADING-HOURS"`,
		},
		"what is not understood": {
			config: RulesetConfig{Content: asa, Assume: map[string]bool{"object-group GONE is not in the text": true}},
			err:    `no rule has the condition "object-group GONE`,
		},
		"matches of iptables": {
			config: RulesetConfig{Content: host, ACL: "INPUT", Assume: map[string]bool{"-m rpfilter --invert": false, "-m limit --limit 5/min": true}},
			status: "allowed", by: "assumed: -m limit --limit 5/min",
		},
		"a verdict that is not known": {
			config: RulesetConfig{Content: queue, ACL: "INPUT", Assume: map[string]bool{"-m mac --mac-source 02:00:00:00:00:01": true}},
			status: "indeterminate",
		},
		"a rule list": {
			config: RulesetConfig{Content: `[{"dst_port": "tcp/443", "condition": "on call", "action": "permit"}]`, Assume: map[string]bool{"on call": true}},
			status: "allowed", by: "assumed: on call",
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := New(Config{Rulesets: map[string]RulesetConfig{"edge": tt.config}})
			found, err := e.Match(t.Context(), Flow{Application: "a", Name: "f", Sources: []string{"10.0.0.5"}, Destinations: []string{"192.0.2.1"}, Services: []string{"tcp/443"}})
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var rules []string
			for _, d := range found.Decisions {
				rules = append(rules, d.Rule)
			}
			if found.Status.String() != tt.status || !strings.Contains(found.Summary, tt.said) || !strings.Contains(strings.Join(rules, "\n"), tt.by) {
				t.Errorf("%s: %s\nby %s", found.Status, found.Summary, rules)
			}
		})
	}
}

// TestAssumeOfDevice: a device has the conditions of all of its lists.
func TestAssumeOfDevice(t *testing.T) {
	const asa = `ASA Version 9.16(4)
interface GigabitEthernet0/0
 nameif inside
 security-level 100
 ip address 10.0.0.1 255.255.255.0
interface GigabitEthernet0/1
 nameif outside
 security-level 0
 ip address 192.0.2.254 255.255.255.0
access-list in extended deny tcp any any eq 443 time-range FREEZE
access-list in extended permit tcp any any eq 443
access-list out extended permit tcp any any eq 443 time-range DAY
access-group in in interface inside
access-group out out interface outside
`
	find := func(assume map[string]bool) (Found, error) {
		e := New(Config{
			Zones:   map[string][]string{"a": {"10.0.0.0/24"}, "b": {"192.0.2.0/24"}},
			Devices: map[string]DeviceConfig{"edge": {Content: asa, Interfaces: map[string]string{"inside": "a", "outside": "b"}, Assume: assume}},
		})
		return e.Match(t.Context(), Flow{Application: "a", Name: "f", Sources: []string{"10.0.0.5"}, Destinations: []string{"192.0.2.1"}, Services: []string{"tcp/443"}})
	}
	for want, assume := range map[string]map[string]bool{
		"indeterminate": nil,
		"allowed":       {"time-range FREEZE": false, "time-range DAY": true},
		"blocked":       {"time-range FREEZE": true},
	} {
		if got, err := find(assume); err != nil || got.Status.String() != want || strings.Contains(got.Summary, "assumed: ") != (assume != nil) {
			t.Errorf("%v: %s %q, %v; want %s", assume, got.Status, got.Summary, err, want)
		}
	}
	if _, err := find(map[string]bool{"time-range NEVER": true}); err == nil || !strings.Contains(err.Error(), `there are "time-range DAY", "time-range FREEZE"`) {
		t.Errorf("a condition that no list has: %v", err)
	}
}
