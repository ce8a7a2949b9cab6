package provider

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/live"
)

// The values of enforcement.
const (
	enforceApply    = "apply"
	enforceAdvisory = "advisory"
	enforcePlan     = "plan"
)

// The values of summary.
const (
	summaryProblems = "problems"
	summaryAlways   = "always"
	summaryNever    = "never"
)

type providerModel struct {
	Rulesets    types.Map    `tfsdk:"rulesets"`
	Zones       types.Map    `tfsdk:"zones"`
	Devices     types.Map    `tfsdk:"devices"`
	Paths       types.List   `tfsdk:"paths"`
	Addresses   types.Map    `tfsdk:"addresses"`
	Services    types.Map    `tfsdk:"services"`
	Matrix      types.Object `tfsdk:"matrix"`
	Policies    types.Map    `tfsdk:"policies"`
	Enforcement types.String `tfsdk:"enforcement"`
	Summary     types.String `tfsdk:"summary"`
	Details     types.String `tfsdk:"details"`
	Algosec     types.Object `tfsdk:"algosec"`
}

type rulesetModel struct {
	Path          types.String `tfsdk:"path"`
	Content       types.String `tfsdk:"content"`
	Source        types.Object `tfsdk:"source"`
	Format        types.String `tfsdk:"format"`
	Context       types.String `tfsdk:"context"`
	ACL           types.String `tfsdk:"acl"`
	Additions     types.String `tfsdk:"additions"`
	Effective     types.Bool   `tfsdk:"additions_effective"`
	Prune         types.Bool   `tfsdk:"additions_prune"`
	Script        types.String `tfsdk:"script"`
	Deliver       types.Object `tfsdk:"deliver"`
	DefaultAction types.String `tfsdk:"default_action"`
	Stateless     types.Bool   `tfsdk:"stateless"`
	Assume        types.Map    `tfsdk:"assume"`
	Language      types.String `tfsdk:"change_language"`
}

// contextDescription describes the attribute context wherever a text is read.
const contextDescription = "Which firewall of the text is meant, where one text configures several: a vsys, a VDOM, a device group, a logical system. Not needed where there is only one."

func (p *aclProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Declares application connectivity and says in every plan which flows the existing firewalls already allow, " +
			"which they allow only in part, which they block and why, and the few rules that would close the gap.",
		Attributes: map[string]schema.Attribute{
			"rulesets": rulesetsSetting(),
			"addresses": schema.MapAttribute{
				Optional: true, ElementType: types.ListType{ElemType: types.StringType}, Validators: namedLists(),
				MarkdownDescription: "Names for addresses: each stands for hosts, prefixes, ranges and other names, nested as deep as you like. In a list, `!10.1.0.0/16` or `!NAME` excludes. `internet`, `rfc1918` and `private` need no declaration.",
			},
			"services": schema.MapAttribute{
				Optional: true, ElementType: types.ListType{ElemType: types.StringType}, Validators: namedLists(),
				MarkdownDescription: "Names for services: each stands for services such as `tcp/443` and other names. In a list, `!tcp/22` or `!NAME` excludes.",
			},
			"enforcement": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.OneOf(enforceApply, enforceAdvisory, enforcePlan)},
				MarkdownDescription: "What to do if a flow is not as wanted. `apply` (default): the plan shows a difference, the apply writes what it may write and fails for the rest. " +
					"`advisory`: the verdict is shown and recorded, nothing is written and nothing fails. `plan`: the plan fails for what an apply could not deliver.",
			},
			"summary": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.OneOf(summaryProblems, summaryAlways, summaryNever)},
				MarkdownDescription: "When a plan prints the warning with the flows of an application: `problems` (default), if a flow is not as wanted; `always`; `never`.",
			},
			"details": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.OneOf(detailsSummary, detailsFull)},
				MarkdownDescription: "How much detail resources have. `summary` (default): one line of text and the gaps, so that a plan fits into a pull request; " +
					"long lists are cut, with a count. `full`: also `decisions`, and in `missing` the lists that are the flow's own. Data sources and functions always tell all.",
			},
			"algosec": algosecProviderAttribute(),
		},
	}
	maps.Copy(resp.Schema.Attributes, policyAttributes())
	maps.Copy(resp.Schema.Attributes, estateAttributes())
}

