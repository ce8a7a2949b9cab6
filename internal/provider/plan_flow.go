package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// A priorFlow is what state and evidence hold of a flow that asks the same as its
// configuration does.
type priorFlow struct {
	declared declaredModel
	found    foundModel
	evidence evidence
}

// planFlow returns what is planned to be found, and the line for the summary.
//
// A flow with a prior is planned from state and evidence alone, which are frozen
// between plan and apply. Any other is assessed now.
func (s *session) planFlow(ctx context.Context, f estate.Flow, prior *priorFlow, at path.Path) (foundModel, summaryRow, diag.Diagnostics) {
	if diags := s.declare(f, at); diags.HasError() {
		return unknownFound(), summaryRow{}, diags
	}
	if prior == nil {
		return s.planNewFlow(ctx, f, at)
	}
	e := prior.evidence
	row := newSummaryRow(f, prior.found.verdict(), e.Settled, cmp.Or(firstReason(ctx, prior.found, f), e.Unsettled))
	row.judge(prior.found.violations(ctx))
	row.relieve(len(prior.found.Unneeded.Elements()))
	if s.enforcement == enforceAdvisory || e.Settled {
		return prior.found, row, nil
	}
	row.stuck = !e.Deliverable
	var diags diag.Diagnostics
	if s.enforcement == enforcePlan && !e.Deliverable {
		addUndeliverable(&diags, f, at, e.DeniedBy, e.Obstacles)
	}
	found := prior.found
	found.DeniedBy = blankNull.strings(nil)
	if len(e.DeniedBy) > 0 && !e.Expired {
		return found, row, diags // nothing is written, so that all else stays as it is
	}
	if e.Deliverable {
		row.promise(len(e.Planned.Managed))
	}
	found.Status = types.StringValue(f.Wanted().String())
	if e.Expired || e.Deliverable {
		found.Status = types.StringValue(e.Planned.Status.String())
	}
	found.Missing = missingList(nil)
	planned := s.brief(*e.Planned)
	found.ManagedRules, found.Unneeded = planned.ManagedRules, planned.Unneeded
	if e.Deliverable || e.Expired {
		found.Decisions, found.Summary = planned.Decisions, planned.Summary
	}
	return found, row, diags
}

// declare notes that the configuration has the flow, and refuses one that contradicts
// another: an apply could only write rules that take back each other.
func (s *session) declare(f estate.Flow, at path.Path) (diags diag.Diagnostics) {
	if s.enforcement == enforceAdvisory {
		return nil // nothing is written; the verdict of one of the two tells
	}
	if err := s.estate.Declare(f); err != nil {
		addErrorAt(&diags, at, fmt.Sprintf("Flow %q contradicts another flow", f.ID()), sentence(err.Error()))
	}
	return diags
}

func (s *session) planNewFlow(ctx context.Context, f estate.Flow, at path.Path) (foundModel, summaryRow, diag.Diagnostics) {
	var diags diag.Diagnostics
	a, err := s.estate.AssessNew(ctx, f)
	if err != nil {
		addAssessError(&diags, f, at, err)
		return unknownFound(), summaryRow{}, diags
	}
	tflog.Debug(ctx, "flow is assessed", map[string]any{"flow": f.ID(), "status": a.Now.Status.String(), "products": a.Now.Products})
	row := newSummaryRow(f, a.Now.Status, a.Settled, cmp.Or(a.Now.Reason(), a.Unsettled))
	row.judge(a.Violations)
	row.relieve(len(a.Now.Unneeded))
	if s.enforcement == enforceAdvisory {
		return s.brief(a.Now), row, nil
	}
	row.stuck = !a.Deliverable
	switch {
	case a.Deliverable && !a.Settled:
		row.promise(len(a.Planned.Managed))
	case s.enforcement == enforcePlan && !a.Deliverable:
		addUndeliverable(&diags, f, at, a.DeniedBy, a.Obstacles)
	}
	return s.brief(a.Planned), row, diags
}

// addAssessError leads each error to the attribute it speaks of, and in a
// map of flows to the flow, as deep as Terraform shows lines.
func addAssessError(diags *diag.Diagnostics, f estate.Flow, at path.Path, err error) {
	summary := fmt.Sprintf("Unable to match flow %q", f.ID())
	switch {
	case errors.Is(err, estate.ErrPath):
		diags.AddAttributeError(at.AtName("rulesets"), summary, sentence(err.Error()))
		return
	case errors.Is(err, flow.ErrDeclared):
		for _, e := range flow.FieldErrors(err) {
			where := at
			if e.Field != "" && len(at.Steps()) == 0 {
				where = at.AtName(e.Field)
			}
			addErrorAt(diags, where, summary, sentence(e.Error()))
		}
		return
	}
	if unread := new(estate.RulesetError); errors.As(err, &unread) {
		addErrorAt(diags, at, unreadSummary+unread.Title(), ended(unread.Err.Error()))
		return
	}
	if wrong := new(estate.TopologyError); errors.As(err, &wrong) {
		addErrorAt(diags, at, unreadSummary+"the estate", ended(wrong.Error()))
		return
	}
	addErrorAt(diags, at, summary, sentence(err.Error()))
}

// unreadSummary begins the summary of the errors of a ruleset that cannot be read,
// which are the same for all that cross it.
const unreadSummary = "Unable to read "

func unmetSummary(f estate.Flow) string {
	return fmt.Sprintf("Flow %q is not %s", f.ID(), f.Wanted())
}

func unmetDetail(f estate.Flow, obstacles []string) string {
	return fmt.Sprintf("The flow is wanted %s, and an apply could not make it so:\n%s\n\n"+
		"enforcement = \"plan\" fails the plan for it; \"apply\" would show a difference, \"advisory\" only the verdict. "+
		"To destroy all the same: terraform destroy -refresh=false.", f.Wanted(), estate.Indent(obstacles))
}

// sentence makes one of an error's text.
func sentence(text string) string { return capital(ended(text)) }

func capital(text string) string {
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
