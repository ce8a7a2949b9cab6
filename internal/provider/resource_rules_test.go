package provider

import "testing"

// TestAccResourceRules: rules that the same plan creates are known while planning, as long
// as what decides is.
func TestAccResourceRules(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, `
-- main.tf --
resource "terraform_data" "group" {}
locals {
  https = {
    id = terraform_data.group.id, security_group_id = terraform_data.group.id
    ip_protocol = "tcp", from_port = 443, to_port = 443, cidr_ipv4 = "10.0.0.0/8", cidr_ipv6 = null, description = "https"
  }
}
provider "acl" {
  rulesets = {
    web = { content = provider::acl::resource_rules({ aws_vpc_security_group_ingress_rule = { https = local.https } }), acl = "this ingress" }
  }
}
resource "acl_flow" "web" {
  application  = "shop"
  name         = "web"
  sources      = ["10.1.0.0/16"]
  destinations = ["10.2.0.1"]
  services     = ["tcp/443"]
}
resource "acl_flow" "ssh" {
  application  = "shop"
  name         = "ssh"
  sources      = ["10.1.0.0/16"]
  destinations = ["10.2.0.1"]
  services     = ["tcp/22"]
  action       = "deny"
}
`)
	contains(t, w.Plan(2), `status = "allowed"`, `status = "blocked"`)
	w.Apply(0)
	w.Plan(0)

	w.Write("main.tf", `
resource "terraform_data" "ip" { input = "192.0.2.1" }
output "later" {
  value = provider::acl::resource_rules({ aws_vpc_security_group_ingress_rule = { ip_protocol = "-1", cidr_ipv4 = terraform_data.ip.output } })
}
`)
	contains(t, w.Plan(2), `+ later = (known after apply)`)

	w.Write("main.tf", `
output "wrong" {
  value = provider::acl::resource_rules({ aws_instance = {} })
}
`)
	contains(t, w.Plan(1), "resources: aws_instance: is no type that is read; write any of")
}
