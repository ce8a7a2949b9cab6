# What a release needs, as one text for each firewall.
data "acl_change_set" "release" {
  rulesets = ["lab"]
  flows = {
    web     = { sources = ["10.0.0.0/8"], destinations = ["10.99.0.10"], services = ["tcp/443"] }
    metrics = { sources = ["10.1.0.9"], destinations = ["10.99.0.10"], services = ["tcp/9100"] }
    logs    = { sources = ["10.99.0.10"], destinations = ["10.1.0.8"], services = ["udp/514"] }
  }
}

output "flows_by_command" {
  value = [for c in data.acl_change_set.release.changes : c.flows]
}

output "still_open" {
  value = data.acl_change_set.release.open
}

# For the change ticket, with the commands and how to take them back.
output "ticket" {
  value = data.acl_change_set.release.ticket
}
