# The fields of a cloud's security group rule.
output "https" {
  value = provider::acl::parse_service("tcp/https")
}

output "types" {
  value = provider::acl::parse_service("icmp/8").icmp_type # 8
}
