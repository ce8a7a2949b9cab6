package provider

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
)

// seedRules are the two rules of the netutils page.
const seedRules = `
locals {
  rules = [
    {
      name     = "Allow to internal web"
      src_ip   = ["192.168.0.0/24", "10.0.0.0/16"]
      dst_ip   = ["172.16.0.0/16", "192.168.250.10-192.168.250.20"]
      dst_port = ["tcp/80", "udp/53"]
      action   = "permit"
    },
    {
      name     = "Allow to internal dns"
      src_ip   = ["192.168.1.0/24"]
      dst_ip   = ["172.16.0.0/16"]
      dst_port = ["tcp/80", "udp/53"]
      action   = "permit"
    },
  ]
}
`

func TestAccMatchSeed(t *testing.T) {
	t.Parallel()
	acceptance(t, resource.TestStep{
		Config: seedRules + `
data "acl_match" "inside" {
  sources      = ["192.168.1.10", "192.168.1.11", "192.168.1.15-192.168.1.20"]
  destinations = ["172.16.0.10"]
  services     = ["tcp/www-http"]
  rules        = local.rules
}
data "acl_match" "outside" {
  sources      = ["192.168.1.10", "10.1.1.1"]
  destinations = ["172.16.0.10"]
  services     = ["tcp/www-http"]
  rules        = local.rules
}
# Netutils' question carries an action; the answer may differ from it.
data "acl_match" "asked_permit" {
  sources      = ["10.1.1.1"]
  destinations = ["172.16.0.10"]
  services     = ["tcp/www-http"]
  action       = "permit"
  rules        = local.rules
}
data "acl_match" "asked_deny" {
  sources      = ["192.168.1.10"]
  destinations = ["172.16.0.10"]
  services     = ["tcp/80"]
  action       = "deny"
  rules        = local.rules
}
# The provider's names stand in rules, too.
provider "acl" {
  addresses = { web = ["172.16.0.10"], servers = ["web", "172.16.0.11"] }
  services  = { HTTP = ["tcp/80"] }
}
data "acl_match" "named" {
  sources      = ["10.1.1.1"]
  destinations = ["web"]
  services     = ["tcp/http"]
  rules        = [{ src_ip = "any", dst_ip = "servers", dst_port = "HTTP", action = "permit" }]
}
output "named" { value = data.acl_match.named.action }
data "acl_match" "bulk" {
  rules = local.rules
  flows = {
    inside  = { sources = ["192.168.1.10"], destinations = ["172.16.0.10"], services = ["tcp/80"] }
    outside = { sources = ["10.1.1.1"], destinations = ["172.16.0.10"], services = ["tcp/80", "udp/53"] }
    denied  = { sources = ["10.1.1.1"], destinations = ["172.16.0.10"], services = ["tcp/80"], action = "deny" }
  }
}
output "inside" { value = data.acl_match.inside }
output "outside" { value = data.acl_match.outside }
output "asked_permit" { value = data.acl_match.asked_permit }
output "asked_deny" { value = data.acl_match.asked_deny }
output "bulk" { value = data.acl_match.bulk }
output "function" {
  value = provider::acl::match({ sources = "10.1.1.1", destinations = ["172.16.0.10"], services = ["tcp/www-http"] }, local.rules)
}
output "function_netutils" {
  value = provider::acl::match({ src_ip = "192.168.1.10", dst_ip = "172.16.0.10", dst_port = "tcp/www-http", action = "permit" }, local.rules).action
}
`,
		ConfigStateChecks: []statecheck.StateCheck{
			output("inside", knownvalue.ObjectPartial(map[string]knownvalue.Check{
				"action": text("permit"), "status": text("allowed"), "satisfied": knownvalue.Bool(true),
				"products": knownvalue.Int64Exact(3), "missing": knownvalue.ListExact(nil),
				"decisions": knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectPartial(map[string]knownvalue.Check{
					"rule": text("Allow to internal dns"), "action": text("permit"),
				})}),
			})),
			output("outside", knownvalue.ObjectPartial(map[string]knownvalue.Check{
				"action": text("deny"), "status": text("partial"), "satisfied": knownvalue.Bool(false),
				"missing": knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectPartial(map[string]knownvalue.Check{
					"sources": texts("10.1.1.1"), "destinations": texts("172.16.0.10"), "services": texts("tcp/80"),
				})}),
			})),
			output("asked_permit", knownvalue.ObjectPartial(map[string]knownvalue.Check{
				"action": text("deny"), "status": text("blocked"), "satisfied": knownvalue.Bool(false),
			})),
			output("asked_deny", knownvalue.ObjectPartial(map[string]knownvalue.Check{
				"action": text("permit"), "status": text("allowed"), "satisfied": knownvalue.Bool(false),
			})),
			output("bulk", knownvalue.ObjectPartial(map[string]knownvalue.Check{
				"satisfied": knownvalue.Bool(false), "status": text("blocked"), "action": text("deny"), "products": knownvalue.Int64Exact(4),
				"results": knownvalue.MapExact(map[string]knownvalue.Check{
					"inside": knownvalue.ObjectPartial(map[string]knownvalue.Check{"action": text("permit"), "satisfied": knownvalue.Bool(true)}),
					"outside": knownvalue.ObjectPartial(map[string]knownvalue.Check{
						"action": text("deny"), "satisfied": knownvalue.Bool(false), "status": text("blocked"),
						"missing": knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectPartial(map[string]knownvalue.Check{
							"sources": texts("10.1.1.1"), "services": texts("tcp/80", "udp/53"),
						})}),
					}),
					"denied": knownvalue.ObjectPartial(map[string]knownvalue.Check{"action": text("deny"), "satisfied": knownvalue.Bool(true), "status": text("blocked")}),
				}),
			})),
			output("function", knownvalue.ObjectPartial(map[string]knownvalue.Check{
				"action": text("deny"),
				"missing": knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectPartial(map[string]knownvalue.Check{
					"sources": texts("10.1.1.1"), "destinations": texts("172.16.0.10"), "services": texts("tcp/80"),
				})}),
			})),
			output("function_netutils", text("permit")),
			output("named", text("permit")),
		},
	})
}

