package ios

import (
	"maps"
	"slices"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service/iana"
)

// notIANA are the port names that mean something else to IANA, or nothing.
var notIANA = map[string]uint16{
	"cmd": 514, "connectedapps-plain": 15001, "connectedapps-tls": 15002, "dnsix": 195, "drip": 3949,
	"ident": 113, "lpd": 515, "mobile-ip": 434, "msrpc": 135, "nameserver": 42, "netbios-ss": 139, "non500-isakmp": 4500,
	"onep-plain": 15001, "onep-tls": 15002, "pim-auto-rp": 496, "rip": 520, "ripv6": 521, "syslog": 514, "who": 513,
	"bfd": 3784, "bfd-echo": 3785, "exec": 512, "hostname": 101,
}

// TestPortNames compares every port name with IANA's registry: where they differ
// it must be on purpose.
func TestPortNames(t *testing.T) {
	for _, tt := range []struct {
		table     string
		protocols []uint8
		names     map[string]uint16
	}{
		{"commonTCP", []uint8{service.TCP}, commonTCP},
		{"commonUDP", []uint8{service.UDP}, commonUDP},
		{"iosTCP", []uint8{service.TCP}, iosTCP},
		{"iosUDP", []uint8{service.UDP}, iosUDP},
		{"eosBoth", []uint8{service.TCP, service.UDP}, eosBoth},
		{"eosTCP", []uint8{service.TCP}, eosTCP},
		{"eosUDP", []uint8{service.UDP}, eosUDP},
		{"nxosTCP", []uint8{service.TCP}, nxosTCP},
		{"xrTCP", []uint8{service.TCP}, xrTCP},
	} {
		for _, name := range slices.Sorted(maps.Keys(tt.names)) {
			port := tt.names[name]
			if notIANA[name] == port {
				continue
			}
			for _, proto := range tt.protocols {
				want := iana.PortRange{First: port, Last: port}
				got := iana.Ports(proto, name)
				if got == nil && tt.table == "eosBoth" && proto == service.UDP {
					continue // the manual names the port whatever the protocol
				}
				if !slices.Equal(got, []iana.PortRange{want}) {
					t.Errorf("%s: %s is %d, but to IANA %v", tt.table, name, port, got)
				}
			}
		}
	}
}

// TestPortNamesAgree makes sure that a name of several tables has one number: a
// port group may be used with TCP and UDP.
func TestPortNamesAgree(t *testing.T) {
	for _, d := range []Dialect{IOS, NXOS, XR} {
		seen := make(map[string]uint16)
		for _, names := range d.portNames(anyTransport) {
			for name, port := range names {
				if other, ok := seen[name]; ok && other != port {
					t.Errorf("%s: %s is %d and %d", d, name, port, other)
				}
				seen[name] = port
			}
		}
	}
}

func TestProtocolNames(t *testing.T) {
	other := map[string]uint8{"ahp": 51, "nos": 94, "pcp": 108, "ipinip": 4}
	for name, n := range protocolNames {
		if other[name] == n {
			continue
		}
		if got, ok := iana.Protocol(name); !ok || got != n {
			t.Errorf("%s is %d, but to IANA %d %v", name, n, got, ok)
		}
	}
}
