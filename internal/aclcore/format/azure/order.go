package azure

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"

// Order says that groups filter for the interfaces that they are associated with: what
// enters is asked of the subnet's group and then of the interface's, what leaves of the
// interface's first; replies belong to the connection.
var Order = device.Order{
	Guards: true,
	Absent: device.Passes,
	Source: "Microsoft Learn, How network security groups filter network traffic",
}