// The groups of the netutils page, where red is white and blue, and blue is cyan:
// four sources, two destinations, and no product from a host to itself.
func TestAccExpandNested(t *testing.T) {
	t.Parallel()
	const config = `
locals {
  addresses = {
    red    = ["white", "blue"]
    blue   = ["cyan"]
    yellow = ["orange"]
    white  = ["10.1.1.1", "10.2.2.2"]
    cyan   = ["10.3.3.3"]
    orange = ["10.4.4.4"]
  }
  deep = merge(local.addresses, {
    cyan = ["a"]
    a    = ["b"]
    b    = ["c"]
    c    = ["d"]
    d    = ["10.3.3.3"]
  })
  loop = merge(local.deep, { d = ["b", "10.3.3.3"] })
  rule = {
    name = "Check allow", src_ip = ["red", "blue", "10.4.4.4"], dst_ip = ["white"], dst_port = "6/www-http", action = "permit"
  }
}
`
	product := func(src, dst string) knownvalue.Check {
		return knownvalue.ObjectExact(map[string]knownvalue.Check{
			"name": text("Check allow"), "src_ip": text(src), "dst_ip": text(dst), "dst_port": text("6/80"), "action": text("permit"),
		})
	}
	six := knownvalue.TupleExact([]knownvalue.Check{
		product("10.1.1.1", "10.2.2.2"), product("10.2.2.2", "10.1.1.1"), product("10.3.3.3", "10.1.1.1"),
		product("10.3.3.3", "10.2.2.2"), product("10.4.4.4", "10.1.1.1"), product("10.4.4.4", "10.2.2.2"),
	})
	const loop = `the name leads back to itself: b → c → d → b`
	acceptance(t,
		resource.TestStep{
			Config: config + `
output "page" { value = provider::acl::expand(local.rule, { addresses = local.addresses }) }
output "deep" { value = provider::acl::expand(local.rule, { addresses = local.deep }) }`,
			ConfigStateChecks: []statecheck.StateCheck{output("page", six), output("deep", six)},
		},
		resource.TestStep{
			Config:      config + `output "loop" { value = provider::acl::expand(local.rule, { addresses = local.loop }) }`,
			ExpectError: wrapped(loop),
		},
		resource.TestStep{
			Config: config + `
provider "acl" { addresses = local.loop }
data "acl_match" "m" {
  sources      = ["red"]
  destinations = ["white"]
  services     = ["tcp/80"]
  rules        = []
}`,
			ExpectError: wrapped(loop),
		},
	)
}

