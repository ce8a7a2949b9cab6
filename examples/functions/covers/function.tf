output "prefix" {
  value = provider::acl::covers("10.0.0.0/8", "10.1.0.0-10.1.0.9") # true
}

output "ports" {
  value = provider::acl::covers("tcp/1-1024", "tcp/https") # true
}

output "families" {
  value = provider::acl::covers("0.0.0.0/0", "2001:db8::1") # false
}

# A variable that takes addresses of one network only.
variable "servers" {
  type    = list(string)
  default = ["10.20.0.7", "10.20.0.8"]

  validation {
    condition     = alltrue([for s in var.servers : provider::acl::covers("10.20.0.0/16", s)])
    error_message = "Servers are in 10.20.0.0/16."
  }
}
