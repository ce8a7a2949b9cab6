package audit

import (
	"math/big"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Kind says what was found out about a rule.
type Kind uint8

// The kinds, most important first.
const (
	// Contradicts: rules before it decide some of its packets the other way, and all of
	// its packets are decided before it. What it says does not hold.
	Contradicts Kind = iota
	// Wider: it permits what a flow wants, and more.
	Wider
	// Unused: it permits only what no flow wants.
	Unused
	// Shadowed: it never decides a packet.
	Shadowed
	// PossiblyShadowed: it is known what it matches, and it decides none of that if rules
	// before it match that cannot be decided.
	PossiblyShadowed
	// Redundant: it decides packets, and without it the same becomes of them.
	Redundant
	// Expired: its schedule has ended, so that it matches no packet any more.
	Expired
	// Undecidable: it cannot be known what it matches.
	Undecidable
	// NoHits: the device has counted no packet.
	NoHits
)

// Kinds returns all kinds in order.
func Kinds() []Kind {
	return []Kind{Contradicts, Wider, Unused, Shadowed, PossiblyShadowed, Redundant, Expired, Undecidable, NoHits}
}

// String returns the word that users see.
func (k Kind) String() string {
	return [...]string{
		Contradicts: "contradicts", Wider: "wider", Unused: "unused", Shadowed: "shadowed", PossiblyShadowed: "possibly_shadowed",
		Redundant: "redundant", Expired: "expired", Undecidable: "undecidable", NoHits: "no_hits",
	}[k]
}

// Default stands for the default action among rules.
const Default = -1

// Finding is something about one unit of rules.
type Finding struct {
	Kind Kind
	// Rule is the first rule of the unit.
	Rule int
	// CoveredBy are first rules of units: the few that decide all of its packets before
	// it (Shadowed, PossiblyShadowed), those that decide some of them the other way
	// (Contradicts), those that decide them where it is gone, or Default (Redundant).
	CoveredBy []int
	// Excess is what a Wider rule permits beyond what flows want, and an Unused one at
	// all, merged; Packets is how many packets that are, Decides how many it decides. A packet
	// is a source, a destination, a protocol, and ports or type and code. Both are nil where
	// the traffic is not the same between all zones.
	Excess           []Excess
	Packets, Decides *big.Int
	// Size tells how much the Excess is as against others': its packets between each pair of
	// zones added up; nil where there is none.
	Size *big.Int
	// Cut says that Excess is not all, as the rules before it divide its traffic too
	// finely. Packets and Decides are nil then as well.
	Cut bool
	// Reason tells more where there is more to tell.
	Reason string
}

// Excess is traffic between zones; of a finding, such that no flow wants.
type Excess struct {
	traffic.Product
	// SourceZones and DestinationZones are as in package diff.
	SourceZones, DestinationZones []string
}

// Result is what was found out about one list.
type Result struct {
	// Findings are sorted by kind, those with the most Excess first, then by rule.
	Findings []Finding
	// Serves are the numbers of the flows that each rule decides traffic of in the way
	// they want, surely or perhaps.
	Serves [][]int
	// Removable says which rules may go, all together: nothing changes without those that
	// are shadowed or redundant, and what no flow wants is closed without those that are
	// unused. Those that have expired match nothing.
	Removable []bool
	// Unknown counts the rules and flows that could not be judged within the bounds.
	Unknown int

	of *auditor
}
