# What OPNsense lets in.
terraform {
  required_providers {
    acl = {
      source = "terraform-provider-acl/acl"
    }
  }
}

provider "acl" {
  rulesets = {
    edge = { path = "config.xml", acl = "in" }
  }
}

resource "acl_application" "shop" {
  name  = "Shop"
  flows = { for name, flow in local.flows : name => merge(flow, { source_zone = "wan", destination_zone = "dmz" }) }
}

locals {
  flows = {
    web     = { sources = ["any"], destinations = ["10.0.1.10-10.0.1.13"], services = ["tcp/80", "tcp/443"] }
    partner = { sources = ["198.51.100.0/24"], destinations = ["10.0.1.20"], services = ["tcp/8443"] }
    backup  = { sources = ["203.0.113.9"], destinations = ["10.0.1.30"], services = ["tcp/873"] }
  }
}
