# Put this beside your applications. The plan then carries a report, which the
# workflows in this folder post to the pull request.
output "connectivity_report" {
  description = "What existing firewalls do with the declared flows, as Markdown."
  value       = provider::acl::report(acl_application.this, { before = local.before, audit = data.acl_audit.edge, diff = data.acl_diff.edge })
}

# What report_json wrote at the last apply. Without the file nothing is compared.
locals {
  before = try(file("${path.module}/before.json"), null)
}

output "connectivity_json" {
  description = "The same for scripts; the next pull request compares with it."
  value       = provider::acl::report_json(acl_application.this)
  sensitive   = true # not printed with every plan; the JSON of the plan has it
}

output "connectivity_page" {
  description = "The same as one page for a browser."
  sensitive   = true
  value = provider::acl::report_html(acl_application.this, {
    before = local.before
    audit  = data.acl_audit.edge
    diff   = data.acl_diff.edge
    texts  = { for f in fileset(path.module, "firewall/*.cfg") : f => file("${path.module}/${f}") }
  })
}

output "connectivity_sarif" {
  description = "The same for code scanning, with the lines of the inventory and of the firewall's text."
  value = provider::acl::report_sarif(acl_application.this, {
    inventory = { file = "inventory.json", text = file("${path.module}/inventory.json") }
    audit     = data.acl_audit.edge
    diff      = data.acl_diff.edge
  })
}
