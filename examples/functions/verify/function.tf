# A key of a flow that is mistyped, or a flow that is there twice, is an error here.
# Without the check Terraform would leave it out. Mostly the text is file("inventory.json").
locals {
  inventory = provider::acl::verify(<<-END
    {
      "applications": [
        {
          "app_name": "Billing",
          "app_flows": {
            "web": { "sources": ["10.0.0.0/24"], "destinations": ["172.16.0.10"], "services": ["tcp/https"], "source_zone": "office" }
          }
        }
      ]
    }
    END
  , "inventory")
}

output "applications" {
  value = [for a in local.inventory.applications : a.app_name] # ["Billing"]
}

# A schema of your own.
output "owners" {
  value = provider::acl::verify({ Billing = "finance" }, { type = "object", additionalProperties = { enum = ["finance", "hr"] } }) # {"Billing": "finance"}
}
