package device

import (
	"net/netip"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Interface is one side of a firewall, by the name that its rules and bindings use.
type Interface struct {
	// Name is the firewall's own: the nameif of an ASA, an interface of IOS or Linux,
	// a NIC or subnet of a cloud.
	Name string
	// Port is the name of the hardware where that is another one (GigabitEthernet0/1).
	Port string
	// Zone is the firewall's own zone that the interface is in, empty if it is in none.
	Zone string
	// VRF is its routing instance, empty for the default one. Packets do not pass from
	// one to another unless a route says so.
	VRF string
	// Addresses are its own, each with the length of its connected prefix.
	Addresses []netip.Prefix
	// SecurityLevel is that of an ASA, nil elsewhere.
	SecurityLevel *int
	// Shutdown says that it is switched off.
	Shutdown bool
	// Stateful tells what lets replies pass that lists at the interface would filter, as
	// an inspection of connections does; empty if nothing does.
	Stateful string
	// Unknown tells what about it cannot be known, one reason each ("its address comes
	// from DHCP").
	Unknown []string
	// Line is the 1-based line of the text where it starts, 0 if unknown.
	Line int
}

// Stage says when in the way of a packet a list filters.
type Stage uint8

// The stages of a packet that crosses a firewall or ends in it.
const (
	// StageIn filters what enters by the interface From.
	StageIn Stage = iota
	// StageOut filters what leaves by the interface To.
	StageOut
	// StageBetween filters what enters by From and leaves by To, interfaces or zones of the
	// firewall; an empty one stands for all of them.
	StageBetween
	// StageLocalIn and StageLocalOut filter what the firewall itself receives and sends.
	StageLocalIn
	StageLocalOut
)

// Binding says which list filters what. Several may filter the same packet: they are
// in the order in which the firewall asks them, within one stage.
type Binding struct {
	// List is the name of the list, which may be absent from Document.Lists.
	List string
	Stage
	// From and To are names of interfaces or zones; Stage says which of them count.
	From, To string
	// Rule, if not nil, decides in the place of a list: what the device does by itself
	// there ("the list is not defined: IOS permits everything").
	Rule *rule.Rule
	// V4 and V6 say for which addresses the list is asked.
	V4, V6 bool
	// Addresses are what a local list filters for, where that is not an interface's own:
	// those of a subnet. From and To are empty then.
	Addresses addr.Set
	// Except are addresses at the other end for which a local list is not asked: those
	// of its own subnet.
	Except addr.Set
	// Line is the 1-based line of the text, 0 if unknown.
	Line int
}

// Route says where packets to a prefix leave.
type Route struct {
	// VRF is the routing instance, empty for the default one.
	VRF string
	To  netip.Prefix
	// Via is the next hop, invalid for a route that names an interface alone.
	Via netip.Addr
	// Interface is the interface that packets leave by, empty if only Via is known.
	Interface string
	// Discard says that packets are dropped (Null0, blackhole).
	Discard bool
	Line    int
}
