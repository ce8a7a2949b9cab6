package ios

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"

// Order is what a router does with a packet, and with each that answers it: a list
// keeps no connections in mind, and where there is none everything passes.
var Order = device.Order{
	Steps: []device.Step{
		device.FilterIn, device.TranslateDestination, device.TranslateSource, device.FilterBetween, device.FilterOut,
	},
	Stateless:         true,
	RepliesTranslated: true,
	Absent:            device.Passes,
	Source:            "Cisco, Security Configuration Guide: Access Control Lists (IP Access List Overview), and NAT Order of Operation (document 6209)",
}
