# The rules of a security group, before it exists.
locals {
  rules = {
    https = { ip_protocol = "tcp", from_port = 443, to_port = 443, cidr_ipv4 = "10.0.0.0/8" }
  }
}

# resource "aws_vpc_security_group_ingress_rule" "web" {
#   for_each          = local.rules
#   security_group_id = aws_security_group.web.id
#   …
# }

provider "acl" {
  rulesets = {
    web = {
      # In place of local.rules also aws_vpc_security_group_ingress_rule.web.
      content = provider::acl::resource_rules({ aws_vpc_security_group_ingress_rule = local.rules })
      acl     = "this ingress"
    }
  }
}
