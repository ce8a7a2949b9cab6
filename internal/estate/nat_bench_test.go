package estate

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

// publicServers is an ASA with 10,000 servers and a rule for each; with translations each
// has a public address too. The flows go to the addresses that clients use.
func publicServers(translated bool) (Config, []Flow) {
	const n = 10_000
	var b strings.Builder
	b.WriteString("ASA Version 9.16\nhostname edge\ninterface GigabitEthernet0/0\n nameif outside\n security-level 0\n ip address 203.0.113.1 255.255.255.0\n" +
		"interface GigabitEthernet0/1\n nameif dmz\n security-level 50\n ip address 10.2.0.1 255.255.0.0\n")
	for i := range n {
		fmt.Fprintf(&b, "object network s%d\n host 10.2.%d.%d\n", i, i/250+1, i%250+1)
		if translated {
			fmt.Fprintf(&b, " nat (dmz,outside) static 198.18.%d.%d\n", i/250+1, i%250+1)
		}
	}
	for i := range n {
		fmt.Fprintf(&b, "access-list outside_in extended permit tcp any object s%d eq 443\n", i)
	}
	b.WriteString("access-group outside_in in interface outside\n")
	c := Config{
		Zones:   map[string][]string{"internet": {"0.0.0.0/0"}, "dmz": {"10.2.0.0/16"}},
		Devices: map[string]DeviceConfig{"edge": {Content: b.String(), Interfaces: map[string]string{"outside": "internet", "dmz": "dmz"}}},
	}
	prefix := "10.2"
	if translated {
		prefix = "198.18"
	}
	var flows []Flow
	for i := 0; i < n; i += 50 {
		flows = append(flows, Flow{
			Application: "bench", Name: fmt.Sprint(i), Sources: []string{"192.0.2.0/24"}, Services: []string{"tcp/443"},
			Destinations: []string{fmt.Sprintf("%s.%d.%d", prefix, i/250+1, i%250+1)},
		})
	}
	return c, flows
}

// BenchmarkTranslations asks for 200 flows to servers behind a device that is read, with
// and without 10,000 translations; with "read" the device is read each time.
func BenchmarkTranslations(b *testing.B) {
	for _, translated := range []bool{false, true} {
		c, flows := publicServers(translated)
		ask := func(b *testing.B, e *Estate) {
			b.Helper()
			for _, f := range flows {
				if found, err := e.Match(context.Background(), f); err != nil || found.Status != match.Allowed {
					b.Fatal(found.Status, err)
				}
			}
		}
		b.Run(fmt.Sprintf("translated=%t/ask", translated), func(b *testing.B) {
			e := New(c)
			for range 10 {
				ask(b, e)
			}
			for b.Loop() {
				ask(b, e)
			}
		})
		b.Run(fmt.Sprintf("translated=%t/read", translated), func(b *testing.B) {
			for b.Loop() {
				ask(b, New(c))
			}
		})
	}
}
