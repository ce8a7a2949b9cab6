// Package rule holds what a firewall says: rules in order, and the ruleset they
// stand in.
package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Action is what a rule does with the packets it matches.
type Action uint8

// The two actions that every vendor's words come down to.
const (
	Deny Action = iota
	Permit
)

// String returns "permit" or "deny".
func (a Action) String() string {
	if a == Permit {
		return "permit"
	}
	return "deny"
}

// actions are the words for the two actions in rule lists of any origin. Device
// formats have their own.
var actions = map[string]Action{
	"permit": Permit, "allow": Permit, "accept": Permit, "pass": Permit,
	"deny": Deny, "drop": Deny, "reject": Deny, "block": Deny, "discard": Deny, "reset": Deny,
	// The words of PAN-OS beside these.
	"reset-client": Deny, "reset-server": Deny, "reset-both": Deny,
}

// ParseAction reads a lower-case action word. Anything else is an error: an action
// that is guessed could make a verdict wrong.
func ParseAction(text string) (Action, error) {
	a, ok := actions[text]
	if ok {
		return a, nil
	}
	if _, ok := actions[strings.ToLower(text)]; ok {
		return 0, fmt.Errorf("unknown action %q; write it in lower case: %q", text, strings.ToLower(text))
	}
	return 0, fmt.Errorf("unknown action %q; write permit, allow, accept, pass, deny, drop, reject, block, discard, reset, reset-client, reset-server or reset-both", text)
}

// State restricts a rule to packets of new or of established connections.
type State uint8

// AnyState matches every packet, New only the first of a connection, Established
// only later ones: it never permits a flow that is being asked for.
const (
	AnyState State = iota
	New
	Established
)

// String returns "", "new" or "established".
func (s State) String() string {
	return [...]string{AnyState: "", New: "new", Established: "established"}[s]
}

// Pair restricts a rule by how the zones of a packet relate.
type Pair uint8

// AnyPair matches every packet, SameZone only one that stays in its zone,
// DifferentZones only one that goes from one zone to another. PAN-OS calls the rules
// universal, intrazone and interzone.
const (
	AnyPair Pair = iota
	SameZone
	DifferentZones
)

// String returns "", "within one zone" or "between different zones".
func (p Pair) String() string {
	return [...]string{AnyPair: "", SameZone: "within one zone", DifferentZones: "between different zones"}[p]
}

// Rule is one line of a ruleset. It matches a packet that lies in Traffic, comes
// from one of SourceZones, goes to one of DestinationZones, which relate as Pair
// says, and is in State.
type Rule struct {
	// Name is the rule's own name, empty if it has none.
	Name string
	// Line is the 1-based line of the file where the rule starts, 0 if unknown.
	Line int
	// Text is the rule as it stands in a device configuration, empty for rule
	// lists in JSON or YAML.
	Text string
	// Place is where the device inserts a rule that is to come just before this one,
	// in the words of its own commands (iptables "FORWARD 4", nftables "inet fw input
	// index 3"), empty if unknown.
	Place string

	Action  Action
	Traffic traffic.Product

	// SourceZones and DestinationZones are plain names; none means every zone.
	SourceZones, DestinationZones []string
	// ZonePatterns says that a name in them which ends with an asterisk stands for every
	// name that begins so, as an interface of Linux may (tun*).
	ZonePatterns bool

	Pair  Pair
	State State

	// Implied says that nobody wrote the rule: it is what the firewall does where none
	// matches, for part of the traffic.
	Implied bool
	// Translated says that the rule only puts in doubt what address translation may do with
	// its packets: a device whose translations are followed does without it.
	Translated bool

	// Applications and Users are names, as the firewall has them, of which a packet has
	// to be of one; none means all. What the firewall calls an application is found out
	// from the content, so that only a flow that declares its own can be compared.
	Applications, Users []string

	// Unknown tells why it cannot be known whether the rule matches, one reason
	// each ("time-range NIGHT"); such a rule neither surely matches nor surely
	// does not.
	Unknown []string
	// Masks restrict Traffic further, where they stand for more ranges than are listed;
	// nil if there are none. Each is one of the reasons in Unknown, for those who do not
	// compare with it.
	Masks *Masks
	// Assumed are the conditions that somebody vouches for, and that are no longer Unknown
	// ("assumed: time-range NIGHT").
	Assumed []string
}

// Masks restrict the sources and the destinations of a rule, nil if they do not.
type Masks struct{ Source, Destination *addr.Mask }

// Len returns how many there are.
func (m *Masks) Len() (n int) {
	if m != nil && m.Source != nil {
		n++
	}
	if m != nil && m.Destination != nil {
		n++
	}
	return n
}

// MayBeEveryZone reports whether a name that stands for one zone, as every name
// does, is what other systems write for all of them: any, or *.
func MayBeEveryZone(name string) bool { return name == "*" || strings.EqualFold(name, "any") }

// HasZone reports whether the name is one of the rule's zones, SourceZones or
// DestinationZones.
func (r *Rule) HasZone(zones []string, name string) bool {
	for _, z := range zones {
		prefix, pattern := strings.CutSuffix(z, "*")
		if z == name || r.ZonePatterns && pattern && strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// IsCatchAll reports whether the rule is any → any without any condition: a
// default written out, not somebody's intent for particular traffic. A rule that is
// implied is one too.
func (r *Rule) IsCatchAll() bool {
	return r.Implied || r.State == AnyState && r.Pair == AnyPair && len(r.Unknown) == 0 && len(r.SourceZones) == 0 && len(r.DestinationZones) == 0 &&
		len(r.Applications)+len(r.Users) == 0 && r.Traffic.IsCatchAll()
}

// String writes the rule on one line: its own text where it has one, else its
// name, action and traffic.
func (r *Rule) String() string {
	if r.Text != "" {
		return r.Text
	}
	var b strings.Builder
	if r.Name != "" {
		fmt.Fprintf(&b, "%q ", r.Name)
	}
	fmt.Fprintf(&b, "%s %s", r.Action, summary(r.Traffic))
	if len(r.SourceZones) > 0 || len(r.DestinationZones) > 0 {
		fmt.Fprintf(&b, " zone %s -> %s", zoneText(r.SourceZones), zoneText(r.DestinationZones))
	}
	if r.Pair != AnyPair {
		b.WriteString(" " + r.Pair.String())
	}
	if r.State != AnyState {
		b.WriteString(" of " + r.State.String() + " connections")
	}
	return b.String()
}

func zoneText(zones []string) string {
	if len(zones) == 0 {
		return "any"
	}
	return strings.Join(zones, ", ")
}

// maxListed is how many addresses or services of a rule are written before "…".
const maxListed = 3

func summary(p traffic.Product) string {
	short := func(texts []string) string {
		if n := len(texts); n > maxListed {
			texts = append(slices.Clone(texts[:maxListed]), fmt.Sprintf("… (%d in all)", n))
		}
		return strings.Join(texts, ", ")
	}
	return fmt.Sprintf("%s -> %s %s", short(p.Sources.Strings()), short(p.Destinations.Strings()), short(p.Services.Strings()))
}
