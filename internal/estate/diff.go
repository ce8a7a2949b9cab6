package estate

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/diff"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// DiffSide is one of two things that are compared: a ruleset or a device of the estate,
// or a text. One of Ruleset, Device, Rules and Text is set.
type DiffSide struct {
	Ruleset, Device string
	Rules           *Rules
	Text            *RulesetConfig
}

// Diff is what two sides do differently.
type Diff struct {
	Opened, Closed, Uncertain []DiffEntry
	// Unwanted is what is opened, or may be, and no declared flow wants.
	Unwanted []DiffEntry
	// Same says that every packet is surely treated alike.
	Same bool
	// Cut says that not all could be compared: there may be more.
	Cut bool
	// Lists are the lists that only one of two devices has.
	OnlyBefore, OnlyAfter []string

	// wanted holds a permit for each product that a flow wants, so that those are found
	// which have to do with a change; flows are the flows by permit. It is nil without flows.
	wanted *match.Index
	flows  []*auditFlow
}

// declare says which flows are wanted.
func (d *Diff) declare(flows []auditFlow) {
	rules := &rule.Ruleset{}
	for i := range flows {
		if f := &flows[i]; !f.Deny {
			for _, p := range f.Products {
				rules.Rules = append(rules.Rules, rule.Rule{Action: rule.Permit, Traffic: p})
				d.flows = append(d.flows, f)
			}
		}
	}
	d.wanted = match.New(rules)
}

// DiffEntry is traffic that the sides treat differently.
type DiffEntry struct {
	List string
	// File is the file that Line is of, as it was configured; empty for text that has none.
	File                            string
	Sources, Destinations, Services []string
	SourceZones, DestinationZones   []string
	// Before and After are the deciding rules with file and line.
	Before, After string
	// Line is the line of the deciding rule after, 0 if unknown or if that is the default.
	Line int64
}

// MaxDiffEntries bounds each list of a Diff.
const MaxDiffEntries = 500

// Diff compares two sides. Lists of two devices are compared by their names. What is
// opened is compared with the flows that are declared.
func (e *Estate) Diff(before, after DiffSide, declared ...Flow) (*Diff, error) {
	a, err := auditing{e}.side(before, "before")
	if err != nil {
		return nil, err
	}
	b, err := auditing{e}.side(after, "after")
	if err != nil {
		return nil, err
	}
	flows, err := auditing{e}.auditFlows(declared)
	if err != nil {
		return nil, err
	}
	out := &Diff{Same: true}
	out.declare(flows)
	if len(a) == 1 && len(b) == 1 {
		out.compare(cmp.Or(b[0].list, a[0].list), &a[0], &b[0])
		return out, nil
	}
	for n := range a {
		x := &a[n]
		i := slices.IndexFunc(b, func(y audited) bool { return y.list == x.list })
		if i < 0 {
			out.OnlyBefore, out.Same = append(out.OnlyBefore, x.list), false
			continue
		}
		out.compare(x.list, x, &b[i])
	}
	for _, y := range b {
		if !slices.ContainsFunc(a, func(x audited) bool { return x.list == y.list }) {
			out.OnlyAfter, out.Same = append(out.OnlyAfter, y.list), false
		}
	}
	return out, nil
}

func (e auditing) side(s DiffSide, name string) (lists []audited, err error) {
	switch {
	case s.Rules != nil:
		return []audited{{rules: s.Rules.base.rules()}}, nil
	case s.Text != nil:
		b, err := loadBase(name, *s.Text, newSurrounding(Config{}).once(name, *s.Text), func(Progress) {})
		if err != nil {
			return nil, err
		}
		return []audited{{list: b.list, rules: b.rules()}}, nil
	case s.Ruleset != "":
		lists, err = e.auditedLists(AuditQuestion{Rulesets: []string{s.Ruleset}})
	default:
		lists, err = e.auditedLists(AuditQuestion{Devices: []string{s.Device}})
	}
	return slices.DeleteFunc(lists, func(l audited) bool { return l.partner != "" }), err // replies are compared with their list
}

