package ios

import (
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/port"
)

const maxPort = 65535

// span is an inclusive run of ports.
// maxPortsListed is how many ports one eq or neq may list. IOS takes 10; the bound
// keeps sources times destinations small.
const maxPortsListed = 64

// ports is what the port field of an entry stands for.
type ports struct {
	portSet
	// listed says that the field was a list of ports, which a word that follows
	// may belong to.
	listed bool
	// group is the port group that the ports are of, if any.
	group *group
}

func everyPort() ports { return ports{portSet: known.Exactly(port.All())} }

// anyPorts is a field that cannot be known.
func anyPorts(format string, args ...any) ports {
	return ports{portSet: known.AtMost(port.All(), fmt.Sprintf(format, args...))}
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
		g := r.group(portGroup, w.next())
		return ports{portSet: g.ports, group: g}
	}
	return everyPort()
}

// comparison reads "eq 80", "range 20 25" and so on.
func (d Dialect) comparison(proto uint8, w *words) ports {
	op := w.next()
	unknown := func() ports {
		word := w.next()
		if word == "" {
			return anyPorts("%s without a port", op)
		}
		return anyPorts("port %q is not known to %s", word, d.title())
	}
	first, ok := d.port(proto, w.peek())
	if !ok {
		return unknown()
	}
	w.skip(1)
	op = lower(op)
	last := first
	switch op {
	case "eq", "neq":
		return d.listed(op, first, proto, w)
	case "range":
		if last, ok = d.port(proto, w.peek()); !ok {
			return unknown()
		}
		w.skip(1)
		if last < first {
			if d != NXOS { // NX-OS swaps them
				return anyPorts("range %d %d is reversed", first, last)
			}
			first, last = last, first
		}
	}
	set, _ := port.Compare(op, first, last)
	return ports{portSet: known.Exactly(set)}
}

// listed reads the ports that follow the first one of eq or neq.
func (d Dialect) listed(op string, first uint16, proto uint8, w *words) ports {
	set, _ := port.Compare("eq", first, first)
	if d.manyPorts() {
		if n, ok := d.port(proto, w.peek()); ok {
			runs := []port.Run{{From: first, To: first}}
			for ; ok; n, ok = d.port(proto, w.peek()) {
				w.skip(1)
				runs = append(runs, port.Run{From: n, To: n})
			}
			if len(runs) > maxPortsListed {
				return anyPorts("%s lists %d ports; at most %d are read", op, len(runs), maxPortsListed)
			}
			set = port.Of(runs...)
		}
	}
	if op == "neq" {
		set = set.Complement()
	}
	return ports{portSet: known.Exactly(set), listed: true}
}
