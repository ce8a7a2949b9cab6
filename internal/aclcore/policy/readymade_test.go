package policy_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
)

// TestReadyMade asks one ready-made policy and compares what its violations say.
func TestReadyMade(t *testing.T) {
	hosts := func(n int64) policy.Parameters { return policy.Parameters{MaxHosts: n} }
	days := func(n int64) policy.Parameters { return policy.Parameters{MaxDays: n} }
	nat := pairs(map[string]string{"203.0.113.0/24": "10.7.0.0/24", "198.51.100.1": "10.8.0.1", "2001:db8:1::/64": "2001:db8:2::/64"})
	expiring := func(flow string, date string) policy.Question {
		q := ask(t, flow)
		var err error
		if q.Expires, err = policy.ParseDeadline(date); err != nil {
			t.Fatal(err)
		}
		return q
	}
	for _, tt := range []struct {
		name       string
		parameters policy.Parameters
		q          policy.Question
		want       []string
	}{
		{"source_in_networks", list("web", "10.9.0.0/16"), ask(t, "10.0.0.1 10.9.0.0/24 > 192.0.2.1 tcp/80"), nil},
		{"source_in_networks", list("web"), ask(t, "10.0.0.1 10.0.0.0/23 any > 192.0.2.1 tcp/80"), []string{"the source any is not in our networks"}},
		{"source_in_networks", list("10.0.0.0/25", "10.0.0.128/25"), ask(t, "10.0.0.0/24 > 192.0.2.1 tcp/80"), nil},
		{"destination_in_networks", list("web"), ask(t, "192.0.2.1 > 10.0.0.1 192.0.2.2 tcp/80"), []string{"the destination 192.0.2.2 is not in our networks"}},
		{"same_network", list("hosts", "10.9.0.0/16"), ask(t, "10.0.0.1 10.9.0.1 > 10.0.0.2 10.9.0.2 10.0.0.0/23 tcp/80"), []string{
			"10.0.0.1 and 10.0.0.2 are in the same network 10.0.0.0/24: no firewall is between them",
			"10.9.0.1 and 10.9.0.2 are in the same network 10.9.0.0/16: no firewall is between them",
		}},
		// Two networks of one name are two networks.
		{"same_network", list("hosts"), ask(t, "10.0.0.1 > 10.0.1.1 tcp/80"), nil},
		{"max_hosts", hosts(256), ask(t, "10.0.0.0/24 > 10.1.0.1 tcp/80"), nil},
		{"max_hosts", hosts(255), ask(t, "10.0.0.0/24 10.0.0.1 > 10.1.0.1 tcp/80"), []string{"10.0.0.0/24 → 10.1.0.1 is too wide: the source has more than 255 addresses"}},
		{"max_hosts", hosts(1), ask(t, "10.0.0.1 > 2001:db8::/64 any tcp/80"), []string{"10.0.0.1 → any is too wide: the destination has more than 1 addresses"}},
		{"any_to_any", policy.Parameters{}, ask(t, "any > any tcp/80"), []string{"any → any is any → any; name the addresses that are meant"}},
		{"any_to_any", policy.Parameters{}, ask(t, "0.0.0.0/0 > any tcp/80"), []string{"0.0.0.0/0 → any is any → any; name the addresses that are meant"}},
		{"any_to_any", policy.Parameters{}, ask(t, "0.0.0.0/0 > ::/0 10.0.0.0/8 tcp/80"), nil},
		{"any_to_any", policy.Parameters{}, ask(t, "::/0 > ::/0 tcp/80"), []string{"::/0 → ::/0 is any → any; name the addresses that are meant"}},
		{"insecure_services", policy.Parameters{}, ask(t, "10.0.0.1 > 10.1.0.1 tcp/22 tcp/80 udp/53 udp/23 icmp"), nil},
		{"insecure_services", policy.Parameters{}, ask(t, "10.0.0.1 > 10.1.0.1 tcp/telnet tcp/22"), []string{"tcp/23 from 10.0.0.1 to 10.1.0.1 is or holds an insecure service (tcp/23)"}},
		{"insecure_services", policy.Parameters{}, ask(t, "10.0.0.1 > 10.1.0.1 tcp/21-22 udp/1-1024 any"), []string{
			"any from 10.0.0.1 to 10.1.0.1 is or holds an insecure service (tcp/20-21, tcp/23 and 2 more)",
			"tcp/21-22 from 10.0.0.1 to 10.1.0.1 is or holds an insecure service (tcp/21)",
			"udp/1-1024 from 10.0.0.1 to 10.1.0.1 is or holds an insecure service (udp/69)",
		}},
		{"insecure_services", policy.Parameters{Services: []string{"HTTPS"}}, ask(t, "10.0.0.1 > 10.1.0.1 tcp/23 tcp/443"), []string{"tcp/443 from 10.0.0.1 to 10.1.0.1 is or holds an insecure service (tcp/443)"}},
		{"owner_required", policy.Parameters{}, ask(t, "10.0.0.1 > 10.1.0.1 tcp/80"), nil},
		{"expires_required", policy.Parameters{}, ask(t, "10.0.0.1 > 10.1.0.1 tcp/80"), []string{"the flow f does not say when it expires"}},
		{"expires_required", policy.Parameters{}, expiring("10.0.0.1 > 10.1.0.1 tcp/80", "2020-01-01"), nil},
		{"expires_valid", policy.Parameters{}, ask(t, "10.0.0.1 > 10.1.0.1 tcp/80"), nil},
		{"expires_valid", policy.Parameters{}, expiring("10.0.0.1 > 10.1.0.1 tcp/80", "2026-03-01"), nil},
		{"expires_valid", policy.Parameters{}, expiring("10.0.0.1 > 10.1.0.1 tcp/80", "2026-02-28"), []string{"the flow f expired on 2026-02-28"}},
		{"expires_valid", policy.Parameters{}, expiring("10.0.0.1 > 10.1.0.1 tcp/80", "2026-03-01T12:00:00Z"), []string{"the flow f expired on 2026-03-01T12:00:00Z"}},
		{"expires_valid", days(30), expiring("10.0.0.1 > 10.1.0.1 tcp/80", "2026-03-30"), nil},
		{"expires_valid", days(30), expiring("10.0.0.1 > 10.1.0.1 tcp/80", "2026-03-31"), []string{"the flow f expires on 2026-03-31, which is more than 30 days from now"}},
		{"real_addresses", nat, ask(t, "10.0.0.1 > 10.7.0.5 203.0.112.0/23 tcp/80"), nil},
		{"real_addresses", nat, ask(t, "10.0.0.1 > 203.0.113.5 tcp/80"), []string{"10.0.0.1 → 203.0.113.5: 203.0.113.5 is an address of NAT; the real one is 10.7.0.5"}},
		{"real_addresses", nat, ask(t, "198.51.100.1 2001:db8:1::1 > 203.0.113.128/25 2001:db8:1::9 tcp/80"), []string{
			"198.51.100.1 → 203.0.113.128/25: 198.51.100.1 is an address of NAT; the real one is 10.8.0.1; 203.0.113.128/25 is an address of NAT; the real one is 10.7.0.128/25",
			"2001:db8:1::1 → 2001:db8:1::9: 2001:db8:1::1 is an address of NAT; the real one is 2001:db8:2::1; 2001:db8:1::9 is an address of NAT; the real one is 2001:db8:2::9",
		}},
	} {
		var got []string
		for _, v := range check(t, compile(t, use(tt.name, tt.parameters)), tt.q) {
			got = append(got, v.Message)
		}
		slices.Sort(got)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s %+v of %v > %v %v:\n%s\nwant\n%s", tt.name, tt.parameters, tt.q.Sources, tt.q.Destinations, tt.q.Services, strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
		}
	}
	nobody := ask(t, "10.0.0.1 > 10.1.0.1 tcp/80")
	nobody.Application.Owner = " "
	if v := check(t, compile(t, use("owner_required", policy.Parameters{})), nobody); len(v) != 1 || v[0].Message != "the application Billing has no owner" || v[0].Sources != nil {
		t.Errorf("%+v", v)
	}
}

