resource "acl_application" "billing" {
  name     = "Billing"
  rulesets = ["lab"]
  flows = {
    web      = { sources = ["10.1.0.0/16"], destinations = ["10.99.0.10"], services = ["tcp/443"] }
    database = { sources = ["10.99.0.10"], destinations = ["10.99.0.20", "10.30.0.4"], services = ["tcp/22"] }
  }
}

# Markdown for a pull request: terraform output -raw report
output "report" {
  value = provider::acl::report(acl_application.billing)
}
