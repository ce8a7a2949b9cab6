package estate

import (
	"cmp"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Inspection is what was understood of a text.
type Inspection struct {
	Format string
	// ACLs are the access lists in order of the text.
	ACLs []ACL
	// RuleCount counts the rules of the lists that were asked for.
	RuleCount int64
	// Rules are the first of them.
	Rules []RuleText
	// Indeterminate are lines that cannot be decided or were not understood.
	Indeterminate []LineText
}

// ACL is one access list in a text.
type ACL struct {
	// Ruleset is set for a ruleset of the estate, here and below.
	Ruleset string
	Name    string
	Aliases []string
}

// RuleText is a rule in the words of this provider.
type RuleText struct {
	Ruleset, ACL, Name              string
	Line                            int64
	Text, Action                    string
	Sources, Destinations, Services []string
	SourceZones, DestinationZones   []string
	// State is "new" or "established" for a rule that is only for such packets, else
	// empty. An established one permits answers and no flow.
	State string
	// Indeterminate is why the rule cannot be decided, empty if it can.
	Indeterminate []string
}

// LineText is a line that cannot be decided, and why.
type LineText struct {
	Ruleset, ACL string
	Line         int64
	Text, Reason string
}

// Inspect reads a text as the ruleset configuration says, and returns what was
// understood: of the chosen access list, or of all of them where none is chosen.
// At most limit rules and limit indeterminate lines are returned.
func Inspect(c RulesetConfig, limit int) (*Inspection, error) {
	content, source := []byte(c.Content), "inline"
	if c.Path != "" {
		var err error
		if content, _, err = readFile(c.Path); err != nil {
			return nil, err
		}
		source = c.Path
	}
	doc, err := format.Document(content, source, c.Format, c.Context)
	if err != nil {
		return nil, err
	}
	lists := doc.Lists
	if c.ACL != "" {
		list, err := format.Choose(doc, source, c.ACL)
		if err != nil {
			return nil, err
		}
		lists = []device.List{*list}
	}
	return newInspection(doc, lists, limit), nil
}

// Inspect is [Inspect] for rulesets of the estate one after the other, without our
// additions. An empty acl leaves the choice of the access list to each ruleset's
// configuration. The format is empty where they differ.
func (e *Estate) Inspect(names []string, acl string, limit int) (*Inspection, error) {
	path, err := e.path(names)
	if err != nil {
		return nil, err
	}
	all := &Inspection{}
	for i, rs := range path {
		c := rs.config
		c.ACL = cmp.Or(acl, c.ACL)
		in, err := Inspect(c, limit)
		if err != nil {
			return nil, &RulesetError{rs.name, "", err}
		}
		switch {
		case i == 0:
			all.Format = in.Format
		case all.Format != in.Format:
			all.Format = ""
		}
		in.setRuleset(rs.name)
		all.RuleCount += in.RuleCount
		all.ACLs = append(all.ACLs, in.ACLs...)
		all.Rules = append(all.Rules, in.Rules...)
		all.Indeterminate = append(all.Indeterminate, in.Indeterminate...)
	}
	all.Rules = all.Rules[:min(limit, len(all.Rules))]
	all.Indeterminate = all.Indeterminate[:min(limit, len(all.Indeterminate))]
	return all, nil
}

func (in *Inspection) setRuleset(name string) {
	for i := range in.ACLs {
		in.ACLs[i].Ruleset = name
	}
	for i := range in.Rules {
		in.Rules[i].Ruleset = name
	}
	for i := range in.Indeterminate {
		in.Indeterminate[i].Ruleset = name
	}
}

func newInspection(doc *device.Document, lists []device.List, limit int) *Inspection {
	in := &Inspection{Format: doc.Format}
	for _, l := range doc.Lists {
		in.ACLs = append(in.ACLs, ACL{Name: l.Name, Aliases: l.Aliases})
	}
	for _, l := range lists {
		in.RuleCount += int64(len(l.Rules))
		for i := range l.Rules {
			r := &l.Rules[i]
			if len(in.Rules) < limit {
				in.Rules = append(in.Rules, newRuleText(l.Name, r))
			}
			for _, reason := range r.Unknown {
				in.Indeterminate = append(in.Indeterminate, LineText{ACL: l.Name, Line: int64(r.Line), Text: r.String(), Reason: reason})
			}
		}
	}
	for _, n := range doc.Notes {
		in.Indeterminate = append(in.Indeterminate, LineText{Line: int64(n.Line), Text: n.Text, Reason: n.Reason})
	}
	// A line that could be a permit or a deny stands for two rules.
	in.Indeterminate = slices.Compact(in.Indeterminate)
	in.Indeterminate = in.Indeterminate[:min(limit, len(in.Indeterminate))]
	return in
}

func newRuleText(acl string, r *rule.Rule) RuleText {
	return RuleText{
		ACL: acl, Name: r.Name, Line: int64(r.Line), Text: r.String(), Action: r.Action.String(),
		Sources: r.Traffic.Sources.Strings(), Destinations: r.Traffic.Destinations.Strings(), Services: r.Traffic.Services.Strings(),
		SourceZones: r.SourceZones, DestinationZones: r.DestinationZones, State: r.State.String(), Indeterminate: r.Unknown,
	}
}
