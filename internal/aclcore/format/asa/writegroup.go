package asa

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// terms are the values of a rule, each of which takes one word or two in an entry
// or one line in a group.
type terms struct {
	sources, destinations []addressTerm
	services              []serviceTerm
}

// grouping says which fields of a rule are written as a group.
type grouping struct{ sources, destinations, services bool }

// lines is how many lines the rule takes with the grouping: an entry for every
// combination of what is not grouped, and each group with its header.
func (t terms) lines(g grouping) int {
	entries, definitions := 1, 0
	for _, field := range []struct {
		n       int
		grouped bool
	}{{len(t.sources), g.sources}, {len(t.destinations), g.destinations}, {len(t.services), g.services}} {
		if field.grouped {
			definitions += field.n + 1
		} else {
			entries *= field.n
		}
		entries = min(entries, maxLines+1) // no overflow
	}
	return entries + definitions
}

// cheapest returns the grouping of fewest lines, with the fewest groups among
// equals. services says that protocols with their ports may be grouped.
func (t terms) cheapest(services bool) grouping {
	var best grouping
	for _, g := range []grouping{
		{sources: true}, {destinations: true}, {services: true},
		{sources: true, destinations: true}, {sources: true, services: true}, {destinations: true, services: true},
		{sources: true, destinations: true, services: true},
	} {
		if (services || !g.services) && t.lines(g) < t.lines(best) {
			best = g
		}
	}
	return best
}

func (w *writer) networkGroup(terms []addressTerm) addressTerm {
	var members []string
	for _, t := range terms {
		members = append(members, " network-object "+t.member)
	}
	name := w.define("object-group network", "acl-net-", members)
	return addressTerm{entry: "object-group " + name}
}

func (w *writer) serviceGroup(terms []serviceTerm) serviceTerm {
	var members []string
	for _, t := range terms {
		members = append(members, " service-object "+t.member())
	}
	return serviceTerm{protocol: "object-group " + w.define("object-group service", "acl-svc-", members)}
}

// define writes a definition, once, and returns its name, which is made of what it
// holds.
func (w *writer) define(kind, prefix string, members []string) string {
	sum := sha256.Sum256([]byte(strings.Join(members, "\n")))
	name := prefix + hex.EncodeToString(sum[:6])
	if !w.defined[name] {
		w.defined[name] = true
		w.definitions = append(w.definitions, kind+" "+name)
		w.definitions = append(w.definitions, members...)
	}
	return name
}
