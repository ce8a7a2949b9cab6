# What a network ACL and a security group of AWS allow together.
terraform {
  required_providers {
    acl = {
      source = "terraform-provider-acl/acl"
    }
  }
}

provider "acl" {
  rulesets = {
    subnet = { path = "network-acls.json", acl = "public ingress" }
    shop   = { path = "security-groups.json", acl = "shop ingress" }
  }
}

resource "acl_application" "shop" {
  name     = "Shop"
  rulesets = ["subnet", "shop"]
  flows = {
    web     = { sources = ["any"], destinations = ["10.0.1.10-10.0.1.13"], services = ["tcp/80 from 1024-65535", "tcp/443 from 1024-65535"] }
    partner = { sources = ["198.51.100.0/24"], destinations = ["10.0.1.20"], services = ["tcp/8443 from 1024-65535"] }
    backup  = { sources = ["203.0.113.9"], destinations = ["10.0.1.30"], services = ["tcp/873 from 1024-65535"] }
  }
}
