package provider

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

type applicationResource struct {
	resourceBase
}

var (
	_ resource.ResourceWithConfigure    = (*applicationResource)(nil)
	_ resource.ResourceWithModifyPlan   = (*applicationResource)(nil)
	_ resource.ResourceWithImportState  = (*applicationResource)(nil)
	_ resource.ResourceWithUpgradeState = (*applicationResource)(nil)

	_ resource.ResourceWithValidateConfig = (*applicationResource)(nil)
)

func newApplicationResource() resource.Resource { return &applicationResource{} }

type applicationModel struct {
	ID          types.String `tfsdk:"id"`
	Name        types.String `tfsdk:"name"`
	Description types.String `tfsdk:"description"`
	applicant
	Rulesets types.List   `tfsdk:"rulesets"`
	Flows    types.Map    `tfsdk:"flows"`
	Status   types.String `tfsdk:"status"`
	Results  types.Map    `tfsdk:"results"`
	inventoryModel
}

func (r *applicationResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_application"
}

func (r *applicationResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		Version: stateVersion,
		MarkdownDescription: "An application and the flows it needs. The plan says for each flow what the existing rulesets do with it. " +
			"Keep an application to about 500 flows; many applications of 20 to 100 flows scale well, one of 5,000 does not.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "The application's name.",
			},
			"name": schema.StringAttribute{
				Required: true, PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()}, Validators: applicationName(),
				MarkdownDescription: "Name of the application, unique in this configuration. It has no slash.",
			},
			"description": schema.StringAttribute{Optional: true, MarkdownDescription: "Free text."},
			"owner":       schema.StringAttribute{Optional: true, MarkdownDescription: ownerText},
			"labels":      schema.MapAttribute{Optional: true, ElementType: types.StringType, Validators: []validator.Map{noNulls{}}, MarkdownDescription: labelsText},
			"rulesets":    rulesetsAttribute("Names of the provider's rulesets that the application's flows cross, in order, unless a flow names its own."),
			"flows": schema.MapNestedAttribute{
				Required:            true,
				MarkdownDescription: "The flows by name, as in an inventory.",
				NestedObject:        schema.NestedAttributeObject{Attributes: declaredAttributes()},
				Validators:          []validator.Map{mapvalidator.KeysAre(stringvalidator.LengthAtLeast(1))},
			},
			"status": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "The worst status of the flows: `allowed` if each is as wanted, otherwise the worst status of those that are not. " +
					"A flow with `action = \"deny\"` that is not blocked counts as `partial`, and one that has expired not at all. What policies say does not change it: see `denied_by` in `results`.",
			},
			"results": schema.MapNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The results by name of the flow.",
				NestedObject:        schema.NestedAttributeObject{Attributes: foundShape.resource()},
			},
		},
	}
	maps.Copy(resp.Schema.Attributes, inventoryAttributes())
}

// declared returns the flows by name. Flows that are not matchable yet are there,
// with unknown parts.
func (m applicationModel) declared(ctx context.Context) (flows map[string]declaredModel, diags diag.Diagnostics) {
	flows = make(map[string]declaredModel, len(m.Flows.Elements()))
	for name, v := range m.Flows.Elements() {
		if v.IsUnknown() {
			flows[name] = unknownDeclared()
			continue
		}
		var d declaredModel
		if o, ok := v.(types.Object); ok {
			diags.Append(o.As(ctx, &d, objectOptions)...)
		}
		flows[name] = d
	}
	return flows, diags
}

// found returns the results by name, leaving out those that are not known.
func (m applicationModel) found(ctx context.Context) map[string]foundModel {
	out := map[string]foundModel{}
	for name, v := range m.Results.Elements() {
		var f foundModel
		if o, ok := v.(types.Object); ok && !o.IsUnknown() && !o.IsNull() && !o.As(ctx, &f, objectOptions).HasError() {
			out[name] = f
		}
	}
	return out
}

// request is one flow of the application as it is asked for.
func (m applicationModel) request(ctx context.Context, d declaredModel, name string, rulesets []string, configuration string) (estate.Flow, diag.Diagnostics) {
	f, diags := d.flow(ctx, m.Name.ValueString(), name, rulesets)
	m.applicant.set(&f)
	f.Configuration = configuration
	return f, diags
}

// owners are the flows of the application as owners of rules.
func (m applicationModel) owners(configuration string) []estate.Flow {
	return owned(m.Name.ValueString(), slices.Collect(maps.Keys(m.Flows.Elements())), configuration)
}

func (m applicationModel) rulesets(ctx context.Context) (names []string, diags diag.Diagnostics) {
	diags.Append(m.Rulesets.ElementsAs(ctx, &names, false)...)
	return names, diags
}

// setFound sets results and the status that follows from them.
func (m *applicationModel) setFound(flows map[string]declaredModel, found map[string]foundModel) {
	elements := make(map[string]attr.Value, len(found))
	for name, f := range found {
		elements[name] = f.object()
	}
	m.Results = types.MapValueMust(types.ObjectType{AttrTypes: foundTypes}, elements)
	m.Status = worstStatus(flows, found)
}

