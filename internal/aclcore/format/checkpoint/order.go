package checkpoint

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"

// Order is what a gateway does with a packet that opens a connection: the access policy
// compares the packet as it comes, whatever its interfaces; translation follows.
var Order = device.Order{
	Steps:     []device.Step{device.FilterBetween, device.TranslateDestination, device.TranslateSource},
	OneSearch: true,
	Source:    "Check Point, Security Management Administration Guide (working with NAT rules)",
}
