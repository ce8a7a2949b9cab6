package provider

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

type scriptDataSource struct {
	session *session
}

var _ datasource.DataSourceWithConfigure = (*scriptDataSource)(nil)

func newScriptDataSource() datasource.DataSource { return &scriptDataSource{} }

type scriptModel struct {
	Rulesets types.List   `tfsdk:"rulesets"`
	Devices  types.List   `tfsdk:"devices"`
	Flows    types.Map    `tfsdk:"flows"`
	Commands types.Map    `tfsdk:"commands"`
	Undo     types.Map    `tfsdk:"undo"`
	Proof    types.String `tfsdk:"proof"`
	Open     types.Map    `tfsdk:"open"`
}

func (d *scriptDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_script"
}

func (d *scriptDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	texts := func(text string) schema.Attribute {
		return schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: text}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "The script that would make flows as wanted, for each ruleset and device: what `script` writes beside additions, as text, also for those that are read-only. " +
			"All rules of a list stand in one block above those that would decide otherwise, numbered together, each object once. Nothing is written or sent. Rules in additions files do not count. " +
			"`acl_change_set` differs: it goes flow by flow, each rule before the one that decides today, with the commands one by one and a ticket; it takes at most 500 commands.",
		Attributes: map[string]schema.Attribute{
			"rulesets": schema.ListAttribute{
				Optional: true, ElementType: types.StringType, Validators: rulesetEntries(),
				MarkdownDescription: "Names of the provider's rulesets that may be changed. A flow that names none crosses these, in order. Default: all that the flows cross.",
			},
			"devices": schema.ListAttribute{
				Optional: true, ElementType: types.StringType, Validators: rulesetEntries(),
				MarkdownDescription: "Names of the provider's devices that may be changed. Default: all that the flows cross, or none where `rulesets` is set.",
			},
			"flows": schema.MapNestedAttribute{
				Required: true, MarkdownDescription: "The flows by name, as in `acl_match` and `acl_application`.",
				NestedObject: schema.NestedAttributeObject{Attributes: questionAttributes(true)},
			},
			"commands": texts("The script of a ruleset or device by its name; that of a device which has the name of a ruleset under `device NAME`. What needs none is not there."),
			"undo":     texts("What takes the script back, by the same names. A remark stands for what only the device can tell, such as the handle of a rule of nftables."),
			"proof":    schema.StringAttribute{Computed: true, MarkdownDescription: "What was shown, a line each: that each list, read again with the script, is the old one and these rules, and what each flow is before and after."},
			"open":     texts("Why flows are still not as wanted with all scripts, by name of the flow. It is empty where all are."),
		},
	}
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *scriptDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	if s, ok := req.ProviderData.(*session); ok {
		d.session = s
	}
}

func (d *scriptDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m scriptModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !d.session.known() {
		resp.Diagnostics.AddError("Unable to write a script", "The configuration of provider \"acl\" is not known at plan time, so that nothing can be matched. Give it values that are known.")
		return
	}
	var questions map[string]questionModel
	var rulesets, devices []string
	resp.Diagnostics.Append(m.Flows.ElementsAs(ctx, &questions, false)...)
	resp.Diagnostics.Append(m.Rulesets.ElementsAs(ctx, &rulesets, false)...)
	resp.Diagnostics.Append(m.Devices.ElementsAs(ctx, &devices, false)...)
	if resp.Diagnostics.HasError() {
		return
	}
	flows := make([]estate.Flow, 0, len(questions))
	for _, name := range slices.Sorted(maps.Keys(questions)) {
		q := questions[name]
		if q.Rulesets.IsNull() {
			q.Rulesets = m.Rulesets
		}
		f, diags := q.flow(ctx, name)
		resp.Diagnostics.Append(diags...)
		flows = append(flows, f)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	set, err := d.session.estate.Scripts(ctx, rulesets, devices, flows)
	if err != nil {
		var of *estate.FlowError
		switch {
		case errors.As(err, &of):
			addAssessError(&resp.Diagnostics, of.Flow, path.Root("flows").AtMapKey(of.Flow.Name), of.Err)
		default:
			resp.Diagnostics.AddError("Unable to write a script", sentence(err.Error()))
		}
		return
	}
	m.set(set)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// set shows the scripts.
func (m *scriptModel) set(set *estate.ScriptSet) {
	commands, undo, open := map[string]string{}, map[string]string{}, map[string]string{}
	for _, s := range set.Scripts {
		name := s.Ruleset
		if _, taken := commands[name]; taken {
			name = "device " + name
		}
		commands[name], undo[name] = visible.Lines(s.Commands), visible.Lines(s.Undo)
	}
	for _, o := range set.Open {
		open[o.Name] = visible.Text(o.Why)
	}
	m.Commands, m.Undo, m.Open = textMap(commands), textMap(undo), textMap(open)
	m.Proof = types.StringValue(visible.Lines(strings.Join(set.Proof, "\n")))
}
