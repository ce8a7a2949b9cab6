package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

type diffDataSource struct {
	session *session
}

var _ datasource.DataSourceWithConfigure = (*diffDataSource)(nil)

func newDiffDataSource() datasource.DataSource { return &diffDataSource{} }

// diffSideModel is one of the two things that are compared.
type diffSideModel struct {
	Ruleset types.String `tfsdk:"ruleset"`
	Device  types.String `tfsdk:"device"`
	Content types.String `tfsdk:"content"`
	Format  types.String `tfsdk:"format"`
	Context types.String `tfsdk:"context"`
	ACL     types.String `tfsdk:"acl"`
}

type diffModel struct {
	Before     *diffSideModel `tfsdk:"before"`
	After      *diffSideModel `tfsdk:"after"`
	Flows      types.Map      `tfsdk:"flows"`
	Opened     types.List     `tfsdk:"opened"`
	Closed     types.List     `tfsdk:"closed"`
	Uncertain  types.List     `tfsdk:"uncertain"`
	Unwanted   types.List     `tfsdk:"unwanted"`
	OnlyBefore types.List     `tfsdk:"only_before"`
	OnlyAfter  types.List     `tfsdk:"only_after"`
	Results    types.Map      `tfsdk:"results"`
	Same       types.Bool     `tfsdk:"same"`
	Complete   types.Bool     `tfsdk:"complete"`
}

// resultType is what becomes of a flow before and after.
var resultType = types.ObjectType{AttrTypes: map[string]attr.Type{"before": types.StringType, "after": types.StringType}}

func (d *diffDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_diff"
}

func (d *diffDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(text string, v ...validator.String) schema.Attribute {
		return schema.StringAttribute{Optional: true, Validators: v, MarkdownDescription: text}
	}
	side := func(description string) schema.Attribute {
		return schema.SingleNestedAttribute{
			Required: true, MarkdownDescription: description + " Exactly one of `ruleset`, `device` and `content` is set.",
			Attributes: map[string]schema.Attribute{
				"ruleset": text("Name of one of the provider's rulesets, without its additions."),
				"device": text("Name of one of the provider's devices: all of its access lists, which are compared by name.",
					stringvalidator.ExactlyOneOf(path.MatchRelative().AtParent().AtName("ruleset"), path.MatchRelative().AtParent().AtName("content"))),
				"content": text("The text itself."),
				"format":  text("Language of `content`. Detected when not set.", stringvalidator.OneOf(format.Names...)),
				"context": text(contextDescription),
				"acl":     text("The access list in `content`, where it has several."),
			},
		}
	}
	entries := func(text string) schema.Attribute {
		return schema.ListNestedAttribute{
			Computed: true, NestedObject: schema.NestedAttributeObject{Attributes: diffShape.datasource()},
			MarkdownDescription: fmt.Sprintf("%s At most %d entries.", text, estate.MaxDiffEntries),
		}
	}
	names := func(text string) schema.Attribute {
		return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: text}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Says exactly what two rulesets do differently: what the one opens and closes as against the other, and by which rules. For pull requests that change a firewall's text.",
		Attributes: map[string]schema.Attribute{
			"before": side("What is compared with."),
			"after":  side("What takes its place."),
			"flows": schema.MapNestedAttribute{
				Optional: true, NestedObject: schema.NestedAttributeObject{Attributes: questionAttributes(true)},
				MarkdownDescription: "Declared flows, by name, as in `acl_match`: what becomes of them is in `results`, where two single access lists are compared; what is opened beyond them is in `unwanted`. The flows' own `rulesets` do not matter.",
			},
			"opened":      entries("Traffic that was surely denied and is surely permitted."),
			"closed":      entries("Traffic that was surely permitted and is surely denied."),
			"uncertain":   entries("Traffic that depends on what cannot be decided, before or after, and not in the same way: possibly opened or closed."),
			"unwanted":    entries("What is opened, or may be, and none of `flows` wants: what a gate asks for."),
			"only_before": names("Access lists that only the device before has."),
			"only_after":  names("Access lists that only the device after has."),
			"results": schema.MapNestedAttribute{
				Computed: true, MarkdownDescription: "The statuses of `flows`, by name; null unless it is set, and where several access lists are compared.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"before": schema.StringAttribute{Computed: true, MarkdownDescription: "The status before."},
					"after":  schema.StringAttribute{Computed: true, MarkdownDescription: "The status after."},
				}},
			},
			"same":     schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether every packet is surely treated alike."},
			"complete": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether everything was compared. It is false where the rules divide traffic so finely that there may be more differences; `same` is then false."},
		},
	}
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *diffDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	if s, ok := req.ProviderData.(*session); ok {
		d.session = s
	}
}

func (m *diffSideModel) side() estate.DiffSide {
	if m.Content.IsNull() {
		return estate.DiffSide{Ruleset: m.Ruleset.ValueString(), Device: m.Device.ValueString()}
	}
	return estate.DiffSide{Text: &estate.RulesetConfig{
		Content: m.Content.ValueString(), Format: m.Format.ValueString(), Context: m.Context.ValueString(), ACL: m.ACL.ValueString(),
	}}
}

func (d *diffDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m diffModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !d.session.known() {
		resp.Diagnostics.AddError("Unable to compare", notKnown)
		return
	}
	flows, diags := flowsOf(ctx, m.Flows)
	if resp.Diagnostics.Append(diags...); diags.HasError() {
		return
	}
	before, after := m.Before.side(), m.After.side()
	found, err := d.session.estate.Diff(before, after, flows...)
	if err != nil {
		addListError(&resp.Diagnostics, "Unable to compare", err)
		resp.Diagnostics = d.session.foldErrors(resp.Diagnostics)
		return
	}
	m.Opened, m.Closed, m.Uncertain = diffShape.list(found.Opened, blankEmpty), diffShape.list(found.Closed, blankEmpty), diffShape.list(found.Uncertain, blankEmpty)
	m.Unwanted = diffShape.list(found.Unwanted, blankEmpty)
	m.OnlyBefore, m.OnlyAfter = stringsList(found.OnlyBefore), stringsList(found.OnlyAfter)
	m.Same, m.Complete = types.BoolValue(found.Same), types.BoolValue(!found.Cut)
	resp.Diagnostics.Append(m.results(d.session.estate, flows, before, after)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
	}
}

// results matches the flows before and after.
func (m *diffModel) results(e *estate.Estate, flows []estate.Flow, before, after estate.DiffSide) (diags diag.Diagnostics) {
	m.Results = types.MapNull(resultType)
	if m.Flows.IsNull() {
		return nil
	}
	answers := make(map[string]attr.Value, len(flows))
	for _, f := range flows {
		var statuses []string
		for _, side := range []estate.DiffSide{before, after} {
			found, err := e.MatchSide(side, f)
			if errors.Is(err, estate.ErrSeveralLists) {
				return nil // which of them a flow crosses is not known
			}
			if err != nil {
				addAssessError(&diags, f, path.Root("flows").AtMapKey(f.Name), err)
				return diags
			}
			statuses = append(statuses, found.Status.String())
		}
		answers[f.Name] = types.ObjectValueMust(resultType.AttrTypes, map[string]attr.Value{"before": types.StringValue(statuses[0]), "after": types.StringValue(statuses[1])})
	}
	m.Results = types.MapValueMust(resultType, answers)
	return diags
}
