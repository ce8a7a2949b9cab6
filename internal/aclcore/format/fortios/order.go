package fortios

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"

// Order is what a FortiGate does with a packet that opens a connection: the destination
// is translated before the policies are asked, the source after; replies belong to the
// connection.
var Order = device.Order{
	Steps:  []device.Step{device.TranslateDestination, device.FilterBetween, device.TranslateSource},
	Source: "Fortinet, FortiOS Administration Guide, Parallel Path Processing (Life of a Packet)",
}
