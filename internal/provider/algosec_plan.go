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
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

// A prospect is what is planned, or was found, of a declaration.
type prospect struct {
	found     map[string]foundModel
	inventory types.Map
	request   types.Object
}

// asFound is the truth, with nothing planned.
func asFound(seen *sighting, found map[string]foundModel) prospect {
	return prospect{found, textMap(seen.Inventory), changeRequestObject(seen.Request)}
}

func textMap(m map[string]string) types.Map {
	out := make(map[string]attr.Value, len(m))
	for k, v := range m {
		out[k] = types.StringValue(v)
	}
	return types.MapValueMust(types.StringType, out)
}

// planDeclaration returns what is planned, given what was seen and found. isNew says
// that this was while planning and not on refresh: what cannot be delivered is then
// planned as it is.
//
// Whatever is written opens a change request for the application, so that all of its
// flows are pending after it. With nothing to write, a flow that is not allowed is
// planned as allowed, for a difference, until it is.
func (s *session) planDeclaration(d declaration, seen *sighting, now map[string]foundModel, isNew bool) (prospect, diag.Diagnostics) {
	var diags diag.Diagnostics
	p := asFound(seen, maps.Clone(now))
	advisory := s.enforcement == enforceAdvisory
	if !seen.Exists && !d.create && !advisory {
		diags.AddError(fmt.Sprintf("Application %q is not in AlgoSec", d.application), "AlgoSec has no application of this name. "+createHint(d))
		return p, diags
	}
	if advisory {
		return p, diags
	}
	if seen.writes() {
		if reason := s.algosec.forbidden(d.application); reason != "" {
			diags.AddError(fmt.Sprintf("Application %q may not be written", d.application),
				fmt.Sprintf("AlgoSec has not what is declared (%s), and %s. Nothing was written.", seen.summary(), reason))
			return p, diags
		}
		if s.enforcement == enforcePlan {
			s.refuseDenied(d, seen, &diags)
		}
		if seen.Refused != "" && s.enforcement == enforcePlan {
			diags.AddError(fmt.Sprintf("Application %q cannot be changed now", d.application), sentence(seen.Refused))
		}
		if diags.HasError() {
			return p, diags
		}
		for name := range p.found {
			p.found[name] = p.found[name].whilePending()
		}
		p.inventory, p.request = d.without(seen.Expired).inventory(), types.ObjectUnknown(changeRequestTypes)
		return p, diags
	}
	for _, name := range slices.Sorted(maps.Keys(d.flows)) {
		if seen.settled(name) {
			continue
		}
		if s.enforcement == enforcePlan {
			diags.AddError(notAllowed(d, name), notAllowedDetail(seen, name))
		}
		if !isNew {
			f := p.found[name]
			f.Status, f.Missing = types.StringValue(match.Allowed.String()), missingList(nil)
			p.found[name] = f
		}
	}
	return p, diags
}

func createHint(d declaration) string {
	if d.single {
		return "A single flow is for an application that is managed elsewhere; declare the application with acl_application."
	}
	return "To create it: create = true."
}

// inventory is what AlgoSec has after an apply.
func (d declaration) inventory() types.Map {
	out := make(map[string]string, len(d.flows))
	for name, f := range d.flows {
		out[name] = declaredText(f)
	}
	return textMap(out)
}

func notAllowed(d declaration, flow string) string {
	return fmt.Sprintf("Flow %q is not allowed", d.application+"/"+flow)
}

func notAllowedDetail(seen *sighting, flow string) string {
	return fmt.Sprintf("AlgoSec has the flow as it is declared, and no change request is open: revision %d is active. But the connectivity is not there: %s.\n\n"+
		"There is nothing that an apply could write. See to it in AlgoSec that the change is implemented, or analyzed again.", seen.Revision, strings.TrimSuffix(seen.Answers[flow].Reason, "."))
}

// pendingSummary is what is told of a flow while a change request is open.
const pendingSummary = "pending: a change request of AlgoSec is open"

// whilePending is a flow while a change request is open: without AlgoSec's answer,
// which is not final.
func (m foundModel) whilePending() foundModel {
	m.Status, m.Summary = types.StringValue(match.Pending.String()), types.StringValue(pendingSummary)
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
		return ruleset.ValueString() == algosecRuleset
	})
	kind := list.ElementType(context.Background())
	if len(elements) == 0 {
		return types.ListNull(kind)
	}
	return types.ListValueMust(kind, elements)
}

