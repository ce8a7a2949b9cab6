output "range" {
  value = provider::acl::parse_address("10.0.0.1-10.0.0.4").prefixes # ["10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/32"]
}

output "mask" {
  value = provider::acl::parse_address("10.0.0.0/255.255.255.0").canonical # "10.0.0.0/24"
}
