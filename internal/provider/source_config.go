package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/about"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/live"
)

// sourceModel is the attribute source of a ruleset or a device.
type sourceModel struct {
	Command         types.List   `tfsdk:"command"`
	Directory       types.String `tfsdk:"directory"`
	Environment     types.Map    `tfsdk:"environment"`
	PassEnvironment types.List   `tfsdk:"pass_environment"`
	Input           types.String `tfsdk:"input"`
	URL             types.String `tfsdk:"url"`
	Headers         types.Map    `tfsdk:"headers"`
	CACertificate   types.String `tfsdk:"ca_certificate"`
	AllowHTTP       types.Bool   `tfsdk:"allow_http"`
	Timeout         types.String `tfsdk:"timeout"`
	MaxAge          types.String `tfsdk:"max_age"`
	TimeZone        types.String `tfsdk:"time_zone"`
}

// sourceAttribute describes source; what is the ruleset or the device.
func sourceAttribute(what string) schema.Attribute {
	filled := []validator.String{stringvalidator.LengthAtLeast(1)}
	duration := []validator.String{entryValidator{"duration", checkTimeout}}
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "Reads the text from the firewall itself, in place of `path` and `content`: once in each run of Terraform's plan and apply, when the " + what + " is first needed. " +
			"Exactly one of `command` and `url` is set. See the guide `live`.",
		Attributes: map[string]schema.Attribute{
			"command": schema.ListAttribute{
				Optional: true, ElementType: types.StringType, Validators: []validator.List{listvalidator.SizeAtLeast(1), noNulls{}},
				MarkdownDescription: "Program and arguments whose standard output is the text, without a shell. It runs only where the environment has `" + live.EnvCommands + "=" + live.CommandsAllowed + "`.",
			},
			"directory": schema.StringAttribute{Optional: true, Validators: filled, MarkdownDescription: "Directory that the command runs in. Default: Terraform's working directory."},
			"environment": schema.MapAttribute{
				Optional: true, Sensitive: true, ElementType: types.StringType, Validators: []validator.Map{noNulls{}},
				MarkdownDescription: "Variables for the command. Their values are in no state, log or message.",
			},
			"pass_environment": schema.ListAttribute{
				Optional: true, ElementType: types.StringType, Validators: []validator.List{noNulls{}},
				MarkdownDescription: "Names of variables of Terraform's own environment that the command gets too, besides those that say who and where it is (`PATH`, `HOME`, `SSH_AUTH_SOCK`, …).",
			},
			"input": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "What the command finds on its standard input, such as the lines that are typed at a device's prompt. It is in no state, log or message. Default: nothing.",
			},
			"url": schema.StringAttribute{
				Optional: true, Validators: filled,
				MarkdownDescription: "Address of the text, with `https`. Redirects to other servers are not followed. Headers that belong to a pipeline can be in its environment, in `" + live.EnvHeaders + "`, and go only to the addresses that are named there.",
			},
			"headers": schema.MapAttribute{
				Optional: true, Sensitive: true, ElementType: types.StringType, Validators: []validator.Map{noNulls{}},
				MarkdownDescription: "Headers of the request, such as `X-PAN-KEY` or `Authorization`. Their values are in no state, log or message, and may be ephemeral values (Terraform 1.10 and later).",
			},
			"ca_certificate": schema.StringAttribute{
				Optional: true, Validators: filled,
				MarkdownDescription: "Certificates (PEM) of authorities that are trusted besides those of the system, for example `file(\"ca.pem\")`.",
			},
			"allow_http": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Accept an address with `http`: whoever is in between reads the headers, and can change the text. Default: `false`.",
			},
			"timeout": schema.StringAttribute{
				Optional: true, Validators: duration,
				MarkdownDescription: fmt.Sprintf("How long the text may take in all, such as `\"90s\"`. A command is then killed with all that it started. Default: `\"%s\"`.", spell(live.DefaultTimeout)),
			},
			"max_age": schema.StringAttribute{
				Optional: true, Validators: duration,
				MarkdownDescription: "How old the text may be by the date that it carries, such as `\"24h\"`; what is older is an error, and so is a text without a date. A date of the last change counts where there is none of the export.",
			},
			"time_zone": schema.StringAttribute{
				Optional: true, Validators: []validator.String{entryValidator{"time_zone", checkTimeZone}},
				MarkdownDescription: "Time zone of the device, such as `Europe/Zurich`, for dates that name none. Default: `UTC`.",
			},
		},
	}
}

func checkTimeZone(text string) error {
	if _, err := time.LoadLocation(text); err != nil || text == "" || text == "Local" {
		return fmt.Errorf("%q is not a time zone such as \"UTC\" or \"Europe/Zurich\"", text)
	}
	return nil
}

// knownSource returns the model, and whether all of it is known.
func knownSource(ctx context.Context, o types.Object) (m sourceModel, known bool, diags diag.Diagnostics) {
	if o.IsNull() || o.IsUnknown() {
		return m, false, nil
	}
	diags = o.As(ctx, &m, objectOptions)
	return m, !diags.HasError() && fullyKnown(ctx, o), diags
}

