# One flow, and a firewall that lacks one of the rules it needs. The ruleset has
# an additions file, so that an apply writes that rule: it is evaluated before
# those of core.json, which Terraform never changes.
terraform {
  required_providers {
    acl = {
      source = "terraform-provider-acl/acl"
    }
  }
}

provider "acl" {
  rulesets = {
    core = { path = "firewall/core.json", additions = "firewall/core.additions.json" }
  }
}

resource "acl_flow" "mail" {
  application  = "Ticketing"
  name         = "mail"
  sources      = ["10.40.0.10"]
  destinations = ["10.50.0.25"]
  services     = ["tcp/smtp", "tcp/submission"]
  comment      = "tickets are sent by mail"
}

output "mail" {
  value = {
    status  = acl_flow.mail.status
    by      = acl_flow.mail.summary
    written = acl_flow.mail.managed_rules
  }
}
