# What may be asked for: policies and a matrix, an exception, and a flow that has
# expired.
terraform {
  required_providers {
    acl = {
      source = "terraform-provider-acl/acl"
    }
  }
}

provider "acl" {
  rulesets = {
    core = { path = "firewall/core.json", additions = "firewall/core.additions.json" }
  }

  addresses = {
    "card data" = ["10.1.0.0/24"]
    "offices"   = ["10.20.0.0/16"]
    "plants"    = ["10.30.0.0/16"]
    "ours"      = ["10.0.0.0/8"]
  }

  # Between offices and plants only HTTPS may pass, and SSH if somebody is told.
  matrix = {
    zones   = { office = ["offices"], plant = ["plants"] }
    cells   = { office = { plant = { allow = ["tcp/443"], notify = ["tcp/22"] } } }
    default = { allow = ["any"] }
  }

  policies = {
    # Ready-made, by name.
    from-us   = { kind = "validate", use = "source_in_networks", networks = ["ours"] }
    no-telnet = { use = "insecure_services" }
    narrow    = { use = "max_hosts", max_hosts = 4096, severity = "notify" }

    # An expression that must be true of each source, destination and service.
    card-data = {
      when     = "overlaps(product.destination, 'card data')"
      assert   = "in_group(product.source, 'card data') || product.port_low == 443"
      message  = "{source} may reach card data at {destination} by HTTPS alone, not {service}"
      flows    = { stage = "production" }
      severity = "deny"
    }

    # An expression that must be true of the flow as a whole.
    change = {
      scope    = "flow"
      assert   = "flow.comment.matches('CHG[0-9]+')"
      message  = "{flow} names no change in its comment"
      severity = "review"
    }
  }
}

resource "acl_application" "shop" {
  name   = "Shop"
  owner  = "shop team"
  labels = { stage = "production" }

  flows = {
    payment = {
      sources      = ["10.20.0.7"]
      destinations = ["10.1.0.80"]
      services     = ["tcp/443"]
      comment      = "CHG1001"
    }
    scale = {
      sources      = ["10.20.0.8"]
      destinations = ["10.40.0.9"]
      services     = ["tcp/23"]
      comment      = "CHG1002"
      exceptions   = { no-telnet = "until 9999-12-31: the scale speaks nothing else" }
    }
    migration = {
      sources      = ["10.20.0.9"]
      destinations = ["10.40.0.10"]
      services     = ["tcp/5432"]
      comment      = "CHG1003"
      expires      = "2026-06-30"
    }
    console = {
      sources      = ["10.20.0.7"]
      destinations = ["10.30.0.5"]
      services     = ["tcp/22", "tcp/3389"]
      comment      = "ask Kim"
    }
  }
}

output "violations" {
  value = { for name, r in acl_application.shop.results : name => [for v in coalesce(r.violations, []) : "${v.severity} ${v.policy}: ${v.message}"] }
}