// rulesetsSetting describes the rulesets, with how rules get to them.
func rulesetsSetting() schema.Attribute {
	attribute := schema.MapNestedAttribute{
		Optional: true, Validators: []validator.Map{noNulls{}},
		MarkdownDescription: "The rulesets that exist, by a name of your choice. They are read on first use.",
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"path": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "File that holds the rules. A relative path starts at Terraform's working directory. Exactly one of `path`, `content` and `source` is set.",
			},
			"content": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The text itself. Inline rules are `content = jsonencode([...])`.",
			},
			"source": sourceAttribute("ruleset"),
			"format": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.OneOf(format.Names...)},
				MarkdownDescription: "Language of the text: " + codeList(format.Names) + ". Detected from the text when not set.",
			},
			"context": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: contextDescription,
			},
			"acl": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The access list to use. Not needed if the text has only one.",
			},
			"additions": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "JSON file for the rules that this configuration adds, evaluated before those of the text. Without it the ruleset is read-only.",
			},
			"additions_effective": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether the device runs the additions file itself, for example because another module applies it. A flow that the additions allow is then `allowed`. " +
					"Default: false; such a flow is `pending` until the ruleset has the rule.",
			},
			"additions_prune": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether an apply removes additions that are no longer needed because the ruleset itself now decides so. Default: false; `unneeded_rules` and the warning of the plan name them.",
			},
			"default_action": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.OneOf("permit", "deny")},
				MarkdownDescription: "Action for traffic that no rule matches: `permit` or `deny`. Default: that of the format, which is `deny` unless the text says otherwise.",
			},
			"stateless": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether replies are filtered too, as in an AWS network ACL or a router's access list. Default: what the format says; iptables and nftables are asked about replies, which `false` turns off.",
			},
			"assume": schema.MapAttribute{Optional: true, ElementType: types.BoolType, MarkdownDescription: assumeText},
			"change_language": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.OneOf(format.HCL)}, MarkdownDescription: changeLanguageText,
			},
		}},
	}
	maps.Copy(attribute.NestedObject.Attributes, deliverAttributes("ruleset"))
	return attribute
}

func codeList(words []string) string {
	out := ""
	for i, w := range words {
		if i > 0 {
			out += ", "
		}
		out += "`" + w + "`"
	}
	return out
}

// ValidateConfig checks what is known of the configuration without reading a file.
func (p *aclProvider) ValidateConfig(ctx context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse) {
	var m providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(m.validateRulesets(ctx)...)
	for _, names := range []struct {
		attribute string
		value     types.Map
		check     func(map[string][]string) error
	}{
		{"addresses", m.Addresses, func(n map[string][]string) error { _, err := flow.NewNames(n, nil); return err }},
		{"services", m.Services, func(n map[string][]string) error { _, err := flow.NewNames(nil, n); return err }},
	} {
		if !fullyKnown(ctx, names.value) {
			continue
		}
		var entries map[string][]string
		if names.value.ElementsAs(ctx, &entries, false).HasError() {
			continue // a null, which a validator has reported
		}
		if err := names.check(entries); err != nil {
			resp.Diagnostics.AddAttributeError(path.Root(names.attribute), "Invalid names", err.Error())
		}
	}
	resp.Diagnostics.Append(m.validateEstate(ctx)...)
	_, diags := m.compilePolicies(ctx)
	resp.Diagnostics.Append(diags...)
}

func (m providerModel) validateRulesets(ctx context.Context) (diags diag.Diagnostics) {
	if m.Rulesets.IsUnknown() {
		return diags
	}
	var rulesets map[string]types.Object
	diags.Append(m.Rulesets.ElementsAs(ctx, &rulesets, true)...)
	files := map[string]estate.RulesetConfig{}
	for _, name := range slices.Sorted(maps.Keys(rulesets)) {
		if rulesets[name].IsUnknown() || rulesets[name].IsNull() {
			continue
		}
		var r rulesetModel
		diags.Append(rulesets[name].As(ctx, &r, objectOptions)...)
		at := path.Root("rulesets").AtMapKey(name)
		checkText(&diags, at, "ruleset", name, r.Path, r.Content, r.Source)
		diags.Append(validateSource(ctx, at, fmt.Sprintf("ruleset %q", name), r.Source)...)
		checkDeliver(&diags, at, fmt.Sprintf("ruleset %q", name), r.Content, r.Deliver)
		config, more := r.config(ctx, name)
		diags.Append(more...)
		files[name] = config
	}
	diags.Append(fileConflicts(files, m.knownDevices(ctx))...)
	return diags
}

// fileConflicts refuses additions that would be written over rules, or over each other.
func fileConflicts(rulesets map[string]estate.RulesetConfig, devices map[string]estate.DeviceConfig) (diags diag.Diagnostics) {
	for _, c := range estate.FileConflicts(rulesets, devices) {
		root, summary := "rulesets", "Invalid ruleset"
		if c.Device {
			root, summary = "devices", "Invalid device"
		}
		diags.AddAttributeError(path.Root(root).AtMapKey(c.Ruleset).AtName(c.Attribute), summary, c.Text)
	}
	return diags
}

const changeLanguageText = "Language of `change` in `missing`: `hcl` for resources of the vendor's own Terraform provider, for PAN-OS, FortiOS, Junos and Check Point. " +
	"Default: that of the text; AWS, Azure, Google Cloud and Terraform plans have resources anyway. Scripts, change sets and what is delivered are in the language of the text."

