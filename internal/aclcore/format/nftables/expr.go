package nftables

import (
	"net/netip"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

type exprKind uint8

const (
	// unread is an expression that is not understood, as text.
	unread exprKind = iota
	// literal is a number, name, address, prefix or range as it is written.
	literal
	// fieldExpr is what is looked at: "ip saddr", "tcp dport", "meta iifname".
	fieldExpr
	// setExpr has elements, reference names a set, everything is the element *.
	setExpr
	reference
	everything
	// rangeExpr is from the first argument to the second, prefixExpr an address and
	// a length.
	rangeExpr
	prefixExpr
	// concat is fields, or values, side by side.
	concat
	// masked is the first argument with the bits of the second.
	masked
	// flags are names of bits, any of them or all together.
	flags
)

// expr is an expression of the language.
type expr struct {
	kind exprKind
	text string
	args []expr
}

func word(text string) expr { return expr{kind: literal, text: text} }

// String writes the expression as nft does.
func (e expr) String() string {
	switch e.kind {
	case setExpr:
		if len(e.args) == 0 {
			return "{ }"
		}
		return "{ " + e.join(", ") + " }"
	case reference:
		return "@" + e.text
	case everything:
		return "*"
	case rangeExpr:
		return e.join("-")
	case prefixExpr:
		return e.join("/")
	case concat:
		return e.join(" . ")
	case masked:
		return e.join(" & ")
	case flags:
		return e.join(",")
	case fieldExpr:
		for _, short := range []string{"meta iif", "meta oif"} {
			if strings.HasPrefix(e.text, short) {
				return strings.TrimPrefix(e.text, "meta ")
			}
		}
	}
	return e.text
}

func (e expr) join(separator string) string {
	var b strings.Builder
	for i, a := range e.args {
		if i > 0 {
			b.WriteString(separator)
		}
		b.WriteString(a.String())
	}
	return b.String()
}

// mapping is one element of a map: of verdicts, or of values, which data has as text.
type mapping struct {
	key     expr
	verdict netfilter.Verdict
	data    string
}

type stmtKind uint8

const (
	// opaque may do anything with the packet.
	opaque stmtKind = iota
	// harmless decides nothing: counter, log, mark.
	harmless
	// doubtful is a condition that cannot be decided.
	doubtful
	// comparison compares left with right.
	comparison
	// verdictMap looks key up in elements, or in the map that is named.
	verdictMap
	// final has a verdict; none (kind 0) is "continue".
	final
	// untrack exempts packets from connection tracking.
	untrack
	// marks sets the mark of the packet.
	marks
	// detains sets a field so that a router may not forward the packet: see [forwards].
	detains
)

// statement is one statement of a rule; text is as nft writes it.
type statement struct {
	kind stmtKind
	// foreign says that it is of iptables, and that nft shows its name only.
	foreign     bool
	text        string
	operator    string // "==", "!=", "<", ">", "<=", ">=", or "in" and "!" for flags: one of them, or none
	left, right expr
	elements    []mapping // of an anonymous map; right is a reference otherwise
	verdict     netfilter.Verdict
	// change is what the statement makes of the mark, nil if nothing.
	change *netfilter.Change
	// to and port are where dnat sends packets, if it is one destination.
	to   netip.Addr
	port uint16
	// nat is what dnat, snat and redirect make of packets; mapped says that left is looked
	// up in a map for it, as in a verdict map.
	nat    *netfilter.NAT
	mapped bool
	// with is what a reject answers with: the kernel is given a condition besides,
	// which nft does not print.
	with rejection
}

// rejection is what a packet must be so that a rule can reject it.
type rejection uint8

const (
	// anyPacket is rejected by ICMP of its family.
	anyPacket rejection = iota
	// onlyTCP is rejected by a reset, onlyIPv4 by ICMP and onlyIPv6 by ICMPv6.
	onlyTCP
	onlyIPv4
	onlyIPv6
)

// packets are those that can be rejected so.
func (r rejection) packets() netfilter.Packets {
	switch r {
	case onlyTCP:
		return netfilter.For(service.SetOf(service.Whole(service.TCP)))
	case onlyIPv4:
		return netfilter.IPv4()
	case onlyIPv6:
		return netfilter.IPv6()
	}
	return netfilter.All()
}

// why is the reason for doubts about the statement.
func (s *statement) why() string {
	if s.foreign {
		return s.text + " of iptables, whose values nft does not show; export with iptables-save"
	}
	return s.text
}
