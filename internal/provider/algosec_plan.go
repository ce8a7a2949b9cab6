package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/businessflow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

// A applicationValues is what is planned, or was found, of a declaration.
type applicationValues struct {
	found     map[string]foundModel
	inventory types.Map
	request   types.Object
}

// asFound is the truth, with nothing planned.
func asFound(seen *businessflow.Comparison, found map[string]foundModel) applicationValues {
	return applicationValues{found, textMap(seen.Inventory), changeRequestObject(seen.Request)}
}

func textMap(m map[string]string) types.Map {
	out := make(map[string]attr.Value, len(m))
	for k, v := range m {
		out[k] = types.StringValue(v)
	}
	return types.MapValueMust(types.StringType, out)
}

// planDeclaration returns the values of a plan, given what was seen and what holds now.
// fresh says that this was found while planning and not on refresh.
func (s algosecTarget) planDeclaration(server businessflow.Server, d businessflow.Declaration, seen *businessflow.Comparison, now map[string]foundModel, fresh bool) (applicationValues, diag.Diagnostics) {
	var diags diag.Diagnostics
	p := asFound(seen, maps.Clone(now))
	plan := server.Plan(d, seen, fresh)
	addProblems(&diags, d, seen, plan.Problems)
	for name, promise := range plan.Flows {
		f := p.found[name]
		switch promise {
		case businessflow.AsFound:
		case businessflow.WhilePending:
			f = f.whilePending()
		case businessflow.AsWanted:
			f.Status, f.Missing = types.StringValue(match.Allowed.String()), missingList(nil)
		}
		p.found[name] = f
	}
	if plan.Writes {
		p.inventory, p.request = textMap(plan.Inventory), types.ObjectUnknown(changeRequestTypes)
	}
	return p, diags
}

// addProblems adds an error for each problem; seen is what it was found in.
func addProblems(diags *diag.Diagnostics, d businessflow.Declaration, seen *businessflow.Comparison, problems []businessflow.Problem) {
	for _, p := range problems {
		switch p.Kind {
		case businessflow.Missing:
			diags.AddError(fmt.Sprintf("Application %q is not in AlgoSec", d.Application), "AlgoSec has no application of this name. "+createHint(d))
		case businessflow.Forbidden:
			diags.AddError(fmt.Sprintf("Application %q may not be written", d.Application),
				fmt.Sprintf("AlgoSec has not what is declared (%s), and %s. Nothing was written.", seen.Work(), p.Reason))
		case businessflow.Refused:
			diags.AddError(fmt.Sprintf("Application %q cannot be changed now", d.Application), sentence(p.Reason))
		case businessflow.Denied:
			diags.AddError(deniedSummary(d.Flows[p.Flow]), visible.Lines(deniedDetail(denying(p.Violations), p.Denials)))
		case businessflow.NotAllowed:
			diags.AddError(fmt.Sprintf("Flow %q is not allowed", d.Application+"/"+p.Flow), visible.Lines(notAllowedDetail(seen, p)))
		case businessflow.Stale:
			diags.AddError(fmt.Sprintf("Unable to apply the plan for application %q", d.Application),
				fmt.Sprintf("The application changed in AlgoSec after this plan was made, plan again: %s. Nothing was written. "+
					"(A plan made with -refresh=false rests on what an earlier plan found.)", p.Reason))
		}
	}
}

func createHint(d businessflow.Declaration) string {
	if d.Single {
		return "A single flow is for an application that is managed elsewhere; declare the application with acl_application."
	}
	return "To create it: create = true."
}

func notAllowedDetail(seen *businessflow.Comparison, p businessflow.Problem) string {
	return fmt.Sprintf("AlgoSec has the flow as it is declared, and no change request is open: revision %d is active. But the connectivity is not there: %s.\n\n"+
		"There is nothing that an apply could write. See to it in AlgoSec that the change is implemented, or analyzed again.", seen.Revision, strings.TrimSuffix(p.Reason, "."))
}

// whilePending is a flow while a change request is open: without AlgoSec's answer,
// which is not final.
func (m foundModel) whilePending() foundModel {
	m.Status, m.Summary = types.StringValue(match.Pending.String()), types.StringValue(businessflow.PendingSummary)
	m.Missing, m.Decisions = withoutAlgosec(m.Missing), withoutAlgosec(m.Decisions)
	return m
}

func withoutAlgosec(list types.List) types.List {
	elements := slices.DeleteFunc(slices.Clone(list.Elements()), func(e attr.Value) bool {
		o, ok := e.(types.Object)
		if !ok {
			return false
		}
		ruleset, _ := o.Attributes()["ruleset"].(types.String)
		return ruleset.ValueString() == businessflow.Ruleset
	})
	kind := list.ElementType(context.Background())
	if len(elements) == 0 {
		return types.ListNull(kind)
	}
	return types.ListValueMust(kind, elements)
}

