package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

type auditDataSource struct {
	session *session
}

var (
	_ datasource.DataSourceWithConfigure        = (*auditDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*auditDataSource)(nil)
)

func newAuditDataSource() datasource.DataSource { return &auditDataSource{} }

type auditModel struct {
	Rulesets     types.List    `tfsdk:"rulesets"`
	Devices      types.List    `tfsdk:"devices"`
	Flows        types.Map     `tfsdk:"flows"`
	Applications types.Dynamic `tfsdk:"applications"`
	AsOf         types.String  `tfsdk:"as_of"`
	Findings     types.List    `tfsdk:"findings"`
	Rules        types.List    `tfsdk:"rules"`
	Summary      types.Map     `tfsdk:"summary"`
	Unknown      types.Int64   `tfsdk:"unknown"`
}

func (d *auditDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_audit"
}

func (d *auditDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	names := func(text string) schema.Attribute {
		return schema.ListAttribute{Optional: true, ElementType: types.StringType, Validators: rulesetEntries(), MarkdownDescription: text}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Says what the rules of firewalls are for: which never decide a packet, which change nothing, which permit what no declared flow wants, and which flows each of them serves. " +
			"Additions are not audited. Read at plan when its arguments are known.",
		Attributes: map[string]schema.Attribute{
			"rulesets": names("Names of the provider's rulesets. Default, where `devices` is not set either: all rulesets and devices."),
			"devices":  names("Names of the provider's devices: all of their access lists."),
			"flows": schema.MapNestedAttribute{
				Optional: true, NestedObject: schema.NestedAttributeObject{Attributes: questionAttributes(true)},
				MarkdownDescription: "The declared flows, by name, as in `acl_match`. Without `flows` and `applications` rules are judged by the other rules alone. A flow that names no `rulesets` is wanted in all of them.",
			},
			"applications": schema.DynamicAttribute{
				Optional: true, MarkdownDescription: "Applications whose flows are declared: a list of `acl_application` resources, or of objects with `name` and `flows`. Their flows are called `application/flow`.",
			},
			"as_of": schema.StringAttribute{
				Optional: true, Validators: []validator.String{day()},
				MarkdownDescription: "Day by which a schedule has ended or not, as `2026-12-31`, in the time of the devices. Default: the date that a text has of itself; without one nothing is `expired`.",
			},
			"findings": schema.ListNestedAttribute{
				Computed: true, NestedObject: schema.NestedAttributeObject{Attributes: auditFindingShape.datasource()},
				MarkdownDescription: fmt.Sprintf("What was found out, the most important first, at most %d of each kind; of one kind the most excess first, of `violates` the most severe.", estate.MaxFindings),
			},
			"rules": schema.ListNestedAttribute{
				Computed: true, NestedObject: schema.NestedAttributeObject{Attributes: auditRuleShape.datasource()},
				MarkdownDescription: fmt.Sprintf("The rules in order and whom they serve, at most %d.", estate.MaxAuditRules),
			},
			"summary": schema.MapAttribute{Computed: true, ElementType: types.Int64Type, MarkdownDescription: "How many findings there are of each kind."},
			"unknown": schema.Int64Attribute{Computed: true, MarkdownDescription: "How many rules and flows could not be judged since the rules divide their traffic too finely."},
		},
	}
}

// ConfigValidators implements datasource.DataSourceWithConfigValidators.
func (d *auditDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.Conflicting(path.MatchRoot("flows"), path.MatchRoot("applications"))}
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *auditDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	if s, ok := req.ProviderData.(*session); ok {
		d.session = s
	}
}