// compare adds what two lists do differently.
func (d *Diff) compare(list string, a, b *audited) {
	before, after := a.rules, b.rules
	got := diff.Compare(sideOf(before.Format, before), sideOf(after.Format, after))
	d.Same, d.Cut = d.Same && got.Same, d.Cut || got.Cut
	for _, c := range got.Changes {
		replies := c.Packets == diff.Replies
		entry := DiffEntry{
			List: list, Sources: c.Sources.Strings(), Destinations: c.Destinations.Strings(), Services: c.Services.Strings(),
			SourceZones: c.SourceZones, DestinationZones: c.DestinationZones,
			Before: described(before, c.Before, replies), After: described(after, c.After, replies),
		}
		if i := c.After.Rule; i >= 0 {
			entry.Line, entry.File = int64(rulesOf(after, replies).Rules[i].Line), b.file
		}
		if c.Packets != diff.Opening {
			entry.List += " (" + c.Packets.String() + ")"
		}
		keep(map[diff.Kind]*[]DiffEntry{diff.Opened: &d.Opened, diff.Closed: &d.Closed, diff.Uncertain: &d.Uncertain}[c.Kind], entry)
		for _, p := range d.unwanted(&c) {
			entry.Sources, entry.Destinations, entry.Services = p.Sources.Strings(), p.Destinations.Strings(), p.Services.Strings()
			keep(&d.Unwanted, entry)
		}
	}
}

// sideOf returns rules of a format as they are compared.
func sideOf(name string, rs *rule.Ruleset) diff.Side {
	return diff.Side{Ruleset: rs, Strays: format.Strays(name, rs.Rules)}
}

// keep adds an entry to a list that is bounded.
func keep(to *[]DiffEntry, entry DiffEntry) {
	if n := len(*to); n == MaxDiffEntries {
		(*to)[n-1].After = fmt.Sprintf("and more: only the first %d are listed", MaxDiffEntries)
		return
	}
	*to = append(*to, entry)
}

// unwanted returns what of the traffic is permitted now, or may be, was not surely
// permitted before, and no declared flow wants. A flow that names a zone wants only what goes
// between the zones that it names.
func (d *Diff) unwanted(c *diff.Change) []traffic.Product {
	if c.Before.Outcome == match.Permitted || c.After.Outcome == match.Denied {
		return nil
	}
	left := d.without([]traffic.Product{c.Product}, c, false)
	if c.Packets == diff.Replies { // of a connection that a flow opens, in either direction
		left = d.without(left, c, true)
	}
	return traffic.Merge(left)
}

// without returns what of the traffic of a change no flow wants, or is no answer to one.
func (d *Diff) without(left []traffic.Product, c *diff.Change, answers bool) []traffic.Product {
	asked, from, to := c.Product, c.SourceZones, c.DestinationZones
	if answers {
		asked, from, to = turned(c.Product), to, from
	}
	for i := range d.wanted.Overlapping(asked, 0) {
		f := d.flows[i]
		if !isZone(f.SourceZone, from) || !isZone(f.DestinationZone, to) {
			continue
		}
		p := d.wanted.Ruleset().Rules[i].Traffic
		if answers {
			p = turned(p)
		}
		var rest []traffic.Product
		for _, one := range left {
			rest = append(rest, one.Subtract(p)...)
		}
		if left = rest; len(left) == 0 {
			break
		}
	}
	return left
}

// turned returns the traffic that answers p.
func turned(p traffic.Product) traffic.Product {
	return traffic.Product{Sources: p.Destinations, Destinations: p.Sources, Services: p.Services.Reverse()}
}

// isZone reports whether all traffic between the zones of a change is at the zone that a
// flow names there, if it names one.
func isZone(flow string, zones []string) bool {
	return flow == "" || rule.MayBeEveryZone(flow) || slices.Equal(zones, []string{flow})
}

func rulesOf(rs *rule.Ruleset, replies bool) *rule.Ruleset {
	switch {
	case replies && !rs.Stateless:
		return &rule.Ruleset{Source: rs.Source, Default: rule.Permit}
	case replies:
		return rs.Replies()
	}
	return rs
}

func described(rs *rule.Ruleset, d diff.Decided, replies bool) string {
	if replies && !rs.Stateless {
		return rs.Source + ": replies are permitted, connections are tracked"
	}
	text := rulesOf(rs, replies).Describe(d.Rule)
	if d.Reason != "" {
		text += " (indeterminate: " + d.Reason + ")"
	}
	return text
}

// ErrSeveralLists says that a flow is matched against one access list, and which of
// several it would cross is not known.
var ErrSeveralLists = errors.New("flows are matched against one access list")

// MatchSide says what one side of a comparison does with a flow. It has one access list.
func (e *Estate) MatchSide(s DiffSide, f Flow) (Found, error) {
	lists, err := auditing{e}.side(s, "text")
	if err != nil {
		return Found{}, err
	}
	if len(lists) != 1 {
		return Found{}, fmt.Errorf("%w, and there are %d", ErrSeveralLists, len(lists))
	}
	return e.MatchRules(&Rules{&base{index: match.New(lists[0].rules)}}, f)
}
