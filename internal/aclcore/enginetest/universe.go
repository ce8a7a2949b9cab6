package enginetest

import (
	"net/netip"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Hosts are the addresses that the sets of a drawn case tell apart. The last of
// each family stands for everything that no set but any and its complements hold.
var Hosts = []netip.Addr{
	netip.MustParseAddr("10.0.0.0"), netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("192.0.2.1"),
	netip.MustParseAddr("2001:db8::"), netip.MustParseAddr("2001:db8::1"),
}

// asked are the services that the sets of a drawn case tell apart: protocol,
// source port and destination port. The reply of each is like one of them.
var asked = [][3]uint16{
	{service.TCP, 80, 80}, {service.TCP, 80, 443}, {service.TCP, 80, 7},
	{service.TCP, 443, 80}, {service.TCP, 443, 443}, {service.TCP, 443, 7},
	{service.TCP, 7, 80}, {service.TCP, 7, 443}, {service.TCP, 7, 7},
	{service.UDP, 80, 80}, {service.UDP, 80, 7}, {service.UDP, 7, 80}, {service.UDP, 7, 7},
	{service.ICMP, 0, 8<<8 | 5}, {service.ICMP, 0, 5}, {service.ICMP, 0, 3<<8 | 1},
	{service.ICMPv6, 0, 128<<8 | 5}, {service.ICMPv6, 0, 129<<8 | 5}, {service.ICMPv6, 0, 1},
	{50, 0, 0}, {51, 0, 0},
}

// Packets returns the packets of the universe that are in one of the products. Two
// addresses of different families have none.
func Packets(products []traffic.Product, sourceZone, destinationZone string) (out []oracle.Packet) {
	for _, from := range Hosts {
		for _, to := range Hosts {
			if from.Is4() != to.Is4() {
				continue
			}
			for _, s := range asked {
				p := oracle.Packet{
					From: from, To: to, Protocol: uint8(s[0]), SourcePort: s[1], DestinationPort: s[2],
					SourceZone: sourceZone, DestinationZone: destinationZone,
				}
				for _, product := range products {
					if p.In(product) {
						out = append(out, p)
						break
					}
				}
			}
		}
	}
	return out
}

func hostRange(i, j int) addr.Range { return addr.RangeOf(Hosts[i], Hosts[j]) }

// addressSets are what a drawn rule or product has as source or destination.
var addressSets = []addr.Set{
	addr.Any(), addr.Any4(), addr.Any6(),
	addr.SetOf(hostRange(0, 0)), addr.SetOf(hostRange(1, 1)), addr.SetOf(hostRange(2, 2)),
	addr.SetOf(hostRange(0, 1)), addr.SetOf(hostRange(1, 2)), addr.SetOf(hostRange(0, 2)),
	addr.SetOf(hostRange(0, 0), hostRange(2, 2)),
	addr.SetOf(hostRange(4, 4)), addr.SetOf(hostRange(1, 1), hostRange(4, 4)),
	addr.Any().Subtract(addr.SetOf(hostRange(1, 2))), addr.Any4().Subtract(addr.SetOf(hostRange(0, 0), hostRange(2, 2))),
	addr.Any6().Subtract(addr.SetOf(hostRange(4, 4))), addr.Any().Subtract(addr.SetOf(hostRange(0, 1), hostRange(4, 4))),
}

// serviceSets are what a drawn rule or product has as services.
var serviceSets = []service.Set{
	service.Any(),
	service.SetOf(service.Whole(service.TCP)), service.SetOf(service.Whole(service.UDP)), service.SetOf(service.Whole(service.ICMP)),
	service.SetOf(service.Whole(service.TCP), service.Whole(service.UDP)),
	service.SetOf(service.Ports(service.TCP, 80, 80)), service.SetOf(service.Ports(service.TCP, 443, 443)),
	service.SetOf(service.Ports(service.TCP, 80, 80), service.Ports(service.TCP, 443, 443)),
	service.SetOf(from(service.TCP, 80)), service.SetOf(from(service.TCP, 443)), service.SetOf(from(service.UDP, 80)),
	service.SetOf(service.Range{ProtoFrom: service.TCP, ProtoTo: service.TCP, SrcFrom: 80, SrcTo: 80, DstFrom: 443, DstTo: 443}),
	service.SetOf(service.Ports(service.TCP, 80, 80), service.Ports(service.UDP, 80, 80), service.Whole(50)),
	service.SetOf(service.Type(service.ICMP, 8)), service.SetOf(service.Type(service.ICMP, 0)),
	service.SetOf(service.Type(service.ICMP, 8), service.Type(service.ICMP, 0), service.Type(service.ICMPv6, 128)),
	service.SetOf(service.Type(service.ICMPv6, 129)),
	service.Any().Subtract(service.SetOf(service.Whole(service.TCP))), service.Any().Subtract(service.SetOf(service.Ports(service.TCP, 80, 80))),
}

// from returns every destination port from one source port.
func from(protocol uint8, port uint16) service.Range {
	return service.Range{ProtoFrom: protocol, ProtoTo: protocol, SrcFrom: port, SrcTo: port, DstFrom: 0, DstTo: 65535}
}
