package service

import "strings"

// typeNames maps ICMP type names of the IANA ICMP Type Numbers registry, in the
// spelling of RFC 792 and of common firewalls, to types. Redirect, unreachable
// and the like are whole types.
var typeNames = map[string]uint8{
	"echo-reply":              0,
	"destination-unreachable": 3,
	"unreachable":             3,
	"source-quench":           4,
	"redirect":                5,
	"echo":                    8,
	"echo-request":            8,
	"router-advertisement":    9,
	"router-solicitation":     10,
	"time-exceeded":           11,
	"parameter-problem":       12,
	"timestamp":               13,
	"timestamp-request":       13,
	"timestamp-reply":         14,
}

// typeNames6 maps ICMPv6 type names of the IANA ICMPv6 Parameters registry
// (RFC 4443, RFC 4861) to types.
var typeNames6 = map[string]uint8{
	"destination-unreachable": 1,
	"unreachable":             1,
	"packet-too-big":          2,
	"time-exceeded":           3,
	"parameter-problem":       4,
	"echo":                    128,
	"echo-request":            128,
	"echo-reply":              129,
	"router-solicitation":     133,
	"router-advertisement":    134,
	"neighbor-solicitation":   135,
	"neighbor-advertisement":  136,
	"redirect":                137,
}

// unreachableCodes names codes of ICMP type 3 (RFC 792, RFC 1122).
var unreachableCodes = map[string]int{
	"net-unreachable":      0,
	"host-unreachable":     1,
	"protocol-unreachable": 2,
	"port-unreachable":     3,
	"fragmentation-needed": 4,
}

// namedType reads a type name; code is -1 where the name stands for a whole type.
func namedType(protocol uint8, name string) (icmpType uint8, code int, ok bool) {
	name = strings.ToLower(name)
	if protocol == ICMPv6 {
		t, ok := typeNames6[name]
		return t, -1, ok
	}
	if c, ok := unreachableCodes[name]; ok {
		return 3, c, true
	}
	t, ok := typeNames[name]
	return t, -1, ok
}
