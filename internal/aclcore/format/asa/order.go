package asa

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"

// Order is what an ASA of release 8.3 or later does with a packet that opens a
// connection; its replies belong to the connection and meet no list.
var Order = device.Order{
	Steps: []device.Step{
		device.TranslateDestination, device.FilterIn, device.FilterLevels, device.FilterOut, device.TranslateSource,
	},
	Absent:      device.Undecided,
	ReversePath: true,
	Source:      "Cisco ASA Series Firewall CLI Configuration Guide, Access Rules (Information About Access Rules) and NAT (NAT Packet Flow)",
}
