package format

import (
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
)

// Rules that use one set in the same way share what was read of it. Other uses of the set
// are other addresses.
func TestRulesShareSets(t *testing.T) {
	members, err := addr.Parse("10.0.0.1-10.0.0.2")
	if err != nil {
		t.Fatal(err)
	}
	all, rest := members.Set, addr.Any4().Subtract(members.Set)
	for _, tt := range []struct{ format, text string }{
		{"iptables", `create H hash:ip family inet hashsize 1024 maxelem 65536
add H 10.0.0.1
*filter
:FORWARD DROP [0:0]
-A FORWARD -p tcp -m set --match-set H src -j ACCEPT
-A FORWARD -p udp -m set --match-set H src -j ACCEPT
-A FORWARD -p tcp -m set --match-set H dst -j ACCEPT
-A FORWARD -p tcp -m set ! --match-set H src -j ACCEPT
-A FORWARD -p udp -m set ! --match-set H src -j ACCEPT
COMMIT
add H 10.0.0.2
`},
		{"nftables", `table ip fw {
	chain forward {
		type filter hook forward priority 0; policy drop;
		meta l4proto tcp ip saddr @H accept
		meta l4proto udp ip saddr @H accept
		meta l4proto tcp ip daddr @H accept
		meta l4proto tcp ip saddr != @H accept
		meta l4proto udp ip saddr != @H accept
	}
	set H {
		type ipv4_addr
		elements = { 10.0.0.1, 10.0.0.2 }
	}
}
`},
	} {
		rules, _, err := Parse([]byte(tt.text), Options{Source: "fw", Format: tt.format})
		if err != nil {
			t.Fatal(tt.format, err)
		}
		if len(rules.Rules) < 5 {
			t.Fatalf("%s: there are %d rules, want 5 at least", tt.format, len(rules.Rules))
		}
		for i, want := range []addr.Set{all, all, addr.Any4(), rest, rest} {
			r := &rules.Rules[i]
			if got := r.Traffic.Sources.Intersect(addr.Any4()); !got.Equal(want) || len(r.Unknown) > 0 {
				t.Errorf("%s, rule %d: the sources are %v, want %v", tt.format, i+1, got.Strings(), want.Strings())
			}
		}
		if got := rules.Rules[2].Traffic.Destinations; !got.Equal(all) {
			t.Errorf("%s: the destinations are %v", tt.format, got.Strings())
		}
		for _, i := range []int{0, 3} {
			one, two := rules.Rules[i].Traffic.Sources.Ranges(), rules.Rules[i+1].Traffic.Sources.Ranges()
			if &one[0] != &two[0] {
				t.Errorf("%s: rules %d and %d each have addresses of their own", tt.format, i+1, i+2)
			}
		}
	}
}
