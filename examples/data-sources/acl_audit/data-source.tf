# All rules of the ruleset, judged by the flows that are declared.
data "acl_audit" "edge" {
  rulesets = ["edge"]
  flows = {
    web = { sources = ["offices"], destinations = ["web tier"], services = ["web"] }
  }
}

output "unused" {
  value = [for f in data.acl_audit.edge.findings : f.rule if f.kind == "unused"]
}

output "recertify" {
  value = { for r in data.acl_audit.edge.rules : r.rule => r.serves }
}
