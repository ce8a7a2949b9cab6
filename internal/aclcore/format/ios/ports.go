package ios

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

const maxPort = 65535

// span is an inclusive run of ports.
type span struct{ from, to uint16 }

var allPorts = []span{{0, maxPort}}

// maxPortsListed is how many ports one eq or neq may list. IOS takes 10; the bound
// keeps sources times destinations small.
const maxPortsListed = 64

// ports is what the port field of an entry stands for: the union of spans.
type ports struct {
	spans []span
	// listed says that the field was a list of ports, which a word that follows
	// may belong to.
	listed bool
	// group is the port group that the spans are of, if any.
	group *group
	// reason tells why the field cannot be known; spans are all ports then.
	reason string
}

func isPortOperator(word string) bool {
	switch word {
	case "eq", "neq", "gt", "lt", "range", "portgroup", "port-group":
		return true
	}
	return false
}

// ports reads the operator and ports at the head of w. It returns all ports where
// there is no operator.
func (r *resolver) ports(proto uint8, w *words) ports {
	switch w.peek() {
	case "eq", "neq", "gt", "lt", "range":
		return r.dialect.comparison(proto, w)
	case "portgroup", "port-group":
		w.skip(1)
		name := w.next()
		g, reason := r.group(portGroup, name)
		if reason != "" {
			return ports{spans: allPorts, reason: reason}
		}
		return ports{spans: g.ports, group: g}
	}
	return ports{spans: allPorts}
}

func (p ports) all() bool { return len(p.spans) == 1 && p.spans[0] == allPorts[0] }

// comparison reads "eq 80", "range 20 25" and so on.
func (d Dialect) comparison(proto uint8, w *words) ports {
	op := w.next()
	unknown := func() ports {
		word := w.next()
		if word == "" {
			return ports{spans: allPorts, reason: fmt.Sprintf("%s without a port", op)}
		}
		return ports{spans: allPorts, reason: fmt.Sprintf("port %q is not known to %s", word, d.title())}
	}
	first, ok := d.port(proto, w.peek())
	if !ok {
		return unknown()
	}
	w.skip(1)
	switch op := lower(op); op {
	case "eq", "neq":
		spans := []span{{first, first}}
		for d.manyPorts() {
			n, ok := d.port(proto, w.peek())
			if !ok {
				break
			}
			w.skip(1)
			spans = append(spans, span{n, n})
		}
		if len(spans) > maxPortsListed {
			return ports{spans: allPorts, reason: fmt.Sprintf("%s lists %d ports; at most %d are read", op, len(spans), maxPortsListed)}
		}
		if op == "neq" {
			return ports{spans: complement(spans), listed: true}
		}
		return ports{spans: spans, listed: true}
	case "gt":
		if first == maxPort {
			return ports{}
		}
		return ports{spans: []span{{first + 1, maxPort}}}
	case "lt":
		if first == 0 {
			return ports{}
		}
		return ports{spans: []span{{0, first - 1}}}
	}
	last, ok := d.port(proto, w.peek())
	if !ok {
		return unknown()
	}
	w.skip(1)
	if last < first {
		if d != NXOS { // NX-OS swaps them
			return ports{spans: allPorts, reason: fmt.Sprintf("range %d %d is reversed", first, last)}
		}
		first, last = last, first
	}
	return ports{spans: []span{{first, last}}}
}

// merge returns the union of the spans, sorted and without overlaps.
func merge(spans []span) []span {
	sorted := slices.Clone(spans)
	slices.SortFunc(sorted, func(a, b span) int { return int(a.from) - int(b.from) })
	out := sorted[:0]
	for _, s := range sorted {
		if n := len(out); n > 0 && int(s.from) <= int(out[n-1].to)+1 {
			out[n-1].to = max(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}

// complement returns the ports in none of the spans.
func complement(spans []span) []span {
	var out []span
	next := 0
	for _, s := range merge(spans) {
		if int(s.from) > next {
			out = append(out, span{uint16(next), s.from - 1})
		}
		next = int(s.to) + 1
	}
	if next <= maxPort {
		out = append(out, span{uint16(next), maxPort})
	}
	return out
}

// appendBoxes appends the services of the protocol from the source ports to the
// destination ports.
func appendBoxes(out []service.Range, proto uint8, src, dst []span) []service.Range {
	for _, s := range src {
		for _, d := range dst {
			out = append(out, service.Range{
				ProtoFrom: proto, ProtoTo: proto,
				SrcFrom: s.from, SrcTo: s.to, DstFrom: d.from, DstTo: d.to,
			})
		}
	}
	return out
}
