package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/businessflow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// algosecPrefix begins the import id of what is in AlgoSec.
const algosecPrefix = "algosec:"

// ValidateConfig implements resource.ResourceWithValidateConfig.
func (r *applicationResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var m applicationModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	flows := map[string]declaredModel{}
	for name, v := range m.Flows.Elements() {
		var f declaredModel
		if o, ok := v.(types.Object); ok && !o.IsUnknown() && !o.IsNull() && !o.As(ctx, &f, objectOptions).HasError() {
			flows[name] = f
		}
	}
	resp.Diagnostics.Append(m.inventoryModel.validate(flows)...)
}

// declaration is what the application declares in AlgoSec.
func (m applicationModel) declaration(ctx context.Context) (businessflow.Declaration, diag.Diagnostics) {
	d := businessflow.Declaration{
		Application: m.Name.ValueString(), Create: m.Create.ValueBool(), Exclusive: m.Exclusive.ValueBool(),
		Flows: map[string]estate.Flow{},
	}
	flows, diags := m.declared(ctx)
	rulesets, more := m.rulesets(ctx)
	diags.Append(more...)
	for name, f := range flows {
		d.Flows[name], more = m.request(ctx, f, name, rulesets, "")
		diags.Append(more...)
	}
	return d, diags
}

// comparable reports whether everything is known that AlgoSec is asked for.
func (m applicationModel) comparable(s *session, flows map[string]declaredModel) bool {
	if m.Name.IsUnknown() || !listKnown(m.Rulesets) || m.Create.IsUnknown() || m.Exclusive.IsUnknown() {
		return false
	}
	for _, f := range flows {
		if !f.comparable() || !s.judgeable(f, m.applicant) {
			return false
		}
	}
	return true
}

func (m *applicationModel) setValues(flows map[string]declaredModel, p applicationValues) {
	m.ID, m.Inventory, m.ChangeRequest = m.Name, p.inventory, p.request
	m.setFound(flows, p.found)
}

func (m applicationModel) values(ctx context.Context) applicationValues {
	return applicationValues{m.found(ctx), m.Inventory, m.ChangeRequest}
}

