locals {
  rules = [
    { name = "Allow to internal web", src_ip = ["192.168.0.0/24", "10.0.0.0/16"], dst_ip = ["172.16.0.0/16", "192.168.250.10-192.168.250.20"], dst_port = ["tcp/80", "udp/53"], action = "permit" },
    { name = "Allow to internal dns", src_ip = "192.168.1.0/24", dst_ip = "172.16.0.0/16", dst_port = ["tcp/80", "udp/53"], action = "permit" },
  ]
}

output "allowed" {
  value = provider::acl::match({
    sources      = ["192.168.1.10", "192.168.1.11", "192.168.1.15-192.168.1.20"]
    destinations = ["172.16.0.10"]
    services     = ["tcp/www-http"]
  }, local.rules).action # "permit"
}

# The same in the words of netutils, for a source that no rule permits.
output "missing" {
  value = provider::acl::match({
    src_ip   = "10.1.1.1"
    dst_ip   = "172.16.0.10"
    dst_port = "tcp/80"
  }, local.rules).missing
}
