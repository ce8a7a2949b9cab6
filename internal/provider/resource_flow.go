package provider

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

type flowResource struct {
	resourceBase
}

var (
	_ resource.ResourceWithConfigure    = (*flowResource)(nil)
	_ resource.ResourceWithModifyPlan   = (*flowResource)(nil)
	_ resource.ResourceWithImportState  = (*flowResource)(nil)
	_ resource.ResourceWithUpgradeState = (*flowResource)(nil)

	_ resource.ResourceWithValidateConfig = (*flowResource)(nil)
)

func newFlowResource() resource.Resource { return &flowResource{} }

type flowModel struct {
	ID          types.String `tfsdk:"id"`
	Application types.String `tfsdk:"application"`
	Name        types.String `tfsdk:"name"`
	applicant
	declaredModel
	foundModel
	flowInventoryModel
}

// request is the flow as it is asked for.
func (m flowModel) request(ctx context.Context, configuration string) (estate.Flow, diag.Diagnostics) {
	f, diags := m.flow(ctx, m.Application.ValueString(), m.Name.ValueString(), nil)
	m.applicant.set(&f)
	f.Configuration = configuration
	return f, diags
}

// owners is the flow as an owner of rules.
func (m flowModel) owners(configuration string) []estate.Flow {
	return owned(m.Application.ValueString(), []string{m.Name.ValueString()}, configuration)
}

func (r *flowResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_flow"
}

func (r *flowResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		"id": schema.StringAttribute{
			Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			MarkdownDescription: "`application/name`.",
		},
		"application": schema.StringAttribute{
			Required: true, PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()}, Validators: applicationName(),
			MarkdownDescription: "The application that the flow belongs to. It has no slash.",
		},
		"name": schema.StringAttribute{
			Required: true, PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			MarkdownDescription: "Name of the flow, unique in its application.",
		},
	}
	attributes["owner"] = schema.StringAttribute{Optional: true, MarkdownDescription: ownerText}
	attributes["labels"] = schema.MapAttribute{Optional: true, ElementType: types.StringType, Validators: []validator.Map{noNulls{}}, MarkdownDescription: labelsText}
	maps.Copy(attributes, declaredAttributes())
	maps.Copy(attributes, foundShape.resource())
	maps.Copy(attributes, flowInventoryAttributes())
	resp.Schema = schema.Schema{
		Version: stateVersion,
		MarkdownDescription: "One flow of an application: sources × destinations × services. The plan says what the existing rulesets do with it. " +
			"For many flows prefer `acl_application`, which holds a map of them: Terraform plans it faster.",
		Attributes: attributes,
	}
}

func (s *session) sameRequest(m, o flowModel) bool {
	return s.sameFlow(m.declaredModel, o.declaredModel) && s.sameApplicant(m.applicant, o.applicant)
}

