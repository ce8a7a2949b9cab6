package device

import (
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Translation is one rule of address translation. Document.Translations has them in
// the order in which the firewall tries them; the first that matches ends the search.
type Translation struct {
	// Name is the rule's own name, empty if it has none.
	Name string
	// Line is the 1-based line where it starts, 0 if unknown; Text is the rule as it
	// stands there.
	Line int
	Text string

	// From and To are the interfaces or zones that the packet enters and leaves by,
	// none for all of them.
	From, To []string
	// Match is the packet before the translation.
	Match traffic.Product
	// Source and Destination say what becomes of the addresses and ports. Both are
	// absent (Kind Unchanged) in a rule that exempts packets from translation.
	Source, Destination Mapping
	// Reverse says that connections from the other side are translated back: the rule
	// is static in both directions.
	Reverse bool

	// Unknown tells why it cannot be known what the rule does, one reason each. What
	// Match holds is then in doubt; Match is all that the rule may touch.
	Unknown []string
}

// MappingKind says how addresses are translated.
type MappingKind uint8

// The kinds of mappings.
const (
	// Unchanged leaves the address as it is.
	Unchanged MappingKind = iota
	// Static maps the first address of the match to the first of To and so on; both
	// have the same size, unless To is one address that stands for all.
	Static
	// Dynamic maps to any address of To, and to any port from 1024 on.
	Dynamic
)

// Mapping is what becomes of a source or of a destination.
type Mapping struct {
	Kind MappingKind
	// To are the addresses after the translation; none where they are not in the text
	// (the address of an interface that comes from DHCP).
	To addr.Set
	// Port is the first port after the translation where ports are mapped, one to
	// one, 0 where they stay.
	Port uint16
}
