# What the rules of a firewall are for. Nothing is managed here: the plan shows which
# rules may go and who still needs the others, and fails when a rule is there that cannot
# be meant.
#
#   terraform plan     exit code 1 when a rule says what does not hold, since
#                      rules before it do the opposite
terraform {
  required_providers {
    acl = {
      source = "terraform-provider-acl/acl"
    }
  }
}

provider "acl" {
  rulesets = {
    edge = { path = "firewall/edge.cfg" }
  }
}

locals {
  flows = {
    shop    = { sources = ["10.20.0.0/16"], destinations = ["172.16.0.10"], services = ["tcp/443"] }
    backups = { sources = ["172.16.0.10"], destinations = ["10.60.0.5"], services = ["tcp/9103"] }
  }
}

data "acl_audit" "edge" {
  flows = local.flows

  lifecycle {
    postcondition {
      condition = self.summary["contradicts"] == 0
      error_message = join("\n", [
        for f in self.findings : "edge.cfg:${f.line} ${f.text}: ${f.reason}: ${join(", ", f.covered_by)}" if f.kind == "contradicts"
      ])
    }
  }
}

# The commands that take out what may go, all together.
output "remove" {
  value = flatten(data.acl_audit.edge.findings[*].remove)
}

# Whom each rule serves: the table for recertification.
output "recertification" {
  value = { for r in data.acl_audit.edge.rules : "edge.cfg:${r.line}" => r.serves }
}

output "wider" {
  value = {
    for f in data.acl_audit.edge.findings : "edge.cfg:${f.line}" => f.reason if f.kind == "wider"
  }
}
