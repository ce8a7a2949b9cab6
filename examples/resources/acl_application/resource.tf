resource "acl_application" "billing" {
  name     = "Billing"
  owner    = "finance"
  rulesets = ["edge"]

  flows = {
    web = {
      sources      = ["offices"]
      destinations = ["web tier"]
      services     = ["web"]
    }
    database = {
      sources      = ["web tier"]
      destinations = ["databases"]
      services     = ["tcp/5432"]
    }
    # Must stay blocked: the plan shows a difference as soon as a rule permits it.
    no-shortcut = {
      sources      = ["offices"]
      destinations = ["databases"]
      services     = ["any"]
      action       = "deny"
    }
  }
}

# The worst of its flows: "allowed" when each is as wanted.
output "billing" {
  value = acl_application.billing.status
}
