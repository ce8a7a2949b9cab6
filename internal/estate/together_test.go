package estate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

// TestTogether: changes of one answer to a numbered list have numbers of their own,
// and close the gap when all are made.
func TestTogether(t *testing.T) {
	const list = `hostname r1
ip access-list extended EDGE
 10 permit tcp 10.0.0.0 0.255.255.255 host 172.16.0.1 eq 443
 20 deny tcp any any eq 22
 30 deny ip any any
`
	f := Flow{
		Application: "a", Name: "f", OverrideDeny: true,
		Sources: []string{"10.0.0.1", "10.0.0.2"}, Destinations: []string{"172.16.0.1"}, Services: []string{"tcp/22", "tcp/25", "udp/53"},
	}
	found := func(content string) Found {
		t.Helper()
		got, err := New(Config{Rulesets: map[string]RulesetConfig{"edge": {Content: content}}}).Match(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	before := found(list)
	var changes, numbers []string
	for _, m := range before.Missing {
		changes = append(changes, m.Change)
		for line := range strings.Lines(m.Change) {
			if entry, ok := strings.CutPrefix(line, " "); ok {
				number, _, _ := strings.Cut(entry, " ")
				numbers = append(numbers, number)
			}
		}
	}
	if got := strings.Join(numbers, " "); got != "13 16 22 24 26 28" {
		t.Errorf("numbers %s of\n%s", got, strings.Join(changes, "\n"))
	}
	if after := found(list + strings.Join(changes, "\n") + "\n"); after.Status != match.Allowed {
		t.Errorf("it is %s after\n%s", after.Status, strings.Join(changes, "\n"))
	}
}

// TestNumbersAfterResequence: where there is no room the first change of an answer numbers
// the list anew, and the others take numbers of their own in it, as long as there are any.
func TestNumbersAfterResequence(t *testing.T) {
	const list = `hostname r
ip access-list extended INBOUND
 1 deny ip 10.0.0.0 0.255.255.255 any
 2 permit tcp any host 172.16.0.9 eq 443
 3 deny ip any any
interface GigabitEthernet0/0
 ip access-group INBOUND in
`
	config := RulesetConfig{Content: list, ACL: "INBOUND"}
	e := New(Config{Rulesets: map[string]RulesetConfig{"r": config}})
	var flows []Flow
	beside := &Changes{}
	for i := range 12 {
		flows = append(flows, Flow{
			Name: fmt.Sprint(i), Sources: []string{fmt.Sprintf("192.0.2.%d", i)}, Destinations: []string{"172.16.0.1"}, Services: []string{"tcp/443"}, Beside: beside,
		})
		found, err := e.Match(t.Context(), flows[i])
		if err != nil || len(found.Missing) != 1 {
			t.Fatalf("%v: %+v", err, found)
		}
		change := found.Missing[0].Change
		if again := strings.Contains(change, "resequence"); again != (i == 0 || i >= 9) {
			t.Errorf("change %d is\n%s", i, change)
		}
		config.Content += change + "\n"
	}
	after := New(Config{Rulesets: map[string]RulesetConfig{"r": config}})
	for _, f := range flows {
		if found, err := after.Match(t.Context(), f); err != nil || found.Status.String() != "allowed" {
			t.Errorf("%v: flow %s is %s after\n%s", err, f.Name, found.Status, config.Content)
		}
	}
}

// TestBothWays: a change to a ruleset that filters replies permits them as well, where
// nothing does yet.
func TestBothWays(t *testing.T) {
	const acl = `{"NetworkAcls": [{"NetworkAclId": "acl-1", "Entries": [
		{"RuleNumber": 100, "Egress": false, "RuleAction": "allow", "Protocol": "6", "CidrBlock": "10.0.0.0/8", "PortRange": {"From": 22, "To": 22}},
		{"RuleNumber": 32767, "Egress": false, "RuleAction": "deny", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"},
		{"RuleNumber": 32767, "Egress": true, "RuleAction": "deny", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}]}]}`
	const router = `hostname r1
ip access-list extended EDGE
 10 permit tcp any any established
 20 deny tcp host 172.16.0.1 any eq 443
 30 deny ip any any
`
	f := Flow{Sources: []string{"10.0.0.1"}, Destinations: []string{"172.16.0.1"}, Services: []string{"tcp/443 from 1024-65535"}}
	stateless := true
	for _, tt := range []struct {
		config RulesetConfig
		want   []string // parts of the change, in order
	}{
		{RulesetConfig{Content: acl, ACL: "acl-1 ingress"}, []string{
			"egress         = false", `cidr_block     = "10.0.0.1/32"`, "}\n\n",
			"egress         = true", "from_port      = 1024", "to_port        = 65535", `cidr_block     = "10.0.0.1/32"`,
		}},
		{RulesetConfig{Content: router, Stateless: &stateless}, []string{"ip access-list extended EDGE\n 25 permit tcp host 10.0.0.1 range 1024 65535 host 172.16.0.1 eq 443"}},
	} {
		found, err := New(Config{Rulesets: map[string]RulesetConfig{"edge": tt.config}}).Match(t.Context(), f)
		if err != nil || len(found.Missing) != 1 {
			t.Fatalf("%v: %+v", err, found)
		}
		rest := found.Missing[0].Change
		for _, want := range tt.want {
			_, after, ok := strings.Cut(rest, want)
			if !ok {
				t.Errorf("no %q in\n%s\nof\n%s", want, rest, found.Missing[0].Change)
			}
			rest = after
		}
		if tt.config.Stateless != nil && strings.TrimSpace(rest) != "" {
			t.Errorf("the replies are permitted already, but there is\n%s", rest)
		}
	}
}

// TestShort: a change says in one line what the flow wants and the list permits
// already, instead of all else in hundreds of lines.
func TestShort(t *testing.T) {
	const asa = `ASA Version 9.16(4)
access-list edge extended permit icmp any any echo
access-list edge extended permit tcp any host 172.16.0.1 eq 443
access-list edge extended deny ip any any
`
	for service, want := range map[string]string{
		"icmp": "access-list edge line 3 extended permit icmp host 10.0.0.1 host 172.16.0.1",
		"any":  "access-list edge line 3 extended permit ip host 10.0.0.1 host 172.16.0.1",
		"tcp": "access-list edge line 3 extended permit tcp host 10.0.0.1 host 172.16.0.1 lt 443\n" +
			"access-list edge line 4 extended permit tcp host 10.0.0.1 host 172.16.0.1 gt 443",
	} {
		f := Flow{Application: "a", Name: "f", Sources: []string{"10.0.0.1"}, Destinations: []string{"172.16.0.1"}, Services: []string{service}}
		found := func(content string) Found {
			t.Helper()
			got, err := New(Config{Rulesets: map[string]RulesetConfig{"edge": {Content: content}}}).Match(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		before := found(asa)
		if len(before.Missing) != 1 || before.Missing[0].Change != want {
			t.Fatalf("%s: got %+v", service, before.Missing)
		}
		if after := found(asa + before.Missing[0].Change + "\n"); after.Status != match.Allowed {
			t.Errorf("%s: it is %s after\n%s", service, after.Status, before.Missing[0].Change)
		}
	}
}

// TestObstaclesAreIndented: a change of several lines stands below the words that lead
// to it, in one column.
func TestObstaclesAreIndented(t *testing.T) {
	e := New(Config{Rulesets: map[string]RulesetConfig{"edge": {Content: "ASA Version 9.16(4)\naccess-list edge extended deny ip any any\n"}}})
	a, err := e.Assess(t.Context(), Flow{Application: "a", Name: "f", Sources: []string{"10.0.0.1", "10.0.0.9"}, Destinations: []string{"172.16.0.1"}, Services: []string{"tcp/22"}})
	if err != nil {
		t.Fatal(err)
	}
	const want = `It needs
    access-list edge line 1 extended permit tcp host 10.0.0.1 host 172.16.0.1 eq 22
    access-list edge line 2 extended permit tcp host 10.0.0.9 host 172.16.0.1 eq 22`
	if !strings.HasSuffix(a.Unmet(), want) {
		t.Errorf("got\n%s\nwant at the end\n%s", a.Unmet(), want)
	}
}
