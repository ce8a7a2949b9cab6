package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
)

// The values of target.
const (
	targetRulesets = "rulesets"
	targetAlgosec  = "algosec"
)

// targetModel is what an application and a flow have for AlgoSec.
type targetModel struct {
	Target        types.String `tfsdk:"target"`
	ChangeRequest types.Object `tfsdk:"change_request"`
}

func (m targetModel) algosec() bool { return m.Target.ValueString() == targetAlgosec }

var changeRequestTypes = map[string]attr.Type{"id": types.Int64Type, "status": types.StringType, "url": types.StringType}

// changeRequestObject makes null of nil, and of the parts that are not known.
func changeRequestObject(r *algosec.ChangeRequest) types.Object {
	if r == nil {
		return types.ObjectNull(changeRequestTypes)
	}
	id := types.Int64Null()
	if r.ID != 0 {
		id = types.Int64Value(r.ID)
	}
	return types.ObjectValueMust(changeRequestTypes, map[string]attr.Value{"id": id, "status": optionalString(r.Status), "url": optionalString(r.URL)})
}

func targetAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"target": schema.StringAttribute{
			Optional: true, Validators: []validator.String{stringvalidator.OneOf(targetRulesets, targetAlgosec)},
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplaceIf(otherTarget,
				"Another target is another resource.", "Another target is another resource.")},
			MarkdownDescription: "Where the connectivity is declared and asked for: `rulesets` (default), those of the provider; or `algosec`, an application in AlgoSec BusinessFlow, " +
				"which opens a change request for what is missing. See [AlgoSec](../guides/algosec.md).",
		},
		"change_request": schema.SingleNestedAttribute{
			Computed:            true,
			MarkdownDescription: "With `target = \"algosec\"`: the last known change request of the whole application.",
			Attributes: map[string]schema.Attribute{
				"id":     schema.Int64Attribute{Computed: true, MarkdownDescription: "Its number. Null for a request that somebody else opened, since AlgoSec does not tell it."},
				"status": schema.StringAttribute{Computed: true, MarkdownDescription: "`OPEN`, or another word of AlgoSec; `CLOSED` when the application is active again."},
				"url":    schema.StringAttribute{Computed: true, MarkdownDescription: "The application in BusinessFlow, where the request is linked."},
			},
		},
	}
}

func otherTarget(_ context.Context, req planmodifier.StringRequest, resp *stringplanmodifier.RequiresReplaceIfFuncResponse) {
	is := func(v types.String) bool { return v.ValueString() == targetAlgosec }
	resp.RequiresReplace = is(req.StateValue) != is(req.PlanValue)
}

// inventoryModel is what an application alone has for AlgoSec.
type inventoryModel struct {
	targetModel
	Create       types.Bool `tfsdk:"create"`
	Exclusive    types.Bool `tfsdk:"exclusive"`
	Decommission types.Bool `tfsdk:"decommission"`
	Inventory    types.Map  `tfsdk:"inventory"`
}

func inventoryAttributes() map[string]schema.Attribute {
	attributes := targetAttributes()
	maps.Copy(attributes, map[string]schema.Attribute{
		"create": schema.BoolAttribute{
			Optional:            true,
			MarkdownDescription: "With `target = \"algosec\"`: create the application if AlgoSec does not have it. Default: `false`: a misspelt name is then an error.",
		},
		"exclusive": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "With `target = \"algosec\"`: the application has exactly these flows; an apply deletes all others. " +
				"Default: `false`, flows that were never declared here are left alone.",
		},
		"decommission": schema.BoolAttribute{
			Optional:            true,
			MarkdownDescription: "With `target = \"algosec\"`: destroying the resource decommissions the whole application, including flows of others. Default: `false`: only the declared flows are deleted.",
		},
		"inventory": schema.MapAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "With `target = \"algosec\"`: the flows that AlgoSec has, by name, as far as they are declared or to be deleted. In a plan: what is created, changed and deleted.",
		},
	})
	return attributes
}

// none clears what only AlgoSec has.
func (m *targetModel) none() { m.ChangeRequest = types.ObjectNull(changeRequestTypes) }

func (m *inventoryModel) none() {
	m.targetModel.none()
	m.Inventory = types.MapNull(types.StringType)
}

func (m *inventoryModel) unknown() {
	m.ChangeRequest = types.ObjectUnknown(changeRequestTypes)
	m.Inventory = types.MapUnknown(types.StringType)
}

// validate refuses what has no meaning for the target.
func (m inventoryModel) validate(flows map[string]declaredModel) (diags diag.Diagnostics) {
	if m.Target.IsUnknown() {
		return diags
	}
	if !m.algosec() {
		for _, a := range []struct {
			name  string
			value types.Bool
		}{{"create", m.Create}, {"exclusive", m.Exclusive}, {"decommission", m.Decommission}} {
			if a.value.ValueBool() {
				diags.AddAttributeError(path.Root(a.name), "Invalid target", fmt.Sprintf("%s = true is for target = \"algosec\".", a.name))
			}
		}
		return diags
	}
	for _, name := range slices.Sorted(maps.Keys(flows)) {
		if flows[name].Action.ValueString() == "deny" {
			diags.AddAttributeError(path.Root("flows").AtMapKey(name), "Invalid flow for AlgoSec", denyText(name))
		}
	}
	return diags
}

func denyText(name string) string {
	return fmt.Sprintf("Flow %q: action = \"deny\" has no counterpart in AlgoSec, where a flow is connectivity that is wanted. Declare it with target = \"rulesets\".", name)
}

// flowInventoryModel is what a flow on its own has for AlgoSec.
type flowInventoryModel struct {
	targetModel
	Inventory types.String `tfsdk:"inventory"`
}

func flowInventoryAttributes() map[string]schema.Attribute {
	attributes := targetAttributes()
	attributes["inventory"] = schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: "With `target = \"algosec\"`: the flow as AlgoSec has it; null if it has none.",
	}
	return attributes
}

func (m *flowInventoryModel) none() {
	m.targetModel.none()
	m.Inventory = types.StringNull()
}

func (m *flowInventoryModel) unknown() {
	m.ChangeRequest, m.Inventory = types.ObjectUnknown(changeRequestTypes), types.StringUnknown()
}
