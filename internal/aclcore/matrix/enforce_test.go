package matrix

import (
	"fmt"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
)

func TestEnforce(t *testing.T) {
	m := mustNew(t, Netutils(
		map[string][]string{"red": {"10.1.0.0/24", "10.1.1.0/24"}, "blue": {"10.2.0.0/16", "2001:db8::/32"}},
		map[string]map[string]Cell{
			"red": {"blue": {Allow: []string{"tcp/80", "6/8000-8999", "icmp"}, Notify: []string{"any"}}},
			"":    {"blue": {Allow: []string{"any"}}},
		},
	))
	names, err := flow.NewNames(map[string][]string{"web": {"10.1.0.2", "10.1.0.1"}}, map[string][]string{"HTTP": {"tcp/http"}})
	if err != nil {
		t.Fatal(err)
	}
	list := func(texts ...string) (out []any) {
		for _, text := range texts {
			out = append(out, text)
		}
		return out
	}
	for _, c := range []struct {
		rule map[string]any
		want string
	}{
		// The last field varies fastest, names are resolved and sorted, and any key of
		// the rule multiplies.
		{map[string]any{"sources": "web", "destinations": "10.2.0.1", "services": list("HTTP", "udp/53")},
			"[10.1.0.1 10.2.0.1 6/80 allow; 10.1.0.1 10.2.0.1 17/53 notify; 10.1.0.2 10.2.0.1 6/80 allow; 10.1.0.2 10.2.0.1 17/53 notify]"},
		{map[string]any{"src_ip": "10.1.0.1", "dst_ip": "10.2.0.1", "dst_port": "icmp/8", "action": list("permit", "deny")},
			"[10.1.0.1 10.2.0.1 1/8 allow; 10.1.0.1 10.2.0.1 1/8 allow]"},
		// Ranges of ports are numbers.
		{map[string]any{"src_ip": "10.1.0.1", "dst_ip": "10.2.0.1", "dst_port": list("tcp/8000-8010", "tcp/8990-9000", "6/*")},
			"[10.1.0.1 10.2.0.1 6/8000-8010 allow; 10.1.0.1 10.2.0.1 6/8990-9000 notify; 10.1.0.1 10.2.0.1 6/* notify]"},
		// Two entries hold it together; then some of it is in no zone.
		{map[string]any{"src_ip": list("10.1.0.0/23", "10.1.0.0/22"), "dst_ip": "10.2.0.1", "dst_port": "udp/53"},
			"[10.1.0.0/23 10.2.0.1 17/53 notify; 10.1.0.0/22 10.2.0.1 17/53 notify]"},
		{map[string]any{"src_ip": "10.0.0.0/8", "dst_ip": "10.2.0.1", "dst_port": "tcp/80"},
			"[10.0.0.0/8 10.2.0.1 6/80 deny]"},
		// The families do not meet.
		{map[string]any{"src_ip": list("10.1.0.1", "2001:db9::1"), "dst_ip": "2001:db8::1", "dst_port": "tcp/80"},
			"[10.1.0.1 2001:db8::1 6/80 deny; 2001:db9::1 2001:db8::1 6/80 allow]"},
		// A host and itself is no traffic.
		{map[string]any{"src_ip": "10.1.0.1", "dst_ip": "10.1.0.1", "dst_port": "tcp/80"}, "[]"},
		{map[string]any{"src_ip": "10.1.0.1", "dst_port": list()},
			`dst_ip: is missing; a matrix decides traffic from somewhere to somewhere: write "any" for all of it` + "\n" +
				`dst_port: is missing; a matrix decides traffic from somewhere to somewhere: write "any" for all of it`},
		{map[string]any{"src_ip": "10.1.0.1/24", "dst_ip": "any", "dst_port": "any"},
			`src_ip: address "10.1.0.1/24": has host bits set; the prefix is 10.1.0.0/24, the host is 10.1.0.1`},
	} {
		answers, err := m.Enforce(names, c.rule)
		got := "["
		for i, e := range answers {
			if i > 0 {
				got += "; "
			}
			got += fmt.Sprint(e.Source, " ", e.Destination, " ", e.Service, " ", e.Decision.Action)
		}
		got += "]"
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%v:\n%s, want\n%s", c.rule, got, c.want)
		}
	}
}
