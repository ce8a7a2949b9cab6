# An inventory of applications in JSON, as it is exported from wherever the
# applications are kept, becomes one acl_application for each.
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

# The function verify decodes the file, and fails for what Terraform would leave out
# without a word: a misspelt key, the first of two flows with one name.
#
# A local, and not verify(file(...)) inside for_each: Terraform would read the file
# again for every application.
locals {
  inventory    = provider::acl::verify(file("inventory.json"), "inventory")
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
