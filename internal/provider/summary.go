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

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

// A summaryRow is one flow in the table of its application.
type summaryRow struct {
	name            string
	verdict, wanted match.Verdict
	settled         bool
	reason          string
	// work is what an apply does to the flow elsewhere; it is shown in place of the
	// verdict.
	work string
	// remark is shown in place of either: the kind of a [remark].
	remark string
	// later says that the flow depends on what is known after the apply.
	later bool
	// stuck says that no apply can make the flow as wanted.
	stuck bool
	// below are further lines.
	below []string
}

func newSummaryRow(f estate.Flow, verdict match.Verdict, settled bool, reason string) summaryRow {
	return summaryRow{name: f.Name, verdict: verdict, wanted: f.Wanted(), settled: settled, reason: reason}
}

// laterRow is the row of a flow that cannot be matched before the apply.
func laterRow(name string) summaryRow {
	return summaryRow{name: name, work: "unknown", later: true, reason: "known after apply"}
}

func (r summaryRow) ok() bool { return r.settled }

// quiet reports whether there is nothing to say of the flow.
func (r summaryRow) quiet() bool { return r.later || r.settled && r.remark == "" }

// weight orders rows: what is wrong, what is worth looking at, what is not known, the
// rest.
func (r summaryRow) weight() int {
	switch {
	case r.later:
		return 2
	case !r.settled:
		return 0
	case r.remark != "":
		return 1
	}
	return 3
}

// status is what is said of the flow in a word or two.
func (r summaryRow) status() string { return cmp.Or(r.remark, r.work, r.verdict.String()) }

// shown is the status as the table shows it.
func (r summaryRow) shown() string {
	text := r.status()
	if r.quiet() {
		return text
	}
	return strings.ToUpper(text)
}

// promise says that the apply will make the flow as wanted, by so many rules.
func (r *summaryRow) promise(rules int) {
	switch {
	case r.remark == "expired":
		r.reason += "  → the apply removes the rules that it owns"
	case rules == 1:
		r.reason += "  → the apply adds a rule"
	case rules > 1:
		r.reason += fmt.Sprintf("  → the apply adds %d rules", rules)
	}
}

// relieve says that so many rules which the flow owns are no longer needed.
func (r *summaryRow) relieve(rules int) {
	if rules == 0 || !r.settled || r.remark != "" {
		return
	}
	r.remark = "unneeded"
	if r.reason = "an addition is no longer needed: the ruleset has it now (additions_prune = true drops it)"; rules > 1 {
		r.reason = fmt.Sprintf("%d additions are no longer needed: the ruleset has them now (additions_prune = true drops them)", rules)
	}
}

// firstReason is [estate.Found.Reason] of what lies in state, which leaves out the lists of a gap that
// are the flow's own.
func firstReason(ctx context.Context, m foundModel, declared estate.Flow) string {
	var missing []struct {
		Ruleset      types.String `tfsdk:"ruleset"`
		Device       types.String `tfsdk:"device"`
		List         types.String `tfsdk:"list"`
		From         types.String `tfsdk:"from"`
		To           types.String `tfsdk:"to"`
		Translated   types.String `tfsdk:"translated"`
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
			Sources: orOwn(e.Sources, declared.Sources), Destinations: orOwn(e.Destinations, declared.Destinations), Services: orOwn(e.Services, declared.Services),
			Device: e.Device.ValueString(), BlockedBy: e.BlockedBy.ValueString(), Reason: e.Reason.ValueString(),
		})
	}
	return f.Reason()
}

func orOwn(texts, own []string) []string {
	if texts == nil {
		return own
	}
	return texts
}

// maxSummaryRows bounds the table of one application, maxFineRows the flows in it of
// which there is nothing to say: more are counted, unless a summary is always wanted.
const (
	maxSummaryRows = 200
	maxFineRows    = 10
)

// warnApplication adds the one warning of an application: its counts in the
// summary, since Terraform folds warnings with the same summary, and a table in
// the detail, indented so that Terraform keeps its layout.
func (s *session) warnApplication(diags *diag.Diagnostics, application string, rows []summaryRow) {
	loud := slices.ContainsFunc(rows, func(r summaryRow) bool { return !r.quiet() })
	if len(rows) == 0 || s.summary == summaryNever || (!loud && s.summary != summaryAlways) {
		return
	}
	summary := fmt.Sprintf("application %q: %s", application, counts(rows))
	rest := slices.DeleteFunc(slices.Clone(rows), func(r summaryRow) bool { return r.ok() && r.quiet() && r.reason == "" })
	if n := len(rows) - len(rest); n > maxFineRows && s.summary != summaryAlways {
		diags.AddWarning(summary, fmt.Sprintf("%s\n  … and %d flows as wanted%s", table(rest), n, outlook(rows)))
		return
	}
	diags.AddWarning(summary, table(rows)+outlook(rows))
}

