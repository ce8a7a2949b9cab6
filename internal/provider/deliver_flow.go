package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// A delivery is one flow at apply: what was planned and how things stand.
type delivery struct {
	flow       estate.Flow
	at         path.Path
	planned    foundModel
	assessment *estate.Assessment
}

// prepare assesses a flow at apply and checks that its plan still holds. It writes
// nothing.
func (s *session) prepare(ctx context.Context, f estate.Flow, planned foundModel, prior *priorFlow, at path.Path) (delivery, diag.Diagnostics) {
	var diags diag.Diagnostics
	d := delivery{flow: f, at: at, planned: planned}
	assess := s.estate.Assess
	if prior == nil {
		assess = s.estate.AssessNew
	}
	var err error
	if d.assessment, err = assess(ctx, f); err != nil {
		addAssessError(&diags, f, at, err)
		return d, diags
	}
	if prior != nil && s.enforcement != enforceAdvisory {
		err = d.assessment.Verify(prior.evidence.Digests)
	}
	if err != nil {
		addStale(&diags, f, at, err)
	}
	return d, diags
}

func addStale(diags *diag.Diagnostics, f estate.Flow, at path.Path, err error) {
	addErrorAt(diags, at, fmt.Sprintf("Unable to apply the plan for flow %q", f.Owner()),
		capital(err.Error())+". Nothing was written. (A plan made with -refresh=false rests on what an earlier plan found.)")
}

// deliver writes what the flow needs and returns what is to be kept: what was
// planned where all is as wanted, else the truth.
func (s *session) deliver(ctx context.Context, d delivery) (foundModel, evidence, diag.Diagnostics) {
	var diags diag.Diagnostics
	if s.enforcement == enforceAdvisory {
		return d.keep(d.assessment.Now), newEvidence(d.assessment), nil
	}
	after, err := s.estate.Deliver(ctx, d.flow, d.assessment)
	switch {
	case err == nil:
		if err := s.estate.Release(ctx, d.flow.Owner(), s.estate.Path(d.flow)...); err != nil {
			addErrorAt(&diags, d.at, fmt.Sprintf("Unable to remove rules of flow %q", d.flow.Owner()), capital(err.Error())+".")
		}
		tflog.Info(ctx, "flow is delivered", map[string]any{"flow": d.flow.Owner(), "managed_rules": len(after.Now.Managed)})
		return d.keep(after.Planned), newEvidence(after), diags
	case errors.Is(err, estate.ErrStale):
		addStale(&diags, d.flow, d.at, err)
	case errors.Is(err, estate.ErrUnmet):
		addErrorAt(&diags, d.at, unmetSummary(d.flow), capital(err.Error()))
	default:
		addErrorAt(&diags, d.at, fmt.Sprintf("Unable to write the rules of flow %q", d.flow.Owner()), capital(err.Error())+".")
	}
	return newFoundModel(after.Now), newEvidence(after), diags
}

// keep returns what was planned where it was known, else what was found: a known
// planned value has to come back as it was.
func (d delivery) keep(found estate.Found) foundModel {
	if d.planned.Status.IsNull() || d.planned.Status.IsUnknown() {
		return newFoundModel(found)
	}
	return d.planned
}
