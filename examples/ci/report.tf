# Put this beside your applications. The plan then carries a report, which the
# workflows in this folder post to the pull request.
output "connectivity_report" {
  description = "What existing firewalls do with the declared flows, as Markdown."
  value       = provider::acl::report(acl_application.this)
}

output "connectivity_sarif" {
  description = "The same for code scanning, with the lines of the inventory."
  value = provider::acl::report_sarif(acl_application.this, {
    inventory = { file = "inventory.json", text = file("${path.module}/inventory.json") }
  })
}
