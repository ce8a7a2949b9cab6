package device

import (
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Translation is one rule of address translation. Document.Translations has them in
// the order in which the firewall tries them, which need not be that of the text; the
// first that matches ends the search.
//
// What a reader fills in, by vendor:
//
//   - ASA 8.3+: manual rules, objects (static before dynamic, then fewest addresses,
//     lowest address, name), after-auto. SearchBoth. From is the real interface, To the
//     mapped one, none for "any". Match has the real source and, with a destination
//     clause, the mapped destination: the packet as it enters by From. A static rule has
//     Reverse, also one of identity, whose Source is Unchanged. A static rule with a
//     service has the real ports as source ports in Match, and the mapped ones in Source.
//   - IOS: static before dynamic. SearchSource. "inside source" has From inside and To
//     outside interfaces, "outside source" the other way; both have Reverse where static.
//     What a list or route map denies is left out of Match: it exempts from this rule
//     alone.
//   - Linux, pf: SearchDestination in PREROUTING and for rdr, SearchSource in POSTROUTING
//     and for nat. A verdict that ends the chain without a translation is an exemption.
//     binat is a rule of each.
//   - PAN-OS: SearchBoth. A bi-directional rule is followed by the one that it implies,
//     without Reverse.
//   - SRX: static rules (SearchDestination with Reverse), destination rules
//     (SearchDestination), source rules (SearchSource). "off" is an exemption.
//   - FortiOS: virtual IPs (SearchDestination, From the external interface), then what
//     translates sources (SearchSource): the central map, or each policy in order, where
//     one without NAT is an exemption. The list has rules for a virtual IP by its outside
//     address.
//   - Check Point: SearchBoth, the rulebase in its order.
//   - A text that guards (AWS, Azure, GCP): the public address of a network interface is a rule with
//     SearchDestination and Reverse, for all interfaces.
//
// What a rule maps in several pieces (a group to a group, member by member), or matches
// with more than one product, is several rules with the same Line.
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
	// packet as the search for the destination has left it. It holds only packets that
	// surely match, unless Unknown says otherwise.
	Match traffic.Product
	// Source and Destination say what becomes of the addresses and ports. Both are
	// absent (Kind Unchanged) in a rule that exempts packets from translation.
	Source, Destination Mapping
	// Reverse says that connections from the other side are translated back, from To to
	// From: the rule is static, or an exemption, in both directions. What a search for
	// the source finds is tried in this direction by the search for the destination and
	// the other way round, at the same place of the order. The destination goes back from
	// Source.To to the sources of Match, the source from Destination.To to its
	// destinations, ports likewise. What is Unchanged stays, and has to lie in Match.
	Reverse bool

	// Unknown tells why it cannot be known what the rule does, one reason each. What
	// Match holds is then in doubt, in the directions that Source, Destination and Reverse
	// tell; Match is all that the rule may touch, To all that it may become (none:
	// anything).
	Unknown []string
}

// Search says which search tries a rule. The first rule that matches ends the searches
// that try it, an exemption too.
type Search uint8

// The searches.
const (
	// SearchBoth is of one table for source and destination. Where [Order.OneSearch] a
	// packet meets at most one rule of it, whichever of the two that translates. Elsewhere
	// it is searched at both steps; at the first one for a rule that translates the
	// destination, or exempts it by Reverse.
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
	// Static maps the first address of the match to the first of To and so on; both are
	// one range of the same size, unless To is one address that stands for all.
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
