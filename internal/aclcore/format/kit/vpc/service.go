package vpc

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service/iana"
)

// Protocol reads a protocol as AWS and Terraform write it: "-1" or "all", a number
// or a name. all is true for every protocol.
func Protocol(text string) (number uint8, all bool, err error) {
	text = strings.ToLower(text)
	if text == "-1" || text == "all" {
		return 0, true, nil
	}
	if n, ok := iana.Protocol(text); ok {
		return n, false, nil
	}
	n, err := strconv.ParseUint(text, 10, 8)
	if err != nil {
		return 0, false, fmt.Errorf("the protocol is %q; write -1, tcp, udp, icmp, icmpv6 or a number from 0 to 255", text)
	}
	return uint8(n), false, nil
}

// GroupServices returns what a security group rule matches. from and to are the
// ports of TCP and UDP, the type and code of ICMP and ICMPv6 where -1 is all of
// them, and without effect for other protocols (EC2 API, IpPermission). unknown
// tells why the services are wider than the rule, empty if they are exact.
func GroupServices(protocol string, from, to *int) (s service.Set, unknown string, err error) {
	number, all, err := Protocol(protocol)
	switch {
	case err != nil:
		return s, "", err
	case all:
		return service.Any(), "", nil
	case service.HasTypes(number):
		if number == service.ICMPv6 && from == nil && to == nil {
			return service.SetOf(service.Whole(number)), "", nil
		}
		return types(number, from, to)
	}
	return ports(number, from, to)
}

// ACLServices returns what an entry of a network ACL matches. An entry for ICMPv6
// with an IPv4 prefix matches every type, whatever it says, and so do the entries
// of protocols without ports (EC2 API, CreateNetworkAclEntry).
func ACLServices(protocol string, from, to, icmpType, icmpCode *int, ipv6 bool) (s service.Set, unknown string, err error) {
	number, all, err := Protocol(protocol)
	switch {
	case err != nil:
		return s, "", err
	case all:
		return service.Any(), "", nil
	case number == service.ICMPv6 && !ipv6:
		return service.SetOf(service.Whole(number)), "", nil
	case service.HasTypes(number):
		return types(number, icmpType, icmpCode)
	}
	return ports(number, from, to)
}

// ports reads the ports of TCP and UDP; AWS has none for other protocols.
func ports(number uint8, from, to *int) (service.Set, string, error) {
	whole := service.SetOf(service.Whole(number))
	switch {
	case number != service.TCP && number != service.UDP:
		return whole, "", nil
	case from == nil || to == nil:
		return whole, "the ports are not given", nil
	case *from == -1 && *to == -1:
		return whole, "the ports are -1, which is for ICMP", nil
	case *from < 0 || *to > 65535:
		return whole, "", fmt.Errorf("the ports are %d to %d; write 0 to 65535", *from, *to)
	case *from > *to:
		return whole, "", fmt.Errorf("the ports %d to %d are reversed", *from, *to)
	}
	return service.SetOf(service.Ports(number, uint16(*from), uint16(*to))), "", nil
}

// types reads an ICMP type and code, of which -1 is all.
func types(number uint8, icmpType, code *int) (service.Set, string, error) {
	whole := service.SetOf(service.Whole(number))
	if icmpType == nil || code == nil {
		return whole, "the ICMP type and code are not given", nil
	}
	t, c := *icmpType, *code
	switch {
	case t < -1 || t > 255 || c < -1 || c > 255:
		return whole, "", fmt.Errorf("the ICMP type and code are %d and %d; write -1 to 255", t, c)
	case t == -1 && c != -1:
		return whole, fmt.Sprintf("it has the ICMP code %d of every type", c), nil
	case t == -1:
		return whole, "", nil
	case c == -1:
		return service.SetOf(service.Type(number, uint8(t))), "", nil
	}
	return service.SetOf(service.Code(number, uint8(t), uint8(c))), "", nil
}