func (r *flowResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan flowModel
	if req.Plan.Raw.IsNull() { // destroy is never judged
		if resp.Diagnostics.Append(req.State.Get(ctx, &plan)...); plan.algosec() {
			r.session.algosecTarget().planWithdrawal(plan.Application.ValueString(), &resp.Diagnostics)
		}
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.ID = types.StringUnknown()
	if !plan.Application.IsUnknown() && !plan.Name.IsUnknown() {
		plan.ID = types.StringValue(plan.Application.ValueString() + "/" + plan.Name.ValueString())
	}
	if plan.algosec() || plan.Target.IsUnknown() {
		r.planAlgosec(ctx, req, resp, plan)
		return
	}
	plan.flowInventoryModel.none()
	if !r.session.known() || plan.ID.IsUnknown() || !plan.matchable() || !r.session.judgeable(plan.declaredModel, plan.applicant) {
		plan.foundModel = unknownFound()
		resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
		return
	}
	var prior *priorFlow
	own := ownership{ID: r.session.configurationID}
	if !req.State.Raw.IsNull() {
		var state flowModel
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		own = r.session.ownership(ctx, req.Private, state.owners(""))
		e, ok := loadEvidence(ctx, req.Private)[state.Name.ValueString()]
		if ok && state.ID.Equal(plan.ID) && r.session.sameRequest(state, plan) {
			prior = &priorFlow{state.declaredModel, state.foundModel, e}
		}
	}
	r.session.warnOwnership(&resp.Diagnostics, own, plan.owners(own.ID))
	f, diags := plan.request(ctx, own.ID)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	found, row, diags := r.session.planFlow(ctx, f, prior, path.Empty())
	resp.Diagnostics.Append(r.session.foldErrors(diags)...)
	if diags.HasError() {
		return
	}
	r.session.warnFlow(&resp.Diagnostics, f.Application, row)
	plan.foundModel = found
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

func (r *flowResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state flowModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if !resp.Diagnostics.HasError() && state.algosec() {
		r.readAlgosec(ctx, resp, state)
		return
	}
	if resp.Diagnostics.HasError() || r.forget(ctx, resp) || state.Sources.IsNull() {
		return
	}
	own := r.session.ownership(ctx, req.Private, state.owners(""))
	f, diags := state.request(ctx, own.ID)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	a, err := r.session.estate.Assess(ctx, f)
	if err != nil {
		// The plan assesses the flow again, with the configuration as it is now, and
		// says what is wrong if it still is.
		failed := unread{}
		failed.add(f, err)
		failed.warn(&resp.Diagnostics, f.Application)
		resp.Diagnostics.Append(storeEvidence(ctx, resp.Private, nil)...)
		return
	}
	state.foundModel = r.session.brief(a.Now)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	resp.Diagnostics.Append(storeEvidence(ctx, resp.Private, map[string]evidence{f.Name: newEvidence(a)})...)
	resp.Diagnostics.Append(r.session.storeOwnership(ctx, resp.Private, own, state.owners(own.ID))...)
}

func (r *flowResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan flowModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !resp.Diagnostics.HasError() && plan.algosec() {
		r.createAlgosec(ctx, resp, plan)
		return
	}
	if resp.Diagnostics.HasError() || !r.configured(&resp.Diagnostics) {
		return
	}
	defer r.session.estate.Enter()()
	own := ownership{ID: r.session.configurationID}
	f, diags := plan.request(ctx, own.ID)
	resp.Diagnostics.Append(diags...)
	d, diags := r.session.prepare(ctx, f, plan.foundModel, nil, path.Empty())
	resp.Diagnostics.Append(diags...)
	d.isNew = true
	if resp.Diagnostics.HasError() || r.session.refuse([]delivery{d}, &resp.Diagnostics) {
		return
	}
	found, e, diags := r.session.deliver(ctx, &d)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		// No state: the next plan creates it again, where a state would be tainted.
		if r.session.undo(ctx, []delivery{d}, &resp.Diagnostics); !r.session.remains([]delivery{d}) {
			return
		}
	}
	plan.ID, plan.foundModel = types.StringValue(f.ID()), found
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(storeEvidence(ctx, resp.Private, map[string]evidence{f.Name: e})...)
	resp.Diagnostics.Append(r.session.storeOwnership(ctx, resp.Private, own, plan.owners(own.ID))...)
}

func (r *flowResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state flowModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if !resp.Diagnostics.HasError() && plan.algosec() {
		r.updateAlgosec(ctx, req, resp, plan)
		return
	}
	if resp.Diagnostics.HasError() || !r.configured(&resp.Diagnostics) {
		return
	}
	defer r.session.estate.Enter()()
	own := r.session.ownership(ctx, req.Private, state.owners(""))
	f, diags := plan.request(ctx, own.ID)
	resp.Diagnostics.Append(diags...)
	var prior *priorFlow
	if e, ok := loadEvidence(ctx, req.Private)[f.Name]; ok && r.session.sameRequest(state, plan) {
		prior = &priorFlow{state.declaredModel, state.foundModel, e}
	}
	d, diags := r.session.prepare(ctx, f, plan.foundModel, prior, path.Empty())
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	found, e, diags := r.session.deliver(ctx, &d)
	resp.Diagnostics.Append(diags...)
	plan.ID, plan.foundModel = types.StringValue(f.ID()), found
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	if r.session.enforcement != enforceAdvisory {
		r.session.clear(ctx, own, state.owners(own.ID), &resp.Diagnostics)
	}
	resp.Diagnostics.Append(storeEvidence(ctx, resp.Private, map[string]evidence{f.Name: e})...)
	resp.Diagnostics.Append(r.session.storeOwnership(ctx, resp.Private, own, plan.owners(own.ID))...)
}

func (r *flowResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state flowModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if !resp.Diagnostics.HasError() && state.algosec() {
		r.deleteAlgosec(ctx, req, resp, state)
		return
	}
	if resp.Diagnostics.HasError() || !r.configured(&resp.Diagnostics) {
		return
	}
	defer r.session.estate.Enter()()
	own := r.session.ownership(ctx, req.Private, state.owners(""))
	r.session.release(ctx, own, state.owners(own.ID), &resp.Diagnostics)
}

func (r *flowResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if r.importAlgosec(ctx, req.ID, resp) {
		return
	}
	application, name, ok := strings.Cut(req.ID, "/")
	if !ok || application == "" || name == "" {
		resp.Diagnostics.AddError("Invalid import id", fmt.Sprintf("A flow is imported by application/name, as in Billing/web; got %q.", req.ID))
		return
	}
	for attribute, value := range map[string]string{"id": req.ID, "application": application, "name": name} {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(attribute), value)...)
	}
}