func (r *applicationResource) planAlgosec(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, plan applicationModel) {
	var state applicationModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		plan.Flows = keepSpelling(ctx, state.Flows, plan.Flows)
	}
	flows, diags := map[string]declaredModel(nil), diag.Diagnostics(nil)
	known := r.session.knowsAlgosec() && !plan.Flows.IsUnknown() && !plan.Target.IsUnknown()
	if known {
		flows, diags = plan.declared(ctx)
		resp.Diagnostics.Append(diags...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if !known || !plan.comparable(r.session, flows) {
		plan.ID, plan.Status, plan.Results = plan.Name, types.StringUnknown(), unknownResults()
		plan.inventoryModel.unknown()
		resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
		return
	}
	var prior *record
	if !req.State.Raw.IsNull() {
		declared, diags := state.declared(ctx)
		resp.Diagnostics.Append(diags...)
		if state.Name.Equal(plan.Name) && state.algosec() {
			prior = &record{found: state.found(ctx), journal: loadJournal(ctx, req.Private)}
			prior.declaration, diags = state.declaration(ctx)
			resp.Diagnostics.Append(diags...)
			prior.same = state.Exclusive.Equal(plan.Exclusive) && state.Rulesets.Equal(plan.Rulesets) &&
				r.session.sameApplicant(state.applicant, plan.applicant) && r.session.sameFlows(declared, flows)
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
	plan.setValues(flows, p)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

func (r *applicationResource) readAlgosec(ctx context.Context, resp *resource.ReadResponse, state applicationModel) {
	if !r.session.knowsAlgosec() {
		forgetSeen(ctx, resp)
		return
	}
	if state.Flows.IsNull() {
		r.importFlows(ctx, &state, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	flows, diags := state.declared(ctx)
	resp.Diagnostics.Append(diags...)
	d, diags := state.declaration(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if p := r.session.algosecTarget().readDeclaration(ctx, resp, d); p != nil {
		state.setValues(flows, *p)
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
}

// importFlows takes all flows of the application for declared.
func (r *applicationResource) importFlows(ctx context.Context, state *applicationModel, diags *diag.Diagnostics) {
	app := r.session.algosecTarget().readForImport(ctx, state.Name.ValueString(), diags)
	element, ok := state.Flows.ElementType(ctx).(types.ObjectType)
	if app == nil || !ok {
		return
	}
	flows := make(map[string]attr.Value, len(app.Flows))
	for i := range app.Flows {
		values := make(map[string]attr.Value, len(element.AttrTypes))
		for name, typ := range element.AttrTypes {
			null, err := typ.ValueFromTerraform(ctx, tftypes.NewValue(typ.TerraformType(ctx), nil))
			if err != nil {
				diags.AddError("Unable to import", fmt.Sprintf("Attribute %s: %s.", name, err))
				return
			}
			values[name] = null
		}
		for name, v := range importedFlow(&app.Flows[i]) {
			values[name] = v
		}
		o, more := types.ObjectValue(element.AttrTypes, values)
		diags.Append(more...)
		flows[app.Flows[i].Name] = o
	}
	var more diag.Diagnostics
	state.Flows, more = types.MapValue(element, flows)
	diags.Append(more...)
}

// importedFlow is a flow of AlgoSec in the words of a declaration.
func importedFlow(f *algosec.Flow) map[string]attr.Value {
	some := func(names []string) types.List {
		if !businessflow.Restricted(names) {
			return types.ListNull(types.StringType)
		}
		return stringsList(names)
	}
	return map[string]attr.Value{
		"sources": stringsList(businessflow.ObjectNames(f.Sources)), "destinations": stringsList(businessflow.ObjectNames(f.Destinations)),
		"services": stringsList(businessflow.ServiceNames(f.Services)), "comment": optionalString(f.Comment),
		"users": some(businessflow.PlainNames(f.Users)), "network_applications": some(businessflow.PlainNames(f.NetworkApplications)),
	}
}

func (s algosecTarget) readForImport(ctx context.Context, application string, diags *diag.Diagnostics) *algosec.Application {
	client, err := s.algosec.client()
	var app *algosec.Application
	if err == nil {
		app, err = client.Read(ctx, application)
	}
	if err != nil {
		addAlgosecError(diags, businessflow.Declaration{Application: application}, "import", err)
		return nil
	}
	return app
}

func (r *applicationResource) createAlgosec(ctx context.Context, resp *resource.CreateResponse, plan applicationModel) {
	d, flows, ok := r.atApply(ctx, plan, &resp.Diagnostics)
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
		plan.setValues(flows, out.truth(d))
	} else {
		plan.setValues(flows, out.keep(d, plan.values(ctx)))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(storeJournal(ctx, resp.Private, out.Journal)...)
}

// leave prepares the state of a creation that stopped after a write. Terraform taints
// it, which is undone by the next apply; see [session.handOver].
func (o *outcome) leave(d businessflow.Declaration, diags *diag.Diagnostics) {
	o.Seen, o.found = nil, nil
	o.Journal.Seen, o.Journal.Unfinished, o.Journal.Replaces = nil, true, false
	diags.AddWarning(fmt.Sprintf("application %q: the apply stopped after its first write", d.Application),
		"AlgoSec holds a draft that is ours, and no change request was opened. Apply again: it goes on with the draft. "+
			"Terraform calls the resource tainted and says that it must be replaced; nothing in AlgoSec is deleted for that.")
}

func (r *applicationResource) updateAlgosec(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse, plan, state applicationModel) {
	d, flows, ok := r.atApply(ctx, plan, &resp.Diagnostics)
	if !ok {
		return
	}
	for name := range state.Flows.Elements() {
		d.Owned = append(d.Owned, name)
	}
	j := loadJournal(ctx, req.Private)
	out := r.session.algosecTarget().applyDeclaration(ctx, d, j, j.Seen, &resp.Diagnostics)
	resp.Diagnostics.Append(storeJournal(ctx, resp.Private, out.Journal)...)
	switch {
	case !out.Delivered:
		return // the state stays, with what is known of the draft
	case resp.Diagnostics.HasError():
		plan.setValues(flows, out.truth(d))
	default:
		plan.setValues(flows, out.keep(d, plan.values(ctx)))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// atApply returns the declaration, of which everything is known then.
func (r *applicationResource) atApply(ctx context.Context, plan applicationModel, diags *diag.Diagnostics) (businessflow.Declaration, map[string]declaredModel, bool) {
	if !r.algosecKnown(diags) {
		return businessflow.Declaration{}, nil, false
	}
	flows, more := plan.declared(ctx)
	diags.Append(more...)
	d, more := plan.declaration(ctx)
	diags.Append(more...)
	return d, flows, !diags.HasError()
}

func (r *applicationResource) deleteAlgosec(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse, state applicationModel) {
	if !r.algosecKnown(&resp.Diagnostics) {
		return
	}
	d := businessflow.Declaration{Application: state.Name.ValueString()}
	for name := range state.Flows.Elements() {
		d.Owned = append(d.Owned, name)
	}
	r.session.algosecTarget().end(ctx, d, state.Decommission.ValueBool(), req.Private, resp)
}

// end deletes what the resource has in AlgoSec, unless another one takes it over.
func (s algosecTarget) end(ctx context.Context, d businessflow.Declaration, decommission bool, private privateState, resp *resource.DeleteResponse) {
	j := loadJournal(ctx, private)
	if j.Replaces {
		s.journals.Store(d.Key(), j)
		return
	}
	j.Progress = s.withdraw(ctx, d, decommission, j, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(storeJournal(ctx, resp.Private, j)...)
	}
}

// importAlgosec takes an id with the prefix, and reports whether it was one.
func (r *applicationResource) importAlgosec(ctx context.Context, id string, resp *resource.ImportStateResponse) bool {
	name, ok := strings.CutPrefix(id, algosecPrefix)
	if !ok {
		return false
	}
	if err := checkApplicationName(name); err != nil {
		resp.Diagnostics.AddError("Invalid import id", "An application in AlgoSec is imported by algosec:NAME: "+err.Error()+".")
		return true
	}
	for attribute, value := range map[string]string{"id": name, "name": name, "target": targetAlgosec} {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(attribute), value)...)
	}
	// Outputs that go through the results are evaluated right after the import.
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("results"), types.MapValueMust(types.ObjectType{AttrTypes: foundTypes}, nil))...)
	return true
}
