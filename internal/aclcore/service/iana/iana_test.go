package iana

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

func TestPorts(t *testing.T) {
	for _, tt := range []struct {
		protocol uint8
		name     string
		want     string
	}{
		{6, "http", "80"},
		{6, "www", "80"},
		{6, "www-http", "80"},
		{17, "https", "443"},
		{6, "HTTPS", "443"},
		{6, "SsH", "22"},
		{132, "ssh", "22"},
		{33, "discard", "9"},
		{17, "domain", "53"},
		{17, "syslog", "514"},
		{6, "shell", "514"},
		{6, "ident", "113"},
		{6, "auth", "113"},
		{6, "xmlipcregsvc", "9092"},
		{6, "XmlIpcRegSvc", "9092"},
		{6, "ethernet/ip-1", "2222"},
		{6, "novell-lu6.2", "1416"},
		{6, "sql*net", "66"},
		{6, "3com-tsmux", "106"},
		{6, "1ci-smcs", "3091"}, // the first name
		{6, "zymed-zpp", "2133"},

		{6, "x11", "6000-6063"},
		{6, "ircu", "6665-6669"},
		{6, "http-alt", "591 8008 8080"},
		{17, "raid-cd", "2006 2013"},
		{6, "csdmbase", "1467 1471"},
		{6, "meter", "570 571"}, // touch, and stay apart

		{17, "ircu", ""}, // registered for TCP alone
		{6, "syslog", ""},
		{33, "ssh", ""},
		{1, "http", ""}, // no ports
		{58, "http", ""},
		{136, "domain", ""},
		{0, "http", ""},
		{6, "", ""},
		{6, "nosuchname", ""},
		{6, "htt", ""},
		{6, "http ", ""},
		{6, " http", ""},
		{6, "http tus:80", ""},
		{6, "80", ""},
		{6, "#", ""},
		{6, "any", ""},
		{6, "*", ""},
		{6, "\u212aerberos", ""}, // the Kelvin sign is no k
		{6, strings.Repeat("z", 1000), ""},
	} {
		if got := written(Ports(tt.protocol, tt.name)); got != tt.want {
			t.Errorf("Ports(%d, %q) = %q, want %q", tt.protocol, tt.name, got, tt.want)
		}
	}
}

func TestPortAliases(t *testing.T) {
	for _, tt := range []struct {
		protocol uint8
		name     string
		want     string
	}{
		{6, "dns", "53"},
		{17, "DNS", "53"},
		{6, "rdp", "3389"},
		{17, "rdp", "3389"},
		{6, "smtps", "465"},
		{17, "ike", "500"},
		{17, "nat-t", "4500"},
		{6, "vnc", "5900"},
		{6, "kafka", "9092"},
		{6, "mssql", "1433"},
		{6, "postgres", "5432"},
		{6, "tacacs+", "49"},
		{6, "winrm-https", "5986"},
		{17, "dhcp-server", "67"},
		{17, "dhcp", "67 68"}, // client or server: both, apart, so that nobody takes it for one

		{132, "dns", ""},
		{6, "ike", ""},
		{6, "dhcp", ""},
		{17, "kafka", ""},
		{6, "syslog", ""},
		{6, "wireguard", ""},
		{6, "elasticsearch", ""},
		{6, "winrm", "47001"}, // the registry's, whatever people expect
		{6, "sftp", "115"},
		{6, "cifs", "3020"},
	} {
		if got := written(Ports(tt.protocol, tt.name)); got != tt.want {
			t.Errorf("Ports(%d, %q) = %q, want %q", tt.protocol, tt.name, got, tt.want)
		}
	}
}

func written(ports []PortRange) string {
	var items []string
	for _, p := range ports {
		item := strconv.Itoa(int(p.First))
		if p.Last != p.First {
			item = fmt.Sprintf("%d-%d", p.First, p.Last)
		}
		items = append(items, item)
	}
	return strings.Join(items, " ")
}

