terraform {
  required_providers {
    acl = {
      source = "terraform-provider-acl/acl"
    }
  }
}

provider "acl" {
  # The rulesets that exist. Files are read when the first flow is matched.
  rulesets = {
    # Writable: the rules that are missing go to the additions file.
    edge = {
      path      = "firewall/edge.json"
      additions = "firewall/edge.additions.json"
    }
    # Read-only. Inline rules are text too.
    lab = {
      content = jsonencode([
        { name = "lab", src_ip = "10.0.0.0/8", dst_ip = "10.99.0.0/16", dst_port = ["tcp/22", "tcp/443"], action = "permit" },
      ])
    }
  }

  # Names that flows may use in place of literals, nested to any depth.
  addresses = {
    "offices"   = ["192.168.0.0/24", "192.168.1.0/24"]
    "web tier"  = ["172.16.0.10-172.16.0.13"]
    "databases" = ["10.30.0.4", "10.30.0.5"]
  }
  services = {
    "web" = ["tcp/80", "tcp/443"]
  }

  # enforcement = "advisory" # show verdicts only; see the guide on plan and apply
}
