# What may be asked for between zones, and what of a rule may.
locals {
  matrix = {
    zones = {
      office = ["10.1.0.0/16"]
      pci    = ["10.2.0.0/16"]
      jump   = ["10.2.9.0/28"]
    }
    cells = {
      office = {
        jump = { allow = ["tcp/22"] }
        pci  = { allow = ["tcp/443"], notify = ["tcp/1024-65535"], deny = ["tcp/3389"] }
      }
      jump = {
        pci = { allow = ["any"], notify = ["tcp/22"] }
      }
    }
    default = { allow = ["icmp"] }
  }
}

output "enforced" {
  value = provider::acl::enforce(
    { src_ip = ["10.1.0.7", "10.2.9.3"], dst_ip = "10.2.0.10", dst_port = ["tcp/https", "tcp/22"] },
    { matrix = local.matrix },
  )
}

# The shape of netutils is accepted as it is.
output "as_netutils" {
  value = provider::acl::enforce(
    { src_ip = "10.1.100.5", dst_ip = "10.1.200.0", dst_port = "tcp/25", action = "permit" },
    {
      matrix_definition = { red = ["10.1.100.0/23", "10.1.102.0/24"], blue = "10.1.200.0/23" }
      matrix            = { red = { blue = { allow = ["6/80", "6/443"], notify = ["6/25"] } } }
    },
  )
}

# As a condition, with every product that is not allowed in its message.
check "matrix" {
  assert {
    condition = alltrue([
      for e in provider::acl::enforce({ src_ip = "10.1.0.7", dst_ip = "10.2.0.10", dst_port = "tcp/443" }, { matrix = local.matrix }) : e.action == "allow"
    ])
    error_message = "Something that the matrix does not allow is asked for."
  }
}
