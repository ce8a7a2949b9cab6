package asa

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"

// protocolNumbers are the protocol names of the ASA, from "Protocols and
// Applications" in the General Operations guide. ipsec is another word for esp,
// pptp for gre. The word ip, every protocol, is no entry; the number 0 means ip
// on the ASA and is refused, so that nobody takes it for protocol 0.
var protocolNumbers = map[string]uint8{
	"icmp": service.ICMP, "igmp": 2, "ipinip": 4, "tcp": service.TCP, "igrp": 9, "udp": service.UDP,
	"gre": 47, "pptp": 47, "esp": 50, "ipsec": 50, "ah": 51, "icmp6": service.ICMPv6,
	"eigrp": 88, "ospf": 89, "nos": 94, "pim": 103, "pcp": 108, "snp": 109, "sctp": service.SCTP,
}

// protocolNumber reads a protocol by name or number.
func protocolNumber(word string) (uint8, bool) {
	if n, ok := protocolNumbers[word]; ok {
		return n, true
	}
	n, ok := number(word, 255)
	return uint8(n), ok && n > 0
}

// hasPorts reports whether an ASA takes ports with the protocol.
func hasPorts(protocol uint8) bool {
	return protocol == service.TCP || protocol == service.UDP || protocol == service.SCTP
}

// portName is what a port name stands for with TCP and with UDP, 0 where it is no
// name of that protocol.
type portName struct{ tcp, udp uint16 }

func tcp(n uint16) portName  { return portName{tcp: n} }
func udp(n uint16) portName  { return portName{udp: n} }
func both(n uint16) portName { return portName{n, n} }

// portNames are the literal port names of the ASA, from "TCP and UDP Ports" in the
// General Operations guide 9.6. Several differ from the IANA registry (kerberos is
// 750 here, sqlnet 1521, radius 1645, cifs 3020), so that registry is never asked.
var portNames = map[string]portName{
	"aol": tcp(5190), "bgp": tcp(179), "biff": udp(512), "bootpc": udp(68), "bootps": udp(67),
	"chargen": tcp(19), "cifs": both(3020), "citrix-ica": tcp(1494), "cmd": tcp(514), "ctiqbe": tcp(2748),
	"daytime": tcp(13), "discard": both(9), "domain": both(53), "echo": both(7), "exec": tcp(512),
	"finger": tcp(79), "ftp": tcp(21), "ftp-data": tcp(20), "gopher": tcp(70), "h323": tcp(1720),
	"hostname": tcp(101), "http": both(80), "https": tcp(443), "ident": tcp(113), "imap4": tcp(143),
	"irc": tcp(194), "isakmp": udp(500), "kerberos": both(750), "klogin": tcp(543), "kshell": tcp(544),
	"ldap": tcp(389), "ldaps": tcp(636), "login": tcp(513), "lotusnotes": tcp(1352), "lpd": tcp(515),
	"mobile-ip": udp(434), "nameserver": udp(42), "netbios-dgm": udp(138), "netbios-ns": udp(137),
	"netbios-ssn": tcp(139), "nfs": both(2049), "nntp": tcp(119), "ntp": udp(123), "pcanywhere-data": tcp(5631),
	"pcanywhere-status": udp(5632), "pim-auto-rp": both(496), "pop2": tcp(109), "pop3": tcp(110),
	"pptp": tcp(1723), "radius": udp(1645), "radius-acct": udp(1646), "rip": udp(520), "rsh": tcp(514),
	"rtsp": tcp(554), "sip": both(5060), "smtp": tcp(25), "snmp": udp(161), "snmptrap": udp(162),
	"sqlnet": tcp(1521), "ssh": tcp(22), "sunrpc": both(111), "syslog": udp(514), "tacacs": both(49),
	"talk": both(517), "telnet": tcp(23), "tftp": udp(69), "time": udp(37), "uucp": tcp(540),
	"vxlan": udp(4789), "who": udp(513), "whois": tcp(43), "www": both(80), "xdmcp": udp(177),
}

// doubtfulPorts are UDP port names on whose number sources disagree: the guide's
// value first, then the one that port tables taken from devices give. Both are
// possible, neither is sure.
var doubtfulPorts = map[string][2]uint16{
	"dnsix":        {195, 90},
	"secureid-udp": {5510, 5500},
	"rtsp":         {554, 5004},
}

// portNumbers reads a port by number or name. More than one number means that one
// of them is meant; none, that the word is no port of the protocol.
func portNumbers(protocol uint8, word string) []uint16 {
	if n, ok := number(word, 65535); ok {
		return []uint16{uint16(n)}
	}
	var n uint16
	switch protocol {
	case service.TCP:
		n = portNames[word].tcp
	case service.UDP:
		if n = portNames[word].udp; n == 0 {
			if doubtful, ok := doubtfulPorts[word]; ok {
				return doubtful[:]
			}
		}
	}
	if n == 0 {
		return nil
	}
	return []uint16{n}
}

// icmpTypes are the ICMP type names of the ASA ("ICMP Types" in the General
// Operations guide), each a whole type whatever its codes.
var icmpTypes = map[string]uint8{
	"echo-reply": 0, "unreachable": 3, "source-quench": 4, "redirect": 5, "alternate-address": 6, "echo": 8,
	"router-advertisement": 9, "router-solicitation": 10, "time-exceeded": 11, "parameter-problem": 12,
	"timestamp-request": 13, "timestamp-reply": 14, "information-request": 15, "information-reply": 16,
	"mask-request": 17, "mask-reply": 18, "traceroute": 30, "conversion-error": 31, "mobile-redirect": 32,
}

// icmp6Types are the ICMPv6 type names of the ASA, from the access-list extended
// page of its Command Reference.
var icmp6Types = map[string]uint8{
	"unreachable": 1, "packet-too-big": 2, "time-exceeded": 3, "parameter-problem": 4, "echo": 128,
	"echo-reply": 129, "membership-query": 130, "membership-report": 131, "membership-reduction": 132,
	"router-solicitation": 133, "router-advertisement": 134, "neighbor-solicitation": 135,
	"neighbor-advertisement": 136, "neighbor-redirect": 137, "router-renumbering": 138,
}

// icmpType reads an ICMP or ICMPv6 type by name or number.
func icmpType(protocol uint8, word string) (uint8, bool) {
	names := icmpTypes
	if protocol == service.ICMPv6 {
		names = icmp6Types
	}
	if t, ok := names[word]; ok {
		return t, true
	}
	t, ok := number(word, 255)
	return uint8(t), ok
}

// logLevels are the severities of the log option, which also takes 0 to 7.
var logLevels = map[string]bool{
	"emergencies": true, "alerts": true, "critical": true, "errors": true, "warnings": true,
	"notifications": true, "informational": true, "debugging": true,
}
