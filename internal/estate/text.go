package estate

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/change"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

// writer turns findings into what people read.
type writer struct {
	stations []station
	// way is the flow's own way, nil where it names rulesets.
	way      *way
	q        match.Request
	products int64
	// overrideDeny is the flow's own.
	overrideDeny bool
	// accepted are the denies that the flow accepts, of what it would meet.
	accepted  []string
	judgement Judgement
	// beside are the changes of other flows.
	beside *Changes
}

// found writes down a finding, and the rules that the flow then owns, each where the plan
// has it.
func (w writer) found(f finding, owned map[string][]additions.Rule, plans map[string][]change.Rule) Found {
	out := Found{
		Products: w.products, Status: f.Verdict, Satisfied: f.Satisfied,
		Summary: w.summary(f), Violations: w.judgement.Violations, DeniedBy: w.judgement.DeniedBy,
	}
	if f.pending {
		out.Status = match.Pending
	}
	changes := w.beside.clone()
	if w.judgement.Expired { // nothing is wanted, so that nothing is missing
		out.Satisfied, f.Missing = true, nil
	}
	for i := range f.Missing {
		if i == MaxEntries {
			out.Missing[i-1].Reason += fmt.Sprintf(" (and %d more entries)", len(f.Missing)-i)
			break
		}
		out.Missing = append(out.Missing, w.missing(f, i, changes))
	}
	if f.Cut && len(out.Missing) > 0 {
		out.Missing[len(out.Missing)-1].Reason += " (the list is cut: the exact rest has too many parts)"
	}
	shown := decisive(f.Decisions)
	for _, k := range shown {
		d := f.Decisions[k]
		s := w.stations[d.Ruleset]
		at := f.decidedAt(k)
		if f.way == nil || s.kind == "" {
			at.Ruleset = s.name
		}
		out.Decisions = append(out.Decisions, Decision{
			Ruleset: at.Ruleset, Device: at.Device, List: at.List, From: at.From, To: at.To, Rule: d.Rule, Line: int64(d.Line), Action: d.Outcome.String(),
			Sources: d.Sources.Strings(), Destinations: d.Destinations.Strings(), Services: d.Services.Strings(),
		})
	}
	if n := len(f.Decisions) - len(shown); n > 0 {
		out.Decisions[len(shown)-1].Rule += fmt.Sprintf(" (and %d more entries)", n)
	}
	out.Ways = f.ways()
	for _, s := range w.stations {
		var managed []string
		for _, r := range owned[s.place()] {
			placed, _ := s.placeOf(r, plans[s.place()])
			text := s.text(placed, managed)
			managed = append(managed, text)
			out.Managed = append(out.Managed, text)
			if f.Satisfied && w.unneeded(s, r, plans) {
				out.Unneeded = append(out.Unneeded, s.label()+": "+placed.String())
			}
		}
	}
	return out
}

// decisive returns the numbers of MaxEntries of the decisions in their order: the first of each
// outcome, since who reads only permits takes all for permitted, and then the first.
func decisive(all []match.Decision) (out []int) {
	kept := map[int]bool{}
	seen := map[match.Outcome]bool{}
	for i, d := range all {
		if !seen[d.Outcome] && len(all) > MaxEntries {
			seen[d.Outcome], kept[i] = true, true
		}
	}
	for i := range all {
		if kept[i] || len(kept) < MaxEntries {
			kept[i] = true
			out = append(out, i)
		}
	}
	return out
}

func (w writer) missing(f finding, k int, before *Changes) Missing {
	m := f.Missing[k]
	out := Missing{
		Sources: m.Sources.Strings(), Destinations: m.Destinations.Strings(), Services: m.Services.Strings(),
		BlockedBy: m.By, Reason: m.Reason, Own: w.own(m),
	}
	out.Device, out.List, out.From, out.To = f.place(k)
	out.Translated = f.translated(k)
	if m.Ruleset >= 0 {
		s := w.stations[m.Ruleset]
		if s.kind == "" {
			out.Ruleset = s.name
		}
		if deny := w.overruled(f, k); deny != "" {
			out.Reason += overrulesText(deny, m.By)
		} else {
			out.Change = w.change(f, k, before)
		}
	}
	if w.q.Want == rule.Deny && m.By != "" {
		out.BlockedBy, out.Reason = "", m.Reason+": "+m.By
	}
	return out
}

// change is what closes gap number k of the finding, beside the changes written before.
func (w writer) change(f finding, k int, before *Changes) string {
	s := w.stations[f.Missing[k].Ruleset]
	var texts []string
	for _, r := range w.rules(f, k) {
		text := s.text(r, before.in(s.place()))
		if len(before.in(s.place())) < len(w.beside.in(s.place()))+MaxEntries { // more are told of, but not shown
			before.add(s.place(), text)
		}
		texts = append(texts, text)
	}
	if s.config.ChangeLanguage == format.HCL {
		return strings.Join(texts, "\n\n")
	}
	return format.Join(s.rules().Format, texts)
}

// text writes a rule in the ruleset's language, or says why that cannot be.
func (s station) text(r change.Rule, beside []string) string {
	write := format.Change
	if s.config.ChangeLanguage == format.HCL {
		write = format.Resources
	}
	text, err := s.writeIn(write, r, beside)
	if err != nil {
		// In one line, unlike what is to be pasted.
		return visible.Text(fmt.Sprintf("%s (cannot be written as %s: %s)", &r.Rule, s.rules().Format, err))
	}
	return text
}

// write writes a rule in the ruleset's language, where it has to stand, beside changes
// that are made before it.
func (s station) write(r change.Rule, beside []string) (string, error) {
	return s.writeIn(format.Change, r, beside)
}

// writeIn is like write for a writer of another language.
func (s station) writeIn(write func(name, list string, in rule.Insertion) (string, error), r change.Rule, beside []string) (string, error) {
	to := s.targets
	if to == nil {
		to = newTargets(s.rules())
	}
	at, list := to.opening, s.list
	if rs := at.rules; r.Replies && (s.base.replies == nil || rs.OneList()) { // else the list is the one that replies meet
		at, list = to.replies, cmp.Or(rs.ReturnList, list)
	}
	before := r.Before
	if before < 0 {
		before = len(at.rules.Rules)
	}
	return write(at.rules.Format, list, rule.Insertion{Base: at.rules, Before: before, Rules: []rule.Rule{r.Rule}, Beside: beside, Lookup: at.kept})
}
