package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// objectOptions read objects whose attributes may be null or unknown.
var objectOptions = basetypes.ObjectAsOptions{UnhandledNullAsEmpty: false, UnhandledUnknownAsEmpty: false}

// declaredModel is what the user says of one flow.
type declaredModel struct {
	Sources             types.List   `tfsdk:"sources"`
	Destinations        types.List   `tfsdk:"destinations"`
	Services            types.List   `tfsdk:"services"`
	SourceZone          types.String `tfsdk:"source_zone"`
	DestinationZone     types.String `tfsdk:"destination_zone"`
	Action              types.String `tfsdk:"action"`
	Rulesets            types.List   `tfsdk:"rulesets"`
	OverrideDeny        types.Bool   `tfsdk:"override_deny"`
	Accepts             types.List   `tfsdk:"accepts"`
	NetworkApplications types.List   `tfsdk:"network_applications"`
	Users               types.List   `tfsdk:"users"`
	Comment             types.String `tfsdk:"comment"`
	judged
}

// unknownDeclared is a flow of which nothing is known yet.
func unknownDeclared() declaredModel {
	list := types.ListUnknown(types.StringType)
	return declaredModel{
		Sources: list, Destinations: list, Services: list, SourceZone: types.StringUnknown(), DestinationZone: types.StringUnknown(),
		Action: types.StringUnknown(), Rulesets: list, OverrideDeny: types.BoolUnknown(), Accepts: list, NetworkApplications: list, Users: list,
		Comment: types.StringUnknown(), judged: judged{types.StringUnknown(), types.MapUnknown(types.StringType)},
	}
}

// matchable reports whether everything that the verdict depends on is known.
func (m declaredModel) matchable() bool {
	for _, l := range []types.List{m.Sources, m.Destinations, m.Services, m.Rulesets, m.Accepts} {
		if !listKnown(l) {
			return false
		}
	}
	return !m.SourceZone.IsUnknown() && !m.DestinationZone.IsUnknown() && !m.Action.IsUnknown() && !m.OverrideDeny.IsUnknown()
}

// sameQuestion reports whether m and o ask the same of the same rulesets; comments
// and the like may differ.
func (m declaredModel) sameQuestion(o declaredModel) bool {
	return m.Sources.Equal(o.Sources) && m.Destinations.Equal(o.Destinations) && m.Services.Equal(o.Services) &&
		m.SourceZone.Equal(o.SourceZone) && m.DestinationZone.Equal(o.DestinationZone) && m.Action.Equal(o.Action) &&
		m.Rulesets.Equal(o.Rulesets) && m.OverrideDeny.Equal(o.OverrideDeny) && m.Accepts.Equal(o.Accepts)
}

func listKnown(l types.List) bool {
	if l.IsUnknown() {
		return false
	}
	for _, e := range l.Elements() {
		if e.IsUnknown() {
			return false
		}
	}
	return true
}

// flow translates m; rulesets are those of the application, used where the flow
// names none.
func (m declaredModel) flow(ctx context.Context, application, name string, rulesets []string) (estate.Flow, diag.Diagnostics) {
	f := estate.Flow{
		Application: application, Name: name,
		SourceZone: m.SourceZone.ValueString(), DestinationZone: m.DestinationZone.ValueString(),
		Deny: m.Action.ValueString() == "deny", OverrideDeny: m.OverrideDeny.ValueBool(),
		Rulesets: rulesets, Comment: m.Comment.ValueString(),
	}
	var diags diag.Diagnostics
	diags.Append(m.Sources.ElementsAs(ctx, &f.Sources, false)...)
	diags.Append(m.Destinations.ElementsAs(ctx, &f.Destinations, false)...)
	diags.Append(m.Services.ElementsAs(ctx, &f.Services, false)...)
	if !m.Rulesets.IsNull() {
		diags.Append(m.Rulesets.ElementsAs(ctx, &f.Rulesets, false)...)
	}
	f.Accepts = recorded(m.Accepts)
	f.NetworkApplications, f.Users = recorded(m.NetworkApplications), recorded(m.Users)
	diags.Append(m.judged.set(ctx, &f)...)
	return f, diags
}

// recorded returns the elements of a list that is only kept for the record. Where no
// policy reads it, elements may still be unknown; these are left out.
func recorded(l types.List) []string {
	var out []string
	for _, e := range l.Elements() {
		if text, ok := e.(types.String); ok && !text.IsUnknown() {
			out = append(out, text.ValueString())
		}
	}
	return out
}

// foundModel is what was found out about one flow.
type foundModel struct {
	Products     types.Int64  `tfsdk:"products"`
	Status       types.String `tfsdk:"status"`
	Summary      types.String `tfsdk:"summary"`
	Missing      types.List   `tfsdk:"missing"`
	Decisions    types.List   `tfsdk:"decisions"`
	Path         types.List   `tfsdk:"path"`
	ManagedRules types.List   `tfsdk:"managed_rules"`
	Unneeded     types.List   `tfsdk:"unneeded_rules"`
	Violations   types.List   `tfsdk:"violations"`
	DeniedBy     types.List   `tfsdk:"denied_by"`
}

func unknownFound() foundModel {
	return foundModel{
		types.Int64Unknown(), types.StringUnknown(), types.StringUnknown(), types.ListUnknown(missingType),
		types.ListUnknown(decisionType), types.ListUnknown(wayType), types.ListUnknown(types.StringType), types.ListUnknown(types.StringType),
		types.ListUnknown(violationType), types.ListUnknown(types.StringType),
	}
}

// verdict is the status, as far as it is known.
func (m foundModel) verdict() match.Verdict { return match.VerdictOf(m.Status.ValueString()) }

// newFoundModel is what a resource shows of what was found out; f is in the detail that
// is asked for, see [session.brief].
func newFoundModel(f estate.Found) foundModel {
	return foundModel{
		Products: types.Int64Value(f.Products), Status: types.StringValue(f.Status.String()), Summary: optionalString(f.Summary),
		Missing: missingList(f.Missing), Decisions: decisionList(f.Decisions), Path: wayShape.list(f.Ways, blankNull), ManagedRules: blankNull.pasted(f.Managed), Unneeded: blankNull.strings(f.Unneeded),
		Violations: violationList(f.Violations), DeniedBy: blankNull.strings(f.DeniedBy),
	}
}

func (m foundModel) object() types.Object {
	return types.ObjectValueMust(foundTypes, map[string]attr.Value{
		"products": m.Products, "status": m.Status, "summary": m.Summary, "missing": m.Missing, "decisions": m.Decisions,
		"path": m.Path, "managed_rules": m.ManagedRules, "unneeded_rules": m.Unneeded, "violations": m.Violations, "denied_by": m.DeniedBy,
	})
}

// fullyKnown reports whether v holds no unknown at any depth.
func fullyKnown(ctx context.Context, v attr.Value) bool {
	raw, err := v.ToTerraformValue(ctx)
	return err == nil && raw.IsFullyKnown()
}
