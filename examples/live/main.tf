# Rulesets that are read from the firewalls themselves, with the tools that each vendor has.
# Commands run where the environment has ACL_COMMANDS=allow; see the guide "live".

terraform {
  required_providers {
    acl = {
      source = "terraform-provider-acl/acl"
    }
  }
}

variable "panos_key" {
  description = "API key of a PAN-OS user who may only read. A pipeline keeps it in ACL_URL_HEADERS instead."
  type        = string
  sensitive   = true
  default     = null
}

locals {
  # BatchMode: a question for a password or an unknown host key is an error, and nobody waits.
  ssh = ["ssh", "-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-l", "terraform"]
}

provider "acl" {
  rulesets = {
    # An ASA takes commands at its prompt. The user logs in to enable mode, by "aaa authorization exec … auto-enable".
    asa = {
      acl = "outside in"
      source = {
        command = concat(local.ssh, ["asa.example.com"])
        input   = "terminal pager 0\nshow running-config\nexit\n"
      }
    }
    ios = {
      acl    = "GigabitEthernet0/0/1 in"
      source = { command = concat(local.ssh, ["r1.example.com", "show running-config"]) }
    }
    junos = {
      source = { command = concat(local.ssh, ["srx.example.com", "show configuration | display inheritance | no-more"]) }
    }
    fortios = { # with "set output standard" in "config system console"
      source = { command = concat(local.ssh, ["fortigate.example.com", "show"]), timeout = "2m" }
    }
    panos = { # action=show is the active configuration
      source = {
        url     = "https://panos.example.com/api/?type=config&action=show&xpath=/config"
        headers = var.panos_key == null ? null : { "X-PAN-KEY" = var.panos_key }
      }
    }
    aws = {
      acl = "shop ingress"
      source = {
        command          = ["sh", "-ec", "aws ec2 describe-security-groups; aws ec2 describe-network-interfaces"]
        environment      = { AWS_PAGER = "" }
        pass_environment = ["AWS_PROFILE", "AWS_REGION", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"]
      }
    }
    azure = {
      acl    = "shop inbound"
      source = { command = ["az", "network", "nsg", "list", "--resource-group", "shop", "--output", "json"] }
    }
    gcp = {
      acl = "shop ingress"
      source = {
        command          = ["sh", "-ec", "gcloud compute networks get-effective-firewalls shop --format=json; gcloud compute networks list --format=json"]
        pass_environment = ["CLOUDSDK_CORE_PROJECT", "GOOGLE_APPLICATION_CREDENTIALS"]
      }
    }
    checkpoint = { # a session file of "mgmt_cli login --read-only true"
      source = {
        command = ["mgmt_cli", "-s", "/run/mgmt_cli/session", "show", "access-rulebase", "name", "Network", "limit", "500", "details-level", "full",
        "use-object-dictionary", "true", "dereference-group-members", "true", "--format", "json"]
      }
    }
    kubernetes = {
      acl = "ingress"
      source = {
        command          = ["kubectl", "get", "networkpolicies,namespaces,pods", "--all-namespaces", "--output", "json"]
        pass_environment = ["KUBECONFIG"]
      }
    }
    # Whatever prints the text will do: here NAPALM, and a playbook that prints what it fetched.
    napalm = {
      acl = "GigabitEthernet0/0/1 in"
      source = {
        command     = ["python3", "napalm_config.py", "ios", "r2.example.com"]
        directory   = path.module
        environment = { NAPALM_USERNAME = "terraform" }
        # The script reads the password from NAPALM_PASSWORD.
        pass_environment = ["NAPALM_PASSWORD"]
      }
    }
    ansible = {
      acl = "GigabitEthernet0/0/1 in"
      source = {
        command          = ["sh", "-ec", "ansible-playbook --limit r3 fetch.yml >&2; cat \"$RUNNER_TEMP/r3.cfg\""]
        directory        = path.module
        pass_environment = ["RUNNER_TEMP", "ANSIBLE_VAULT_PASSWORD_FILE"]
        timeout          = "5m"
        max_age          = "720h"
      }
    }
    # A backup, as Oxidized serves it: max_age finds out when it is no longer made.
    oxidized = {
      acl    = "GigabitEthernet0/0/1 in"
      source = { url = "https://oxidized.example.com/node/fetch/r4", max_age = "2160h" }
    }
  }
}

variable "ask" {
  description = "Names of the rulesets to read."
  type        = list(string)
  default     = ["ios"]
}

data "acl_match" "web" {
  flows = { for name in var.ask : name => {
    rulesets         = [name]
    sources          = ["198.51.100.7"]
    destinations     = ["10.0.1.10"]
    services         = ["tcp/443"]
    source_zone      = contains(["junos", "fortios", "panos", "azure", "gcp", "checkpoint", "kubernetes"], name) ? "wan" : null
    destination_zone = contains(["junos", "fortios", "panos", "azure", "gcp", "checkpoint", "kubernetes"], name) ? "dmz" : null
  } }
}

output "web" {
  value = { for name, result in data.acl_match.web.results : name => result.status }
}
