package iana

import (
	_ "embed" // the tables
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed protocols.txt
var protocolsText string

//go:embed protocol_aliases.txt
var protocolAliasesText string

// Protocol reports the number of an IP protocol named by its keyword in the
// registry or by an alias. The keywords keep their registered meaning: IPv4 is 4
// and IPv6 is 41 (encapsulation, not the address families), IPIP is 94, and RDP
// is 27 (the Reliable Data Protocol).
func Protocol(name string) (number uint8, ok bool) {
	t := protocols()
	i, ok := slices.BinarySearchFunc(t.names, name, protocolEntry.compare)
	if !ok {
		return 0, false
	}
	return t.names[i].number, true
}

// ProtocolName reports the short name of a protocol in lower case, which
// [Protocol] reads back: tcp, icmpv6, esp, ospf. It is "" for a number that has
// no keyword, and for 107, whose keyword A/N would read as a protocol and a port.
func ProtocolName(number uint8) string {
	return protocols().shown[number]
}

// preferredProtocolNames lists the aliases to show in place of the registry's
// keyword.
var preferredProtocolNames = []string{
	"icmpv6",          // ipv6-icmp
	"ipinip",          // ipv4, which would read as all of IPv4
	"isis",            // the keyword is "ISIS over IPv4"
	"mobility-header", // the keyword has a blank
	"ospf",            // ospfigp
}

type protocolTable struct {
	names []protocolEntry // in byte order
	shown [256]string
}

type protocolEntry struct {
	name   string // lower case
	number uint8
}

func (e protocolEntry) compare(name string) int { return compareFold(e.name, name) }

var protocols = sync.OnceValue(func() *protocolTable {
	return readProtocols(protocolsText, protocolAliasesText)
})

// readProtocols reads lines such as "6 tcp". The tests hold the embedded tables
// to this form.
func readProtocols(registry, aliases string) *protocolTable {
	t := new(protocolTable)
	for _, text := range []string{registry, aliases} {
		for row := range rows(text) {
			number, name, _ := strings.Cut(row, " ")
			n, _ := strconv.ParseUint(number, 10, 8)
			t.names = append(t.names, protocolEntry{name, uint8(n)})
			shown := &t.shown[uint8(n)]
			if *shown == "" && !strings.Contains(name, "/") || slices.Contains(preferredProtocolNames, name) {
				*shown = name
			}
		}
	}
	slices.SortFunc(t.names, func(a, b protocolEntry) int { return strings.Compare(a.name, b.name) })
	return t
}
