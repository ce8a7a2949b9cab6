package pf

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"

// Order is what pf does with a packet that opens a connection and crosses the host: the
// destination is translated before the rules for in, the source before those for out.
var Order = device.Order{
	Steps:      []device.Step{device.TranslateDestination, device.FilterIn, device.TranslateSource, device.FilterOut},
	NoProxyARP: true,
	Source:     "FreeBSD, pf.conf(5), TRANSLATION and PACKET FILTERING",
}
