locals {
  rules = {
    https = { ip_protocol = "tcp", from_port = 443, to_port = 443, cidr_ipv4 = "10.0.0.0/8" }
  }
}

# In place of local.rules the resource that is made of them does as well:
# aws_vpc_security_group_ingress_rule.web.
data "acl_ruleset" "web" {
  content = provider::acl::resource_rules({ aws_vpc_security_group_ingress_rule = local.rules })
}

output "lists" {
  value = data.acl_ruleset.web.acls[*].name # ["aws_security_group.this ingress", "aws_security_group.this egress"]
}
