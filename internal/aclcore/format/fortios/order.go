package fortios

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"

// Order is what a FortiGate does with a packet that opens a connection: the destination
// is translated before the policies are asked, the source after; replies belong to the
// connection. The list that is read has rules for what virtual IPs take by its outside
// address, so that it is asked before the translation; zones are those after it.
var Order = device.Order{
	Steps:  []device.Step{device.FilterBetween, device.TranslateDestination, device.TranslateSource},
	Source: "Fortinet, FortiOS Administration Guide, Parallel Path Processing (Life of a Packet)",
}
