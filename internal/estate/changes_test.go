package estate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

// TestBeside: changes of flows that are answered together take no number twice, and
// each closes the gap of its flow, whichever of them are made.
func TestBeside(t *testing.T) {
	for _, tt := range []struct{ name, list, number string }{
		{"cisco_ios", "hostname r1\nip access-list extended EDGE\n 10 permit tcp 10.0.0.0 0.255.255.255 host 172.16.0.1 eq 443\n 20 deny tcp any any eq 22\n 30 deny ip any any\n", `(?m)^ (\d+) `},
		{"cisco_nxos", "!Command: show running-config\nversion 9.3(3)\nip access-list EDGE\n  10 permit tcp 10.0.0.0/8 172.16.0.1/32 eq 443\n  20 deny tcp any any eq 22\n  30 deny ip any any\n", `(?m)^ +(\d+) `},
		{"cisco_xr", "!! IOS XR Configuration 7.3.2\nipv4 access-list EDGE\n 10 permit tcp 10.0.0.0/8 host 172.16.0.1 eq 443\n 20 deny tcp any any eq ssh\n 30 deny ipv4 any any\n!\n", `(?m)^ (\d+) `},
	} {
		t.Run(tt.name, func(t *testing.T) {
			together := &Changes{}
			flows := make([]Flow, 4)
			ask := func(list string, f Flow) Found {
				t.Helper()
				e := New(Config{Rulesets: map[string]RulesetConfig{"edge": {Content: list, Format: tt.name}}})
				found, err := e.Match(t.Context(), f)
				if err != nil {
					t.Fatal(err)
				}
				return found
			}
			number := regexp.MustCompile(tt.number)
			var numbers, texts []string
			for i := range flows {
				flows[i] = Flow{
					Application: "a", Name: fmt.Sprint(i), Beside: together, OverrideDeny: true,
					Sources: []string{fmt.Sprintf("10.0.0.%d", i)}, Destinations: []string{"172.16.0.1"}, Services: []string{"tcp/22"},
				}
				found := ask(tt.list, flows[i])
				if len(found.Missing) != 1 {
					t.Fatalf("flow %d misses %v", i, found.Missing)
				}
				texts = append(texts, found.Missing[0].Change)
				numbers = append(numbers, number.FindStringSubmatch(found.Missing[0].Change)[1])
			}
			if sorted := slices.Compact(slices.Sorted(slices.Values(numbers))); len(sorted) != len(flows) {
				t.Errorf("numbers %s of\n%s", numbers, strings.Join(texts, "\n"))
			}
			for i, f := range flows {
				f.Beside = nil
				if found := ask(tt.list+texts[i]+"\n", f); found.Status != match.Allowed {
					t.Errorf("flow %d is %s after its change alone\n%s", i, found.Status, texts[i])
				}
				if found := ask(tt.list+strings.Join(texts, "\n")+"\n", f); found.Status != match.Allowed {
					t.Errorf("flow %d is %s after all changes\n%s", i, found.Status, strings.Join(texts, "\n"))
				}
			}
		})
	}
}
