terraform {
  required_providers {
    acl = {
      source = "terraform-provider-acl/acl"
    }
  }
}

provider "acl" {
  rulesets = {
    edge = { path = "firewall/edge.json", additions = "firewall/edge.additions.json" }
  }
  addresses = {
    "HR Payroll server" = ["10.20.0.7"]
    "hr"                = ["HR Payroll server", "10.20.1.0/24"]
    "offices"           = ["192.168.0.0/24", "192.168.1.0/24"]
  }
  services = {
    "web"   = ["tcp/80", "tcp/443"]
    "HTTPS" = ["tcp/443"]
  }
}

locals {
  inventory = jsondecode(file("inventory.json"))
}

resource "acl_application" "this" {
  for_each = { for a in local.inventory.applications : a.app_name => a }
  name     = each.key
  flows    = each.value.app_flows
}

output "status" {
  value = { for name, app in acl_application.this : name => app.status }
}
