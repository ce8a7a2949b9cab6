package ios

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// Port names are the platforms' own, and not always IANA's: cmd is TCP 514, who
// is UDP 513. A name on which a platform's releases or manuals disagree (tacacs-ds,
// kerberos, radius, sip, nfs on some) is left out: the rule is then indeterminate.
//
// Sources: Cisco IOS Security Command Reference, permit (IP); Cisco Nexus 7000
// Series NX-OS Security Command Reference, permit (IPv4), which gives the number
// beside each name; Cisco ASR 9000 IP Addresses and Services Command Reference,
// permit (IPv4); Arista EOS User Manual, permit (IPv4 ACL).

// commonTCP are the TCP port names of all four platforms.
var commonTCP = map[string]uint16{
	"bgp": 179, "chargen": 19, "cmd": 514, "daytime": 13, "discard": 9, "domain": 53, "echo": 7, "exec": 512,
	"finger": 79, "ftp": 21, "ftp-data": 20, "gopher": 70, "hostname": 101, "ident": 113, "irc": 194,
	"klogin": 543, "kshell": 544, "login": 513, "lpd": 515, "nntp": 119, "pim-auto-rp": 496, "pop2": 109,
	"pop3": 110, "smtp": 25, "sunrpc": 111, "tacacs": 49, "talk": 517, "telnet": 23, "time": 37, "uucp": 540,
	"whois": 43, "www": 80,
}

// commonUDP are the UDP port names of all four platforms.
var commonUDP = map[string]uint16{
	"biff": 512, "bootpc": 68, "bootps": 67, "discard": 9, "dnsix": 195, "domain": 53, "echo": 7, "isakmp": 500,
	"mobile-ip": 434, "nameserver": 42, "netbios-dgm": 138, "netbios-ns": 137, "netbios-ss": 139,
	"non500-isakmp": 4500, "ntp": 123, "pim-auto-rp": 496, "rip": 520, "snmp": 161, "snmptrap": 162,
	"sunrpc": 111, "syslog": 514, "tacacs": 49, "talk": 517, "tftp": 69, "time": 37, "who": 513, "xdmcp": 177,
}

// iosTCP and iosUDP are further names of IOS and IOS-XE.
var (
	iosTCP = map[string]uint16{
		"connectedapps-plain": 15001, "connectedapps-tls": 15002, "drip": 3949, "http": 80, "https": 443,
		"msrpc": 135, "onep-plain": 15001, "onep-tls": 15002, "ssh": 22, "syslog": 514,
	}
	iosUDP = map[string]uint16{"ripv6": 521}
)

// eosBoth, eosTCP and eosUDP are further names of EOS. Its manual lists them
// without numbers, so that only those are kept which IANA assigns to one port.
var (
	eosBoth = map[string]uint16{
		"acap": 674, "acr-nema": 104, "afpovertcp": 548, "arns": 384, "asip-webadmin": 311, "at-rtmp": 201,
		"aurp": 387, "auth": 113, "bftp": 152, "bgmp": 264, "commerce": 542, "courier": 530,
		"csnet-ns": 105, "dhcp-failover2": 847, "dsp": 33, "esro-gen": 259, "ftps": 990,
		"ftps-data": 989, "ha-cluster": 694, "hp-alarm-mgr": 383, "http-mgmt": 280,
		"http-rpc-epmap": 593, "https": 443, "imap3": 220, "imaps": 993, "ipp": 631, "ipx": 213, "isi-gl": 55,
		"iso-tsap": 102, "ldap": 389, "ldaps": 636, "ldp": 646, "lmp": 701,
		"mac-srvr-admin": 660, "matip-type-a": 350, "matip-type-b": 351, "microsoft-ds": 445, "mpp": 218,
		"ms-sql-m": 1434, "ms-sql-s": 1433, "msdp": 639, "msexch-routing": 691, "msg-icp": 29,
		"ncp": 524, "new-rwho": 550, "nfs": 2049, "nntps": 563, "odmr": 366, "openvpn": 1194, "pcmail-srv": 158,
		"pkix-timestamp": 318, "pkt-krb-ipsec": 1293, "pptp": 1723, "print-srv": 170, "ptp-event": 319,
		"ptp-general": 320, "qmtp": 209, "qotd": 17, "re-mail-ck": 50, "remotefs": 556, "rje": 5, "rlp": 39,
		"rlzdbase": 635, "rmc": 657, "rmonitor": 560, "rpc2portmap": 369, "rsync": 873, "rtelnet": 107,
		"rtsp": 554, "sgmp": 153, "smux": 199, "snagas": 108, "snpp": 444, "sqlserv": 118, "sqlsrv": 156,
		"ssh": 22, "submission": 587, "svrloc": 427, "systat": 11, "tcpmux": 1, "tcpnethaspsrv": 475,
		"tunnel": 604, "ups": 401, "uucp-path": 117, "vmnet": 175, "xns-ch": 54, "xns-mail": 58, "xns-time": 52,
		"z39-50": 210,
	}
	eosTCP = map[string]uint16{
		"efs": 520, "http": 80, "imap": 143, "iris-beep": 702, "snmp": 161, "snmptrap": 162,
	}
	eosUDP = map[string]uint16{
		"bfd": 3784, "bfd-echo": 3785, "dhcpv6-client": 546, "dhcpv6-server": 547, "vxlan": 4789,
	}
)

// nxosTCP are further names of NX-OS.
var nxosTCP = map[string]uint16{"drip": 3949}

// xrTCP are further names of IOS-XR.
var xrTCP = map[string]uint16{"drip": 3949, "https": 443, "ldp": 646, "ssh": 22}

// anyTransport asks for the port names of TCP and UDP together, as in a port group
// that may be used with both.
const anyTransport = 0

// portNames returns the tables that name the ports of the protocol. A name that
// is in several of them has one number.
func (d Dialect) portNames(protocol uint8) []map[string]uint16 {
	switch {
	case protocol == anyTransport:
		return slices.Concat(d.portNames(service.TCP), d.portNames(service.UDP))
	case protocol == service.TCP && d == NXOS:
		return []map[string]uint16{commonTCP, nxosTCP}
	case protocol == service.TCP && d == XR:
		return []map[string]uint16{commonTCP, xrTCP}
	case protocol == service.TCP:
		return []map[string]uint16{commonTCP, iosTCP, eosBoth, eosTCP}
	case protocol == service.UDP && d == IOS:
		return []map[string]uint16{commonUDP, iosUDP, eosBoth, eosUDP}
	case protocol == service.UDP:
		return []map[string]uint16{commonUDP}
	}
	return nil
}

// port reads a port number or a name of the protocol.
func (d Dialect) port(protocol uint8, word string) (uint16, bool) {
	if startsWithDigit(word) {
		n, ok := number(word)
		if ok && n <= maxPort {
			return uint16(n), true
		}
	}
	for _, names := range d.portNames(protocol) {
		if n, ok := names[word]; ok {
			return n, true
		}
	}
	return 0, false
}
