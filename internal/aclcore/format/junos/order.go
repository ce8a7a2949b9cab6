package junos

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"

// Order is what Junos does with a packet that opens a connection: the filter of the
// interface that it enters by, translation of the destination, the security policy,
// translation of the source, the filter of the interface that it leaves by. An
// interface without a filter accepts everything. Filters are stateless, which each of
// their lists says of itself; policies are not.
var Order = device.Order{
	Steps:  []device.Step{device.FilterIn, device.TranslateDestination, device.FilterBetween, device.TranslateSource, device.FilterOut},
	Absent: device.Passes,
	Source: "Juniper, Flow-Based and Packet-Based Processing User Guide for Security Devices (traffic processing on security devices); Routing Policies, Firewall Filters, and Traffic Policers User Guide",
}