// warnFlow adds the warning of a flow that stands on its own. All flows of an
// application share the summary, so that Terraform folds them into one.
func (s *session) warnFlow(diags *diag.Diagnostics, application string, row summaryRow) {
	if s.summary == summaryNever || (row.quiet() && s.summary != summaryAlways) {
		return
	}
	what := "that are not as wanted"
	switch {
	case row.quiet():
		what = "that are as wanted"
	case row.ok():
		what = "to look at"
	}
	diags.AddWarning(fmt.Sprintf("application %q: flows %s", application, what), table([]summaryRow{row})+outlook([]summaryRow{row}))
}

// outlook is a line about the flows that an apply will fail for, whatever the plan
// wants them to be.
func outlook(rows []summaryRow) string {
	var names []string
	for _, r := range rows {
		if r.stuck {
			names = append(names, fmt.Sprintf("%q", visible.Text(r.name)))
		}
	}
	const listed = 3
	if len(names) == 0 {
		return ""
	}
	if n := len(names) - listed; n > 1 {
		names = append(names[:listed], fmt.Sprintf("%d more", n))
	}
	text := names[0]
	if last := len(names) - 1; last > 0 {
		text = strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return fmt.Sprintf("\n  An apply will fail: it cannot make %s as wanted.", text)
}

// remarkWords are those of the counts that differ from the kind.
var remarkWords = map[string]string{"review": "to review", "notify": "to note", "unneeded": "with additions that are no longer needed"}

// counts reads "1 of 3 flows as wanted, 1 partial, 1 blocked".
func counts(rows []summaryRow) string {
	var order []string
	n := map[string]int{}
	ok, later, leaning := 0, 0, 0
	remarked := map[string]int{}
	for _, r := range rows {
		if r.ok() {
			ok++
			remarked[r.remark]++
			if r.verdict == match.Pending {
				remarked["pending"]++
			}
			continue
		}
		if r.later {
			later++
			continue
		}
		status := r.status()
		if status == r.wanted.String() {
			leaning++
			continue
		}
		if n[status]++; n[status] == 1 {
			order = append(order, status)
		}
	}
	text := fmt.Sprintf("%d of %d flows as wanted", ok, len(rows))
	// What is no verdict comes first.
	slices.SortFunc(order, func(a, b string) int {
		first, _ := match.ParseVerdict(a)
		second, _ := match.ParseVerdict(b)
		return cmp.Or(cmp.Compare(first, second), cmp.Compare(a, b))
	})
	for _, status := range order {
		text += fmt.Sprintf(", %d %s", n[status], status)
	}
	switch {
	case leaning == 1:
		text += ", 1 relies on rules of other flows"
	case leaning > 1:
		text += fmt.Sprintf(", %d rely on rules of other flows", leaning)
	}
	if later > 0 {
		text += fmt.Sprintf(", %d known after apply", later)
	}
	for _, kind := range []string{"pending", "expired", "review", "notify", "unneeded"} {
		if n := remarked[kind]; n > 0 {
			text += fmt.Sprintf(", %d %s", n, cmp.Or(remarkWords[kind], kind))
		}
	}
	return text
}

func table(rows []summaryRow) string {
	rows = slices.Clone(rows)
	// What is wrong comes first, and is the last to be cut.
	slices.SortStableFunc(rows, func(a, b summaryRow) int {
		return cmp.Or(cmp.Compare(a.weight(), b.weight()), cmp.Compare(a.name, b.name))
	})
	statusWidth, nameWidth := 0, 0
	for _, r := range rows {
		statusWidth, nameWidth = max(statusWidth, len(r.shown())), max(nameWidth, utf8.RuneCountInString(visible.Text(r.name)))
	}
	var b strings.Builder
	for i, r := range rows {
		if i == maxSummaryRows {
			fmt.Fprintf(&b, "  … and %d more flows\n", len(rows)-i)
			break
		}
		line := fmt.Sprintf("  %-*s  %-*s  %s", statusWidth, r.shown(), nameWidth, visible.Text(r.name), visible.Text(r.reason))
		b.WriteString(strings.TrimRight(line, " ") + "\n")
		for _, text := range r.below {
			fmt.Fprintf(&b, "  %*s  %s\n", statusWidth+2+nameWidth, "", visible.Text(text))
		}
	}
	return strings.TrimRight(b.String(), "\n")
}
