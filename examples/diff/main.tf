# A gate for pull requests that change a firewall's text: the plan fails when the change
# opens traffic that no declared flow wants. firewall/before.cfg is the text on the main
# branch, firewall/after.cfg that of the pull request.
#
#   git show origin/main:firewall/after.cfg > firewall/before.cfg
#   terraform plan     exit code 1 when something is opened that nobody wants
terraform {
  required_providers {
    acl = {
      source = "terraform-provider-acl/acl"
    }
  }
}

provider "acl" {
  rulesets = {
    before = { path = "firewall/before.cfg" }
    after  = { path = "firewall/after.cfg" }
  }
}

locals {
  flows = {
    shop  = { sources = ["10.20.0.0/16"], destinations = ["172.16.0.10"], services = ["tcp/443"] }
    admin = { sources = ["10.30.0.7"], destinations = ["172.16.0.10"], services = ["tcp/22"] }
  }
}

data "acl_diff" "change" {
  before = { ruleset = "before" }
  after  = { ruleset = "after" }
  flows  = local.flows
}

output "opened" {
  value = [for d in data.acl_diff.change.opened : "${join(", ", d.sources)} -> ${join(", ", d.destinations)} ${join(", ", d.services)}: ${d.after}"]

  precondition {
    condition = length(data.acl_diff.change.unwanted) == 0 && data.acl_diff.change.complete
    error_message = "The change opens what no declared flow wants, or may do so:\n${join("\n", [
      for d in data.acl_diff.change.unwanted :
      "${join(", ", d.sources)} -> ${join(", ", d.destinations)} ${join(", ", d.services)}: ${d.after}"
    ])}"
  }
}

output "flows" {
  value = { for name, r in data.acl_diff.change.results : name => "${r.before} -> ${r.after}" }
}
