package netfilter

// Kind is what a rule does with the packets it matches.
type Kind uint8

// The verdicts of a rule.
const (
	// Accept ends the base chain; the packet goes on to the next one it crosses.
	Accept Kind = iota + 1
	// Drop ends everything.
	Drop
	// Return leaves the chain; at the end of a base chain its policy applies.
	Return
	// Jump goes through another chain and comes back.
	Jump
	// Goto goes through another chain and comes back to where this one was called.
	Goto
	// Undecided may accept, drop or let pass, for the verdict's Reason.
	Undecided
	// Set makes the verdict's Change and goes on.
	Set
	// Translate accepts, but base chains that follow see another packet.
	Translate
)

// Verdict is a kind and, for Jump and Goto, the chain, or for Undecided and
// Translate, the reason.
type Verdict struct {
	Kind   Kind
	Chain  string
	Reason string
	// Change is what the rule changes of the packets before, nil if nothing.
	Change *Change
	// NAT is what a rule of a nat chain translates, nil if it translates nothing.
	NAT *NAT
}

// Rule is one rule of a chain. Its clauses are tried in order.
type Rule struct {
	Line              int
	Text, Name, Place string
	Clauses           []Clause
}

// Clause is a verdict on packets: those in one of the sets. Most rules have one; a
// verdict map has one for each element.
type Clause struct {
	Packets []Packets
	Verdict Verdict
}

// Families is a set of address families.
type Families uint8

// The address families.
const (
	V4 Families = 1 << iota
	V6
	V4V6 = V4 | V6
)

// packets returns every packet of the families.
func (f Families) packets() Packets {
	switch f {
	case V4:
		return IPv4()
	case V6:
		return IPv6()
	}
	return All()
}

// Chain is an ordered list of rules.
type Chain struct {
	Name     string
	Families Families
	Rules    []Rule
	// Doubt says why the rules are not surely those of the chain, empty if they are;
	// DoubtRule is the line that made it so.
	Doubt     string
	DoubtRule Rule
	// Policy is what a base chain does with packets that run off its end, Accept or
	// Drop; as a rule it has a line and a text.
	Policy     Kind
	PolicyRule Rule
	// Within, if not nil, is the packets that cross a base chain; others pass it by.
	Within []Packets
	// In and Out restrict a base chain to packets of interfaces.
	In, Out Interfaces
	// NoIn and NoOut say that packets cross the base chain without an interface on
	// that side: no condition on one holds, and every negated one does.
	NoIn, NoOut bool
	// Reached says that the packets which cross the base chain are for the host itself.
	Reached bool
}
