# What an ASA does with the flows of two applications. `make demo` plans it.
terraform {
  required_providers {
    acl = {
      source = "terraform-provider-acl/acl"
    }
  }
}

provider "acl" {
  rulesets = {
    # Read-only. With additions = "firewall/edge.additions.json" an apply would
    # write the rules that are missing to that file.
    edge = { path = "firewall/edge.cfg" }
  }
  addresses = {
    "offices"           = ["192.168.0.0/24", "192.168.1.0/24"]
    "hr"                = ["HR Payroll server", "10.20.1.0/24"]
    "HR Payroll server" = ["10.20.0.7"]
  }
  services = {
    "web" = ["tcp/80", "tcp/443"]
  }
}

locals {
  inventory    = jsondecode(file("inventory.json"))
  applications = { for a in local.inventory.applications : a.app_name => a }
}

resource "acl_application" "this" {
  for_each = local.applications
  name     = each.key
  flows    = each.value.app_flows
}

# Each flow on one line, with the rules that decide.
output "flows" {
  value = merge([
    for name, app in acl_application.this : {
      for flow, found in app.results : "${name}/${flow}" => found.summary
    }
  ]...)
}
