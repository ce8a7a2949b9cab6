package provider

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

type matchDataSource struct {
	session *session
}

var (
	_ datasource.DataSourceWithConfigure        = (*matchDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*matchDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig   = (*matchDataSource)(nil)
)

func newMatchDataSource() datasource.DataSource { return &matchDataSource{} }

// questionModel is one question: a flow without what only matters for writing.
type questionModel struct {
	Sources         types.List   `tfsdk:"sources"`
	Destinations    types.List   `tfsdk:"destinations"`
	Services        types.List   `tfsdk:"services"`
	SourceZone      types.String `tfsdk:"source_zone"`
	DestinationZone types.String `tfsdk:"destination_zone"`
	Action          types.String `tfsdk:"action"`
	Rulesets        types.List   `tfsdk:"rulesets"`
	OverrideDeny    types.Bool   `tfsdk:"override_deny"`
	Accepts         types.List   `tfsdk:"accepts"`
	Application     types.String `tfsdk:"application"`
	applicant
	judged
}

func (m questionModel) flow(ctx context.Context, name string) (estate.Flow, diag.Diagnostics) {
	application := "acl_match"
	if !m.Application.IsNull() {
		application = m.Application.ValueString()
	}
	f, diags := declaredModel{
		Sources: m.Sources, Destinations: m.Destinations, Services: m.Services,
		SourceZone: m.SourceZone, DestinationZone: m.DestinationZone, Action: m.Action, Rulesets: m.Rulesets, judged: m.judged,
		OverrideDeny: m.OverrideDeny, Accepts: m.Accepts,
		NetworkApplications: types.ListNull(types.StringType), Users: types.ListNull(types.StringType),
	}.flow(ctx, application, name, nil)
	m.applicant.set(&f)
	return f, diags
}

type matchModel struct {
	questionModel
	Rules      types.Dynamic `tfsdk:"rules"`
	Flows      types.Map     `tfsdk:"flows"`
	Results    types.Map     `tfsdk:"results"`
	Status     types.String  `tfsdk:"status"`
	Summary    types.String  `tfsdk:"summary"`
	Satisfied  types.Bool    `tfsdk:"satisfied"`
	Products   types.Int64   `tfsdk:"products"`
	Missing    types.List    `tfsdk:"missing"`
	Decisions  types.List    `tfsdk:"decisions"`
	Path       types.List    `tfsdk:"path"`
	Violations types.List    `tfsdk:"violations"`
}

// satisfied is the verdict with what policies say of it.
func satisfied(f estate.Found) bool {
	return f.Satisfied && f.Status != match.Pending && len(f.DeniedBy) == 0
}

// answer is netutils' answer: "permit" if all of the traffic surely is permitted.
func answer(f estate.Found) string {
	if f.Status == match.Allowed {
		return "permit"
	}
	return "deny"
}

func (d *matchDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_match"
}

func (d *matchDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		"rules": schema.DynamicAttribute{
			Optional: true,
			MarkdownDescription: "Rules to match instead of the provider's rulesets: a list of objects in netutils style, `name`, `src_ip`, `src_zone`, `dst_ip`, `dst_port`, `dst_zone`, `action`, " +
				"with strings or lists of strings; names from the provider's `addresses` and `services` may be among them. The first rule that matches decides; what no rule matches is denied.",
		},
		"flows": schema.MapNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Many questions at once, by name, instead of the single one above. This is the fastest way to ask about thousands of flows.",
			NestedObject:        schema.NestedAttributeObject{Attributes: questionAttributes(true)},
		},
		"results": schema.MapNestedAttribute{
			Computed: true, MarkdownDescription: "The answers by name, null unless `flows` is set.",
			NestedObject: schema.NestedAttributeObject{Attributes: judgedShape.datasource()},
		},
	}
	maps.Copy(attributes, judgedShape.datasource())
	maps.Copy(attributes, questionAttributes(false))
	attributes["action"] = schema.StringAttribute{
		Optional: true, Computed: true, Validators: []validator.String{stringvalidator.OneOf("permit", "deny")},
		MarkdownDescription: "Set: what is wanted, `permit` (default) or `deny`; it decides `satisfied`. Read: netutils' answer, `permit` if all of the traffic surely is permitted, else `deny`.",
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Asks what rulesets do with traffic, without managing anything: for a `check`, a postcondition, or a report. " +
			"Read at plan when its arguments are known.",
		Attributes: attributes,
	}
}

func questionAttributes(required bool) map[string]schema.Attribute {
	list := func(text string, v []validator.List) schema.Attribute {
		return schema.ListAttribute{Required: required, Optional: !required, ElementType: types.StringType, Validators: v, MarkdownDescription: text}
	}
	attributes := map[string]schema.Attribute{
		"sources":      list(sourcesText, addressEntries()),
		"destinations": list(destinationsText, addressEntries()),
		"services":     list(servicesText, serviceEntries()),
		"source_zone":  schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}, MarkdownDescription: sourceZoneText},
		"destination_zone": schema.StringAttribute{
			Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}, MarkdownDescription: destZoneText,
		},
		"action": schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.OneOf("permit", "deny")}, MarkdownDescription: actionText},
		"rulesets": schema.ListAttribute{
			Optional: true, ElementType: types.StringType, MarkdownDescription: rulesetsText,
			Validators: rulesetEntries(),
		},
	}
	attributes["override_deny"] = schema.BoolAttribute{Optional: true, MarkdownDescription: "Propose a `change` even if it overrides an intentional deny, which is one that is more specific than any → any. Default: `false`."}
	attributes["accepts"] = schema.ListAttribute{Optional: true, ElementType: types.StringType, Validators: []validator.List{noNulls{}}, MarkdownDescription: acceptsText}
	maps.Copy(attributes, judgedQuestionAttributes())
	return attributes
}

