# A subclass of netutils' ACLRule, point by point, as a configuration.
terraform {
  required_providers {
    acl = {
      source = "terraform-provider-acl/acl"
    }
  }
}

locals {
  # process_src_ip and process_dst_ip: names for lists, nested to any depth.
  addresses = {
    "red"      = ["10.1.100.0/23"]
    "blue"     = ["10.1.200.0/24"]
    "all labs" = ["red", "blue"]
  }

  # process_dst_port: names for services.
  services = {
    "web" = ["tcp/80", "tcp/443"]
  }

  # matrix_definition and matrix.
  matrix = {
    zones = { red = ["red"], blue = ["blue"] }
    cells = {
      red  = { blue = { allow = ["web"], notify = ["tcp/25"] } }
      blue = { red = { allow = ["tcp/443"] } }
    }
  }
}

provider "acl" {
  rulesets = {
    lab = { content = jsonencode([{ name = "lab", src_ip = "10.1.0.0/16", dst_ip = "10.1.0.0/16", action = "permit" }]) }
  }
  addresses = local.addresses
  services  = local.services
  matrix    = local.matrix

  policies = {
    # def validate_same_network(self): …
    same-network = { kind = "validate", use = "same_network", networks = ["red", "blue"], order = 1 }

    # def validate_one_service(self): …
    one-service = {
      kind    = "validate"
      order   = 2
      assert  = "product.port_low == product.port_high"
      message = "{service} is a range of ports; name the ports"
    }

    # def enforce_no_mail(self): …
    no-mail = {
      assert   = "!overlaps_service(product.service, ['tcp/25', 'tcp/587'])"
      message  = "mail goes by the relay, not from {source} to {destination}"
      severity = "review"
    }
  }
}

# ACLRule(rule).validate() and .enforce(), and ACLRules(rules).match(rule).
data "acl_match" "asked" {
  flows = {
    web   = { sources = ["red"], destinations = ["10.1.200.7"], services = ["web"] }
    mail  = { sources = ["10.1.100.1"], destinations = ["10.1.200.25"], services = ["tcp/25"] }
    ssh   = { sources = ["10.1.100.1"], destinations = ["10.1.200.7"], services = ["tcp/22"] }
    range = { sources = ["10.1.100.1"], destinations = ["10.1.200.7"], services = ["tcp/1000-2000"] }
    near  = { sources = ["10.1.100.1"], destinations = ["10.1.100.2"], services = ["tcp/443"] }
  }
}

output "results" {
  value = { for name, r in data.acl_match.asked.results : name => [for v in r.violations : { policy = v.policy, severity = v.severity, message = v.message }] }
}

output "satisfied" {
  value = { for name, r in data.acl_match.asked.results : name => r.satisfied }
}

# enforce_matrix alone, with netutils' answer for each product.
output "enforced" {
  value = [
    for answer in provider::acl::enforce({ src_ip = "10.1.100.1", dst_ip = "10.1.200.25", dst_port = ["tcp/80", "tcp/25", "tcp/22"] }, { matrix = local.matrix, addresses = local.addresses, services = local.services }) :
    "${answer.obj[2]} ${answer.action}"
  ]
}
