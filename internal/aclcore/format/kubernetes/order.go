package kubernetes

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"

// Order says that policies filter for the pods of a cluster, egress at the sender and
// ingress at the receiver; replies belong to the connection.
var Order = device.Order{
	Guards: true,
	Absent: device.Passes,
	Source: "Kubernetes documentation, Network Policies",
}