// sourceConfig is the source, nil if there is none or it is not known yet.
func sourceConfig(ctx context.Context, o types.Object) (*estate.Source, diag.Diagnostics) {
	m, known, diags := knownSource(ctx, o)
	if !known {
		return nil, diags
	}
	out := &estate.Source{}
	var timeout time.Duration
	if !m.Timeout.IsNull() {
		timeout, _ = parseTimeout(m.Timeout.ValueString()) // validated
	}
	if !m.MaxAge.IsNull() {
		out.MaxAge, _ = parseTimeout(m.MaxAge.ValueString()) // validated
	}
	if !m.TimeZone.IsNull() {
		out.Zone, _ = time.LoadLocation(m.TimeZone.ValueString()) // validated
	}
	if !m.URL.IsNull() {
		out.Request = &live.Request{
			URL: m.URL.ValueString(), CACertificate: m.CACertificate.ValueString(), AllowHTTP: m.AllowHTTP.ValueBool(), Timeout: timeout, UserAgent: "terraform-provider-" + about.TypeName,
		}
		diags.Append(m.Headers.ElementsAs(ctx, &out.Request.Headers, false)...)
		return out, diags
	}
	out.Command = &live.Command{Dir: m.Directory.ValueString(), Timeout: timeout, Reading: true}
	if !m.Input.IsNull() {
		out.Command.Input, out.Command.Secrets = []byte(m.Input.ValueString()), live.SecretLines(m.Input.ValueString())
	}
	diags.Append(m.Command.ElementsAs(ctx, &out.Command.Args, false)...)
	diags.Append(m.Environment.ElementsAs(ctx, &out.Command.Environment, false)...)
	diags.Append(m.PassEnvironment.ElementsAs(ctx, &out.Command.PassEnvironment, false)...)
	return out, diags
}

// checkText requires exactly one of path, content and source, as far as they are known.
func checkText(diags *diag.Diagnostics, at path.Path, kind, name string, texts ...attr.Value) {
	set := 0
	for _, text := range texts {
		if text.IsUnknown() {
			return
		}
		if !text.IsNull() {
			set++
		}
	}
	if set == 1 {
		return
	}
	amount := "more than one"
	if set == 0 {
		amount = "none"
	}
	diags.AddAttributeError(at, "Invalid "+kind, fmt.Sprintf("The %s %q sets %s of path, content and source; set exactly one: path = \"FILE\", content = \"TEXT\", or source = { command = [\"PROGRAM\", \"ARGUMENT\"] }.", kind, name, amount))
}

// validateSource checks what is known of the source of a ruleset or device, without running
// or asking anything. Terraform finds no line for an attribute deeper than that at which
// the ruleset is.
func validateSource(ctx context.Context, at path.Path, title string, o types.Object) (diags diag.Diagnostics) {
	if o.IsNull() || o.IsUnknown() {
		return nil
	}
	var m sourceModel
	if diags = o.As(ctx, &m, objectOptions); diags.HasError() {
		return diags
	}
	if m.Command.IsUnknown() || m.URL.IsUnknown() {
		return diags
	}
	if m.Command.IsNull() == m.URL.IsNull() {
		diags.AddAttributeError(at, "Invalid source", fmt.Sprintf("The source of %s sets %s of command and url; set exactly one: command = [\"PROGRAM\", \"ARGUMENT\"], or url = \"https://HOST/PATH\".", title, map[bool]string{true: "none", false: "both"}[m.URL.IsNull()]))
		return diags
	}
	has, others := "url", map[string]attr.Value{"directory": m.Directory, "environment": m.Environment, "pass_environment": m.PassEnvironment, "input": m.Input}
	if m.URL.IsNull() {
		has, others = "command", map[string]attr.Value{"headers": m.Headers, "ca_certificate": m.CACertificate, "allow_http": m.AllowHTTP}
	}
	for _, name := range slices.Sorted(maps.Keys(others)) {
		if !others[name].IsNull() {
			diags.AddAttributeError(at, "Invalid source", fmt.Sprintf("The source of %s has %s, which says nothing about a %s.", title, name, has))
		}
	}
	if !m.TimeZone.IsNull() && m.MaxAge.IsNull() {
		diags.AddAttributeError(at, "Invalid source", fmt.Sprintf("The source of %s has time_zone, which is for max_age alone, and no max_age.", title))
	}
	if diags.HasError() || !fullyKnown(ctx, o) {
		return diags
	}
	source, more := sourceConfig(ctx, o)
	diags.Append(more...)
	if !diags.HasError() && source.Request != nil {
		if err := source.Request.Validate(); err != nil {
			diags.AddAttributeError(at, "Invalid source", fmt.Sprintf("The source of %s cannot be read: %s.", title, strings.TrimSuffix(err.Error(), ".")))
		}
	}
	return diags
}
