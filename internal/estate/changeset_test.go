package estate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

// fullTexts are device texts whose lists have no room for the rules that are needed.
var fullTexts = map[string]string{
	"cisco_asa": "hostname edge\n" +
		"access-list in extended permit tcp 10.0.0.0 255.0.0.0 host 172.16.0.9 eq 443\naccess-list in extended deny tcp any any eq 23\naccess-list in extended permit udp any any eq 53\naccess-list in extended deny ip any any log\n",
	"cisco_ios":  "hostname r\nip access-list extended INBOUND\n 10 permit tcp 10.0.0.0 0.255.255.255 host 172.16.0.9 eq 443\n 20 deny tcp any any eq 23\n 21 deny ip any any log\n!\nend\n",
	"cisco_nxos": "!Command: show running-config\nversion 9.3(3)\nip access-list INBOUND\n  10 permit tcp 10.0.0.0/8 172.16.0.9/32 eq 443\n  20 deny tcp any any eq 23\n  3000 deny ip any any\n",
	"iptables":   "*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A FORWARD -s 10.0.0.0/8 -d 172.16.0.9/32 -p tcp -m tcp --dport 443 -j ACCEPT\n-A FORWARD -j DROP\nCOMMIT\n",
	"json":       `[{"name": "web", "src_ip": "10.0.0.0/8", "dst_ip": "172.16.0.9", "dst_port": "tcp/443", "action": "permit"}, {"name": "rest", "action": "deny"}]`,
}

func setFlows() []Flow {
	var flows []Flow
	for i := range 5 {
		flows = append(flows, Flow{
			Application: "a", Name: fmt.Sprintf("f%d", i),
			Sources: []string{fmt.Sprintf("192.0.2.%d-192.0.2.%d", 10*i+1, 10*i+6)}, Destinations: []string{fmt.Sprintf("172.16.0.%d", i)}, Services: []string{"tcp/443"},
		})
	}
	// What another flow gets already needs no command of its own.
	flows = append(flows, Flow{Application: "a", Name: "same", Sources: []string{"192.0.2.2"}, Destinations: []string{"172.16.0.0"}, Services: []string{"tcp/443"}})
	return flows
}

func aclOf(name string) string {
	if name == "iptables" {
		return "FORWARD"
	}
	return ""
}

// A change set is commands in one order, which are typed one after the other: read with
// the text they make every flow as wanted, no number is there twice, no object is defined
// twice, and nothing is asked for twice.
func TestChangeSet(t *testing.T) {
	for name, text := range fullTexts {
		t.Run(name, func(t *testing.T) {
			config := RulesetConfig{Content: text, Format: name, ACL: aclOf(name)}
			e := New(Config{Rulesets: map[string]RulesetConfig{"edge": config}})
			flows := setFlows()
			set, err := e.ChangeSet(t.Context(), Changeable{}, flows)
			if err != nil {
				t.Fatal(err)
			}
			want := 5
			if name == "cisco_ios" {
				want = 1 // the list is renumbered once, for all of them
			}
			if len(set.Open) > 0 || len(set.Changes) != want || !slices.Equal(set.Targets(), []string{"edge"}) {
				t.Fatalf("open %v, changes\n%s", set.Open, set.Commands("edge"))
			}
			if got := set.Changes[0].Flows; want == 5 && !slices.Equal(got, []string{"f0", "same"}) {
				t.Errorf("the first change is for %v", got)
			}
			for _, part := range []string{set.Commands("edge"), set.Undo("edge"), "f0, ", "nothing"} {
				if !strings.Contains(set.Ticket(), part) {
					t.Errorf("the ticket has no %q\n%s", part, set.Ticket())
				}
			}
			after, ok := format.Apply(name, text, set.Commands("edge"))
			if !ok {
				return // the entries of a rule list, which were put in their place
			}
			config.Content = after
			for _, f := range flows {
				found, err := New(Config{Rulesets: map[string]RulesetConfig{"edge": config}}).Match(t.Context(), f)
				if err != nil || found.Status != match.Allowed {
					t.Errorf("%s is %s after all commands, %v\n%s", f.Name, found.Status, err, after)
				}
			}
			numbers := regexp.MustCompile(`(?m)^(?:access-list in line (\d+)| +(\d+) permit)`).FindAllString(set.Commands("edge"), -1)
			if sorted := slices.Sorted(slices.Values(numbers)); len(slices.Compact(sorted)) != len(numbers) {
				t.Errorf("numbers are taken twice\n%s", set.Commands("edge"))
			}
			objects := regexp.MustCompile(`(?m)^object.*`).FindAllString(set.Commands("edge"), -1)
			if sorted := slices.Sorted(slices.Values(objects)); len(slices.Compact(sorted)) != len(objects) {
				t.Errorf("objects are defined twice\n%s", set.Commands("edge"))
			}
			if name == "json" || name == "iptables" {
				return
			}
			// What is taken back leaves every flow as it was.
			config.Content, _ = format.Apply(name, after, set.Undo("edge"))
			for _, f := range flows {
				found, err := New(Config{Rulesets: map[string]RulesetConfig{"edge": config}}).Match(t.Context(), f)
				if err != nil || found.Status != match.Blocked {
					t.Errorf("%s is %s after all is taken back, %v\n%s", f.Name, found.Status, err, config.Content)
				}
			}
		})
	}
}

// A deny that is meant is overruled only for the flow that says so, and the set says
// which; what nothing can be done about is told.
func TestChangeSetOverrules(t *testing.T) {
	e := New(Config{Rulesets: map[string]RulesetConfig{"edge": {Content: fullTexts["cisco_asa"]}}})
	telnet := Flow{Application: "a", Name: "telnet", Sources: []string{"192.0.2.1"}, Destinations: []string{"172.16.0.1"}, Services: []string{"tcp/23"}}
	set, err := e.ChangeSet(t.Context(), Changeable{}, []Flow{telnet})
	if err != nil || len(set.Changes) != 0 || len(set.Open) != 1 || !strings.Contains(set.Open[0].Why, "set override_deny = true") {
		t.Fatalf("%+v, %v", set, err)
	}
	if !strings.Contains(set.Ticket(), "No change is necessary.") == strings.Contains(set.Ticket(), "Not solved") {
		t.Errorf("the ticket says\n%s", set.Ticket())
	}
	telnet.OverrideDeny = true
	set, err = e.ChangeSet(t.Context(), Changeable{Rulesets: []string{"edge"}}, []Flow{telnet})
	if err != nil || len(set.Changes) != 1 || len(set.Open) != 0 {
		t.Fatalf("%+v, %v", set, err)
	}
	if got := set.Changes[0].Overrules; got != "edge:3 access-list in extended deny tcp any any eq 23" {
		t.Errorf("overrules %q", got)
	}
	if _, err := e.ChangeSet(t.Context(), Changeable{Rulesets: []string{"core"}}, nil); err == nil {
		t.Error("an unknown ruleset is no error")
	}
}

// Files of the same name are told apart by their folders.
func TestSources(t *testing.T) {
	got := sources(map[string]string{"a": "fw-a/running-config.txt", "b": "fw-b/running-config.txt", "c": "x/edge.cfg", "c2": "x/edge.cfg", "d": "/s/1/x/r", "e": "/s/2/x/r"})
	want := map[string]string{"a": "fw-a/running-config.txt", "b": "fw-b/running-config.txt", "c": "edge.cfg", "c2": "edge.cfg", "d": "1/x/r", "e": "2/x/r"}
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s is %s, want %s", name, got[name], want[name])
		}
	}
}
