package fortios

import (
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// factory are services that a FortiGate has from the factory, FortiOS 5 and later, in
// the notation of [portServices]. An administrator may change them, and then the text
// has them: they count only where a text defines no services at all.
var factory = func() map[string]service.Set {
	out := make(map[string]service.Set)
	for name, text := range factoryPorts {
		out[name] = factorySet(text)
	}
	return out
}()

// factoryPorts holds "tcp PORTS udp PORTS", or icmp, icmp6 or ip with a number.
var factoryPorts = map[string]string{
	"AFS3":                     "tcp 7000-7009 udp 7000-7009",
	"AH":                       "ip 51",
	"ALL_ICMP":                 "icmp",
	"ALL_ICMP6":                "icmp6",
	"ALL_TCP":                  "tcp 1-65535",
	"ALL_UDP":                  "udp 1-65535",
	"AOL":                      "tcp 5190-5194",
	"BGP":                      "tcp 179",
	"CVSPSERVER":               "tcp 2401 udp 2401",
	"DCE-RPC":                  "tcp 135 udp 135",
	"DHCP":                     "udp 67-68",
	"DHCP6":                    "udp 546 547",
	"DNS":                      "tcp 53 udp 53",
	"ESP":                      "ip 50",
	"FINGER":                   "tcp 79",
	"FTP":                      "tcp 21",
	"FTP_GET":                  "tcp 21",
	"FTP_PUT":                  "tcp 21",
	"GOPHER":                   "tcp 70",
	"GRE":                      "ip 47",
	"H323":                     "tcp 1720 1503 udp 1719",
	"HTTP":                     "tcp 80",
	"HTTPS":                    "tcp 443",
	"IKE":                      "udp 500 4500",
	"IMAP":                     "tcp 143",
	"IMAPS":                    "tcp 993",
	"INFO_ADDRESS":             "icmp 17",
	"INFO_REQUEST":             "icmp 15",
	"IRC":                      "tcp 6660-6669",
	"Internet-Locator-Service": "tcp 389",
	"KERBEROS":                 "tcp 88 udp 88",
	"L2TP":                     "tcp 1701 udp 1701",
	"LDAP":                     "tcp 389",
	"LDAP_UDP":                 "udp 389",
	"MGCP":                     "udp 2427 2727",
	"MMS":                      "tcp 1755 udp 1024-5000",
	"MS-SQL":                   "tcp 1433 1434",
	"MYSQL":                    "tcp 3306",
	"NFS":                      "tcp 111 2049 udp 111 2049",
	"NNTP":                     "tcp 119",
	"NTP":                      "tcp 123 udp 123",
	"NetMeeting":               "tcp 1720",
	"ONC-RPC":                  "tcp 111 udp 111",
	"OSPF":                     "ip 89",
	"PC-Anywhere":              "tcp 5631 udp 5632",
	"PING":                     "icmp 8",
	"PING6":                    "icmp6 128",
	"POP3":                     "tcp 110",
	"POP3S":                    "tcp 995",
	"PPTP":                     "tcp 1723",
	"QUAKE":                    "udp 26000 27000 27910 27960",
	"RADIUS":                   "udp 1812 1813",
	"RADIUS-OLD":               "udp 1645 1646",
	"RAUDIO":                   "udp 7070",
	"RDP":                      "tcp 3389",
	"REXEC":                    "tcp 512",
	"RIP":                      "udp 520",
	"RLOGIN":                   "tcp 513:512-1023",
	"RSH":                      "tcp 514:512-1023",
	"RTSP":                     "tcp 554 7070 8554 udp 554",
	"SAMBA":                    "tcp 139",
	"SCCP":                     "tcp 2000",
	"SIP":                      "tcp 5060 udp 5060",
	"SIP-MSNmessenger":         "tcp 1863",
	"SMB":                      "tcp 445",
	"SMTP":                     "tcp 25",
	"SMTPS":                    "tcp 465",
	"SNMP":                     "tcp 161-162 udp 161-162",
	"SOCKS":                    "tcp 1080 udp 1080",
	"SQUID":                    "tcp 3128",
	"SSH":                      "tcp 22",
	"SYSLOG":                   "udp 514",
	"TALK":                     "udp 517-518",
	"TELNET":                   "tcp 23",
	"TFTP":                     "udp 69",
	"TIMESTAMP":                "icmp 13",
	"TRACEROUTE":               "udp 33434-33535",
	"UUCP":                     "tcp 540",
	"VDOLIVE":                  "tcp 7000-7010",
	"VNC":                      "tcp 5900",
	"WAIS":                     "tcp 210",
	"WINFRAME":                 "tcp 1494 2598",
	"WINS":                     "tcp 1512 udp 1512",
	"X-WINDOWS":                "tcp 6000-6063",
}

func factorySet(text string) service.Set {
	var all service.Set
	fields := words(text)
	switch fields[0] {
	case "ip":
		set, _ := protocolNumber(fields[1])
		return set
	case "icmp", "icmp6":
		protocol := map[string]uint8{"icmp": service.ICMP, "icmp6": service.ICMPv6}[fields[0]]
		if len(fields) == 1 {
			return service.SetOf(service.Whole(protocol))
		}
		number, _ := zoned.Port(fields[1])
		return service.SetOf(service.Type(protocol, uint8(number)))
	}
	protocol := uint8(service.TCP)
	for _, f := range fields {
		switch f {
		case "tcp":
			protocol = service.TCP
		case "udp":
			protocol = service.UDP
		default:
			dst, src, limited := strings.Cut(f, ":")
			destinations, _ := zoned.PortList(dst)
			sources := zoned.AllPorts()
			if limited {
				sources, _ = zoned.PortList(src)
			}
			set, _ := zoned.Boxes(protocol, sources, destinations)
			all = all.Union(set)
		}
	}
	return all
}