const assumeText = "Conditions that the text cannot decide, as `indeterminate` of `acl_ruleset` or the reason of a verdict shows them, and whether they hold. You vouch for them: `{ \"time-range TRADING-HOURS\" = true }`. Verdicts that depend on one name it."

// assumptions are the conditions that somebody vouches for, as far as they are known.
func assumptions(of types.Map) map[string]bool {
	var assume map[string]bool
	for condition, holds := range of.Elements() {
		if b, ok := holds.(types.Bool); ok && !b.IsNull() && !b.IsUnknown() {
			if assume == nil {
				assume = make(map[string]bool)
			}
			assume[condition] = b.ValueBool()
		}
	}
	return assume
}

// config is the ruleset as far as it is known.
func (r rulesetModel) config(ctx context.Context, name string) (estate.RulesetConfig, diag.Diagnostics) {
	deliver, diags := deliverConfig(ctx, r.Deliver)
	source, more := sourceConfig(ctx, r.Source)
	diags.Append(more...)
	return estate.RulesetConfig{
		Path: r.Path.ValueString(), Content: r.Content.ValueString(), Source: source, Format: r.Format.ValueString(), Context: r.Context.ValueString(), ACL: r.ACL.ValueString(),
		Additions: additionsFile(name, r.Additions, r.Script, r.Deliver), Script: r.Script.ValueString(), Deliver: deliver,
		AdditionsEffective: r.Effective.ValueBool(), AdditionsPrune: r.Prune.ValueBool(), DefaultAction: r.DefaultAction.ValueString(), Stateless: r.Stateless.ValueBoolPointer(), Assume: assumptions(r.Assume), ChangeLanguage: r.Language.ValueString(),
	}, diags
}

// A session is what Configure hands to resources and data sources.
type session struct {
	// estate is nil while the provider's configuration is not yet known.
	estate      *estate.Estate
	enforcement string
	summary     string
	// details says how much resources show, see [session.brief].
	details string
	// configurationID is that of what is created here; see [configurationID].
	configurationID string
	// delivered holds the owner, by id of the flow, whose rules this process has written.
	delivered sync.Map
	// turns holds a *sync.Mutex for each owner; see [session.turn].
	turns sync.Map
	// told holds the errors of rulesets that are told at length; see [session.foldErrors].
	told sync.Map
	// algosec is nil while its configuration is not yet known.
	algosec *algosecServer
	// journals holds what resources have in their private state, by
	// [businessflow.Declaration.Key], for those that are created in their place.
	journals sync.Map
}

func (s *session) known() bool { return s != nil && s.estate != nil }

func (p *aclProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var m providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	s := &session{enforcement: enforceApply, summary: summaryProblems, details: detailsSummary, configurationID: configurationID()}
	resp.ResourceData, resp.DataSourceData = s, s
	p.session.Store(s)
	known, knownAlgosec := knownConfig(req.Config)
	if !known {
		tflog.Debug(ctx, "provider configuration is not known yet; nothing is read")
		return
	}
	if !m.Enforcement.IsNull() {
		s.enforcement = m.Enforcement.ValueString()
	}
	if !m.Summary.IsNull() {
		s.summary = m.Summary.ValueString()
	}
	if !m.Details.IsNull() {
		s.details = m.Details.ValueString()
	}
	if knownAlgosec {
		server, diags := m.algosecServer(ctx, p.version)
		resp.Diagnostics.Append(diags...)
		s.algosec = server
	}
	c, diags := m.estateConfig(ctx)
	resp.Diagnostics.Append(diags...)
	c.Now = p.now()
	c.Commands, c.Getenv, c.Context = live.NewGate(os.Getenv), os.Getenv, p.running
	c.Policies, diags = m.compilePolicies(ctx)
	resp.Diagnostics.Append(diags...)
	if !resp.Diagnostics.HasError() {
		c.Progress = func(p estate.Progress) { logProgress(ctx, p) }
		s.estate = estate.New(c)
		tflog.Debug(ctx, "provider is configured", map[string]any{"rulesets": len(c.Rulesets), "devices": len(c.Devices), "policies": len(m.Policies.Elements()), "enforcement": s.enforcement})
	}
}

func (m providerModel) estateConfig(ctx context.Context) (c estate.Config, diags diag.Diagnostics) {
	var rulesets map[string]rulesetModel
	diags.Append(m.Rulesets.ElementsAs(ctx, &rulesets, false)...)
	diags.Append(m.Addresses.ElementsAs(ctx, &c.Addresses, false)...)
	diags.Append(m.Services.ElementsAs(ctx, &c.Services, false)...)
	c.Rulesets = make(map[string]estate.RulesetConfig, len(rulesets))
	for name, r := range rulesets {
		config, more := r.config(ctx, name)
		diags.Append(more...)
		c.Rulesets[name] = config
	}
	diags.Append(m.addEstate(ctx, &c)...)
	diags.Append(fileConflicts(c.Rulesets, c.Devices)...)
	return c, diags
}