func TestPortName(t *testing.T) {
	for _, tt := range []struct {
		protocol uint8
		port     uint16
		want     string
	}{
		{6, 22, "ssh"},
		{6, 80, "http"},
		{17, 80, "http"},
		{6, 443, "https"},
		{17, 53, "domain"},
		{17, 514, "syslog"},
		{6, 514, "shell"},
		{17, 162, "snmptrap"},
		{6, 631, "ipp"},
		{6, 2049, "nfs"},
		{6, 113, "ident"},
		{17, 1701, "l2tp"},
		{6, 3389, "rdp"},
		{6, 5900, "vnc"},
		{17, 5900, "rfb"},
		{6, 9092, "kafka"},
		{6, 9100, "pdl-datastream"},
		{17, 520, "rip"},
		{17, 67, "bootps"},
		{17, 500, "isakmp"},
		{132, 22, "ssh"},

		{6, 8080, ""}, // http-alt is three ports
		{6, 6001, ""}, // x11 is a range
		{6, 4, ""},
		{6, 65535, ""},
		{1, 80, ""},
	} {
		if got := PortName(tt.protocol, tt.port); got != tt.want {
			t.Errorf("PortName(%d, %d) = %q, want %q", tt.protocol, tt.port, got, tt.want)
		}
	}
}

// What is shown can be written: the name reads back as precisely that port.
func TestPortNameReadsBack(t *testing.T) {
	named := 0
	for protocol := range 256 {
		for port := range 1 << 16 {
			name := PortName(uint8(protocol), uint16(port))
			if name == "" {
				continue
			}
			named++
			want := PortRange{uint16(port), uint16(port)}
			if got := Ports(uint8(protocol), name); len(got) != 1 || got[0] != want {
				t.Errorf("PortName(%d, %d) = %q, which is %v", protocol, port, name, got)
			}
		}
	}
	if named < 11000 {
		t.Errorf("%d ports have names, want the registry's 11000 and more", named)
	}
}

func TestProtocol(t *testing.T) {
	for _, tt := range []struct {
		name string
		want int // -1: unknown
	}{
		{"tcp", 6}, {"TCP", 6}, {"Udp", 17}, {"icmp", 1}, {"igmp", 2}, {"gre", 47}, {"esp", 50}, {"ah", 51},
		{"sctp", 132}, {"dccp", 33}, {"udplite", 136}, {"UDPLite", 136}, {"egp", 8}, {"eigrp", 88},
		{"pim", 103}, {"vrrp", 112}, {"l2tp", 115}, {"ospfigp", 89}, {"3pc", 34}, {"a/n", 107}, {"tp++", 39},
		{"ax.25", 93}, {"SAT-MON", 69}, {"ISIS over IPv4", 124}, {"Mobility Header", 135}, {"nsh", 145},
		{"HOPOPT", 0}, {"IPv4", 4}, {"ipv6", 41}, {"IPv6-ICMP", 58}, {"rdp", 27}, {"ipip", 94},

		{"icmpv6", 58}, {"icmp6", 58}, {"ip6-icmp", 58}, {"ospf", 89}, {"OSPF", 89}, {"ipinip", 4}, {"ipencap", 4},
		{"igrp", 9}, {"nos", 94}, {"pcp", 108}, {"ahp", 51}, {"ipsec-esp", 50}, {"isis", 124},
		{"mobility-header", 135}, {"udp-lite", 136},

		{"ip", -1}, {"any", -1}, {"all", -1}, {"reserved", -1}, {"", -1}, {"6", -1}, {"tc", -1}, {"tcpx", -1},
		{" tcp", -1}, {"http", -1}, {"ipsec", -1}, {"pptp", -1}, {"icmp\u017f", -1},
	} {
		want, wantOK := uint8(max(tt.want, 0)), tt.want >= 0
		if got, ok := Protocol(tt.name); got != want || ok != wantOK {
			t.Errorf("Protocol(%q) = %d, %t; want %d, %t", tt.name, got, ok, want, wantOK)
		}
	}
}

