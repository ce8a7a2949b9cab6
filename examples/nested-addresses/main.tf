# Names for addresses and services nest to any depth. A name that leads back to
# itself is an error that shows the chain; so is one that is not defined.
terraform {
  required_providers {
    acl = {
      source = "terraform-provider-acl/acl"
    }
  }
}

locals {
  addresses = {
    "primary datacentre" = ["web tier", "database tier", "management"]
    "web tier"           = ["10.20.1.0/24", "2001:db8:20:1::/64"]
    "database tier"      = ["10.20.2.10", "10.20.2.11", "standby database"]
    "standby database"   = ["10.21.2.10"]
    "management"         = ["jump hosts"]
    "jump hosts"         = ["10.20.9.1-10.20.9.4"]
  }
  services = {
    "database" = ["tcp/postgresql"]
    "remote"   = ["tcp/ssh", "tcp/3389"]
    "admin"    = ["remote", "database"]
  }
}

provider "acl" {
  addresses = local.addresses
  services  = local.services
  rulesets = {
    # Rules are literal. Inline ones are text like any other ruleset.
    datacentre = {
      content = jsonencode([
        { name = "Jump hosts", src_ip = "10.20.9.0/29", dst_ip = ["10.20.0.0/16", "10.21.0.0/16"], dst_port = ["tcp/22", "tcp/3389", "tcp/5432"], action = "permit" },
      ])
    }
  }
}

resource "acl_flow" "admin" {
  application  = "Operations"
  name         = "admin"
  sources      = ["management"]
  destinations = ["database tier"]
  services     = ["admin"]
}

# What the names stand for: one product for each source, destination and service.
# Functions do not see the provider's configuration and take the names as options.
output "products" {
  value = [
    for p in provider::acl::expand(
      { sources = ["management"], destinations = ["database tier"], services = ["admin"] },
      { addresses = local.addresses, services = local.services },
    ) : "${p.sources} -> ${p.destinations} ${p.services}"
  ]
}
