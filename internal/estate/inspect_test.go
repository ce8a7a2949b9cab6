package estate

import (
	"fmt"
	"strings"
	"testing"
)

const routerLists = `hostname edge
interface GigabitEthernet0/0
 ip access-group outside in
!
ip access-list extended outside
 permit tcp any any established
 permit tcp any host 10.0.0.1 eq 443
 permit tcp any host 10.0.0.2 eq 443 time-range NIGHT
 deny ip any any
ip access-list extended mgmt
 permit tcp 10.9.0.0 0.0.0.255 any eq 22
 permit frob any any
`

// lines writes an inspection, a line for each rule and each line that cannot be
// decided.
func (in *Inspection) lines() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d\n", in.Format, in.RuleCount)
	for _, a := range in.ACLs {
		fmt.Fprintf(&b, "acl %s%s %v\n", a.Ruleset, a.Name, a.Aliases)
	}
	for _, r := range in.Rules {
		fmt.Fprintf(&b, "%s%s:%d %s %v %v %v %s %v\n", r.Ruleset, r.ACL, r.Line, r.Action, r.Sources, r.Destinations, r.Services, r.State, r.Indeterminate)
	}
	for _, l := range in.Indeterminate {
		fmt.Fprintf(&b, "? %s%s:%d %s: %s\n", l.Ruleset, l.ACL, l.Line, l.Text, l.Reason)
	}
	return b.String()
}

func TestInspect(t *testing.T) {
	const acls = "acl outside [GigabitEthernet0/0 in]\nacl mgmt []\n"
	for _, tt := range []struct {
		name, acl string
		limit     int
		want      string
	}{
		{"one list", "outside", 10, "cisco_ios 4\n" + acls +
			"outside:6 permit [0.0.0.0/0] [0.0.0.0/0] [tcp] established []\n" +
			"outside:7 permit [0.0.0.0/0] [10.0.0.1] [tcp/443]  []\n" +
			"outside:8 permit [0.0.0.0/0] [10.0.0.2] [tcp/443]  [time-range NIGHT]\n" +
			"outside:9 deny [0.0.0.0/0] [0.0.0.0/0] [any]  []\n" +
			"? outside:8 permit tcp any host 10.0.0.2 eq 443 time-range NIGHT: time-range NIGHT\n"},
		{"by interface, capped", "GigabitEthernet0/0 in", 1, "cisco_ios 4\n" + acls +
			"outside:6 permit [0.0.0.0/0] [0.0.0.0/0] [tcp] established []\n" +
			"? outside:8 permit tcp any host 10.0.0.2 eq 443 time-range NIGHT: time-range NIGHT\n"},
		{"counts only", "", 0, "cisco_ios 6\n" + acls},
	} {
		in, err := Inspect(RulesetConfig{Content: routerLists, ACL: tt.acl}, tt.limit)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		} else if got := in.lines(); got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
	if _, err := Inspect(RulesetConfig{Content: routerLists, ACL: "inside"}, 1); err == nil || !strings.Contains(err.Error(), `"inside"`) || !strings.Contains(err.Error(), "mgmt") {
		t.Errorf("a list that is not there: %v", err)
	}
	if _, err := Inspect(RulesetConfig{Path: "no-such.cfg"}, 1); err == nil || !strings.Contains(err.Error(), "no-such.cfg") {
		t.Errorf("a file that is not there: %v", err)
	}
}

// Rulesets of the provider are listed one after the other, each with its name, and
// the limit is for all of them.
func TestInspectEstate(t *testing.T) {
	e := New(Config{Rulesets: map[string]RulesetConfig{
		"edge": {Content: routerLists, ACL: "mgmt"},
		"core": {Content: `[{"src_ip": "10.0.0.0/8", "dst_ip": "10.0.0.1", "dst_port": "tcp/22", "action": "permit"}]`},
	}})
	in, err := e.Inspect([]string{"core", "edge"}, "", 2)
	if err != nil {
		t.Fatal(err)
	}
	got := in.lines()
	for _, want := range []string{" 3\n", "core:1 permit [10.0.0.0/8] [10.0.0.1] [tcp/22]", "edgemgmt:11 permit [10.9.0.0/24]", "? edgemgmt:12 permit frob any any: "} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if len(in.Rules) != 2 {
		t.Errorf("%d rules with a limit of 2", len(in.Rules))
	}
	if _, err := e.Inspect([]string{"dmz"}, "", 2); err == nil || !strings.Contains(err.Error(), "core") {
		t.Errorf("a ruleset that is not there: %v", err)
	}
}
