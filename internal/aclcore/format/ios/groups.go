package ios

import (
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/port"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// What is known of an address field, of protocols with their ports, and of ports.
type (
	addresses = known.Set[addr.Set]
	services  = known.Set[service.Set]
	portSet   = known.Set[port.Set]
)

// groupKind tells apart the name spaces of object groups.
type groupKind uint8

const (
	networkGroup groupKind = iota
	serviceGroup           // of protocols, ports, and ICMP types
	portGroup
)

type groupKey struct {
	kind groupKind
	name string
}

// A group is an object group: its lines as they stand, and what they mean once a
// rule has asked for it. Of the three sets one is used, that of its kind.
type group struct {
	line int
	// v6 says that ICMP names are those of ICMPv6.
	v6 bool
	// opened is the line where the group was entered again, until a member follows:
	// that makes it a second definition. again is the line of the last one, 0 if there
	// is none, and from its first member: platforms add to the first one, but a file
	// could also be meant to replace it.
	opened, again, from int
	members             []line

	progress progress
	addrs    addresses
	services services
	ports    portSet
}

type progress uint8

const (
	unread progress = iota
	reading
	read
)

// doubtful is a group of which nothing is known: its three sets say why.
func doubtful(why string) *group {
	return &group{
		progress: read,
		addrs:    known.AtMost(addr.Any(), why), services: known.AtMost(service.Any(), why), ports: known.AtMost(port.All(), why),
	}
}

// group returns the group of that name, with what is known of it. It is never nil.
func (r *resolver) group(kind groupKind, name string) *group {
	g, ok := r.groups[groupKey{kind, name}]
	switch {
	case name == "":
		return doubtful("an object group's name is missing")
	case !ok:
		return doubtful(fmt.Sprintf("object group %s is not defined", name))
	case g.progress == reading:
		return doubtful(fmt.Sprintf("object group %s contains itself", name))
	case g.progress == unread && r.groupDepth == maxGroupDepth:
		return doubtful(fmt.Sprintf("object group %s is nested deeper than %d", name, maxGroupDepth))
	case g.progress == unread:
		g.progress = reading
		r.groupDepth++
		r.readGroup(kind, name, g)
		r.groupDepth--
		g.progress, g.members = read, nil
	}
	return g
}

// readGroup reads the members of g.
func (r *resolver) readGroup(kind groupKind, name string, g *group) {
	switch kind {
	case networkGroup:
		g.addrs = readMembers(r, name, g, memberKind[addr.Set]{
			all: addr.Any(), read: r.networkMember, join: addr.UnionOf, numbered: true,
			size: func(s addr.Set) int { return len(s.Ranges()) },
		})
	case serviceGroup:
		g.services = readMembers(r, name, g, memberKind[service.Set]{all: service.Any(), read: r.serviceMember, size: serviceSize})
	case portGroup:
		g.ports = readMembers(r, name, g, memberKind[port.Set]{
			all: port.All(), read: r.portMember, numbered: true,
			size: func(s port.Set) int { return len(s.Runs()) },
		})
	}
}

// serviceSize is the number of services in a set. One with source ports counts as many:
// what it takes to join them grows with the square of their number.
func serviceSize(s service.Set) int {
	const withSource = 256
	n := 0
	for _, r := range s.Ranges() {
		if n++; r.SrcFrom > 0 || r.SrcTo < maxPort {
			n += withSource
		}
	}
	return n
}

// groupHeader reads "object-group network NAME" and its kin after the first word.
func groupHeader(w *words) (key groupKey, v6, ok bool) {
	kind := networkGroup
	switch word := w.peek(); word {
	case "network", "v6-network":
		w.skip(1)
		if next := w.peek(); (next == "ipv4" || next == "ipv6") && w.ahead(1) != "" { // XR
			w.skip(1)
		}
	case "service", "v6-service", "protocol":
		w.skip(1)
		kind, v6 = serviceGroup, word == "v6-service"
	case "port": // XR
		w.skip(1)
		kind = portGroup
	case "ip", "ipv6": // NX-OS
		w.skip(1)
		switch w.peek() {
		case "address":
		case "port":
			kind = portGroup
		default:
			return groupKey{}, false, false
		}
		w.skip(1)
	default:
		return groupKey{}, false, false
	}
	name := w.next()
	return groupKey{kind, name}, v6, name != "" && w.done()
}
