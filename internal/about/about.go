// Package about holds the names under which Terraform knows this provider.
package about

// Address is the provider's source address in the public registry. It is what
// required_providers and a dev_overrides block refer to; scripts/ reads it from
// this line.
const Address = "registry.terraform.io/terraform-provider-acl/acl"

// TypeName is the provider's local name and the prefix of its resource types,
// as in acl_flow.
const TypeName = "acl"