// TestReadyMadeAndBlockedFlows: a flow that is to stay blocked may be as wide as it
// likes, but its addresses must be right.
func TestReadyMadeAndBlockedFlows(t *testing.T) {
	q := ask(t, "any 203.0.113.1 > any 203.0.113.1 tcp/23")
	q.Deny = true
	q.Application.Owner = ""
	q.Expires = now.Add(-time.Hour)
	want := map[string]bool{"source_in_networks": true, "destination_in_networks": true, "same_network": true, "owner_required": true, "real_addresses": true}
	parameters := map[string]policy.Parameters{
		"source_in_networks": list("10.0.0.0/8"), "destination_in_networks": list("10.0.0.0/8"), "same_network": list("any"),
		"real_addresses": pairs(map[string]string{"203.0.113.1": "10.0.0.1"}), "max_hosts": {MaxHosts: 1}, "expires_valid": {MaxDays: 1},
	}
	for _, m := range policy.ReadyMade() {
		s := compile(t, use(m.Name, parameters[m.Name]))
		if v := check(t, s, q); len(v) > 0 != want[m.Name] {
			t.Errorf("%s of a flow that is to stay blocked: %+v", m.Name, v)
		}
	}
}

func TestReadyMadeIsDescribed(t *testing.T) {
	all := policy.ReadyMade()
	if !slices.IsSortedFunc(all, func(a, b policy.ReadyMadePolicy) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("not sorted by name")
	}
	for _, m := range all {
		if !strings.HasSuffix(m.Doc, ".") || m.Message == "" || m.Scope == "" {
			t.Errorf("%+v", m)
		}
	}
}
