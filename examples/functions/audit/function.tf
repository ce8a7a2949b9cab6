locals {
  audited = provider::acl::audit([
    { name = "web", src_ip = "10.0.0.0/8", dst_ip = "172.16.0.10", dst_port = "tcp/443", action = "permit" },
    { name = "web of one office", src_ip = "10.1.0.0/16", dst_ip = "172.16.0.10", dst_port = "tcp/443", action = "permit" },
    { name = "old", src_ip = "10.2.0.5", dst_ip = "172.16.0.10", dst_port = "tcp/23", action = "permit" },
    ], {
    web = { sources = ["10.1.0.0/16"], destinations = ["172.16.0.10"], services = ["tcp/443"] }
  })
}

output "found" {
  value = [for f in local.audited.findings : "${f.rule} is ${f.kind}"]
}
