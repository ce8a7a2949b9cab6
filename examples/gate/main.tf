# A gate for a pipeline: nothing is managed here, the plan only tells whether the
# firewall still lets through what must get through.
#
#   terraform plan     exit code 1 when a required flow is no longer allowed,
#                      0 with a warning when only a wished one is not
terraform {
  required_providers {
    acl = {
      source = "terraform-provider-acl/acl"
    }
  }
}

provider "acl" {
  rulesets = {
    dmz = { path = "firewall/dmz.json" }
  }
}

locals {
  required = {
    shop   = { sources = ["any"], destinations = ["203.0.113.10"], services = ["tcp/443"] }
    orders = { sources = ["203.0.113.10"], destinations = ["10.70.0.5"], services = ["tcp/5671"] }
    admin  = { sources = ["any"], destinations = ["203.0.113.10"], services = ["tcp/22"], action = "deny" }
  }
  wished = {
    ntp = { sources = ["203.0.113.0/24"], destinations = ["10.70.0.123"], services = ["udp/ntp"] }
  }
}

# A postcondition fails the plan.
data "acl_match" "required" {
  flows = local.required

  lifecycle {
    postcondition {
      condition = self.satisfied
      error_message = join("\n", flatten([
        for name, found in self.results : [
          for m in found.missing :
          "${name} is ${found.status}: ${join(", ", m.sources)} -> ${join(", ", m.destinations)} ${join(", ", m.services)}: ${coalesce(m.blocked_by, m.reason)}"
        ]
      ]))
    }
  }
}

# A check only warns. Its data source stands outside of it: Terraform reads one
# that is scoped to the check during apply, and so every plan would have a change
# to make and end with exit code 2 under -detailed-exitcode, also when all is well.
data "acl_match" "wished" {
  flows = local.wished
}

check "wished_flows" {
  assert {
    condition     = data.acl_match.wished.satisfied
    error_message = "Not allowed yet: ${join(", ", [for name, found in data.acl_match.wished.results : name if !found.satisfied])}."
  }
}
