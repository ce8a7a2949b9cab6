data "acl_audit" "development" {
  flows = local.flows
}

output "summary" {
  value = data.acl_audit.development.summary
}

output "findings" {
  value = [for f in data.acl_audit.development.findings : { kind = f.kind, rule = f.rule, serves = f.serves, covered_by = f.covered_by, reason = f.reason }]
}

output "serves" {
  value = { for r in data.acl_audit.development.rules : r.rule => r.serves }
}
