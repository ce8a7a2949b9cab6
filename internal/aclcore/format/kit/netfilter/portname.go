package netfilter

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service/iana"
)

// disputed are names that the list of a Linux host (/etc/services, which the programs
// read and write names by) and the registry give to different ports: Debian has dicom
// for tcp/104 and icp for udp/3130, IANA for 11112 and 1112.
var disputed = []string{"dicom", "icp"}

// Port returns the port that a name stands for with the protocol. ok is false for a
// name that is not known, and for one that hosts and the registry read differently.
func Port(protocol uint8, name string) (port uint16, ok bool) {
	ports := iana.Ports(protocol, name)
	if len(ports) != 1 || ports[0].First != ports[0].Last || IsDisputed(name) {
		return 0, false
	}
	return ports[0].First, true
}

// IsDisputed reports whether hosts and the registry give the name to different ports.
func IsDisputed(name string) bool { return slices.Contains(disputed, name) }
