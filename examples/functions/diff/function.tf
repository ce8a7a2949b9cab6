output "opened" {
  value = provider::acl::diff(
    [{ src_ip = "10.0.0.0/8", dst_ip = "172.16.0.10", dst_port = "tcp/443", action = "permit" }],
    [{ src_ip = "10.0.0.0/8", dst_ip = "172.16.0.10", dst_port = ["tcp/443", "tcp/22"], action = "permit" }],
  ).opened[0].services # ["tcp/22"]
}
