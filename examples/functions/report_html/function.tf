resource "acl_application" "billing" {
  name     = "Billing"
  rulesets = ["lab"]
  flows = {
    web      = { sources = ["10.1.0.0/16"], destinations = ["10.99.0.10"], services = ["tcp/443"] }
    database = { sources = ["10.99.0.10"], destinations = ["10.99.0.20", "10.30.0.4"], services = ["tcp/22"] }
  }
}

# One page for a browser: terraform output -raw page > connectivity.html
output "page" {
  value = provider::acl::report_html(acl_application.billing, { title = "Billing" })
}
