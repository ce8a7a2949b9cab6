# One rule for each line, ready for a rule list in YAML.
output "yaml" {
  value = provider::acl::render([
    { name = "web", src_ip = "10.0.0.0/8", dst_ip = "172.16.0.10", dst_port = ["tcp/80", "tcp/https"], action = "permit" },
  ], "yaml")
}
