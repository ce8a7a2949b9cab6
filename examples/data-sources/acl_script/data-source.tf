# All that a release needs on each firewall, as one script, and the one that takes it back.
data "acl_script" "release" {
  rulesets = ["lab"]
  flows = {
    web     = { sources = ["10.0.0.0/8"], destinations = ["10.99.0.10"], services = ["tcp/443"] }
    metrics = { sources = ["10.1.0.9"], destinations = ["10.99.0.10"], services = ["tcp/9100"] }
  }
}

output "script" {
  value = data.acl_script.release.commands
}

output "undo" {
  value = data.acl_script.release.undo
}

# What was shown: the list is the old one and these rules, and what each flow becomes.
output "proof" {
  value = data.acl_script.release.proof
}
