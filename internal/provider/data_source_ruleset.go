package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

type rulesetDataSource struct {
	session *session
}

var (
	_ datasource.DataSourceWithConfigure        = (*rulesetDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*rulesetDataSource)(nil)
)

func newRulesetDataSource() datasource.DataSource { return &rulesetDataSource{} }

type rulesetDataModel struct {
	Rulesets      types.List   `tfsdk:"rulesets"`
	Path          types.String `tfsdk:"path"`
	Content       types.String `tfsdk:"content"`
	Format        types.String `tfsdk:"format"`
	Context       types.String `tfsdk:"context"`
	ACL           types.String `tfsdk:"acl"`
	Limit         types.Int64  `tfsdk:"limit"`
	ACLs          types.List   `tfsdk:"acls"`
	RuleCount     types.Int64  `tfsdk:"rule_count"`
	Indeterminate types.List   `tfsdk:"indeterminate"`
	Rules         types.List   `tfsdk:"rules"`
}

// defaultLimit is how many rules and lines are returned unless limit says
// otherwise.
const defaultLimit = 1000

func (d *rulesetDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_ruleset"
}

func (d *rulesetDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(text string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: text}
	}
	list := func(text string) schema.Attribute {
		return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: text}
	}
	number := func(text string) schema.Attribute {
		return schema.Int64Attribute{Computed: true, MarkdownDescription: text}
	}
	nested := func(text string, attributes map[string]schema.Attribute) schema.Attribute {
		return schema.ListNestedAttribute{Computed: true, MarkdownDescription: text, NestedObject: schema.NestedAttributeObject{Attributes: attributes}}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Tells what was understood of a ruleset: its format, its access lists, its rules in the words of this provider, and every line that cannot be decided, with the reason. " +
			"Exactly one of `rulesets`, `path` and `content` is set.",
		Attributes: map[string]schema.Attribute{
			"rulesets": schema.ListAttribute{
				Optional: true, ElementType: types.StringType, Validators: rulesetEntries(),
				MarkdownDescription: "Names of the provider's rulesets, without their additions.",
			},
			"path":    schema.StringAttribute{Optional: true, MarkdownDescription: "File that holds the rules. A relative path starts at Terraform's working directory."},
			"content": schema.StringAttribute{Optional: true, MarkdownDescription: "The text itself."},
			"format": schema.StringAttribute{
				Optional: true, Computed: true, Validators: []validator.String{stringvalidator.OneOf(format.Names...)},
				MarkdownDescription: "Language of the text: " + codeList(format.Names) + ". Detected when not set.",
			},
			"context": schema.StringAttribute{Optional: true, MarkdownDescription: contextDescription},
			"acl":     schema.StringAttribute{Optional: true, MarkdownDescription: "Take only this access list, by name or alias. Default: all of them, or the one that the provider's ruleset names."},
			"limit": schema.Int64Attribute{
				Optional: true, Validators: []validator.Int64{int64validator.Between(0, 100_000)},
				MarkdownDescription: fmt.Sprintf("How many `rules`, and how many `indeterminate` lines, are listed at most. Default: %d.", defaultLimit),
			},
			"rule_count": number("How many rules the access lists have."),
			"acls": nested("The access lists of the text, in its order.", map[string]schema.Attribute{
				"ruleset": text("The ruleset, where `rulesets` is set."), "name": text("The name that selects the list."), "aliases": list("What else selects it: interfaces and hooks where it is applied."),
			}),
			"indeterminate": nested("Lines that cannot be decided, or were not understood. Traffic that depends on one is `indeterminate`.", map[string]schema.Attribute{
				"ruleset": text("The ruleset, where `rulesets` is set."), "acl": text("The access list."), "line": number("Line of the text."), "text": text("The line."), "reason": text("Why it cannot be decided."),
			}),
			"rules": nested("The rules in order.", map[string]schema.Attribute{
				"ruleset": text("The ruleset, where `rulesets` is set."), "acl": text("The access list."), "name": text("The rule's name."), "line": number("Line of the text."), "text": text("The rule as it stands there."),
				"action": text("`permit` or `deny`."), "sources": list("Source addresses."), "destinations": list("Destination addresses."), "services": list("Services."),
				"source_zones": list("Source zones; none means every zone."), "destination_zones": list("Destination zones; none means every zone."),
				"state":         text("`new` or `established` where the rule is for such packets only. An `established` rule lets answers pass and permits no flow."),
				"indeterminate": list("Why the rule cannot be decided; empty if it can."),
			}),
		},
	}
}

// ConfigValidators implements datasource.DataSourceWithConfigValidators.
func (d *rulesetDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot("rulesets"), path.MatchRoot("path"), path.MatchRoot("content")),
		datasourcevalidator.Conflicting(path.MatchRoot("rulesets"), path.MatchRoot("format")),
		datasourcevalidator.Conflicting(path.MatchRoot("rulesets"), path.MatchRoot("context")),
	}
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *rulesetDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	if s, ok := req.ProviderData.(*session); ok {
		d.session = s
	}
}

func (d *rulesetDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m rulesetDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	limit := defaultLimit
	if !m.Limit.IsNull() {
		limit = int(m.Limit.ValueInt64())
	}
	started := time.Now()
	in, err := d.inspect(ctx, m, limit)
	if err != nil {
		summary, detail := "Unable to read the ruleset", err.Error()
		unread := new(estate.RulesetError)
		switch {
		case errors.As(err, &unread):
			summary, detail = unreadSummary+unread.Title(), unread.Err.Error()
		case errors.Is(err, estate.ErrPath):
			detail = capital(detail)
		}
		addErrorAt(&resp.Diagnostics, path.Empty(), summary, ended(detail))
		resp.Diagnostics = d.session.foldErrors(resp.Diagnostics)
		return
	}
	logInspection(ctx, in, time.Since(started))
	values := inspectionValues(in)
	for attribute, value := range values {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(attribute), value)...)
	}
	for attribute, value := range map[string]any{"rulesets": m.Rulesets, "path": m.Path, "content": m.Content, "context": m.Context, "acl": m.ACL, "limit": m.Limit} {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(attribute), value)...)
	}
}

func (d *rulesetDataSource) inspect(ctx context.Context, m rulesetDataModel, limit int) (*estate.Inspection, error) {
	if m.Rulesets.IsNull() {
		return estate.Inspect(estate.RulesetConfig{
			Path: m.Path.ValueString(), Content: m.Content.ValueString(), Format: m.Format.ValueString(), Context: m.Context.ValueString(), ACL: m.ACL.ValueString(),
		}, limit)
	}
	if !d.session.known() {
		return nil, fmt.Errorf("the configuration of provider \"acl\" is not known at plan time")
	}
	var names []string
	if m.Rulesets.ElementsAs(ctx, &names, false).HasError() {
		return nil, fmt.Errorf("rulesets is not a list of names")
	}
	return d.session.estate.Inspect(names, m.ACL.ValueString(), limit)
}
