resource "acl_flow" "web" {
  application  = "Billing"
  name         = "web"
  sources      = ["offices"]
  destinations = ["web tier"]
  services     = ["web"]
  rulesets     = ["edge"]
}

output "summary" {
  value = jsondecode(provider::acl::report_json(acl_flow.web)).summary # {"flows": 1, "as_wanted": 1, "pending": 0, "violations": 0, "severities": {"deny": 0, "notify": 0, "review": 0}, "status": {"allowed": 1}}
}
