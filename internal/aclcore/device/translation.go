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

	// Search says which of the device's searches tries the rule.
	Search Search
	// From and To are the interfaces or zones that the packet enters and leaves by,
	// none for all of them. See [Order.ToByOriginal].
	From, To []string
	// Match is the packet before the translation; in a search for the source alone, the
	// packet as the search for the destination has left it.
	Match traffic.Product
	// Source and Destination say what becomes of the addresses and ports. Both are
	// absent (Kind Unchanged) in a rule that exempts packets from translation.
	Source, Destination Mapping
	// Reverse says that connections from the other side are translated back, from To to
	// From: the rule is static, or an exemption, in both directions. What a search for
	// the source finds is tried in this direction by the search for the destination and
	// the other way round, at the same place of the order.
	Reverse bool

	// Unknown tells why it cannot be known what the rule does, one reason each. What
	// Match holds is then in doubt; Match is all that the rule may touch.
	Unknown []string
}

// Search says which search tries a rule. The first rule that matches ends the searches
// that try it, an exemption too.
type Search uint8

// The searches.
const (
	// SearchBoth is one search for source and destination, in which a packet meets at
	// most one rule whichever of the two that translates.
	SearchBoth Search = iota
	// SearchDestination is that of the step TranslateDestination alone.
	SearchDestination
	// SearchSource is that of the step TranslateSource alone.
	SearchSource
)

// MappingKind says how addresses are translated.
type MappingKind uint8

// The kinds of mappings.
const (
	// Unchanged leaves the address as it is.
	Unchanged MappingKind = iota
	// Static maps the first address of the match to the first of To and so on; both
	// have the same size, unless To is one address that stands for all.
	Static
	// Dynamic maps to any address of To, and to any port from FirstPort to LastPort.
	Dynamic
)

// Mapping is what becomes of a source or of a destination.
type Mapping struct {
	Kind MappingKind
	// To are the addresses after the translation; none where they are not in the text
	// (the address of an interface that comes from DHCP).
	To addr.Set
	// FirstPort and LastPort are the ports after the translation, both 0 where ports
	// stay: of a source the port that it sends from, of a destination the one that it
	// is asked at. A Static mapping maps the first port of the match to FirstPort and so
	// on, or all of them where there is one after it. Services without ports stay.
	FirstPort, LastPort uint16
}
