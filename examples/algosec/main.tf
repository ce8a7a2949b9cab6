terraform {
  required_providers {
    acl = {
      source = "terraform-provider-acl/acl"
    }
  }
}

provider "acl" {
  # Address, user and password come from ALGOSEC_URL, ALGOSEC_USERNAME and ALGOSEC_PASSWORD,
  # and the certificate of the server's authority, if the system does not know it, from
  # ALGOSEC_CA_CERTIFICATE.
  algosec = {
    applications = ["Billing"]
  }
}

resource "acl_application" "billing" {
  name   = "Billing"
  target = "algosec"
  flows = {
    # As AlgoSec has it.
    web = { sources = ["10.20.1.0/24"], destinations = ["10.30.1.1"], services = ["HTTPS"] }
    # AlgoSec has it for "billing db" only.
    database = { sources = ["10.30.1.1"], destinations = ["billing db", "10.30.2.0/28"], services = ["MySQL"] }
    # AlgoSec does not have it.
    reporting = { sources = ["10.20.9.0/24"], destinations = ["billing db"], services = ["tcp/8443"], comment = "monthly reports" }
  }
}

output "status" {
  value = acl_application.billing.status
}

output "change_request" {
  value = acl_application.billing.change_request
}