// wrapped matches a text that Terraform may have wrapped.
func wrapped(text string) *regexp.Regexp {
	return regexp.MustCompile(strings.ReplaceAll(regexp.QuoteMeta(text), " ", `[\s│]+`))
}

// A ruleset and questions that only exact set semantics under first match answers
// right.
func TestAccMatchSets(t *testing.T) {
	t.Parallel()
	const halves = `
    { src_ip = "10.1.0.0/17", dst_ip = "10.2.0.1", dst_port = "tcp/443", action = "permit" },
    { src_ip = "10.1.128.0/17", dst_ip = "10.2.0.1", dst_port = "tcp/443", action = "permit" },`
	const half = `
    { src_ip = "10.1.0.0/17", dst_ip = "10.2.0.1", dst_port = "tcp/443", action = "permit" },`
	const denied = `
    { name = "quarantine", src_ip = "10.1.0.42", action = "deny" },`
	question := func(rules, sources string) string {
		return `provider::acl::match({ sources = "` + sources + `", destinations = "10.2.0.1", services = "tcp/443" }, [` + rules + `])`
	}
	answer := func(status string, missing ...knownvalue.Check) knownvalue.Check {
		return knownvalue.ObjectPartial(map[string]knownvalue.Check{"status": text(status), "missing": knownvalue.ListExact(missing)})
	}
	gap := func(source, blockedBy string) knownvalue.Check {
		return knownvalue.ObjectPartial(map[string]knownvalue.Check{
			"sources": texts(source), "destinations": texts("10.2.0.1"), "services": texts("tcp/443"),
			"blocked_by": knownvalue.StringRegexp(regexp.MustCompile(blockedBy)),
		})
	}
	reason := func(want string) knownvalue.Check {
		return knownvalue.ObjectPartial(map[string]knownvalue.Check{"reason": knownvalue.StringRegexp(regexp.MustCompile(want))})
	}
	config, checks := "", []statecheck.StateCheck(nil)
	for name, c := range map[string]struct {
		expression string
		want       knownvalue.Check
	}{
		"union":     {question(halves, "10.1.0.0/16"), answer("allowed")},
		"partial":   {question(half, "10.1.0.0/16"), answer("partial", gap("10.1.128.0/17", "default deny"))},
		"order":     {question(denied+half, "10.1.0.0/17"), answer("partial", gap("10.1.0.42", `"quarantine" deny 10.1.0.42`))},
		"late deny": {question(half+denied, "10.1.0.0/17"), answer("allowed")},
		"none":      {question("", "10.1.0.0/17"), answer("blocked", gap("10.1.0.0/17", "default deny"))},
		"condition": {
			question(`{ name = "backup", condition = "time-range NIGHT", action = "permit" }`, "10.1.0.1"),
			answer("indeterminate", reason("indeterminate: time-range NIGHT")),
		},
		"condition on a deny": {
			question(`{ name = "backup", condition = "user guest", action = "deny" }, { action = "permit" }`, "10.1.0.1"),
			answer("indeterminate", reason("indeterminate: user guest")),
		},
		"condition that does not matter": {
			question(`{ condition = "time-range NIGHT", action = "permit" }, { action = "permit" }`, "10.1.0.1"),
			answer("allowed"),
		},
		"zone": {
			question(`{ src_zone = "inside", action = "permit" }`, "10.1.0.1"),
			answer("indeterminate", reason("the rule is for the source zone inside and the flow declares none")),
		},
	} {
		id := strings.ReplaceAll(name, " ", "_")
		config += "output \"" + id + "\" {\n  value = " + c.expression + "\n}\n"
		checks = append(checks, output(id, c.want))
	}
	for _, zone := range []struct{ name, zone, want string }{{"its_zone", "inside", "allowed"}, {"other_zone", "dmz", "blocked"}} {
		config += "output \"" + zone.name + "\" {\n  value = provider::acl::match({ sources = \"10.1.0.1\", destinations = \"10.2.0.1\", services = \"tcp/443\", source_zone = \"" + zone.zone +
			"\" }, [{ src_zone = \"inside\", action = \"permit\" }]).status\n}\n"
		checks = append(checks, output(zone.name, text(zone.want)))
	}
	acceptance(t, resource.TestStep{Config: config, ConfigStateChecks: checks})
}
