package match_test

import (
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// TestIdentity: a rule for applications or users is decided by name, and a name that may
// be part of another, or in a group, is never passed over.
func TestIdentity(t *testing.T) {
	any4, _ := traffic.Any().ByFamily()
	ask := func(first rule.Rule, id match.Identity) match.Verdict {
		first.Traffic = traffic.Any()
		last := rule.Rule{Action: rule.Deny, Traffic: traffic.Any()}
		if first.Action == rule.Deny {
			last.Action = rule.Permit
		}
		x := match.New(&rule.Ruleset{Rules: []rule.Rule{first, last}})
		return match.Check([]match.Matcher{x}, match.Request{Region: flow.Region{Possible: []traffic.Product{any4}}, Want: rule.Permit, Identity: id}).Verdict
	}
	apps := func(names ...string) match.Identity { return match.Identity{Applications: names} }
	users := func(names ...string) match.Identity { return match.Identity{Users: names} }
	for name, tt := range map[string]struct {
		rule rule.Rule
		id   match.Identity
		want match.Verdict
	}{
		"permit, none declared":          {rule.Rule{Action: rule.Permit, Applications: []string{"ssl"}}, apps(), match.Indeterminate},
		"permit, declared":               {rule.Rule{Action: rule.Permit, Applications: []string{"ssl", "dns"}}, apps("ssl"), match.Allowed},
		"permit, both declared":          {rule.Rule{Action: rule.Permit, Applications: []string{"ssl", "dns"}}, apps("dns", "ssl"), match.Allowed},
		"permit, one of two":             {rule.Rule{Action: rule.Permit, Applications: []string{"ssl"}}, apps("dns", "ssl"), match.Indeterminate},
		"permit, another":                {rule.Rule{Action: rule.Permit, Applications: []string{"ssl"}}, apps("dns"), match.Blocked},
		"deny, none declared":            {rule.Rule{Action: rule.Deny, Applications: []string{"facebook"}}, apps(), match.Indeterminate},
		"deny, another":                  {rule.Rule{Action: rule.Deny, Applications: []string{"facebook"}}, apps("ssl"), match.Allowed},
		"deny, may be a part":            {rule.Rule{Action: rule.Deny, Applications: []string{"facebook"}}, apps("facebook-base"), match.Indeterminate},
		"permit for a user":              {rule.Rule{Action: rule.Permit, Users: []string{"staff"}}, users("staff"), match.Allowed},
		"permit, may be in the group":    {rule.Rule{Action: rule.Permit, Users: []string{"staff"}}, users("alice"), match.Indeterminate},
		"deny, may be in the group":      {rule.Rule{Action: rule.Deny, Users: []string{"staff"}}, users("alice"), match.Indeterminate},
		"deny for a user, none declared": {rule.Rule{Action: rule.Deny, Users: []string{"staff"}}, users(), match.Indeterminate},
	} {
		if got := ask(tt.rule, tt.id); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}
