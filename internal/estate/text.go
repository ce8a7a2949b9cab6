package estate

import (
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/change"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
)

// writer turns findings into what people read.
type writer struct {
	stations []station
	q        match.Request
	products int64
	// overrideDeny is the flow's own.
	overrideDeny bool
	judgement    Judgement
	// beside are the changes of other flows.
	beside *Changes
}

func (w writer) found(f match.Finding, owned map[string][]additions.Rule) Found {
	out := Found{
		Products: w.products, Status: f.Verdict.String(), Satisfied: f.Satisfied,
		Violations: w.judgement.Violations, DeniedBy: w.judgement.DeniedBy,
	}
	changes := w.beside.clone()
	if w.judgement.Expired { // nothing is wanted, so that nothing is missing
		out.Satisfied, f.Missing = true, nil
	}
	for i, m := range f.Missing {
		if i == MaxEntries {
			out.Missing[i-1].Reason += fmt.Sprintf(" (and %d more entries)", len(f.Missing)-i)
			break
		}
		out.Missing = append(out.Missing, w.missing(f, m, changes))
	}
	if f.Cut && len(out.Missing) > 0 {
		out.Missing[len(out.Missing)-1].Reason += " (the list is cut: the exact rest has too many parts)"
	}
	shown := decisive(f.Decisions)
	for _, d := range shown {
		out.Decisions = append(out.Decisions, Decision{
			Ruleset: w.stations[d.Ruleset].name, Rule: d.Rule, Line: int64(d.Line), Action: d.Outcome.String(),
			Sources: d.Sources.Strings(), Destinations: d.Destinations.Strings(), Services: d.Services.Strings(),
		})
	}
	if n := len(f.Decisions) - len(shown); n > 0 {
		out.Decisions[len(shown)-1].Rule += fmt.Sprintf(" (and %d more entries)", n)
	}
	for _, s := range w.stations {
		var managed []string
		for _, r := range owned[s.name] {
			text := s.text(s.index.Ruleset(), 0, r.Rule(), managed)
			managed = append(managed, text)
			if len(w.stations) > 1 {
				text = s.name + ": " + text
			}
			out.Managed = append(out.Managed, text)
		}
	}
	return out
}

// decisive returns MaxEntries of the decisions in their order: the first of each
// outcome, since who reads only permits takes all for permitted, and then the first.
func decisive(all []match.Decision) []match.Decision {
	if len(all) <= MaxEntries {
		return all
	}
	kept := map[int]bool{}
	seen := map[match.Outcome]bool{}
	for i, d := range all {
		if !seen[d.Outcome] {
			seen[d.Outcome], kept[i] = true, true
		}
	}
	var out []match.Decision
	for i, d := range all {
		if kept[i] || len(kept) < MaxEntries {
			kept[i] = true
			out = append(out, d)
		}
	}
	return out
}

func (w writer) missing(f match.Finding, m match.Missing, before *Changes) Missing {
	out := Missing{
		Sources: m.Sources.Strings(), Destinations: m.Destinations.Strings(), Services: m.Services.Strings(),
		BlockedBy: m.By, Reason: m.Reason,
	}
	if m.Ruleset >= 0 {
		out.Ruleset = w.stations[m.Ruleset].name
		out.Change = w.change(f, m, before)
	}
	if w.q.Want == rule.Deny && m.By != "" {
		out.BlockedBy, out.Reason = "", m.Reason+": "+m.By
	}
	return out
}

// change is what closes the gap, beside the changes written before: a rule, or for a
// ruleset that filters replies also one for those where they are in the way.
func (w writer) change(f match.Finding, m match.Missing, before *Changes) string {
	s := w.stations[m.Ruleset]
	spare := change.Spare(w.q, f, m.Ruleset, m.Product)
	if !s.index.Ruleset().Stateless || w.q.Want == rule.Deny {
		m.Services = change.Widen(m.Services, spare)
		return w.rule(m, before)
	}
	var texts []string
	for _, way := range s.index.EachWay(w.q, m) {
		way.Ruleset, way.Services = m.Ruleset, change.Widen(way.Services, spare)
		texts = append(texts, w.rule(way, before))
	}
	return format.Join(s.index.Ruleset().Format, texts)
}

// rule writes the rule that closes a gap on one way.
func (w writer) rule(m match.Missing, before *Changes) string {
	s := w.stations[m.Ruleset]
	rs := s.index.Ruleset()
	r := rule.Rule{Action: w.q.Want, Traffic: m.Product}
	from, to := w.q.SourceZone, w.q.DestinationZone
	if m.Replies {
		r.Traffic = traffic.Product{Sources: m.Destinations, Destinations: m.Sources, Services: m.Services.Reverse()}
		from, to = to, from
		if rs.Return != nil {
			back := *rs
			back.Rules = rs.Return
			rs = &back
		}
	}
	if from != "" {
		r.SourceZones = []string{from}
	}
	if to != "" {
		r.DestinationZones = []string{to}
	}
	text := s.text(rs, m.Before, r, before.in(s.name))
	if len(before.in(s.name)) < len(w.beside.in(s.name))+MaxEntries { // more are told of, but not shown
		before.add(s.name, text)
	}
	return text
}

// text writes a rule in the ruleset's language, to stand before the rule of that
// index, -1 is the end, and beside changes that are made before it.
func (s station) text(rs *rule.Ruleset, before int, r rule.Rule, beside []string) string {
	if before < 0 {
		before = len(rs.Rules)
	}
	text, err := format.Change(rs.Format, s.list, rule.Insertion{Base: rs, Before: before, Rules: []rule.Rule{r}, Beside: beside})
	if err != nil {
		return fmt.Sprintf("%s (cannot be written as %s: %s)", &r, rs.Format, err)
	}
	return text
}
