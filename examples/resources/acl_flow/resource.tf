resource "acl_flow" "web" {
  application  = "Billing"
  name         = "web"
  sources      = ["offices"]
  destinations = ["web tier"]
  services     = ["tcp/https"]
  rulesets     = ["edge"]
}

output "web" {
  value = acl_flow.web.status
}
