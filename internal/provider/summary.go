package provider

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// A summaryRow is one flow in the table of its application.
type summaryRow struct {
	name, status, wanted string
	settled              bool
	reason               string
}

func newSummaryRow(f estate.Flow, status string, settled bool, reason string) summaryRow {
	return summaryRow{f.Name, status, f.Wanted(), settled, reason}
}

func (r summaryRow) ok() bool { return r.settled }

// promise says that the apply will make the flow as wanted, by so many rules.
func (r *summaryRow) promise(rules int) {
	switch {
	case rules == 1:
		r.reason += "  → the apply adds a rule"
	case rules > 1:
		r.reason += fmt.Sprintf("  → the apply adds %d rules", rules)
	}
}

// reasonOf tells in one line what keeps a flow from being as wanted.
func reasonOf(f estate.Found) string {
	if len(f.Missing) == 0 {
		return ""
	}
	m := f.Missing[0]
	text := traffic(m.Sources, m.Destinations, m.Services)
	switch why, undecided := strings.CutPrefix(m.Reason, "indeterminate: "); {
	case m.BlockedBy == "":
		text += "  " + m.Reason
	case undecided: // the rule alone does not tell why
		text += "  " + why + ": " + m.BlockedBy
	default:
		text += "  " + m.BlockedBy
	}
	if n := len(f.Missing) - 1; n > 0 {
		text += fmt.Sprintf("  (+%d more)", n)
	}
	return text
}

// firstReason is [reasonOf] what lies in state.
func firstReason(ctx context.Context, m foundModel) string {
	var missing []struct {
		Ruleset      types.String `tfsdk:"ruleset"`
		Sources      []string     `tfsdk:"sources"`
		Destinations []string     `tfsdk:"destinations"`
		Services     []string     `tfsdk:"services"`
		BlockedBy    types.String `tfsdk:"blocked_by"`
		Reason       types.String `tfsdk:"reason"`
		Change       types.String `tfsdk:"change"`
	}
	if m.Missing.ElementsAs(ctx, &missing, false).HasError() {
		return ""
	}
	var f estate.Found
	for _, e := range missing {
		f.Missing = append(f.Missing, estate.Missing{
			Sources: e.Sources, Destinations: e.Destinations, Services: e.Services,
			BlockedBy: e.BlockedBy.ValueString(), Reason: e.Reason.ValueString(),
		})
	}
	return reasonOf(f)
}

func traffic(sources, destinations, services []string) string {
	short := func(texts []string) string {
		if len(texts) > 2 {
			return fmt.Sprintf("%s, … (%d)", texts[0], len(texts))
		}
		return strings.Join(texts, ", ")
	}
	return fmt.Sprintf("%s -> %s %s", short(sources), short(destinations), short(services))
}

// maxSummaryRows bounds the table of one application.
const maxSummaryRows = 200

// warnApplication adds the one warning of an application: its counts in the
// summary, since Terraform folds warnings with the same summary, and a table in
// the detail, indented so that Terraform keeps its layout.
func (s *session) warnApplication(diags *diag.Diagnostics, application string, rows []summaryRow) {
	bad := slices.ContainsFunc(rows, func(r summaryRow) bool { return !r.ok() })
	if len(rows) == 0 || s.summary == summaryNever || (!bad && s.summary != summaryAlways) {
		return
	}
	diags.AddWarning(fmt.Sprintf("application %q: %s", application, counts(rows)), table(rows))
}

// warnFlow adds the warning of a flow that stands on its own. All flows of an
// application share the summary, so that Terraform folds them into one.
func (s *session) warnFlow(diags *diag.Diagnostics, application string, row summaryRow) {
	if s.summary == summaryNever || (row.ok() && s.summary != summaryAlways) {
		return
	}
	if row.ok() {
		diags.AddWarning(fmt.Sprintf("application %q: flows that are as wanted", application), table([]summaryRow{row}))
		return
	}
	diags.AddWarning(fmt.Sprintf("application %q: flows that are not as wanted", application), table([]summaryRow{row}))
}

// counts reads "1 of 3 flows as wanted, 1 partial, 1 blocked".
func counts(rows []summaryRow) string {
	var order []string
	n := map[string]int{}
	ok := 0
	for _, r := range rows {
		if r.ok() {
			ok++
			continue
		}
		status := r.status
		if status == r.wanted {
			status += " for now"
		}
		if n[status]++; n[status] == 1 {
			order = append(order, status)
		}
	}
	text := fmt.Sprintf("%d of %d flows as wanted", ok, len(rows))
	slices.SortFunc(order, func(a, b string) int { return cmp.Or(cmp.Compare(severity[a], severity[b]), cmp.Compare(a, b)) })
	for _, status := range order {
		text += fmt.Sprintf(", %d %s", n[status], status)
	}
	return text
}

func table(rows []summaryRow) string {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b summaryRow) int {
		if a.ok() == b.ok() {
			return cmp.Compare(a.name, b.name)
		}
		if a.ok() { // what is wrong comes first, and is the last to be cut
			return 1
		}
		return -1
	})
	statusWidth, nameWidth := 0, 0
	for _, r := range rows {
		statusWidth, nameWidth = max(statusWidth, len(r.status)), max(nameWidth, utf8.RuneCountInString(visible(r.name)))
	}
	var b strings.Builder
	for i, r := range rows {
		if i == maxSummaryRows {
			fmt.Fprintf(&b, "  … and %d more flows\n", len(rows)-i)
			break
		}
		status := r.status
		if !r.ok() {
			status = strings.ToUpper(status)
		}
		line := fmt.Sprintf("  %-*s  %-*s  %s", statusWidth, status, nameWidth, visible(r.name), visible(r.reason))
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// severity orders statuses from best to worst.
var severity = map[string]int{"allowed": 1, "partial": 2, "indeterminate": 3, "not_routed": 4, "blocked": 5}
