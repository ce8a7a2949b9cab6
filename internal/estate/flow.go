package estate

import (
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
)

// Flow is a declared flow: its lists as written and what is wanted of it.
type Flow struct {
	Application, Name string
	// Configuration is the id of the configuration that declares the flow, of
	// [additions.IDLength] hexadecimal digits; empty where it owns nothing.
	Configuration                   string
	Sources, Destinations, Services []string
	SourceZone, DestinationZone     string
	// Deny wants the traffic to stay blocked.
	Deny bool
	// OverrideDeny lets a rule of ours overrule a deny narrower than any → any.
	OverrideDeny bool
	// Accepts are rules, by name or text, whose denies are meant: their traffic is not
	// wanted, unless they are any → any.
	Accepts []string
	// Rulesets names the rulesets that the flow crosses, in order; empty means the
	// only one there is.
	Rulesets []string
	// Expires is when no rule of ours may allow the flow any more, a date or instant
	// as [policy.ParseDeadline] reads it; empty means never.
	Expires string
	// Exceptions are reasons by name of a policy, see [ParseException].
	Exceptions map[string]string
	// Beside are the changes of flows that are answered together with this one, which its
	// own are written beside; nil means that it is alone.
	Beside *Changes
	// NetworkApplications and Users are compared with rules that are for some of them, by
	// name, and read by policies.
	NetworkApplications, Users []string
	// The rest is read by policies alone.
	ApplicationOwner  string
	ApplicationLabels map[string]string
	Comment           string
}

// ID names the flow for people: application/name.
func (f Flow) ID() string { return f.Application + "/" + f.Name }

// Owner is the mark that our rules for the flow carry.
func (f Flow) Owner() string { return additions.Owner(f.ID(), f.Configuration) }

// Wanted is the status of the flow when all is as wanted.
func (f Flow) Wanted() match.Verdict { return match.Wanted(f.Deny) }

// Found is what was found out about a flow.
type Found struct {
	// Products is how many (source, destination, service) products the flow has.
	Products int64
	// Status is the verdict. It is Pending where the flow is as wanted only by additions,
	// which no device has as far as is known.
	Status match.Verdict
	// Summary says in one line what was found out: the status, and the rules that decide
	// or what is in the way.
	Summary string
	// Satisfied says that the verdict is the wanted one, whatever policies say. An
	// expired flow wants none.
	Satisfied bool
	// Missing is the traffic whose verdict is not the wanted one, at most MaxEntries.
	Missing []Missing
	// Decisions tells which rule decides what, at most MaxEntries.
	Decisions []Decision
	// Managed are the rules of ours that the flow owns, as text in the language of
	// their ruleset.
	Managed []string
	// Unneeded are the rules of ours, by ruleset, without which the flow would be as
	// wanted: the ruleset has come to decide their traffic so itself.
	Unneeded []string
	// Ways are the ways of the traffic, none where the flow names rulesets.
	Ways []Way
	// Violations and DeniedBy are those of the [Judgement].
	Violations []Violation
	DeniedBy   []string
}

// MaxEntries bounds the missing and the decisions that are shown for one flow. An
// entry beyond it is counted in the last entry's reason or rule.
const MaxEntries = 50

// Missing is traffic whose verdict is not the wanted one.
type Missing struct {
	// Ruleset is the ruleset in the way; or Device and List are the device and its list.
	// From and To are the zones of the traffic where the flow finds its own way.
	Ruleset, Device, List, From, To string
	// Translated is the traffic in the addresses that the device compares, empty where
	// those are the flow's own.
	Translated                      string
	Sources, Destinations, Services []string
	// BlockedBy is the deciding rule with file and line.
	BlockedBy string
	// Reason says in words why the verdict is not the wanted one.
	Reason string
	// Change is the rule that would close this gap, in the ruleset's language.
	Change string
	// Own tells which of the three lists are all that the flow declares.
	Own Own
}

// Decision is traffic and the rule that decides it.
type Decision struct {
	// Ruleset, or Device and List, are where the rule stands; From and To are zones.
	Ruleset, Device, List, From, To, Rule string
	Line                                  int64
	// Action is permit, deny or indeterminate.
	Action                          string
	Sources, Destinations, Services []string
}
