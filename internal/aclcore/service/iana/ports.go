package iana

import (
	_ "embed" // the tables
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed ports.txt
var portsText string

//go:embed port_aliases.txt
var portAliasesText string

// PortRange is a run of ports, both ends included.
type PortRange struct {
	First, Last uint16
}

// Ports reports every port that name stands for with the protocol (6 TCP, 17
// UDP, 33 DCCP, 132 SCTP; others have no ports), in ascending order: the
// registry's or, where it has none, those of the alias list. A range of the
// registry (x11, 6000-6063) is one element.
//
// Two elements mean two assignments of which one is meant (http-alt is 591, 8008
// and 8080): neither the first nor all of them is a safe reading. They are never
// merged, even where they touch. The result is shared and must not be modified.
func Ports(protocol uint8, name string) []PortRange {
	t, ok := transportOf(protocol)
	if !ok {
		return nil
	}
	if found := registeredPorts().lookup(t, name); found != nil {
		return found
	}
	return aliasPorts().lookup(t, name)
}

// PortName reports the name to show for a port, in lower case: one that stands
// for precisely this port of this protocol, so that [Ports] reads it back. It is
// "" where there is none (8080 is http-alt, but http-alt is also 591 and 8008).
func PortName(protocol uint8, port uint16) string {
	t, ok := transportOf(protocol)
	if !ok {
		return ""
	}
	return portNames()[portKey{t, port}]
}

// preferredPortNames lists the names to show where a port has several and the
// registry's alphabetically first is not the one people know.
var preferredPortNames = []string{
	"ident",          // auth
	"kafka",          // xmlipcregsvc
	"l2tp",           // l2f
	"pdl-datastream", // hp-pdl-datastr
	"rdp",            // ms-wbt-server
	"rip",            // router
	"stuns",          // stun-behaviors
	"vnc",            // rfb
	"whois",          // nicname
}

type transport uint8

const (
	tcp transport = iota
	udp
	dccp
	sctp
	transports
)

// transportLetters stand for the transports in the tables.
const transportLetters = "tuds"

func transportOf(protocol uint8) (transport, bool) {
	switch protocol {
	case 6:
		return tcp, true
	case 17:
		return udp, true
	case 33:
		return dccp, true
	case 132:
		return sctp, true
	}
	return 0, false
}

// portTable is a read table: names in byte order, and the ports they point to.
type portTable struct {
	names  []portEntry
	ranges []PortRange
}

type portEntry struct {
	name string // lower case
	at   [transports]span
}

func (e portEntry) compare(name string) int { return compareFold(e.name, name) }

// span is a half-open interval of portTable.ranges; empty where the name has no
// port with that transport.
type span struct {
	from, to uint32
}

func (t *portTable) lookup(tr transport, name string) []PortRange {
	i, ok := slices.BinarySearchFunc(t.names, name, portEntry.compare)
	if !ok {
		return nil
	}
	return t.ports(t.names[i].at[tr])
}

func (t *portTable) ports(s span) []PortRange {
	if s.from == s.to {
		return nil
	}
	return t.ranges[s.from:s.to:s.to]
}

var (
	registeredPorts = sync.OnceValue(func() *portTable { return readPorts(portsText) })
	aliasPorts      = sync.OnceValue(func() *portTable { return readPorts(portAliasesText) })
)

// readPorts reads lines such as "http-alt tu:591,8008,8080": a name, then for
// each list of ports the transports that have it. The tests hold the embedded
// tables to this form.
func readPorts(text string) *portTable {
	lines := strings.Count(text, "\n")
	t := &portTable{
		names:  make([]portEntry, 0, lines),
		ranges: make([]PortRange, 0, lines),
	}
	for row := range rows(text) {
		name, rest, _ := strings.Cut(row, " ")
		e := portEntry{name: name}
		for rest != "" {
			var group string
			group, rest, _ = strings.Cut(rest, " ")
			letters, list, _ := strings.Cut(group, ":")
			s := t.add(list)
			for i := range len(letters) {
				e.at[strings.IndexByte(transportLetters, letters[i])] = s
			}
		}
		t.names = append(t.names, e)
	}
	return t
}

func (t *portTable) add(list string) span {
	s := span{from: uint32(len(t.ranges))}
	for list != "" {
		var item string
		item, list, _ = strings.Cut(list, ",")
		first, last, ok := strings.Cut(item, "-")
		if !ok {
			last = first
		}
		t.ranges = append(t.ranges, PortRange{portNumber(first), portNumber(last)})
	}
	s.to = uint32(len(t.ranges))
	return s
}

func portNumber(text string) uint16 {
	n, _ := strconv.ParseUint(text, 10, 16)
	return uint16(n)
}

type portKey struct {
	transport transport
	port      uint16
}

var portNames = sync.OnceValue(func() map[portKey]string {
	registered, aliases := registeredPorts(), aliasPorts()
	names := make(map[portKey]string, 2*len(registered.names))
	for _, t := range []*portTable{registered, aliases} {
		for _, e := range t.names {
			preferred := slices.Contains(preferredPortNames, e.name)
			for tr := range transports {
				ports := t.ports(e.at[tr])
				if len(ports) != 1 || ports[0].First != ports[0].Last {
					continue
				}
				key := portKey{tr, ports[0].First}
				if _, taken := names[key]; !taken || preferred {
					names[key] = e.name
				}
			}
		}
	}
	return names
})
