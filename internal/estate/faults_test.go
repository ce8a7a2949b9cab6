package estate

import (
	"os"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// TestFaults asks what the kernel, or a device, was asked about the texts of people.
func TestFaults(t *testing.T) {
	on := true
	for _, tt := range []struct {
		file, acl string
		stateless *bool
		// flow is "SOURCE DESTINATION SERVICE [FROM] [TO]", - for no zone; status one of
		// those that are right.
		flow, status string
	}{
		{"01_reply_no_established.rules", "FORWARD", nil, "10.0.0.5 198.51.100.7 tcp/443 lan wan", "blocked"},
		{"01_reply_no_established.nft", "", nil, "10.0.0.5 198.51.100.7 tcp/443 lan wan", "blocked"},
		{"01_reply_control.rules", "FORWARD", nil, "10.0.0.5 198.51.100.7 tcp/443 lan wan", "allowed"},
		{"02_reply_input_output_drop.rules", "INPUT", nil, "192.0.2.9 192.0.2.5 tcp/22", "blocked"},
		{"02_reply_input_output_accept.rules", "INPUT", nil, "192.0.2.9 192.0.2.5 tcp/22", "allowed"},
		{"02_reply_input_output_accept.rules", "INPUT", &on, "192.0.2.9 192.0.2.5 tcp/22", "allowed"},
		{"03_reply_other_direction_nxos.cfg", "Ethernet1/2 out", &on, "192.168.123.1 192.168.123.6 udp/9202", "blocked"},
		{"03_reply_other_direction_nxos.cfg", "Ethernet1/2 out", &on, "192.168.123.1 192.168.123.6 tcp/9100", "allowed"},
		{"05_self_loopback.rules", "INPUT", nil, "127.0.0.1 127.0.0.1 tcp/6379 lo", "allowed"},
		{"05_self_dropped_product.rules", "INPUT", nil, "10.0.0.5,10.0.0.6 10.0.0.5 tcp/6379", "partial"},
	} {
		content, err := os.ReadFile(testshared.Dir(t, "reference", "faults", tt.file))
		if err != nil {
			t.Fatal(err)
		}
		words := append(strings.Fields(tt.flow), "", "")
		e := New(Config{Rulesets: map[string]RulesetConfig{"host": {Content: string(content), ACL: tt.acl, Stateless: tt.stateless}}})
		for _, deny := range []bool{false, true} {
			found, err := e.Match(t.Context(), Flow{
				Application: "a", Name: "f", Sources: strings.Split(words[0], ","), Destinations: []string{words[1]}, Services: []string{words[2]},
				SourceZone: words[3], DestinationZone: words[4], Deny: deny,
			})
			if err != nil {
				t.Fatalf("%s: %v", tt.file, err)
			}
			if want := (found.Status.String() == "blocked") == deny; found.Status.String() != tt.status || deny && found.Satisfied != want {
				t.Errorf("%s: %s is %s, satisfied as a deny %t, want %s: %s", tt.file, tt.flow, found.Status, found.Satisfied, tt.status, found.Summary)
			}
		}
	}
}
