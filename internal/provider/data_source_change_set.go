package provider

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

type changeSetDataSource struct {
	session *session
}

var _ datasource.DataSourceWithConfigure = (*changeSetDataSource)(nil)

func newChangeSetDataSource() datasource.DataSource { return &changeSetDataSource{} }

type changeSetModel struct {
	Rulesets types.List   `tfsdk:"rulesets"`
	Devices  types.List   `tfsdk:"devices"`
	Flows    types.Map    `tfsdk:"flows"`
	Commands types.Map    `tfsdk:"commands"`
	Undo     types.Map    `tfsdk:"undo"`
	Ticket   types.String `tfsdk:"ticket"`
	Changes  types.List   `tfsdk:"changes"`
	Open     types.Map    `tfsdk:"open"`
}

// changeShape is one command of a change set.
var changeShape = shape[estate.Change]{
	textField("ruleset", "The ruleset that is changed. Null for a device.", func(c estate.Change) types.String { return optionalString(c.Ruleset) }),
	textField("device", "The device that is changed. Null for a ruleset.", func(c estate.Change) types.String { return optionalString(c.Device) }),
	textField("list", "The access list of the device that the command is for. Null for a ruleset.", func(c estate.Change) types.String { return optionalString(c.List) }),
	textField("command", "The command, or the few that only make sense together, in the language of the ruleset or device.", func(c estate.Change) types.String { return pasted(c.Command) }),
	textsField("flows", "Names of the flows that need it.", func(c estate.Change) []string { return c.Flows }),
	textField("overrules", "The intentional deny that the command overrides, because a flow sets `override_deny`. Null if there is none.",
		func(c estate.Change) types.String { return optionalString(c.Overrules) }),
	textField("alternative", "Commands that permit exactly the same without a new rule: a new member of an object group that only one rule uses, or of that rule. Null if there are none. "+
		"Type them in place of the command. If commands for the same list follow, ask for these again afterwards: their line numbers assume the new rule.",
		func(c estate.Change) types.String { return pasted(c.Alternative) }),
}

func (d *changeSetDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_change_set"
}

func (d *changeSetDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	texts := func(text string) schema.Attribute {
		return schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: text}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "One consistent change for each ruleset and device that makes many flows as wanted: commands in the order in which they are typed, each written for the text " +
			"as it is after those before it, and read again with it. In the end every flow is matched with all commands on all devices on its way. Nothing is written or sent anywhere. Rules in additions files do not count: what they have is asked for too. " +
			"Flows that a policy denies, and those that have expired, get no command.",
		Attributes: map[string]schema.Attribute{
			"rulesets": schema.ListAttribute{
				Optional: true, ElementType: types.StringType, Validators: rulesetEntries(),
				MarkdownDescription: "Names of the provider's rulesets that may be changed. A flow that names none crosses these, in order, unless `devices` is set. Default: all that the flows cross.",
			},
			"devices": schema.ListAttribute{
				Optional: true, ElementType: types.StringType, Validators: rulesetEntries(),
				MarkdownDescription: "Names of the provider's devices that may be changed. A flow that names no rulesets finds its own way. Default, where `rulesets` is not set either: all on the ways of the flows.",
			},
			"flows": schema.MapNestedAttribute{
				Required: true, MarkdownDescription: "The flows by name, as in `acl_match` and `acl_application`.",
				NestedObject: schema.NestedAttributeObject{Attributes: questionAttributes(true)},
			},
			"commands": texts("All commands of a ruleset or device in one text, by its name (`device NAME` where a ruleset has the same one). What needs none is not there."),
			"undo":     texts("What takes the commands back, in one text, by the same names. A remark stands for what only the device can tell, such as the handle of a rule of nftables."),
			"ticket":   schema.StringAttribute{Computed: true, MarkdownDescription: "All of it as Markdown, for a change ticket: commands, the flows they are for, the denies that they override, how to take them back, and what stays open."},
			"changes": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The commands one by one, in order.",
				NestedObject: schema.NestedAttributeObject{Attributes: changeShape.datasource()},
			},
			"open": texts("Why flows are still not as wanted after all commands, by name of the flow. It is empty where all are."),
		},
	}
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *changeSetDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	if s, ok := req.ProviderData.(*session); ok {
		d.session = s
	}
}

func (d *changeSetDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m changeSetModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !d.session.known() {
		resp.Diagnostics.AddError("Unable to find changes", "The configuration of provider \"acl\" is not known at plan time, so that nothing can be matched. Give it values that are known.")
		return
	}
	var questions map[string]questionModel
	var of estate.Changeable
	resp.Diagnostics.Append(m.Flows.ElementsAs(ctx, &questions, false)...)
	resp.Diagnostics.Append(m.Rulesets.ElementsAs(ctx, &of.Rulesets, false)...)
	resp.Diagnostics.Append(m.Devices.ElementsAs(ctx, &of.Devices, false)...)
	if resp.Diagnostics.HasError() {
		return
	}
	flows := make([]estate.Flow, 0, len(questions))
	for _, name := range slices.Sorted(maps.Keys(questions)) {
		q := questions[name]
		if q.Rulesets.IsNull() && m.Devices.IsNull() {
			q.Rulesets = m.Rulesets
		}
		f, diags := q.flow(ctx, name)
		resp.Diagnostics.Append(diags...)
		flows = append(flows, f)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	set, err := d.session.estate.ChangeSet(ctx, of, flows)
	if err != nil {
		var of *estate.FlowError
		switch {
		case errors.As(err, &of):
			addAssessError(&resp.Diagnostics, of.Flow, path.Root("flows").AtMapKey(of.Flow.Name), of.Err)
		default:
			resp.Diagnostics.AddError("Unable to find changes", sentence(err.Error()))
		}
		return
	}
	m.set(set)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// set shows a change set.
func (m *changeSetModel) set(set *estate.ChangeSet) {
	commands, undo, open := map[string]string{}, map[string]string{}, map[string]string{}
	for _, name := range set.Targets() {
		commands[name], undo[name] = visible.Lines(set.Commands(name)), visible.Lines(set.Undo(name))
	}
	for _, o := range set.Open {
		open[o.Name] = visible.Text(o.Why)
	}
	m.Commands, m.Undo, m.Open = textMap(commands), textMap(undo), textMap(open)
	m.Ticket = types.StringValue(set.Ticket())
	m.Changes = changeShape.list(set.Changes, blankEmpty)
}
