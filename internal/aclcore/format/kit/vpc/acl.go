package vpc

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// LastEntry is the highest number that a network ACL's entry can be given; the
// entries above it are the default denies, 32767 for IPv4 and 32768 for IPv6.
const LastEntry = 32766

// DefaultEntry is the Name of a rule that stands for a default deny of a network
// ACL, as the console shows it. Other entries have their number as the Name.
const DefaultEntry = "*"

// Entry is one rule of a network ACL.
type Entry struct {
	Line int
	// Label is what the text of the rule starts with: the ACL, or the resource that
	// the entry is of its own.
	Label string
	// Number orders the entries of a direction, from the lowest; 0 if it is not known.
	Number    int
	Direction Direction
	Action    rule.Action
	// AnyAction says that the action is not known.
	AnyAction bool
	Services  service.Set
	// Peer is a prefix, or unknown.
	Peer Peer
	// Unknown are reasons why it is not known whether the entry matches.
	Unknown []string
}

// ACL is a network ACL.
type ACL struct {
	// Name and Aliases are as in [Group].
	Name    string
	Aliases []string
	Line    int
	Entries []Entry
	// Inline is as in [Group].
	Inline map[Direction]bool
}

// aclLists returns the two lists of an ACL, each with the other as the rules that
// replies meet.
func (b *builder) aclLists(a *ACL) []device.List {
	in, out := b.aclRules(a, Ingress), b.aclRules(a, Egress)
	lists := []device.List{
		{Rules: in, Return: out, Default: rule.Deny, Stateless: true},
		{Rules: out, Return: in, Default: rule.Deny, Stateless: true},
	}
	lists[0].Name, lists[0].Aliases = names(a.Name, a.Aliases, Ingress)
	lists[1].Name, lists[1].Aliases = names(a.Name, a.Aliases, Egress)
	lists[0].ReturnList, lists[1].ReturnList = lists[1].Name, lists[0].Name
	return lists
}

// aclRules returns the rules of one direction in the order in which they are
// evaluated. They end in a default deny, so that the rules that replies meet are
// never nil.
func (b *builder) aclRules(a *ACL, d Direction) []rule.Rule {
	var numbered, floating []Entry
	for _, e := range a.Entries {
		switch {
		case e.Direction != d:
		case e.Number == 0:
			if !e.AnyAction || e.Peer.Unknown == "" { // else it says already that nothing is known
				e.Unknown = append(slices.Clip(e.Unknown), "its rule number is not known")
			}
			floating = append(floating, e)
		default:
			numbered = append(numbered, e)
		}
	}
	slices.SortStableFunc(numbered, func(x, y Entry) int { return cmp.Compare(x.Number, y.Number) })
	for i := range numbered {
		e := &numbered[i]
		if i > 0 && numbered[i-1].Number == e.Number || i+1 < len(numbered) && numbered[i+1].Number == e.Number {
			e.Unknown = append(slices.Clip(e.Unknown), fmt.Sprintf("there are two entries with the number %d", e.Number))
		}
	}
	rules := []rule.Rule{}
	if b.network.Incomplete != "" {
		floating = append(floating, Entry{
			Line: a.Line, Label: a.Name, Direction: d, AnyAction: true, Services: service.Any(),
			Peer: Peer{Text: "any", Prefix: addr.Any()}, Unknown: []string{b.network.Incomplete},
		})
	}
	// An undecidable rule on top stands for one at any place: what it might permit or
	// deny is then decided by no rule below it alone.
	for _, e := range floating {
		rules = b.appendEntry(rules, &e)
	}
	// Terraform leaves out the default entries, which every network ACL has.
	if n := len(numbered); n == 0 || numbered[n-1].Number <= LastEntry {
		numbered = append(numbered, Entry{
			Line: a.Line, Label: a.Name, Number: LastEntry + 1, Direction: d, Services: service.Any(),
			Peer: Peer{Text: "any", Prefix: addr.Any()},
		})
	}
	for i := range numbered {
		rules = b.appendEntry(rules, &numbered[i])
	}
	for i := range rules {
		rules[i].Place = a.Name + " " + d.String()
		if rules[i].Name != "" {
			rules[i].Place += " " + rules[i].Name
		}
		if a.Inline[d] {
			rules[i].Place += " inline"
		}
	}
	b.rules += len(rules)
	return rules
}

func (b *builder) appendEntry(rules []rule.Rule, e *Entry) []rule.Rule {
	r := rule.Rule{Line: e.Line, Action: e.Action, Unknown: e.Unknown}
	switch {
	case e.Number > LastEntry:
		r.Name = DefaultEntry
	case e.Number > 0:
		r.Name = strconv.Itoa(e.Number)
	}
	number := cmp.Or(r.Name, "?")
	peer, more := b.resolve(e.Peer)
	if more != "" {
		peer = addr.Any()
		r.Unknown = append(slices.Clip(r.Unknown), more)
	}
	actions := []rule.Action{e.Action}
	if e.AnyAction {
		actions = []rule.Action{rule.Deny, rule.Permit}
	}
	for _, a := range actions {
		r.Action = a
		r.Text = fmt.Sprintf("%s %s %s %s %s %s %s", e.Label, e.Direction, number, verb(a), e.Services, e.Direction.preposition(), e.Peer.Text)
		rules = append(rules, placed(r, e.Direction, peer, addr.Any(), e.Services))
	}
	return rules
}

// verb writes an action in AWS's words.
func verb(a rule.Action) string {
	if a == rule.Permit {
		return "allow"
	}
	return "deny"
}
