package junos

import (
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// serviceMatch collects the conditions of a term on protocol, ports, types and flags.
type serviceMatch struct {
	v6 bool
	// flags says that a condition on TCP flags is there.
	flags bool

	protocols, notProtocols []uint8
	anyPort, notAnyPort     []zoned.Ports
	sources, notSources     []zoned.Ports
	destinations, notDests  []zoned.Ports
	types, notTypes         []zoned.Ports
	codes, notCodes         []zoned.Ports
	hasProtocol             bool
	// anyProtocol says that one of the protocols is not read: it may be any.
	anyProtocol bool
}

// add takes a condition, and reports whether it is one on services.
func (s *serviceMatch) add(c setting) bool {
	lists := map[string]*[]zoned.Ports{
		"port": &s.anyPort, "port-except": &s.notAnyPort, "source-port": &s.sources, "source-port-except": &s.notSources,
		"destination-port": &s.destinations, "destination-port-except": &s.notDests,
	}
	switch c.key {
	case "protocol", "next-header", "payload-protocol":
		s.hasProtocol = true
		ok := s.addProtocol(&s.protocols, c.value)
		s.anyProtocol = s.anyProtocol || !ok
		return ok
	case "protocol-except", "next-header-except", "payload-protocol-except":
		return s.addProtocol(&s.notProtocols, c.value)
	case "icmp-type":
		return s.addNumbers(&s.types, c.value, typeNumbers(s.v6), true)
	case "icmp-type-except":
		return s.addNumbers(&s.notTypes, c.value, typeNumbers(s.v6), false)
	case "icmp-code":
		return s.addNumbers(&s.codes, c.value, nil, true)
	case "icmp-code-except":
		return s.addNumbers(&s.notCodes, c.value, nil, false)
	}
	list := lists[c.key]
	return list != nil && s.addNumbers(list, c.value, portNumbers, !strings.HasSuffix(c.key, "-except"))
}

func (s *serviceMatch) addProtocol(out *[]uint8, text string) bool {
	if from, to, ok := strings.Cut(text, "-"); ok {
		a, err1 := strconv.ParseUint(from, 10, 8)
		b, err2 := strconv.ParseUint(to, 10, 8)
		for p := a; err1 == nil && err2 == nil && p <= b; p++ {
			*out = append(*out, uint8(p))
		}
		if err1 == nil && err2 == nil {
			return a <= b
		}
	}
	n, ok := protocolOf(text)
	if ok {
		*out = append(*out, n)
	}
	return ok
}

// protocolOf reads the name or number of a protocol.
func protocolOf(text string) (uint8, bool) {
	if n, err := strconv.ParseUint(text, 10, 8); err == nil {
		return uint8(n), true
	}
	n, ok := protocolNumbers[text]
	return n, ok
}

// protocolNumbers are the names of protocols in filters and applications. Source:
// Junos firewall filter match conditions, protocol.
var protocolNumbers = map[string]uint8{
	"ah": 51, "dstopts": 60, "egp": 8, "esp": 50, "fragment": 44, "gre": 47, "hop-by-hop": 0, "icmp": 1, "icmp6": 58, "icmpv6": 58,
	"igmp": 2, "ipip": 4, "ipv6": 41, "ospf": 89, "pim": 103, "rsvp": 46, "sctp": 132, "tcp": 6, "udp": 17, "vrrp": 112,
	"no-next-header": 59, "routing": 43,
}

// addNumbers reads a number or a range. With positive true one that is not read stands for
// all, so that what the list may hold is not too little.
func (s *serviceMatch) addNumbers(out *[]zoned.Ports, text string, names map[string]uint16, positive bool) bool {
	from, to, isRange := strings.Cut(text, "-")
	if _, named := names[text]; named || !isRange {
		from, to = text, text
	}
	a, ok1 := numberOf(from, names)
	b, ok2 := numberOf(to, names)
	ok := ok1 && ok2 && a <= b
	switch {
	case ok:
		*out = append(*out, zoned.Ports{From: a, To: b})
	case positive:
		*out = append(*out, zoned.AllPorts()...)
	}
	return ok
}

func numberOf(text string, names map[string]uint16) (uint16, bool) {
	if n, ok := zoned.Port(text); text != "" && ok {
		return n, true
	}
	n, ok := names[text]
	return n, ok
}

// set returns the services that the conditions leave.
func (s *serviceMatch) set() zoned.Services {
	protocols := s.protocolSet()
	set := known.Exactly(protocols)
	if s.hasPorts() {
		set = set.Intersect(s.doubtOthers(s.ports(ported), ported, "a condition on ports without a protocol that has them"))
	}
	if len(s.types)+len(s.notTypes)+len(s.codes)+len(s.notCodes) > 0 {
		set = set.Intersect(s.doubtOthers(s.typeSet(), []uint8{s.icmp()}, "a condition on ICMP without a protocol of ICMP"))
	}
	return set
}

var (
	tcpOnly = service.SetOf(service.Whole(service.TCP))
	// ported are the protocols of which it is known that a condition on ports is meant
	// for them.
	ported = []uint8{service.TCP, service.UDP, service.SCTP, service.DCCP, service.UDPLite}
)

func (s *serviceMatch) protocolSet() service.Set {
	set := service.Any()
	if s.hasProtocol && !s.anyProtocol {
		set = service.Set{}
		for _, p := range s.protocols {
			set = set.Union(service.SetOf(service.Whole(p)))
		}
	}
	for _, p := range s.notProtocols {
		set = set.Subtract(service.SetOf(service.Whole(p)))
	}
	return set
}

// doubtOthers says that a condition is sure for the protocols that it is meant for, and
// that it is read at the same place of the others, where it may be met or not.
func (s *serviceMatch) doubtOthers(sure service.Set, protocols []uint8, why string) zoned.Services {
	mine := service.Set{}
	for _, p := range protocols {
		mine = mine.Union(service.SetOf(service.Whole(p)))
	}
	return known.Between(sure, sure.Union(service.Any().Subtract(mine)), why)
}

func (s *serviceMatch) hasPorts() bool {
	return len(s.sources)+len(s.notSources)+len(s.destinations)+len(s.notDests) > 0
}

func (s *serviceMatch) ports(protocols []uint8) service.Set {
	return portSet(protocols, combine(s.sources, s.notSources), combine(s.destinations, s.notDests))
}

func portSet(protocols []uint8, sources, destinations []zoned.Ports) service.Set {
	var set service.Set
	for _, p := range protocols {
		one, _ := zoned.Boxes(p, sources, destinations)
		set = set.Union(one)
	}
	return set
}

// combine returns the ports of a list without those of another; no list is all of them.
func combine(in, not []zoned.Ports) []zoned.Ports {
	if in == nil {
		in = zoned.AllPorts()
	}
	if len(not) == 0 {
		return in
	}
	set, _ := zoned.Boxes(service.TCP, zoned.AllPorts(), in)
	without, _ := zoned.Boxes(service.TCP, zoned.AllPorts(), not)
	var out []zoned.Ports
	for _, r := range set.Subtract(without).Ranges() {
		out = append(out, zoned.Ports{From: r.DstFrom, To: r.DstTo})
	}
	return out
}

func (s *serviceMatch) icmp() uint8 {
	if s.v6 {
		return service.ICMPv6
	}
	return service.ICMP
}

func (s *serviceMatch) typeSet() service.Set {
	protocol := s.icmp()
	var set service.Set
	types, codes := combine(s.types, s.notTypes), combine(s.codes, s.notCodes)
	for t := range 256 {
		for _, tt := range types {
			if t < int(tt.From) || t > int(tt.To) {
				continue
			}
			for _, c := range codes {
				if c.From <= 255 {
					set = set.Union(service.SetOf(service.Range{
						ProtoFrom: protocol, ProtoTo: protocol, SrcTo: 65535,
						DstFrom: uint16(t)<<8 | c.From, DstTo: uint16(t)<<8 | min(c.To, 255),
					}))
				}
			}
		}
	}
	return set
}

// onEitherPort reports whether a condition is on the source or the destination port.
func (s *serviceMatch) onEitherPort() bool { return len(s.anyPort)+len(s.notAnyPort) > 0 }

// either applies such a condition to the matches.
func (s *serviceMatch) either(in []zoned.Match) []zoned.Match {
	list := combine(s.anyPort, nil)
	sure := portSet(ported, list, zoned.AllPorts()).Union(portSet(ported, zoned.AllPorts(), list))
	if len(s.anyPort) == 0 {
		sure = portSet(ported, zoned.AllPorts(), zoned.AllPorts())
	}
	if len(s.notAnyPort) > 0 {
		sure = sure.Subtract(portSet(ported, s.notAnyPort, zoned.AllPorts()).Union(portSet(ported, zoned.AllPorts(), s.notAnyPort)))
	}
	set := s.doubtOthers(sure, ported, "a condition on ports without a protocol that has them")
	for i := range in {
		in[i].Services = in[i].Services.Intersect(set)
	}
	return in
}

// portNumbers are the names of ports. Source: Junos firewall filter match conditions,
// destination-port.
var portNumbers = map[string]uint16{
	"afs": 1483, "bgp": 179, "biff": 512, "bootpc": 68, "bootps": 67, "cmd": 514, "cvspserver": 2401, "dhcp": 67, "domain": 53,
	"eklogin": 2105, "ekshell": 2106, "exec": 512, "finger": 79, "ftp": 21, "ftp-data": 20, "http": 80, "https": 443, "ident": 113,
	"imap": 143, "kerberos-sec": 88, "klogin": 543, "kpasswd": 761, "krb-prop": 754, "krbupdate": 760, "kshell": 544, "ldap": 389,
	"ldp": 646, "login": 513, "mobileip-agent": 434, "mobilip-mn": 435, "msdp": 639, "netbios-dgm": 138, "netbios-ns": 137,
	"netbios-ssn": 139, "nfsd": 2049, "nntp": 119, "ntalk": 518, "ntp": 123, "pop3": 110, "pptp": 1723, "printer": 515, "radacct": 1813,
	"radius": 1812, "rip": 520, "rkinit": 2108, "smtp": 25, "snmp": 161, "snmptrap": 162, "snpp": 444, "socks": 1080, "ssh": 22,
	"sunrpc": 111, "syslog": 514, "tacacs": 49, "tacacs-ds": 65, "talk": 517, "telnet": 23, "tftp": 69, "timed": 525, "who": 513, "xdmcp": 177,
}

// typeNumbers are the names of ICMP types. Source: Junos firewall filter match
// conditions, icmp-type.
func typeNumbers(v6 bool) map[string]uint16 {
	if v6 {
		return map[string]uint16{
			"destination-unreachable": 1, "packet-too-big": 2, "time-exceeded": 3, "parameter-problem": 4, "echo-request": 128, "echo-reply": 129,
			"membership-query": 130, "membership-report": 131, "membership-termination": 132, "router-solicit": 133, "router-advertisement": 134,
			"neighbor-solicit": 135, "neighbor-advertisement": 136, "redirect": 137, "router-renumbering": 138,
		}
	}
	return map[string]uint16{
		"echo-reply": 0, "unreachable": 3, "source-quench": 4, "redirect": 5, "echo-request": 8, "router-advertisement": 9, "router-solicit": 10,
		"time-exceeded": 11, "parameter-problem": 12, "timestamp": 13, "timestamp-reply": 14, "info-request": 15, "info-reply": 16,
		"mask-request": 17, "mask-reply": 18,
	}
}