// summary tells in a few words what differs.
func (s *sighting) summary() string {
	var parts []string
	if !s.Exists {
		parts = append(parts, "the application is new")
	}
	for _, p := range []struct {
		names []string
		text  string
	}{{s.Add, "to create"}, {s.Modify, "to change"}, {s.Delete, "to delete"}} {
		switch len(p.names) {
		case 0:
		case 1:
			parts = append(parts, "flow "+p.names[0]+" "+p.text)
		default:
			parts = append(parts, fmt.Sprintf("%d flows %s", len(p.names), p.text))
		}
	}
	if s.Resume {
		parts = append(parts, fmt.Sprintf("revision %d is a draft to go on with", s.Revision))
	}
	if len(s.Unapplied) > 0 {
		parts = append(parts, fmt.Sprintf("%s in revision %d, a draft that nobody has applied", brief(s.Unapplied), s.Revision))
	}
	return strings.Join(parts, ", ")
}

// rows are the lines of the table for the warning.
func (s *session) rows(d declaration, seen *sighting) []summaryRow {
	to := "to "
	if s.enforcement == enforceAdvisory {
		to = "not as declared: "
	}
	var rows []summaryRow
	for _, name := range slices.Sorted(maps.Keys(d.flows)) {
		a := seen.Answers[name]
		row := newSummaryRow(d.flows[name], a.Status, seen.settled(name) && a.Status != match.Pending, a.Reason)
		switch {
		case slices.Contains(seen.Add, name):
			row.work, row.reason, row.settled = to+"create", declaredText(d.flows[name]), false
		case slices.Contains(seen.Modify, name):
			row.work, row.reason, row.settled = to+"change", fmt.Sprintf("%s  (AlgoSec has %s)", declaredText(d.flows[name]), seen.Inventory[name]), false
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
func (s *session) notes(d declaration, seen *sighting) []string {
	var notes []string
	note := func(format string, args ...any) { notes = append(notes, visible.Text(fmt.Sprintf(format, args...))) }
	if seen.Request != nil && seen.Status == algosec.RevisionPending {
		which := "A change request"
		if seen.Request.ID != 0 {
			which = fmt.Sprintf("Change request %d", seen.Request.ID)
		}
		note("%s is open, revision %d is %q: %s", which, seen.Revision, seen.Status, seen.Request.URL)
	}
	if s.enforcement == enforceAdvisory || !seen.writes() {
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
	if denied := seen.denied(); len(denied) > 0 {
		note("The apply will be refused: policies deny %s.", brief(denied))
	}
	if seen.Refused != "" {
		note("The apply will be refused: %s", sentence(strings.TrimPrefix(seen.Refused, "AlgoSec: ")))
	}
	if d.exclusive || len(seen.Others) == 0 {
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
func (s *session) warnDeclaration(diags *diag.Diagnostics, d declaration, seen *sighting) {
	rows, notes := s.rows(d, seen), s.notes(d, seen)
	bad := slices.ContainsFunc(rows, func(r summaryRow) bool { return !r.quiet() }) || len(notes) > 0
	if s.summary == summaryNever || (!bad && s.summary != summaryAlways) {
		return
	}
	summary := fmt.Sprintf("application %q: %s", d.application, counts(rows))
	if d.single {
		summary = fmt.Sprintf("application %q: flows that are not as wanted", d.application)
		if !bad {
			summary = fmt.Sprintf("application %q: flows that are as wanted", d.application)
		}
	}
	detail := table(rows)
	if len(notes) > 0 {
		detail = strings.TrimLeft(detail+"\n\n"+strings.Join(notes, "\n"), "\n")
	}
	diags.AddWarning(summary, detail)
}

// refuseDenied adds an error for each flow that would be written and that policies
// deny.
func (s *session) refuseDenied(d declaration, seen *sighting, diags *diag.Diagnostics) {
	for _, name := range seen.denied() {
		a := seen.Answers[name]
		diags.AddError(deniedSummary(d.flows[name]), visible.Lines(deniedDetail(denying(a.Violations), a.Denials)))
	}
}

// addAlgosecError says what is wrong: with the configuration, the declaration, or the
// server.
func addAlgosecError(diags *diag.Diagnostics, d declaration, verb string, err error) {
	if errors.Is(err, errNoAlgosec) {
		diags.AddError("Unable to use AlgoSec", sentence(err.Error()))
		return
	}
	diags.AddError(fmt.Sprintf("Unable to %s application %q in AlgoSec", verb, d.application), visible.Lines(sentence(strings.TrimPrefix(err.Error(), "AlgoSec: "))))
}
