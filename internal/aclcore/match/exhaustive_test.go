package match

import (
	"net/netip"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// TestEveryShortRuleset asks every ruleset of up to three rules, out of all actions,
// some traffic, with and without a condition, about overlapping traffic.
func TestEveryShortRuleset(t *testing.T) {
	host := func(text string) addr.Set {
		a := netip.MustParseAddr(text)
		return addr.SetOf(addr.RangeOf(a, a))
	}
	both := host("10.0.0.0").Union(host("10.0.0.1"))
	web := service.SetOf(service.Ports(service.TCP, 80, 80))
	products := []traffic.Product{
		{Sources: addr.Any4(), Destinations: addr.Any4(), Services: service.Any()},
		{Sources: host("10.0.0.0"), Destinations: both, Services: web},
		{Sources: both, Destinations: host("10.0.0.1"), Services: service.SetOf(service.Whole(service.TCP))},
		{Sources: host("10.0.0.1"), Destinations: addr.Any(), Services: service.Any()},
	}
	var menu []rule.Rule
	for _, p := range products {
		for _, action := range []rule.Action{rule.Deny, rule.Permit} {
			for _, unknown := range [][]string{nil, {"application web-browsing"}} {
				menu = append(menu, rule.Rule{Action: action, Traffic: p, Unknown: unknown})
			}
		}
	}
	asked := [][]traffic.Product{
		{{Sources: both, Destinations: both, Services: web}},
		{{Sources: host("10.0.0.0"), Destinations: host("10.0.0.1"), Services: web}},
		{products[2], {Sources: host("10.0.0.2"), Destinations: both, Services: web}},
	}
	ask := func(rules []rule.Rule) {
		for n, products := range asked {
			if len(rules) > 2 && n > 0 {
				continue // every pair has been asked about all of it
			}
			c := enginetest.Case{Rules: &rule.Ruleset{Rules: rules, Default: rule.Action(len(rules) % 2), Stateless: n == 1}, Products: products}
			newVerifier(c).check(t, New(c.Rules).Match(questionOf(c)))
		}
	}
	ask(nil)
	for _, a := range menu {
		ask([]rule.Rule{a})
		for _, b := range menu {
			ask([]rule.Rule{a, b})
			if testing.Short() || raceDetector {
				continue
			}
			for _, c := range menu {
				ask([]rule.Rule{a, b, c})
			}
		}
	}
}
