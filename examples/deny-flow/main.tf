# Flows that must stay blocked stand beside those that must be open. Here a rule
# was written wider than it was meant: it lets guests reach a printer in the
# network of the tills, and the plan says so.
terraform {
  required_providers {
    acl = {
      source = "terraform-provider-acl/acl"
    }
  }
}

provider "acl" {
  rulesets = {
    branch = { path = "firewall/branch.json", additions = "firewall/branch.additions.json" }
  }
  addresses = {
    guests = ["192.168.100.0/24"]
    tills  = ["10.80.0.0/24"]
  }
}

resource "acl_application" "point_of_sale" {
  name = "Point of sale"
  flows = {
    payments = { sources = ["tills"], destinations = ["198.51.100.20"], services = ["tcp/443"] }
    guests = {
      sources      = ["guests"]
      destinations = ["tills"]
      services     = ["any"]
      action       = "deny"
      comment      = "card data: nothing from the guests' network"
    }
  }
}

output "status" {
  value = { for flow, found in acl_application.point_of_sale.results : flow => found.status }
}
