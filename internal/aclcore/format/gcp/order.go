package gcp

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"

// Order says that firewall rules filter for the machines of a network, egress at the
// sender and ingress at the receiver; replies belong to the connection.
var Order = device.Order{
	Guards: true,
	Source: "Google Cloud documentation, VPC firewall rules",
}
