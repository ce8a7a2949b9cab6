# One declared flow drives both the check of what exists and the rules that
# another provider builds: what is declared once is built and verified.
terraform {
  required_providers {
    acl = {
      source = "terraform-provider-acl/acl"
    }
  }
}

provider "acl" {
  rulesets = {
    core = { path = "firewall/core.json" }
  }
}

locals {
  flow = {
    sources      = ["10.1.0.0/24", "10.2.0.0/24"]
    destinations = ["10.9.0.10"]
    services     = ["tcp/443", "tcp/8443"]
  }

  # Keys that stay the same while others come and go, so that adding a source never
  # replaces a rule.
  ingress = {
    for p in provider::acl::expand({ src_ip = local.flow.sources, dst_ip = local.flow.destinations, dst_port = local.flow.services }) :
    "${p.src_ip} ${p.dst_port}" => {
      source  = provider::acl::parse_address(p.src_ip)
      service = provider::acl::parse_service(p.dst_port)
    }
  }
}

# Verified: what the firewalls on the way do with the flow.
resource "acl_flow" "web" {
  application  = "Shop"
  name         = "web"
  sources      = local.flow.sources
  destinations = local.flow.destinations
  services     = local.flow.services
}

# Built: one cloud rule for each source and service. terraform_data stands in for
#
#   resource "aws_vpc_security_group_ingress_rule" "web" {
#     for_each          = local.ingress
#     security_group_id = aws_security_group.web.id
#     cidr_ipv4         = one(each.value.source.prefixes)
#     ip_protocol       = each.value.service.protocol
#     from_port         = each.value.service.from_port
#     to_port           = each.value.service.to_port
#   }
resource "terraform_data" "ingress" {
  for_each = local.ingress
  input = {
    cidr_ipv4   = one(each.value.source.prefixes)
    ip_protocol = each.value.service.protocol
    from_port   = each.value.service.from_port
    to_port     = each.value.service.to_port
  }
}
