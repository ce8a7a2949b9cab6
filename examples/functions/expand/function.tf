# One object for each combination, with the keys of the rule, the last field
# varying fastest. Services come as protocol number and port.
output "products" {
  value = provider::acl::expand({
    name     = "web"
    src_ip   = ["10.0.0.1", "10.0.0.2"]
    dst_ip   = "172.16.0.10"
    dst_port = ["tcp/80", "tcp/https"]
    action   = "permit"
  })
}

# Names are given as options. Keys for a for_each are stable as long as the rule
# and the names are.
output "by_key" {
  value = {
    for p in provider::acl::expand(
      { sources = "web tier", destinations = "10.30.0.4", services = "tcp/5432" },
      { addresses = { "web tier" = ["172.16.0.10", "172.16.0.11"] } },
    ) : "${p.sources}_${p.destinations}_${p.services}" => p
  }
}
