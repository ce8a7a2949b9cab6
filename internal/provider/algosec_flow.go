package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/businessflow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// ValidateConfig implements resource.ResourceWithValidateConfig.
func (r *flowResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var m flowModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if m.algosec() && m.Action.ValueString() == "deny" {
		resp.Diagnostics.AddAttributeError(path.Root("action"), "Invalid flow for AlgoSec", denyText(m.Name.ValueString()))
	}
}

// declaration is what the flow declares in AlgoSec.
func (m flowModel) declaration(ctx context.Context) (businessflow.Declaration, diag.Diagnostics) {
	name := m.Name.ValueString()
	d := businessflow.Declaration{Application: m.Application.ValueString(), Single: true}
	f, diags := m.request(ctx, "")
	d.Flows = map[string]estate.Flow{name: f}
	return d, diags
}

func (m *flowModel) setValues(p applicationValues) {
	name := m.Name.ValueString()
	m.ID = types.StringValue(m.Application.ValueString() + "/" + name)
	m.foundModel, m.ChangeRequest, m.Inventory = p.found[name], p.request, types.StringNull()
	if text, ok := p.inventory.Elements()[name].(types.String); ok {
		m.Inventory = text
	}
	if p.inventory.IsUnknown() {
		m.Inventory = types.StringUnknown()
	}
}

func (m flowModel) values() applicationValues {
	name := m.Name.ValueString()
	p := applicationValues{map[string]foundModel{name: m.foundModel}, types.MapUnknown(types.StringType), m.ChangeRequest}
	if !m.Inventory.IsUnknown() {
		elements := map[string]attr.Value{}
		if !m.Inventory.IsNull() {
			elements[name] = m.Inventory
		}
		p.inventory = types.MapValueMust(types.StringType, elements)
	}
	return p
}

func (r *flowResource) planAlgosec(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, plan flowModel) {
	var state flowModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		plan.declaredModel.keepSpelling(state.declaredModel)
	}
	if !r.session.knowsAlgosec() || plan.Target.IsUnknown() || plan.ID.IsUnknown() || !plan.comparable() ||
		!r.session.judgeable(plan.declaredModel, plan.applicant) {
		plan.foundModel = unknownFound()
		plan.flowInventoryModel.unknown()
		resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
		return
	}
	var prior *record
	if !req.State.Raw.IsNull() {
		if state.ID.Equal(plan.ID) && state.algosec() {
			name := state.Name.ValueString()
			prior = &record{found: state.values().found, journal: loadJournal(ctx, req.Private)}
			prior.same = r.session.sameRequest(state, plan) &&
				r.session.sameFlows(map[string]declaredModel{name: state.declaredModel}, map[string]declaredModel{name: plan.declaredModel})
			var diags diag.Diagnostics
			prior.declaration, diags = state.declaration(ctx)
			resp.Diagnostics.Append(diags...)
		}
	}
	d, diags := plan.declaration(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	p, diags := r.session.algosecTarget().plan(ctx, d, prior, resp.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.setValues(p)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

func (r *flowResource) readAlgosec(ctx context.Context, resp *resource.ReadResponse, state flowModel) {
	if !r.session.knowsAlgosec() {
		forgetSeen(ctx, resp)
		return
	}
	if state.Sources.IsNull() && !r.importFlow(ctx, &state, &resp.Diagnostics) {
		return
	}
	d, diags := state.declaration(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if p := r.session.algosecTarget().readDeclaration(ctx, resp, d); p != nil {
		state.setValues(*p)
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
}

// importFlow takes the flow as AlgoSec has it for declared.
func (r *flowResource) importFlow(ctx context.Context, state *flowModel, diags *diag.Diagnostics) bool {
	app := r.session.algosecTarget().readForImport(ctx, state.Application.ValueString(), diags)
	if app == nil {
		return false
	}
	f := app.Flow(state.Name.ValueString())
	if f == nil {
		diags.AddError("Unable to import flow", "Application "+app.Name+" has no flow "+state.Name.ValueString()+" in AlgoSec.")
		return false
	}
	values := importedFlow(f)
	for name, list := range map[string]*types.List{
		"sources": &state.Sources, "destinations": &state.Destinations, "services": &state.Services,
		"users": &state.Users, "network_applications": &state.NetworkApplications,
	} {
		*list, _ = values[name].(types.List)
	}
	state.Comment, _ = values["comment"].(types.String)
	return true
}

func (r *flowResource) createAlgosec(ctx context.Context, resp *resource.CreateResponse, plan flowModel) {
	d, ok := r.atApply(ctx, plan, &resp.Diagnostics)
	if !ok {
		return
	}
	j, _ := r.session.algosecTarget().inherited(d)
	out := r.session.algosecTarget().applyDeclaration(ctx, d, j, nil, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		if out.Journal.Progress.IsZero() {
			return // no state: the next plan creates it again
		}
		out.leave(d, &resp.Diagnostics)
		plan.setValues(out.truth(d))
	} else {
		plan.setValues(out.keep(d, plan.values()))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(storeJournal(ctx, resp.Private, out.Journal)...)
}

func (r *flowResource) updateAlgosec(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse, plan flowModel) {
	d, ok := r.atApply(ctx, plan, &resp.Diagnostics)
	if !ok {
		return
	}
	j := loadJournal(ctx, req.Private)
	d.Owned = d.Names()
	out := r.session.algosecTarget().applyDeclaration(ctx, d, j, j.Seen, &resp.Diagnostics)
	resp.Diagnostics.Append(storeJournal(ctx, resp.Private, out.Journal)...)
	switch {
	case !out.Delivered:
		return // the state stays, with what is known of the draft
	case resp.Diagnostics.HasError():
		plan.setValues(out.truth(d))
	default:
		plan.setValues(out.keep(d, plan.values()))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// atApply returns the declaration, of which everything is known then.
func (r *flowResource) atApply(ctx context.Context, plan flowModel, diags *diag.Diagnostics) (businessflow.Declaration, bool) {
	if !r.algosecKnown(diags) {
		return businessflow.Declaration{}, false
	}
	d, more := plan.declaration(ctx)
	diags.Append(more...)
	return d, !diags.HasError()
}

func (r *flowResource) deleteAlgosec(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse, state flowModel) {
	if !r.algosecKnown(&resp.Diagnostics) {
		return
	}
	d, diags := state.declaration(ctx)
	resp.Diagnostics.Append(diags...)
	d.Owned = d.Names()
	r.session.algosecTarget().end(ctx, d, false, req.Private, resp)
}

// importAlgosec takes an id with the prefix, and reports whether it was one.
func (r *flowResource) importAlgosec(ctx context.Context, id string, resp *resource.ImportStateResponse) bool {
	rest, ok := strings.CutPrefix(id, algosecPrefix)
	if !ok {
		return false
	}
	application, name, ok := strings.Cut(rest, "/")
	if !ok || application == "" || name == "" {
		resp.Diagnostics.AddError("Invalid import id", "A flow in AlgoSec is imported by algosec:APPLICATION/FLOW, as in algosec:Billing/web.")
		return true
	}
	for attribute, value := range map[string]string{"id": rest, "application": application, "name": name, "target": targetAlgosec} {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(attribute), value)...)
	}
	return true
}
