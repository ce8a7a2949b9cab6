package provider

import "testing"

// The data source and the function tell the same of the same text; ruleset names
// are those of the provider.
func TestAccRuleset(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- edge.cfg --
ip access-list extended outside
 permit tcp any any established
 permit tcp any host 10.0.0.2 eq 443 time-range NIGHT
-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "edge.cfg" } }
}
data "acl_ruleset" "edge" {
  rulesets = ["edge"]
}
data "acl_ruleset" "file" {
  path  = "edge.cfg"
  limit = 1
}
locals {
  called = provider::acl::parse_ruleset(file("edge.cfg"), "")
  plain = {
    rulesets = data.acl_ruleset.edge, called = local.called
  }
}
output "told" {
  value = { for from, r in local.plain : from => "${r.format} ${r.rule_count} ${join(", ", r.acls[*].name)}: ${join("; ", [
    for rule in r.rules : "${rule.line} ${rule.action} ${join(" ", rule.services)} ${rule.state == null ? "any" : rule.state} ${join(" ", rule.indeterminate)}"
  ])}; ${join("; ", [for l in r.indeterminate : "${l.line} ${l.text}: ${l.reason}"])}" }
}
output "file" {
  value = "${length(data.acl_ruleset.file.rules)} of ${data.acl_ruleset.file.rule_count}"
}
output "from" {
  value = distinct(concat(data.acl_ruleset.edge.rules[*].ruleset, data.acl_ruleset.edge.indeterminate[*].ruleset))
}
`)
	const told = `cisco_ios 2 outside: 2 permit tcp established ; 3 permit tcp/443 any time-range NIGHT; 3 permit tcp any host 10.0.0.2 eq 443 time-range NIGHT: time-range NIGHT`
	contains(t, w.Plan(2), `called = "`+told+`"`, `rulesets = "`+told+`"`, `file = "1 of 2"`, `+ from = [ + "edge", ]`)

	w.Write("main.tf", "data \"acl_ruleset\" \"file\" {\n  path = \"gone.cfg\"\n}\n")
	contains(t, w.Plan(1), "Unable to read the ruleset", "gone.cfg")
}
