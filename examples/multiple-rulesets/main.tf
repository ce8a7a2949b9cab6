# Flows that cross two firewalls: both have to permit them. The edge belongs to
# somebody else and is read-only; the core has an additions file.
terraform {
  required_providers {
    acl = {
      source = "terraform-provider-acl/acl"
    }
  }
}

provider "acl" {
  rulesets = {
    edge = { path = "firewall/edge.json" }
    core = { path = "firewall/core.json", additions = "firewall/core.additions.json" }
  }
}

# With several rulesets it has to be said which ones are crossed: here by the
# application, and by the one flow that differs.
resource "acl_application" "reporting" {
  name     = "Reporting"
  rulesets = ["edge", "core"]
  flows = {
    viewers = { sources = ["198.51.100.0/24"], destinations = ["10.100.0.8"], services = ["tcp/443"] }
    nightly = { sources = ["10.100.0.8"], destinations = ["10.30.0.4"], services = ["tcp/1521"], rulesets = ["core"] }
  }
}

output "deciding_rules" {
  value = {
    for flow, found in acl_application.reporting.results : flow => found.summary
  }
}
