package estate

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/diff"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
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
	// Same says that every packet is surely treated alike.
	Same bool
	// Cut says that not all could be compared: there may be more.
	Cut bool
	// Lists are the lists that only one of two devices has.
	OnlyBefore, OnlyAfter []string
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

// Diff compares two sides. Lists of two devices are compared by their names.
func (e *Estate) Diff(before, after DiffSide) (*Diff, error) {
	a, err := e.side(before, "before")
	if err != nil {
		return nil, err
	}
	b, err := e.side(after, "after")
	if err != nil {
		return nil, err
	}
	out := &Diff{Same: true}
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

func (e *Estate) side(s DiffSide, name string) (lists []audited, err error) {
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
	return slices.DeleteFunc(lists, func(l audited) bool { return l.replies }), err // replies are compared with their list
}

// compare adds what two lists do differently.
func (d *Diff) compare(list string, a, b *audited) {
	before, after := a.rules, b.rules
	got := diff.Compare(before, after)
	d.Same, d.Cut = d.Same && got.Same, d.Cut || got.Cut
	for _, c := range got.Changes {
		entry := DiffEntry{
			List: list, Sources: c.Sources.Strings(), Destinations: c.Destinations.Strings(), Services: c.Services.Strings(),
			SourceZones: c.SourceZones, DestinationZones: c.DestinationZones,
			Before: described(before, c.Before, c.Replies), After: described(after, c.After, c.Replies),
		}
		if i := c.After.Rule; i >= 0 {
			entry.Line, entry.File = int64(rulesOf(after, c.Replies).Rules[i].Line), b.file
		}
		if c.Replies {
			entry.List += " (replies)"
		}
		to := map[diff.Kind]*[]DiffEntry{diff.Opened: &d.Opened, diff.Closed: &d.Closed, diff.Uncertain: &d.Uncertain}[c.Kind]
		switch n := len(*to); {
		case n < MaxDiffEntries:
			*to = append(*to, entry)
		default:
			(*to)[n-1].After = fmt.Sprintf("and more: only the first %d are listed", MaxDiffEntries)
		}
	}
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

// MatchSide says what one side of a comparison does with a flow. It has one access list.
func (e *Estate) MatchSide(s DiffSide, f Flow) (Found, error) {
	lists, err := e.side(s, "text")
	if err != nil {
		return Found{}, err
	}
	if len(lists) != 1 {
		return Found{}, fmt.Errorf("flows are matched against one access list, and there are %d; leave flows out", len(lists))
	}
	return e.MatchRules(&Rules{&base{index: match.New(lists[0].rules)}}, f)
}
