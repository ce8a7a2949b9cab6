package zoned

import (
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// Ports is a run of ports, both ends inclusive.
type Ports struct{ From, To uint16 }

// AllPorts are all of them.
func AllPorts() []Ports { return []Ports{{0, 65535}} }

// PortList reads ports and runs of ports with commas between them: 80,443,1000-2000. ok
// is false for anything else, such as a run that is the wrong way round.
func PortList(text string) (list []Ports, ok bool) {
	for _, part := range strings.Split(text, ",") {
		from, to, isRun := strings.Cut(strings.TrimSpace(part), "-")
		if !isRun {
			to = from
		}
		a, ok1 := Port(strings.TrimSpace(from))
		b, ok2 := Port(strings.TrimSpace(to))
		if !ok1 || !ok2 || a > b {
			return nil, false
		}
		list = append(list, Ports{a, b})
	}
	return list, true
}

// Port reads a decimal number of a port.
func Port(text string) (uint16, bool) {
	n, err := strconv.ParseUint(text, 10, 16)
	return uint16(n), err == nil && text[0] != '+'
}

// maxBoxes bounds how many combinations of source and destination ports are kept.
const maxBoxes = 1 << 14

// Boxes returns the services of a protocol with any of the source ports and any of
// the destination ports. ok is false if they are too many to keep.
func Boxes(protocol uint8, sources, destinations []Ports) (set service.Set, ok bool) {
	if len(sources)*len(destinations) > maxBoxes {
		return service.Set{}, false
	}
	var out []service.Range
	for _, s := range sources {
		for _, d := range destinations {
			out = append(out, service.Range{ProtoFrom: protocol, ProtoTo: protocol, SrcFrom: s.From, SrcTo: s.To, DstFrom: d.From, DstTo: d.To})
		}
	}
	return service.SetOf(out...), true
}
