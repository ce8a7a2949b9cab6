# Public addresses in front of servers, and one address for all offices: flows are
# declared to what clients use, and the lists compare something else.
#
#   offices ── edge (ASA) ── internet        edge: 203.0.113.10    is the web server 10.2.0.10
#                │                                 203.0.113.11:25 is the mail server 10.2.0.11:2525
#               dmz                                offices go out as 203.0.113.1
terraform {
  required_providers {
    acl = {
      source = "terraform-provider-acl/acl"
    }
  }
}

provider "acl" {
  zones = {
    offices  = ["10.1.0.0/16"]
    dmz      = ["10.2.0.0/24"]
    transfer = ["203.0.113.0/24"]
    internet = ["0.0.0.0/0"]
  }
  devices = {
    edge     = { path = "devices/edge.cfg", interfaces = { inside = "offices", dmz = "dmz", outside = "transfer" } }
    provider = { path = "devices/provider.json", interfaces = { customer = "transfer", internet = "internet" } }
  }
}

resource "acl_application" "shop" {
  name = "Shop"
  flows = {
    # The list of the ASA has the real address, 10.2.0.10.
    web = { sources = ["198.51.100.0/24"], destinations = ["203.0.113.10"], services = ["tcp/443"] }
    # It has the real port too, 2525; and no rule for port 22 of the web server.
    mail = { sources = ["198.51.100.0/24"], destinations = ["203.0.113.11"], services = ["tcp/25"] }
    ssh  = { sources = ["198.51.100.0/24"], destinations = ["203.0.113.10"], services = ["tcp/22"] }
    # The provider sees the offices as 203.0.113.1.
    updates = { sources = ["10.1.0.0/16"], destinations = ["192.0.2.80"], services = ["tcp/443"] }
    # Nobody on the internet reaches the real address: the provider has no rule for it, and
    # the ASA drops what its translation would answer (syslog 305013).
    real = { sources = ["198.51.100.0/24"], destinations = ["10.2.0.10"], services = ["tcp/443"] }
  }
}

# What a device compares of the flows that are not allowed, and what to change.
output "translated" {
  value = { for name, flow in acl_application.shop.results :
    name => [for m in coalesce(flow.missing, []) : { device = m.device, compares = m.translated, change = m.change }] if flow.status == "blocked"
  }
}
