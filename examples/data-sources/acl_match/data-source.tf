# One question to the provider's rulesets.
data "acl_match" "web" {
  sources      = ["192.168.0.0/24"]
  destinations = ["web tier"]
  services     = ["tcp/443"]
  rulesets     = ["edge"]
}

# Many at once, by name: much faster than one data source for each.
data "acl_match" "all" {
  rulesets = ["edge"]
  flows = {
    web      = { sources = ["offices"], destinations = ["web tier"], services = ["web"] }
    database = { sources = ["web tier"], destinations = ["10.30.0.0/28"], services = ["tcp/5432"] }
  }
}

# Rules that are given here, in place of the provider's rulesets.
data "acl_match" "inline" {
  sources      = ["10.1.0.0/16"]
  destinations = ["172.16.0.10"]
  services     = ["tcp/https"]
  rules = [
    { name = "one host is blocked", src_ip = "10.1.0.42", action = "deny" },
    { name = "web", src_ip = "10.0.0.0/8", dst_ip = "172.16.0.0/16", dst_port = ["tcp/80", "tcp/443"], action = "permit" },
  ]
}

output "answers" {
  value = {
    web      = data.acl_match.web.action
    all      = { for name, found in data.acl_match.all.results : name => found.status }
    inline   = data.acl_match.inline.status
    excluded = data.acl_match.inline.missing[0].sources
  }
}
