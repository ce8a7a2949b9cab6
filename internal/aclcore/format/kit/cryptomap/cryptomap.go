// Package cryptomap reads the crypto maps of Cisco devices, as far as to tell which packets
// they touch. What leaves by an interface with a crypto map and matches it is encrypted and
// sent to a peer; what enters there unencrypted, and matches it the other way round, is
// dropped (Cisco, Security for VPNs with IPsec Configuration Guide, Crypto Access Lists; ASA
// Series VPN CLI Configuration Guide, IPsec and ISAKMP, "Defining Crypto Maps").
package cryptomap

import (
	"strconv"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
)

// Maps are the crypto maps of a text. The zero value has none.
type Maps struct {
	static, dynamic map[string]entries
	open            *entry
}

// entries are those of one map by sequence number.
type entries map[string]*entry

type entry struct {
	// lists choose what is encrypted; dynamic is the map that has further entries. An
	// entry with neither takes what its peers ask for.
	lists   []string
	dynamic string
}

// Outer takes a command of the top level: "crypto map NAME SEQUENCE …" or "crypto
// dynamic-map NAME SEQUENCE …". low are its words in lower case.
func (m *Maps) Outer(words, low []string) {
	m.open = nil
	if len(low) < 4 || low[0] != "crypto" || low[1] != "map" && low[1] != "dynamic-map" {
		return
	}
	if _, err := strconv.Atoi(low[3]); err != nil {
		return
	}
	of := &m.static
	if low[1] == "dynamic-map" {
		of = &m.dynamic
	}
	if *of == nil {
		*of = make(map[string]entries)
	}
	all := (*of)[words[2]]
	if all == nil {
		all = make(entries)
		(*of)[words[2]] = all
	}
	if all[low[3]] == nil {
		all[low[3]] = &entry{}
	}
	m.open = all[low[3]]
	m.Inner(words[4:], low[4:])
}

// Open reports whether the last command of the top level has begun an entry.
func (m *Maps) Open() bool { return m.open != nil }

// Inner takes what stands in the entry that is open: "match address LIST", or "ipsec-isakmp
// dynamic MAP".
func (m *Maps) Inner(words, low []string) {
	switch {
	case m.open == nil || len(low) < 3:
	case low[0] == "match" && low[1] == "address":
		m.open.lists = append(m.open.lists, words[2])
	case low[0] == "ipsec-isakmp" && low[1] == "dynamic":
		m.open.dynamic = words[2]
	}
}

// Doubts returns what the map may do to packets at the interface.
func (m *Maps) Doubts(doc *device.Document, iface, name string, line int, text string) []device.Doubt {
	far := m.far(doc, m.static[name], m.dynamic)
	out := device.Doubt{
		Stage: device.StageOut, Interface: iface, Traffic: device.AllTraffic(true, true), Line: line, Text: text,
		Why: "a crypto map may encrypt it and send it to a peer",
	}
	in := out
	in.Stage, in.Why = device.StageIn, "a crypto map may drop it, where it does not come encrypted from a peer"
	out.Traffic.Destinations, in.Traffic.Sources = far, far
	return []device.Doubt{in, out}
}

// far returns the addresses behind the peers: the destinations of the lists. Sources are
// left out, since they are compared after their translation.
func (m *Maps) far(doc *device.Document, all entries, further map[string]entries) (set addr.Set) {
	if len(all) == 0 {
		return addr.Any()
	}
	for _, e := range all {
		switch {
		case e.dynamic != "" && further != nil: // a dynamic map refers to no other
			set = set.Union(m.far(doc, further[e.dynamic], nil))
		case len(e.lists) == 0:
			return addr.Any()
		}
		for _, name := range e.lists {
			set = set.Union(doc.MayPermit(name))
		}
	}
	return set
}
