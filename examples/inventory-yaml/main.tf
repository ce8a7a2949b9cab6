# The same as ../inventory, with the inventory and the rules written in YAML.
terraform {
  required_providers {
    acl = {
      source = "terraform-provider-acl/acl"
    }
  }
}

provider "acl" {
  rulesets = {
    core = { path = "firewall/core.yaml", additions = "firewall/core.additions.json" }
  }
}

# A local, and not verify(file(...)) inside for_each: Terraform would read the file
# again for every application.
locals {
  inventory    = provider::acl::verify(file("inventory.yaml"), "inventory")
  applications = { for a in local.inventory.applications : a.app_name => a }
}

resource "acl_application" "this" {
  for_each = local.applications
  name     = each.key
  flows    = each.value.app_flows
}

output "status" {
  value = { for name, app in acl_application.this : name => { for flow, found in app.results : flow => found.status } }
}
