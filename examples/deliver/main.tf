# A firewall that is read as it is now, and gets the rules of an application while
# applying. Here it is nftables in a network namespace; make demo-live builds the network
# around it. With another firewall only the commands differ: ssh in place of ip netns exec.
#
#	export ACL_COMMANDS=allow
terraform {
  required_providers {
    acl = {
      source = "terraform-provider-acl/acl"
    }
  }
}

variable "firewall" {
  description = "What runs a program on the firewall."
  type        = list(string)
  default     = ["ip", "netns", "exec", "fw"]
}

provider "acl" {
  rulesets = {
    fw = {
      source    = { command = concat(var.firewall, ["nft", "list", "ruleset"]) }
      acl       = "inet fw forward"
      additions = "fw.additions.json" # which rules are ours, and whose
      script    = "fw.nft"            # what is sent, to be read
      deliver = {
        command         = concat(var.firewall, ["nft", "-f", "-"])
        undo_on_failure = true
      }
    }
  }
}

resource "acl_application" "shop" {
  name = "Shop"
  flows = {
    web = {
      sources      = ["10.1.0.7"]
      destinations = ["10.2.0.7"]
      services     = ["tcp/443"]
      comment      = "From the till to the shop."
    }
  }
}

output "status" {
  value = acl_application.shop.status
}
