package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// violations reads what lies in state.
func (m foundModel) violations(ctx context.Context) []estate.Violation {
	var entries []struct {
		Policy       string       `tfsdk:"policy"`
		Severity     string       `tfsdk:"severity"`
		Message      string       `tfsdk:"message"`
		Sources      []string     `tfsdk:"sources"`
		Destinations []string     `tfsdk:"destinations"`
		Services     []string     `tfsdk:"services"`
		Exception    types.String `tfsdk:"exception"`
	}
	if m.Violations.ElementsAs(ctx, &entries, false).HasError() {
		return nil
	}
	out := make([]estate.Violation, len(entries))
	for i, e := range entries {
		out[i] = estate.Violation{
			Policy: e.Policy, Severity: e.Severity, Message: e.Message,
			Sources: e.Sources, Destinations: e.Destinations, Services: e.Services, Exception: e.Exception.ValueString(),
		}
	}
	return out
}

// expired reports whether the flow has expired.
func (m foundModel) expired() bool {
	for _, e := range m.Violations.Elements() {
		o, ok := e.(types.Object)
		if ok && o.Attributes()["policy"].Equal(types.StringValue(estate.ExpiresPolicy)) {
			return true
		}
	}
	return false
}

// judged is what only policies read of a declared flow.
type judged struct {
	Expires    types.String `tfsdk:"expires"`
	Exceptions types.Map    `tfsdk:"exceptions"`
}

func (m judged) known() bool { return !m.Expires.IsUnknown() && mapKnown(m.Exceptions) }

func (m judged) equal(o judged) bool {
	return m.Expires.Equal(o.Expires) && m.Exceptions.Equal(o.Exceptions)
}

func (m judged) set(ctx context.Context, f *estate.Flow) diag.Diagnostics {
	f.Expires = m.Expires.ValueString()
	return m.Exceptions.ElementsAs(ctx, &f.Exceptions, false)
}

// applicant is who asks for a flow, which only policies read.
type applicant struct {
	Owner  types.String `tfsdk:"owner"`
	Labels types.Map    `tfsdk:"labels"`
}

func (m applicant) known() bool { return !m.Owner.IsUnknown() && mapKnown(m.Labels) }

func (m applicant) equal(o applicant) bool {
	return m.Owner.Equal(o.Owner) && m.Labels.Equal(o.Labels)
}

// set leaves out labels that are unknown, which they may be where no policy reads
// them.
func (m applicant) set(f *estate.Flow) {
	f.ApplicationOwner = m.Owner.ValueString()
	f.ApplicationLabels = make(map[string]string, len(m.Labels.Elements()))
	for key, e := range m.Labels.Elements() {
		if text, ok := e.(types.String); ok && !text.IsUnknown() {
			f.ApplicationLabels[key] = text.ValueString()
		}
	}
}

func mapKnown(m types.Map) bool {
	if m.IsUnknown() {
		return false
	}
	for _, e := range m.Elements() {
		if e.IsUnknown() {
			return false
		}
	}
	return true
}

// judgeable reports whether all that policies may read of the flow is known.
func (s *session) judgeable(m declaredModel, a applicant) bool {
	if !s.estate.Policies() {
		return m.judged.known()
	}
	return m.judged.known() && a.known() && !m.Comment.IsUnknown() && listKnown(m.NetworkApplications) && listKnown(m.Users)
}

// sameAsked reports whether policies are asked the same of both flows.
func (s *session) sameAsked(m, o declaredModel) bool {
	if !m.judged.equal(o.judged) {
		return false
	}
	return !s.estate.Policies() || m.Comment.Equal(o.Comment) && m.NetworkApplications.Equal(o.NetworkApplications) && m.Users.Equal(o.Users)
}

// sameApplicant reports whether policies are asked on behalf of the same.
func (s *session) sameApplicant(a, b applicant) bool { return !s.estate.Policies() || a.equal(b) }

func deniedSummary(f estate.Flow) string {
	return fmt.Sprintf("Flow %q is denied by policy", f.ID())
}

// deniedDetail tells what denies the flow and what to do; by and denials are those
// of [estate.Judgement].
func deniedDetail(by, denials []string) string {
	granted := make([]string, len(by))
	for i, policy := range by {
		granted[i] = fmt.Sprintf("%q = \"REASON\"", policy)
	}
	return fmt.Sprintf("The flow violates policy:\n%s\n\nNo rule is written for it. Rules that it owns from before stay. "+
		"Change the flow, or declare the exception that was granted:\n  exceptions = { %s }", estate.Indent(denials), strings.Join(granted, ", "))
}

// denying returns the names of the policies that deny, each once.
func denying(violations []estate.Violation) []string {
	var out []string
	for _, v := range violations {
		if v.Denies() && !slices.Contains(out, v.Policy) {
			out = append(out, v.Policy)
		}
	}
	return out
}

// refuse adds an error for each flow that policies deny, and reports whether there
// is one.
func (s *session) refuse(deliveries []delivery, diags *diag.Diagnostics) bool {
	refused := false
	for _, d := range deliveries {
		if s.enforcement != enforceAdvisory && d.assessment != nil && d.assessment.Denied() {
			refused = true
			addErrorAt(diags, d.at, deniedSummary(d.flow), deniedDetail(d.assessment.DeniedBy, d.assessment.Denials))
		}
	}
	return refused
}

// addUndeliverable says in the plan that an apply would fail.
func addUndeliverable(diags *diag.Diagnostics, f estate.Flow, at path.Path, deniedBy, obstacles []string) {
	if len(deniedBy) > 0 {
		addErrorAt(diags, at, deniedSummary(f), deniedDetail(deniedBy, obstacles)+"\n\nTo destroy all the same: terraform destroy -refresh=false.")
		return
	}
	addErrorAt(diags, at, unmetSummary(f), unmetDetail(f, obstacles))
}
