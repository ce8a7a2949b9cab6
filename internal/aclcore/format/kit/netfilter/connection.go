package netfilter

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// ConnStates is a set of states of connection tracking (conntrack).
type ConnStates uint8

// The states that a packet has, see iptables-extensions(8), "conntrack".
const (
	New ConnStates = 1 << iota
	Established
	Related
	Invalid
	Untracked
)

// Tracking says what a chain sees of connection tracking.
type Tracking uint8

const (
	// Tracked says that the chain comes after connection tracking.
	Tracked Tracking = iota
	// BeforeTracking says that the chain comes before it; all packets are invalid there.
	BeforeTracking
	// MaybeTracked says that it cannot be told, or some packets are exempted (notrack).
	MaybeTracked
)

// Only some ICMP messages open a connection in the eyes of connection tracking:
// the requests. Neighbour discovery and multicast listener messages are never
// tracked, and every other message that belongs to no connection is invalid
// (Linux net/netfilter/nf_conntrack_proto_icmp.c and …_icmpv6.c). Multicast router
// discovery is one or the other, as the kernel is new or old.
var (
	icmpRequests    = types(service.ICMP, 8, 13, 15, 17)
	icmp6Requests   = types(service.ICMPv6, 128, 139)
	icmp6Untracked  = types(service.ICMPv6, 130, 131, 132, 133, 134, 135, 136, 143)
	icmp6Varies     = types(service.ICMPv6, 151, 152)
	allICMP         = service.SetOf(service.Whole(service.ICMP), service.Whole(service.ICMPv6))
	invalidServices = allICMP.Subtract(icmpRequests).Subtract(icmp6Requests).Subtract(icmp6Untracked).Subtract(icmp6Varies)
	newServices     = service.Any().Subtract(invalidServices).Subtract(icmp6Untracked).Subtract(icmp6Varies)
)

func types(protocol uint8, numbers ...uint8) service.Set {
	var ranges []service.Range
	for _, n := range numbers {
		ranges = append(ranges, service.Type(protocol, n))
	}
	return service.SetOf(ranges...)
}

// Connection returns the packets whose connection is in one of the states. text is
// the condition as it is written, for the reasons.
func Connection(states ConnStates, tracking Tracking, text string) []Packets {
	switch tracking {
	case MaybeTracked:
		return []Packets{Doubtful(text + ": the file exempts traffic from connection tracking")}
	case BeforeTracking:
		if states&Invalid == 0 {
			return nil
		}
		return []Packets{All()}
	}
	first := service.Set{}
	for _, s := range []struct {
		state    ConnStates
		services service.Set
	}{{New, newServices}, {Invalid, invalidServices}, {Untracked, icmp6Untracked}} {
		if states&s.state != 0 {
			first = first.Union(s.services)
		}
	}
	var varies Packets
	switch states & (Invalid | Untracked) {
	case Invalid | Untracked:
		first = first.Union(icmp6Varies)
	case Invalid, Untracked:
		varies = For(icmp6Varies).Intersect(IPv6()).Because(text + " with multicast router discovery")
		varies.State = First
	}
	opens := For(first)
	opens.State = First
	if states&Established == 0 {
		// Related are errors and what opens a secondary connection: no reply is.
		return nonEmpty(opens, varies)
	}
	opens.State = AnyState
	rest := For(service.Any().Subtract(first))
	rest.State = Later
	return nonEmpty(opens, rest, varies)
}

// TCP flags, RFC 9293 section 3.1.
const (
	FIN = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
)

// laterFlags are the flags that packets of a connection have after the first.
var laterFlags = []uint8{SYN | ACK, ACK, PSH | ACK, FIN | ACK, FIN | PSH | ACK, RST, RST | ACK, PSH | URG | ACK}

// Flags returns the TCP packets whose flags match. text is the condition as it is
// written, for the reasons.
func Flags(match func(flags uint8) bool, text string) []Packets {
	first := For(service.SetOf(service.Whole(service.TCP)))
	first.State = 0
	if match(SYN) {
		first.State = First
	}
	later := first
	later.State = Later
	switch n := len(slices.DeleteFunc(slices.Clone(laterFlags), func(f uint8) bool { return !match(f) })); n {
	case 0:
		return nonEmpty(first)
	case len(laterFlags):
		first.State |= Later
		return nonEmpty(first)
	}
	return nonEmpty(first, later.Because(text))
}

func nonEmpty(sets ...Packets) []Packets {
	return slices.DeleteFunc(sets, Packets.IsEmpty)
}
