# What the rules are for, and what the pull request changes of them: the report tells it,
# and the gate fails where it opens traffic that no declared flow wants.
locals {
  # The text on the main branch, which the workflows put there. Without it nothing is compared.
  edge_on_main = try(file("${path.module}/main/edge.cfg"), "")
  flows = merge([
    for a in local.inventory.applications : { for name, f in a.app_flows : "${a.app_name}/${name}" => f }
  ]...)
}

data "acl_audit" "edge" {
  flows = local.flows
}

data "acl_diff" "edge" {
  count  = local.edge_on_main == "" ? 0 : 1
  before = { content = local.edge_on_main }
  after  = { ruleset = "edge" }
  flows  = local.flows
}
