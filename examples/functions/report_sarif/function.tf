locals {
  text         = file("inventory.json")
  applications = { for a in jsondecode(local.text).applications : a.app_name => a }
}

resource "acl_application" "this" {
  for_each = local.applications
  name     = each.key
  rulesets = ["lab"]
  flows    = each.value.app_flows
}

# For code scanning: a blocked flow shows at its line of the inventory.
output "sarif" {
  value = provider::acl::report_sarif(acl_application.this, {
    inventory = { file = "inventory.json", text = local.text }
  })
}
