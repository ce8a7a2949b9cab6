package panos

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"

// Order is what PAN-OS does with a packet that opens a connection: security policy
// compares the addresses before translation and the zones after it; replies belong to
// the session.
var Order = device.Order{
	Steps:        []device.Step{device.FilterBetween, device.TranslateDestination, device.TranslateSource},
	ToByOriginal: true,
	OneSearch:    true,
	Source:       "Palo Alto Networks, Packet Flow Sequence in PAN-OS (KB 000010053)",
}