func (d *auditDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m auditModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !d.session.known() {
		resp.Diagnostics.AddError("Unable to audit", notKnown)
		return
	}
	q, diags := m.question(ctx)
	if resp.Diagnostics.Append(diags...); diags.HasError() {
		return
	}
	found, err := d.session.estate.Audit(q)
	if err != nil {
		addListError(&resp.Diagnostics, "Unable to audit", err)
		resp.Diagnostics = d.session.foldErrors(resp.Diagnostics)
		return
	}
	m.Findings, m.Rules = auditFindingShape.list(found.Findings, blankEmpty), auditRuleShape.list(found.Rules, blankEmpty)
	m.Summary, diags = types.MapValueFrom(ctx, types.Int64Type, found.Summary)
	m.Unknown = types.Int64Value(found.Unknown)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

const notKnown = "The configuration of provider \"acl\" is not known at plan time. Give it values that are known."

// addListError tells of a ruleset or device that cannot be read, or of what was asked
// for and is not there.
func addListError(diags *diag.Diagnostics, summary string, err error) {
	detail := capital(err.Error())
	if unread := new(estate.RulesetError); errors.As(err, &unread) { // its text begins with the name of a file
		summary, detail = "Unable to read "+unread.Title(), unread.Err.Error()
	}
	addErrorAt(diags, path.Empty(), summary, ended(detail))
}

// question returns what is asked.
func (m *auditModel) question(ctx context.Context) (q estate.AuditQuestion, diags diag.Diagnostics) {
	if !m.Rulesets.IsNull() {
		diags.Append(m.Rulesets.ElementsAs(ctx, &q.Rulesets, false)...)
	}
	if !m.Devices.IsNull() {
		diags.Append(m.Devices.ElementsAs(ctx, &q.Devices, false)...)
	}
	q.Everything = m.Rulesets.IsNull() && m.Devices.IsNull()
	if !m.AsOf.IsNull() {
		q.AsOf, _ = time.Parse(time.DateOnly, m.AsOf.ValueString()) // as its validator has done
	}
	q.Declared = !m.Flows.IsNull() || !m.Applications.IsNull()
	switch {
	case !m.Flows.IsNull():
		more, d := flowsOf(ctx, m.Flows)
		diags.Append(d...)
		q.Flows = more
	case !m.Applications.IsNull():
		flows, err := applicationFlows(m.Applications)
		if err != nil {
			addErrorAt(&diags, path.Root("applications"), "Invalid applications", ended(err.Error()))
		}
		q.Flows = flows
	}
	return q, diags
}

// flowsOf reads flows as in acl_match, in order of their names.
func flowsOf(ctx context.Context, v types.Map) (out []estate.Flow, diags diag.Diagnostics) {
	var questions map[string]questionModel
	diags.Append(v.ElementsAs(ctx, &questions, false)...)
	if diags.HasError() {
		return nil, diags
	}
	for _, name := range slices.Sorted(maps.Keys(questions)) {
		f, more := questions[name].flow(ctx, name)
		diags.Append(more...)
		out = append(out, f)
	}
	return out, diags
}

// applicationFlows reads the flows of applications, which are resources or objects like
// them.
func applicationFlows(v types.Dynamic) (out []estate.Flow, err error) {
	plain, err := plainValue(v)
	if err != nil {
		return nil, err
	}
	list, ok := plain.([]any)
	if !ok {
		return nil, errors.New("is not a list; write [acl_application.shop, …]")
	}
	for i, entry := range list {
		application, ok := entry.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("[%d] is not an application", i)
		}
		name, _ := application["name"].(string)
		flows, err := declaredFlows(application["flows"])
		if err != nil {
			return nil, fmt.Errorf("[%d] %w", i, err)
		}
		for _, f := range flows {
			f.Application, f.Name = name, name+"/"+f.Name
			out = append(out, f)
		}
	}
	return out, nil
}

// declaredFlows reads a map of flows as plain values; what does not say which traffic is
// wanted is passed over.
func declaredFlows(v any) (out []estate.Flow, err error) {
	flows, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("flows is not a map of flows by name")
	}
	for _, name := range slices.Sorted(maps.Keys(flows)) {
		fields, ok := flows[name].(map[string]any)
		if !ok {
			return nil, fmt.Errorf("flows[%q] is not an object", name)
		}
		declared := make(map[string]any)
		for key, value := range fields {
			if _, known := questionKeys[key]; known && value != nil {
				declared[key] = value
			}
		}
		q, err := flowFrom(types.DynamicValue(dynamicOf(declared)))
		if err != nil {
			return nil, fmt.Errorf("flows[%q] %w", name, err)
		}
		q.Name = name
		if fields["rulesets"] != nil {
			if q.Rulesets, err = toStrings(fields["rulesets"]); err != nil {
				return nil, fmt.Errorf("flows[%q].rulesets %w", name, err)
			}
		}
		out = append(out, q.Flow)
	}
	return out, nil
}