func TestProtocolName(t *testing.T) {
	for number, want := range map[uint8]string{
		0: "hopopt", 1: "icmp", 2: "igmp", 4: "ipinip", 6: "tcp", 9: "igp", 17: "udp", 41: "ipv6", 47: "gre",
		50: "esp", 51: "ah", 58: "icmpv6", 88: "eigrp", 89: "ospf", 94: "ipip", 103: "pim", 108: "ipcomp",
		112: "vrrp", 124: "isis", 132: "sctp", 135: "mobility-header", 136: "udplite",
		61: "", 107: "", 146: "", 252: "", 253: "", 255: "",
	} {
		if got := ProtocolName(number); got != want {
			t.Errorf("ProtocolName(%d) = %q, want %q", number, got, want)
		}
	}
	for n := range 256 {
		name := ProtocolName(uint8(n))
		if name == "" {
			continue
		}
		if got, ok := Protocol(name); !ok || int(got) != n {
			t.Errorf("ProtocolName(%d) = %q, which is %d, %t", n, name, got, ok)
		}
		if strings.ContainsAny(name, "/ ") || name != strings.ToLower(name) {
			t.Errorf("ProtocolName(%d) = %q: cannot stand in a service", n, name)
		}
	}
}

// Every named row of the registries is found, as written and in upper case, and
// a name has no port but those of its rows.
func TestRegistry(t *testing.T) {
	dir := testshared.Dir(t, "reference", "iana")

	numbers := map[string]uint8{"tcp": 6, "udp": 17, "dccp": 33, "sctp": 132}
	type key struct {
		protocol uint8
		name     string
	}
	want := make(map[key]map[string]bool)
	for _, row := range readCSV(t, filepath.Join(dir, "service-names.csv")) {
		k := key{numbers[row[2]], strings.ToLower(row[0])}
		if want[k] == nil {
			want[k] = make(map[string]bool)
		}
		want[k][row[1]] = true
		for _, name := range []string{row[0], strings.ToUpper(row[0])} {
			found := strings.Fields(written(Ports(k.protocol, name)))
			if !slices.Contains(found, row[1]) {
				t.Errorf("Ports(%d, %q) = %v, lacks %s", k.protocol, name, found, row[1])
			}
		}
	}
	if len(want) < 11000 {
		t.Errorf("%d names in the registry, want 11000 and more", len(want))
	}
	for k, ports := range want {
		if got := Ports(k.protocol, k.name); len(got) != len(ports) {
			t.Errorf("Ports(%d, %q) = %v, want %v alone", k.protocol, k.name, got, ports)
		}
	}

	for _, row := range readCSV(t, filepath.Join(dir, "protocol-numbers.csv")) {
		if row[1] == "Reserved" { // a status, no protocol
			continue
		}
		for _, name := range []string{row[1], strings.ToLower(row[1]), strings.ToUpper(row[1])} {
			if got, ok := Protocol(name); !ok || strconv.Itoa(int(got)) != row[0] {
				t.Errorf("Protocol(%q) = %d, %t; want %s", name, got, ok, row[0])
			}
		}
	}
}

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func TestNoAllocs(t *testing.T) {
	for name, lookup := range lookups {
		if n := testing.AllocsPerRun(100, lookup); n != 0 {
			t.Errorf("%s: %v allocations, want none", name, n)
		}
	}
}

// An append to a result must not write into the table.
func TestPortsCapacity(t *testing.T) {
	ports := Ports(6, "http-alt")
	if len(ports) != cap(ports) {
		t.Errorf("Ports has length %d and capacity %d", len(ports), cap(ports))
	}
}

var sink int

var lookups = map[string]func(){
	"Ports":        func() { sink += len(Ports(6, "HTTPS")) },
	"Ports/alias":  func() { sink += len(Ports(17, "dns")) },
	"Ports/absent": func() { sink += len(Ports(6, "no-such-name")) },
	"Protocol":     func() { n, _ := Protocol("IPv6-ICMP"); sink += int(n) },
	"ProtocolName": func() { sink += len(ProtocolName(58)) },
	"PortName":     func() { sink += len(PortName(6, 443)) },
}

func BenchmarkLookup(b *testing.B) {
	for name, lookup := range lookups {
		b.Run(name, func(b *testing.B) {
			lookup()
			b.ReportAllocs()
			for b.Loop() {
				lookup()
			}
		})
	}
}

// What the first lookup of a process pays.
func BenchmarkRead(b *testing.B) {
	b.Run("ports", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			readPorts(portsText)
		}
	})
	b.Run("protocols", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			readProtocols(protocolsText, protocolAliasesText)
		}
	})
}