// rows are the lines of the table for the warning.
func (s algosecTarget) rows(d businessflow.Declaration, seen *businessflow.Comparison) []summaryRow {
	to := "to "
	if s.enforcement == enforceAdvisory {
		to = "not as declared: "
	}
	var rows []summaryRow
	for _, name := range slices.Sorted(maps.Keys(d.Flows)) {
		a := seen.Answers[name]
		row := newSummaryRow(d.Flows[name], a.Status, seen.Settled(name) && a.Status != match.Pending, a.Reason)
		switch {
		case slices.Contains(seen.Add, name):
			row.work, row.reason, row.settled = to+"create", businessflow.FlowText(d.Flows[name]), false
		case slices.Contains(seen.Modify, name):
			row.work, row.reason, row.settled = to+"change", fmt.Sprintf("%s  (AlgoSec has %s)", businessflow.FlowText(d.Flows[name]), seen.Inventory[name]), false
		case slices.Contains(seen.Unapplied, name):
			row.work, row.reason, row.settled = "in a draft", fmt.Sprintf("revision %d, that nobody has applied", seen.Revision), false
		case slices.Contains(seen.Expired, name):
		case a.Status != match.Allowed, len(a.Denials) > 0:
			row.settled = false
		}
		if a.Status == match.Pending && a.Same {
			row.reason = "a change request is open"
			if r := seen.Request; r != nil && r.ID != 0 {
				row.reason = fmt.Sprintf("change request %d is open", r.ID)
			}
		}
		row.judge(a.Violations)
		rows = append(rows, row)
	}
	for _, name := range seen.Delete {
		rows = append(rows, summaryRow{name: name, work: to + "delete", wanted: match.Allowed, reason: seen.Inventory[name]})
	}
	return rows
}

// notes are what the warning says below the table.
func (s algosecTarget) notes(d businessflow.Declaration, seen *businessflow.Comparison) []string {
	var notes []string
	note := func(format string, args ...any) { notes = append(notes, visible.Text(fmt.Sprintf(format, args...))) }
	if seen.Request != nil && seen.Status == algosec.RevisionPending {
		which := "A change request"
		if seen.Request.ID != 0 {
			which = fmt.Sprintf("Change request %d", seen.Request.ID)
		}
		note("%s is open, revision %d is %q: %s", which, seen.Revision, seen.Status, seen.Request.URL)
	}
	if s.enforcement == enforceAdvisory || !seen.Writes() {
		return notes
	}
	if !seen.Exists {
		note("The apply creates the application.")
	}
	if len(seen.Objects) > 0 {
		note("The apply creates the network objects %s.", brief(seen.Objects))
	}
	if len(seen.Services) > 0 {
		note("The apply creates the services %s.", brief(seen.Services))
	}
	if seen.Resume {
		note("The apply goes on with revision %d, a draft that an earlier apply left.", seen.Revision)
	}
	if denied := seen.Denied(); len(denied) > 0 {
		note("The apply will be refused: policies deny %s.", brief(denied))
	}
	if seen.Refused != "" {
		note("The apply will be refused: %s", sentence(strings.TrimPrefix(seen.Refused, "AlgoSec: ")))
	}
	if d.Exclusive || len(seen.Others) == 0 {
		return notes
	}
	note("Flows of the application that are not declared here stay as they are: %s.", brief(seen.Others))
	return notes
}

// brief lists names, of many only the first.
func brief(names []string) string {
	const most = 10
	if n := len(names) - most; n > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), n)
	}
	return strings.Join(names, ", ")
}

// warnDeclaration adds the one warning of an application, or of a flow on its own.
func (s algosecTarget) warnDeclaration(diags *diag.Diagnostics, d businessflow.Declaration, seen *businessflow.Comparison) {
	rows, notes := s.rows(d, seen), s.notes(d, seen)
	bad := slices.ContainsFunc(rows, func(r summaryRow) bool { return !r.quiet() }) || len(notes) > 0
	if s.summary == summaryNever || (!bad && s.summary != summaryAlways) {
		return
	}
	summary := fmt.Sprintf("application %q: %s", d.Application, counts(rows))
	if d.Single {
		summary = fmt.Sprintf("application %q: flows that are not as wanted", d.Application)
		if !bad {
			summary = fmt.Sprintf("application %q: flows that are as wanted", d.Application)
		}
	}
	detail := table(rows)
	if len(notes) > 0 {
		detail = strings.TrimLeft(detail+"\n\n"+strings.Join(notes, "\n"), "\n")
	}
	diags.AddWarning(summary, detail)
}

// addAlgosecError says what is wrong: with the configuration, the declaration, or the
// server.
func addAlgosecError(diags *diag.Diagnostics, d businessflow.Declaration, verb string, err error) {
	if errors.Is(err, errNoAlgosec) {
		diags.AddError("Unable to use AlgoSec", sentence(err.Error()))
		return
	}
	diags.AddError(fmt.Sprintf("Unable to %s application %q in AlgoSec", verb, d.Application), visible.Lines(sentence(strings.TrimPrefix(err.Error(), "AlgoSec: "))))
}
