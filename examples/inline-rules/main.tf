# Rules that Terraform itself manages, taken from the attributes of another
# resource. terraform_data stands in for it, so that the example needs no cloud:
# in its place stands a security group, and a local that turns its rules into
# name, src_ip, dst_ip, dst_port and action.
terraform {
  required_providers {
    acl = {
      source = "terraform-provider-acl/acl"
    }
  }
}

provider "acl" {}

variable "office_prefix" {
  description = "Prefix of the offices."
  type        = string
  default     = "192.168.0.0/22"
}

locals {
  wanted = {
    sources      = [var.office_prefix]
    destinations = ["10.90.0.10"]
    services     = ["tcp/443"]
  }
}

resource "terraform_data" "security_group" {
  input = [
    { name = "https", src_ip = "192.168.0.0/23", dst_ip = "10.90.0.10", dst_port = "tcp/443", action = "permit" },
    { name = "https, new offices", src_ip = "192.168.2.0/23", dst_ip = "10.90.0.10", dst_port = "tcp/443", action = "permit" },
  ]
}

# While the rules are still to be made, the plan says "will be read during apply":
# what is not there yet is not guessed. From then on every plan has the answer.
data "acl_match" "offices" {
  sources      = local.wanted.sources
  destinations = local.wanted.destinations
  services     = local.wanted.services
  rules        = terraform_data.security_group.output
}

# The function answers at once, since it is given the rules as they are written.
output "as_written" {
  value = provider::acl::match(local.wanted, terraform_data.security_group.input).status
}

output "as_built" {
  value = data.acl_match.offices.status
}