// worstStatus is the status of an application: allowed when every flow is as
// wanted, unknown while the status of one is.
func worstStatus(flows map[string]declaredModel, found map[string]foundModel) types.String {
	worst := match.Allowed
	for name, f := range found {
		if f.Status.IsUnknown() || flows[name].Action.IsUnknown() {
			return types.StringUnknown()
		}
		if f.expired() {
			continue // nothing is wanted of it
		}
		worst = max(worst, f.verdict().Worth(flows[name].Action.ValueString() == "deny"))
	}
	return types.StringValue(worst.String())
}

// sameFlow reports whether the same is asked of rulesets and of policies.
func (s *session) sameFlow(m, o declaredModel) bool { return m.sameQuestion(o) && s.sameAsked(m, o) }

func (r *applicationResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan, state applicationModel
	if req.Plan.Raw.IsNull() { // destroy is never judged
		if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); state.algosec() {
			r.session.algosecTarget().planWithdrawal(state.Name.ValueString(), &resp.Diagnostics)
		}
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if plan.algosec() || plan.Target.IsUnknown() {
		r.planAlgosec(ctx, req, resp, plan)
		return
	}
	plan.inventoryModel.none()
	plan.ID = plan.Name
	if !r.session.known() || plan.Name.IsUnknown() || plan.Flows.IsUnknown() || !listKnown(plan.Rulesets) {
		plan.Status, plan.Results = types.StringUnknown(), types.MapUnknown(types.ObjectType{AttrTypes: foundTypes})
		resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
		return
	}
	var priors map[string]priorFlow
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		if r.session.sameApplicant(state.applicant, plan.applicant) && state.Rulesets.Equal(plan.Rulesets) && state.Name.Equal(plan.Name) {
			var diags diag.Diagnostics
			priors, diags = state.priors(ctx, loadEvidence(ctx, req.Private))
			resp.Diagnostics.Append(diags...)
		}
	}
	flows, diags := plan.declared(ctx)
	resp.Diagnostics.Append(diags...)
	rulesets, diags := plan.rulesets(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	own := ownership{ID: r.session.configurationID}
	if !req.State.Raw.IsNull() {
		own = r.session.ownership(ctx, req.Private, plan.owners(""))
	}
	r.session.warnOwnership(&resp.Diagnostics, own, plan.owners(own.ID))
	started := time.Now()
	found, rows := r.planFlows(ctx, plan, flows, rulesets, priors, own.ID, &resp.Diagnostics)
	logFlows(ctx, plan.Name.ValueString(), len(flows), time.Since(started))
	resp.Diagnostics = r.session.foldErrors(resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	r.session.warnApplication(&resp.Diagnostics, plan.Name.ValueString(), rows)
	plan.setFound(flows, found)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// planFlows plans each flow of the application; priors are those that the state has of it.
func (r *applicationResource) planFlows(ctx context.Context, plan applicationModel, flows map[string]declaredModel, rulesets []string, priors map[string]priorFlow,
	owner string, diags *diag.Diagnostics,
) (found map[string]foundModel, rows []summaryRow) {
	found = make(map[string]foundModel, len(flows))
	for _, name := range slices.Sorted(maps.Keys(flows)) {
		declared := flows[name]
		if !declared.matchable() || !r.session.judgeable(declared, plan.applicant) {
			found[name] = unknownFound()
			rows = append(rows, laterRow(name))
			continue
		}
		f, more := plan.request(ctx, declared, name, rulesets, owner)
		diags.Append(more...)
		var prior *priorFlow
		if p, ok := priors[name]; ok && r.session.sameFlow(p.declared, declared) {
			prior = &p
		}
		var row summaryRow
		found[name], row, more = r.session.planFlow(ctx, f, prior, path.Root("flows").AtMapKey(name))
		diags.Append(more...)
		rows = append(rows, row)
	}
	return found, rows
}

// priors returns the flows of the state that have evidence.
func (m applicationModel) priors(ctx context.Context, known map[string]evidence) (map[string]priorFlow, diag.Diagnostics) {
	flows, diags := m.declared(ctx)
	found := m.found(ctx)
	out := map[string]priorFlow{}
	for name, e := range known {
		declared, ok1 := flows[name]
		f, ok2 := found[name]
		if ok1 && ok2 {
			out[name] = priorFlow{declared, f, e}
		}
	}
	return out, diags
}

func (r *applicationResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state applicationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if !resp.Diagnostics.HasError() && state.algosec() {
		r.readAlgosec(ctx, resp, state)
		return
	}
	if resp.Diagnostics.HasError() || r.forget(ctx, resp) || state.Flows.IsNull() {
		return
	}
	flows, diags := state.declared(ctx)
	resp.Diagnostics.Append(diags...)
	rulesets, diags := state.rulesets(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	own := r.session.ownership(ctx, req.Private, state.owners(""))
	found, known, failed := state.found(ctx), map[string]evidence{}, unread{}
	for _, name := range slices.Sorted(maps.Keys(flows)) {
		f, diags := state.request(ctx, flows[name], name, rulesets, own.ID)
		resp.Diagnostics.Append(diags...)
		a, err := r.session.estate.Assess(ctx, f)
		if err != nil {
			// The plan assesses the flow again, with the configuration as it is now, and
			// says what is wrong if it still is.
			failed.add(f, err)
			continue
		}
		found[name], known[name] = r.session.brief(a.Now), newEvidence(a)
	}
	failed.warn(&resp.Diagnostics, state.Name.ValueString())
	state.setFound(flows, found)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	resp.Diagnostics.Append(storeEvidence(ctx, resp.Private, known)...)
	resp.Diagnostics.Append(r.session.storeOwnership(ctx, resp.Private, own, state.owners(own.ID))...)
}

func (r *applicationResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan applicationModel
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
	deliveries := r.prepare(ctx, plan, nil, own, &resp.Diagnostics)
	for i := range deliveries {
		deliveries[i].isNew = true
	}
	if resp.Diagnostics.HasError() || r.session.refuse(deliveries, &resp.Diagnostics) {
		return
	}
	known := r.deliver(ctx, &plan, deliveries, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		// No state: the next plan creates it again, where a state would be tainted.
		if r.session.undo(ctx, deliveries, &resp.Diagnostics); !r.session.remains(deliveries) {
			return
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(storeEvidence(ctx, resp.Private, known)...)
	resp.Diagnostics.Append(r.session.storeOwnership(ctx, resp.Private, own, plan.owners(own.ID))...)
}

func (r *applicationResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state applicationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if !resp.Diagnostics.HasError() && plan.algosec() {
		r.updateAlgosec(ctx, req, resp, plan, state)
		return
	}
	if resp.Diagnostics.HasError() || !r.configured(&resp.Diagnostics) {
		return
	}
	defer r.session.estate.Enter()()
	var priors map[string]priorFlow
	if r.session.sameApplicant(state.applicant, plan.applicant) && state.Rulesets.Equal(plan.Rulesets) {
		var diags diag.Diagnostics
		priors, diags = state.priors(ctx, loadEvidence(ctx, req.Private))
		resp.Diagnostics.Append(diags...)
	}
	own := r.session.ownership(ctx, req.Private, plan.owners(""))
	deliveries := r.prepare(ctx, plan, priors, own, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return // stale or unreadable: nothing was written, the state stays
	}
	known := r.deliver(ctx, &plan, deliveries, &resp.Diagnostics)
	before, now := state.owners(own.ID), plan.Flows.Elements()
	r.session.release(ctx, own, slices.DeleteFunc(slices.Clone(before), func(f estate.Flow) bool { _, stays := now[f.Name]; return stays }), &resp.Diagnostics)
	if r.session.enforcement != enforceAdvisory {
		r.session.clear(ctx, own, before, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(storeEvidence(ctx, resp.Private, known)...)
	resp.Diagnostics.Append(r.session.storeOwnership(ctx, resp.Private, own, plan.owners(own.ID))...)
}

// prepare assesses every flow and checks that its plan still holds. It writes
// nothing.
func (r *applicationResource) prepare(ctx context.Context, plan applicationModel, priors map[string]priorFlow, own ownership, diags *diag.Diagnostics) []delivery {
	flows, more := plan.declared(ctx)
	diags.Append(more...)
	rulesets, more := plan.rulesets(ctx)
	diags.Append(more...)
	if diags.HasError() {
		return nil
	}
	planned := plan.found(ctx)
	deliveries := make([]delivery, 0, len(flows))
	for _, name := range slices.Sorted(maps.Keys(flows)) {
		f, more := plan.request(ctx, flows[name], name, rulesets, own.ID)
		diags.Append(more...)
		var prior *priorFlow
		if p, ok := priors[name]; ok && r.session.sameFlow(p.declared, flows[name]) {
			prior = &p
		}
		d, more := r.session.prepare(ctx, f, planned[name], prior, path.Root("flows").AtMapKey(name))
		diags.Append(more...)
		deliveries = append(deliveries, d)
	}
	*diags = r.session.foldErrors(*diags)
	return deliveries
}

// deliver makes every flow as planned, sets what is found then in plan, and returns
// the evidence.
func (r *applicationResource) deliver(ctx context.Context, plan *applicationModel, deliveries []delivery, diags *diag.Diagnostics) map[string]evidence {
	found, known := make(map[string]foundModel, len(deliveries)), make(map[string]evidence, len(deliveries))
	r.session.deliverAll(ctx, deliveries, found, known, diags)
	diags.Append(r.session.confirm(ctx, deliveries, found, known)...)
	flows, more := plan.declared(ctx)
	diags.Append(more...)
	plan.ID = plan.Name
	plan.setFound(flows, found)
	return known
}

func (r *applicationResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state applicationModel
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

func (r *applicationResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if r.importAlgosec(ctx, req.ID, resp) {
		return
	}
	if err := checkApplicationName(req.ID); err != nil {
		resp.Diagnostics.AddError("Invalid import id", "An application is imported by its name: "+err.Error()+".")
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), req.ID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("name"), req.ID)...)
	// Outputs that go through the results are evaluated right after the import.
	none := types.MapValueMust(types.ObjectType{AttrTypes: foundTypes}, nil)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("results"), none)...)
}
