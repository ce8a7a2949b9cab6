# An estate of five devices: which of them lie between two addresses is found from zones.
#
#   offices ── branch (ASA) ── wan ── core (IOS) ── servers: web with a firewall of its own (Linux)
#                               │
#                         dc (ASA) ── cloud: api behind security groups (AWS)
terraform {
  required_providers {
    acl = {
      source = "terraform-provider-acl/acl"
    }
  }
}

provider "acl" {
  zones = {
    offices = ["10.10.0.0/16"]
    wan     = ["192.0.2.0/24"]
    servers = ["10.20.0.0/16"]
    cloud   = ["10.30.0.0/16"]
  }
  devices = {
    branch = { path = "devices/branch.cfg", interfaces = { inside = "offices", wan = "wan" } }
    core   = { path = "devices/core.cfg", interfaces = { "GigabitEthernet0/0" = "wan", "GigabitEthernet0/1" = "servers" } }
    dc     = { path = "devices/dc.cfg", interfaces = { wan = "wan", cloud = "cloud" } }
    # These two filter for their own addresses. Those of the second are in its text.
    web = { path = "devices/web.rules", guards = ["10.20.0.80"] }
    api = { path = "devices/api.json" }
  }
}

resource "acl_application" "shop" {
  name = "Shop"
  flows = {
    browser = { sources = ["10.10.0.0/16"], destinations = ["10.20.0.80"], services = ["tcp/443"] }
    api     = { sources = ["10.20.0.80"], destinations = ["10.30.0.10"], services = ["tcp/8443"] }
    reports = { sources = ["10.10.5.0/24"], destinations = ["10.30.0.10"], services = ["tcp/8443"] }
    local   = { sources = ["10.20.0.80"], destinations = ["10.20.0.90"], services = ["tcp/5432"] }
  }
}

# The devices that each flow crosses.
output "ways" {
  value = { for name, flow in acl_application.shop.results :
    name => [for way in coalesce(flow.path, []) : join(" -> ", concat([way.from], [for hop in coalesce(way.hops, []) : hop.device], [way.to]))]
  }
}
