package change_test

import (
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/change"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A rule takes along what the ruleset permits already where all else is long to
// say, and only within the flow.
func TestChangeIsShort(t *testing.T) {
	names, err := flow.NewNames(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	region := func(src string, services ...string) flow.Region {
		f, err := flow.New(names, []string{src}, []string{"10.1.0.0/24"}, services)
		if err != nil {
			t.Fatal(err)
		}
		return f.Region()
	}
	type line struct {
		action rule.Action
		src    string
		svc    string
	}
	for _, test := range []struct {
		name  string
		base  []line
		wants []string
		added string
	}{
		{"all but one type of ICMP", []line{{rule.Permit, "10.0.0.0/24", "icmp/8"}}, []string{"icmp"}, "icmp"},
		{"all types from one on", []line{{rule.Permit, "10.0.0.0/24", "icmp/0"}}, []string{"icmp"}, "icmp"},
		{"all but one port of everything", []line{{rule.Permit, "10.0.0.0/8", "tcp/443"}}, []string{"any"}, "any"},
		{"exact where it is short", []line{{rule.Permit, "10.0.0.0/24", "tcp/443"}}, []string{"tcp"}, "tcp/0-442, tcp/444-65535"},
		{"no shorter", []line{{rule.Permit, "10.0.0.0/24", "tcp/443"}}, []string{"tcp/80", "tcp/443"}, "tcp/80"},
		{"not what the flow does not want", []line{{rule.Permit, "10.0.0.0/24", "icmp/8"}}, []string{"icmp/0", "icmp/3", "icmp/8"}, "icmp/0, icmp/3"},
		{"not what is permitted to some sources only", []line{{rule.Permit, "10.0.0.0/25", "icmp/8"}, {rule.Deny, "10.0.0.0/24", "icmp/8"}}, []string{"icmp"}, "icmp/0-7, icmp/9-255"},
		{"without source ports", []line{{rule.Permit, "10.0.0.0/24", "tcp/* from 80"}, {rule.Permit, "10.0.0.0/24", "tcp/* from 443"}}, []string{"tcp/8443"}, "tcp/8443"},
		{"without source ports, and no more", []line{{rule.Permit, "10.0.0.0/24", "tcp/* from 80"}}, []string{"tcp/8443", "udp/53 from 5-9"}, "tcp/8443, udp/53 from 5-9"},
		{"source ports that the flow asks for", []line{{rule.Permit, "10.0.0.0/24", "tcp/* from 80"}}, []string{"tcp/8443 from 70-90"}, "tcp/8443 from 70-90"},
		{"source ports that somebody denies", []line{{rule.Permit, "10.0.0.0/24", "tcp/* from 80"}, {rule.Deny, "10.0.0.0/24", "tcp/* from 25"}}, []string{"tcp/8443"}, "tcp/8443 from 0-24, tcp/8443 from 26-79, tcp/8443 from 81-65535"},
		{"not over somebody's deny", []line{{rule.Deny, "10.0.0.0/24", "icmp/5"}, {rule.Permit, "10.0.0.0/24", "icmp/8"}}, []string{"icmp"}, "icmp/0-4, icmp/6-7, icmp/9-255"},
	} {
		t.Run(test.name, func(t *testing.T) {
			base := &rule.Ruleset{}
			for _, l := range test.base {
				base.Rules = append(base.Rules, rule.Rule{Action: l.action, Traffic: region(l.src, l.svc).Possible[0]})
			}
			q := match.Request{Region: region("10.0.0.0/24", test.wants...), Want: rule.Permit}
			path := []match.Matcher{match.New(base)}
			p := change.For(path, q, match.Check(path, q), 0, change.Options{})
			var got []traffic.Product
			for _, r := range p.Rules {
				got = append(got, r.Traffic)
			}
			if len(got) != 1 || got[0].Services.String() != test.added || got[0].Sources.String() != "10.0.0.0/24" {
				t.Errorf("added %v, want %s", got, test.added)
			}
		})
	}
}
