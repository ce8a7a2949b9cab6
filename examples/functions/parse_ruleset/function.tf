locals {
  ruleset = provider::acl::parse_ruleset(
    <<-EOT
      - name: web
        src_ip: 10.0.0.0/8
        dst_ip: 172.16.0.10
        dst_port: tcp/https
        action: allow
    EOT
    , null
  )
}

output "format" {
  value = local.ruleset.format # "yaml"
}

output "services" {
  value = local.ruleset.rules[0].services # ["tcp/443"]
}
