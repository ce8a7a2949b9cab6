# The firewall rules of an estate that is run with Terraform, as they stand in its
# repository, taken as ruleset and as inventory by HCL alone.

variable "dir" {
  type = string
}

# Ranges that the estate takes from elsewhere in its own code.
variable "ranges" {
  type    = map(string)
  default = {}
}

# A rule that is taken out of the ruleset.
variable "without" {
  type    = string
  default = ""
}

locals {
  rules  = jsondecode(file("${var.dir}/development_rules.json"))
  ranges = merge(jsondecode(file("${var.dir}/cidr-ranges.json")), var.ranges)
  sets   = jsondecode(file("${var.dir}/sets.json"))

  # "$${name}" is a range, "$NAME" a set of them, anything else an address.
  words = { for text in distinct(flatten([for r in local.rules : [r.source_ip, r.destination_ip]])) : text => startswith(text, "$${")
    ? [text] : startswith(text, "$") ? local.sets.IP_SETS[trimprefix(text, "$")] : [text]
  }
  # Empty where a range is not defined.
  addresses = { for text, words in local.words : text => [for w in words : startswith(w, "$${")
    ? lookup(local.ranges, trimsuffix(trimprefix(w, "$${"), "}"), "") : w]
  }
  resolved = { for text, list in local.addresses : text => list if !contains(list, "") }

  # "80" and "8000:8005" are ports, "$NAME" a set of them, "ANY" all of the protocol.
  ports = { for text in distinct([for r in local.rules : r.destination_port]) : text =>
    startswith(text, "$") ? local.sets.PORT_SETS[trimprefix(text, "$")] : [text]
  }
  services = { for name, r in local.rules : name => [for p in local.ports[r.destination_port] :
    r.protocol == "IP" ? "any" : p == "ANY" ? lower(r.protocol) : "${lower(r.protocol)}/${replace(p, ":", "-")}"]
  }

  known = { for name, r in local.rules : name => r if contains(keys(local.resolved), r.source_ip) && contains(keys(local.resolved), r.destination_ip) }
  as_rules = { for name, r in local.known : name => {
    name = name, src_ip = local.resolved[r.source_ip], dst_ip = local.resolved[r.destination_ip], dst_port = local.services[name], action = lower(r.action)
  } }
  # AWS Network Firewall evaluates pass rules before drop rules, unless it is told
  # to keep to the order of the list.
  ordered = concat(
    [for name, r in local.as_rules : r if r.action == "pass" && name != var.without],
    [for name, r in local.as_rules : r if r.action == "drop"],
  )

  flows = { for name, r in local.known : name => {
    sources = [r.source_ip], destinations = [r.destination_ip], services = local.services[name]
  } if r.action == "PASS" }
}

provider "acl" {
  rulesets  = { development = { content = jsonencode(local.ordered) } }
  details   = "full"
  addresses = { for text, list in local.resolved : text => list if startswith(text, "$") }
}

resource "acl_application" "development" {
  name  = "Development"
  flows = local.flows
}

output "rules" {
  value = local.ordered
}
