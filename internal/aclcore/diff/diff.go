package diff

import (
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/extent"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Kind says how traffic is treated differently.
type Kind uint8

// The kinds, most important first.
const (
	// Opened: surely denied before, surely permitted after.
	Opened Kind = iota
	// Closed: surely permitted before, surely denied after.
	Closed
	// Uncertain: it depends on a condition that cannot be decided, before or after, and
	// not in the same way in both.
	Uncertain
)

// String returns the word that users see.
func (k Kind) String() string {
	return [...]string{Opened: "opened", Closed: "closed", Uncertain: "uncertain"}[k]
}

// Packets says what packets of traffic have to do with connections.
type Packets uint8

const (
	// Opening packets open a connection.
	Opening Packets = iota
	// Replies are all packets of established connections.
	Replies
	// Related packets have to do with a connection, and are none of it.
	Related
	// Unconnected packets are of no connection, and open none.
	Unconnected
)

// String returns what users see.
func (p Packets) String() string {
	return [...]string{Opening: "opening packets", Replies: "replies", Related: "related packets", Unconnected: "packets of no connection"}[p]
}

// Decided says what becomes of traffic in one of the rulesets.
type Decided struct {
	Outcome match.Outcome
	// Rule is the deciding rule, -1 for the default action; of an Unknown outcome, the
	// first undecidable rule that would do the opposite of what the others do.
	Rule int
	// Reason is why the outcome is Unknown.
	Reason string
}

// Change is traffic that the rulesets treat differently.
type Change struct {
	Kind Kind
	traffic.Product
	// SourceZones and DestinationZones are the zones that the traffic goes between, none
	// for all of them, as [extent.Zones.Names] names them.
	SourceZones, DestinationZones []string
	// Packets are those that are treated differently. The rules of [Replies] stand in the
	// lists that replies meet.
	Packets       Packets
	Before, After Decided
}

// Result is what two rulesets do differently.
type Result struct {
	// Changes are disjoint but for replies, merged, and in stable order.
	Changes []Change
	// Same says that every packet is surely treated alike.
	Same bool
	// Cut says that not all was compared, since the rulesets divide traffic too finely
	// (see [MaxShares]). There may be more changes; Same is false.
	Cut bool
}

// MaxShares bounds how many shares rules take of the traffic that is compared.
const MaxShares = 1 << 20

// Side is one of two rulesets that are compared.
type Side struct {
	*rule.Ruleset
	// Strays say of each rule which packets it is for that are of no connection, and open
	// none. They are compared where neither side's is nil.
	Strays []extent.Stray
}

// Compare returns what becomes different where after takes the place of before.
func Compare(before, after Side) Result {
	c := newComparison(MaxShares)
	c.compare(before.Ruleset, after.Ruleset, Opening)
	if repliesDiffer(before.Ruleset, after.Ruleset) {
		c.compare(repliesOf(before.Ruleset), repliesOf(after.Ruleset), Replies)
	}
	if before.tellsStrays() && after.tellsStrays() && (before.hasStrays() || after.hasStrays()) {
		c.compare(before.asStraysMeet(Related), after.asStraysMeet(Related), Related)
		c.compare(before.asStraysMeet(Unconnected), after.asStraysMeet(Unconnected), Unconnected)
	}
	return c.result()
}

// repliesDiffer reports whether replies have to be compared besides the packets that
// open connections: somewhere they are filtered, and not as those are.
func repliesDiffer(before, after *rule.Ruleset) bool {
	if !before.Stateless && !after.Stateless {
		return false
	}
	if before.Stateless != after.Stateless || before.Return != nil || after.Return != nil {
		return true
	}
	return hasState(before.Rules) || hasState(after.Rules)
}

func hasState(rules []rule.Rule) bool {
	for i := range rules {
		if rules[i].State != rule.AnyState {
			return true
		}
	}
	return false
}

// repliesOf returns what replies meet: nothing that could deny them where connections
// are tracked.
func repliesOf(rs *rule.Ruleset) *rule.Ruleset {
	if !rs.Stateless {
		return &rule.Ruleset{Default: rule.Permit}
	}
	return rs.Replies()
}