// ConfigValidators implements datasource.DataSourceWithConfigValidators.
func (d *matchDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot("flows"), path.MatchRoot("sources")),
		datasourcevalidator.RequiredTogether(path.MatchRoot("sources"), path.MatchRoot("destinations"), path.MatchRoot("services")),
		datasourcevalidator.Conflicting(path.MatchRoot("rules"), path.MatchRoot("rulesets")),
	}
}

// ValidateConfig implements datasource.DataSourceWithValidateConfig: rules that are
// known are read, and what may be a name is taken for one.
func (d *matchDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var rules types.Dynamic
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("rules"), &rules)...)
	if resp.Diagnostics.HasError() || rules.IsNull() || !fullyKnown(ctx, rules) {
		return
	}
	_, diags := readRules(rules, flow.Unresolved{})
	resp.Diagnostics.Append(diags...)
}

func readRules(v types.Dynamic, names flow.Dictionary) (rules *estate.Rules, diags diag.Diagnostics) {
	rules, err := rulesFrom(v, names)
	if err != nil {
		addErrorAt(&diags, path.Root("rules"), "Invalid rules", err.Error()+".")
	}
	return rules, diags
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *matchDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	if s, ok := req.ProviderData.(*session); ok {
		d.session = s
	}
}

func (d *matchDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m matchModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !d.session.known() {
		resp.Diagnostics.AddError("Unable to match", "The configuration of provider \"acl\" is not known at plan time, so that nothing can be matched. "+
			"Give it values that are known, or use a resource (acl_flow, acl_application), whose verdict is settled at apply.")
		return
	}
	ask := func(f estate.Flow) (estate.Found, error) { return d.session.estate.Match(ctx, f) }
	if !m.Rules.IsNull() {
		names, err := d.session.estate.Names()
		if err != nil {
			resp.Diagnostics.AddError("Invalid names", sentence(err.Error()))
			return
		}
		rules, diags := readRules(m.Rules, names)
		if resp.Diagnostics.Append(diags...); diags.HasError() {
			return
		}
		ask = func(f estate.Flow) (estate.Found, error) { return d.session.estate.MatchRules(rules, f) }
	}
	if m.Flows.IsNull() {
		resp.Diagnostics.Append(m.answerOne(ctx, ask)...)
	} else {
		resp.Diagnostics.Append(m.answerMany(ctx, ask)...)
	}
	resp.Diagnostics = d.session.foldErrors(resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
	}
}

type asker func(estate.Flow) (estate.Found, error)

func (m *matchModel) answerOne(ctx context.Context, ask asker) diag.Diagnostics {
	f, diags := m.flow(ctx, "question")
	if diags.HasError() {
		return diags
	}
	found, err := ask(f)
	if err != nil {
		addAssessError(&diags, f, path.Empty(), err)
		return diags
	}
	m.Status, m.Satisfied = types.StringValue(found.Status.String()), types.BoolValue(satisfied(found))
	m.Action, m.Products = types.StringValue(answer(found)), types.Int64Value(found.Products)
	m.Summary = optionalString(found.Summary)
	m.Missing, m.Decisions = missingShape.list(found.Missing, blankEmpty), decisionShape.list(found.Decisions, blankEmpty)
	m.Path = wayShape.list(found.Ways, blankEmpty)
	m.Violations = violationShape.list(found.Violations, blankEmpty)
	m.Results = types.MapNull(types.ObjectType{AttrTypes: judgedTypes})
	return diags
}

func (m *matchModel) answerMany(ctx context.Context, ask asker) (diags diag.Diagnostics) {
	var questions map[string]questionModel
	diags.Append(m.Flows.ElementsAs(ctx, &questions, false)...)
	if diags.HasError() {
		return diags
	}
	worst, all, products := match.Allowed, true, int64(0)
	beside := &estate.Changes{}
	answers := make(map[string]attr.Value, len(questions))
	for _, name := range slices.Sorted(maps.Keys(questions)) {
		q := questions[name]
		if q.Rulesets.IsNull() {
			q.Rulesets = m.Rulesets
		}
		f, more := q.flow(ctx, name)
		f.Beside = beside
		diags.Append(more...)
		found, err := ask(f)
		if err != nil {
			addAssessError(&diags, f, path.Root("flows").AtMapKey(name), err)
			continue
		}
		answers[name] = judgedShape.objectOf(judgedTypes, found, blankEmpty)
		products += found.Products
		all = all && satisfied(found)
		if !found.Satisfied || found.Status == match.Pending {
			worst = max(worst, found.Status.Worth(f.Deny))
		}
	}
	m.Results = types.MapValueMust(types.ObjectType{AttrTypes: judgedTypes}, answers)
	m.Status, m.Satisfied, m.Products = types.StringValue(worst.String()), types.BoolValue(all), types.Int64Value(products)
	m.Action = types.StringValue(answer(estate.Found{Status: worst}))
	m.Summary = types.StringNull()
	m.Missing, m.Decisions = types.ListNull(missingType), types.ListNull(decisionType)
	m.Path = types.ListNull(wayType)
	m.Violations = types.ListNull(violationType)
	return diags
}
