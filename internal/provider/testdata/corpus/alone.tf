# What each rule alone allows: its flow against all rules but that one.
output "alone" {
  value = { for name, f in local.flows : name => [for m in provider::acl::match(
    { src_ip = local.as_rules[name].src_ip, dst_ip = local.as_rules[name].dst_ip, dst_port = f.services },
    [for r in local.ordered : r if r.name != name]).missing : {
    sources = m.sources, destinations = m.destinations, services = m.services, blocked_by = m.blocked_by
  }] }
}
