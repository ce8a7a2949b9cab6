package provider

import "testing"

// TestAccChangeLanguage: a change is a resource of the vendor's own provider where the
// ruleset asks for it; the script stays in the language of the device.
func TestAccChangeLanguage(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- fw.set --
set rulebase security rules "deny-web" from trust to untrust source any destination any source-user any category any application any service any action deny
-- main.tf --
provider "acl" {
  rulesets = { fw = { path = "fw.set", format = "panos", change_language = "hcl" } }
}
data "acl_match" "web" {
  rulesets         = ["fw"]
  sources          = ["10.0.0.1"]
  destinations     = ["10.1.0.1"]
  services         = ["tcp/443"]
  source_zone      = "trust"
  destination_zone = "untrust"
  override_deny    = true
}
output "change" {
  value = data.acl_match.web.missing[0].change
}
`)
	contains(t, w.Plan(2), `resource "panos_service" "acl_tcp_443"`, `resource "panos_security_policy_rules" "acl_1"`, `pivot = "deny-web"`, `services = [panos_service.acl_tcp_443.name]`)

	w.Write("main.tf", `
provider "acl" {
  rulesets = { edge = { content = "access-list edge extended deny ip any any\n", format = "cisco_asa", change_language = "hcl" } }
}
data "acl_match" "web" {
  rulesets     = ["edge"]
  sources      = ["10.0.0.1"]
  destinations = ["10.1.0.1"]
  services     = ["tcp/443"]
  override_deny = true
}
output "change" {
  value = data.acl_match.web.missing[0].change
}
`)
	contains(t, w.Plan(2), "changes in the format cisco_asa are not written as resources of Terraform; leave change_language out")

	w.Write("main.tf", `
provider "acl" {
  rulesets = { edge = { content = "[]", change_language = "json" } }
}
data "acl_ruleset" "edge" {
  rulesets = ["edge"]
}
`)
	contains(t, w.Plan(1), `value must be one of: ["hcl"]`)
}
