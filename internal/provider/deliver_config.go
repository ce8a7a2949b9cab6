package provider

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/live"
)

// deliverModel is the attribute deliver of a ruleset or a device.
type deliverModel struct {
	Command         types.List   `tfsdk:"command"`
	Directory       types.String `tfsdk:"directory"`
	Environment     types.Map    `tfsdk:"environment"`
	PassEnvironment types.List   `tfsdk:"pass_environment"`
	Timeout         types.String `tfsdk:"timeout"`
	UndoOnFailure   types.Bool   `tfsdk:"undo_on_failure"`
	Prologue        types.List   `tfsdk:"prologue"`
	Epilogue        types.List   `tfsdk:"epilogue"`
}

// deliverAttributes are script and deliver; what is the ruleset or the device.
func deliverAttributes(what string) map[string]schema.Attribute {
	texts := func(text string) schema.Attribute {
		return schema.ListAttribute{Optional: true, ElementType: types.StringType, Validators: []validator.List{noNulls{}}, MarkdownDescription: text}
	}
	around := func(text string) schema.Attribute {
		return schema.ListAttribute{Optional: true, Sensitive: true, ElementType: types.StringType, Validators: []validator.List{noNulls{}}, MarkdownDescription: text}
	}
	return map[string]schema.Attribute{
		"script": schema.StringAttribute{
			Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			MarkdownDescription: "File for the commands that bring the additions to the device, in its language; they are written together with the additions, and what takes them back to the file of that name with `.undo` behind. " +
				"Without `additions` these are in the file `NAME.additions.json`, with the name of the " + what + ".",
		},
		"deliver": schema.SingleNestedAttribute{
			Optional: true,
			MarkdownDescription: "Brings the additions to the device while applying, and takes them out again: the script goes to the standard input of a command, then the " + what +
				" is read again, and has to have the rules that it had and ours, else there is an error. What the device has is then the truth: a rule of ours that somebody deletes is missing. See the guide `deliver`.",
			Attributes: map[string]schema.Attribute{
				"command": schema.ListAttribute{
					Required: true, ElementType: types.StringType, Validators: []validator.List{listvalidator.SizeAtLeast(1), noNulls{}},
					MarkdownDescription: "Program and arguments, without a shell. It runs only where the environment has `" + live.EnvCommands + "=" + live.CommandsAllowed + "`. " +
						"It finds what it is for in `ACL_RULESET` or `ACL_DEVICE`, `ACL_LIST`, `ACL_CONTEXT` and `ACL_PHASE` (`deliver` or `undo`).",
				},
				"directory":        schema.StringAttribute{Optional: true, MarkdownDescription: "Directory that the command runs in. Default: Terraform's working directory."},
				"environment":      schema.MapAttribute{Optional: true, Sensitive: true, ElementType: types.StringType, Validators: []validator.Map{noNulls{}}, MarkdownDescription: "Variables for the command. Their values are in no message."},
				"pass_environment": texts("Names of variables of Terraform's own environment that the command gets too, besides the ones that say who and where it is (`PATH`, `HOME`, `SSH_AUTH_SOCK`, …)."),
				"timeout": schema.StringAttribute{
					Optional: true, Validators: []validator.String{entryValidator{"duration", checkTimeout}},
					MarkdownDescription: "How long the command may take, as `30s` or `5m`. Default: `1m`. It is then killed with all that it started.",
				},
				"undo_on_failure": schema.BoolAttribute{
					Optional:            true,
					MarkdownDescription: "Whether a delivery that went wrong is taken back by the same command. Default: false; the error then shows the commands.",
				},
				"prologue": around("Lines before the script, such as `configure terminal`. What is not one of a device's usual commands is in no message."),
				"epilogue": around("Lines behind it, such as `end` and `write memory`, likewise."),
			},
		},
	}
}

// deliverConfig is the delivery as far as it is known, nil if there is none.
func deliverConfig(ctx context.Context, o types.Object) (*estate.DeliverConfig, diag.Diagnostics) {
	if o.IsNull() || o.IsUnknown() {
		return nil, nil
	}
	var m deliverModel
	diags := o.As(ctx, &m, objectOptions)
	c := estate.DeliverConfig{
		Command: live.Command{Dir: m.Directory.ValueString()}, Gate: live.NewGate(os.Getenv), UndoOnFailure: m.UndoOnFailure.ValueBool(),
	}
	for _, l := range []struct {
		from types.List
		to   *[]string
	}{{m.Command, &c.Command.Args}, {m.PassEnvironment, &c.Command.PassEnvironment}, {m.Prologue, &c.Prologue}, {m.Epilogue, &c.Epilogue}} {
		if fullyKnown(ctx, l.from) {
			diags.Append(l.from.ElementsAs(ctx, l.to, false)...)
		}
	}
	if fullyKnown(ctx, m.Environment) {
		diags.Append(m.Environment.ElementsAs(ctx, &c.Command.Environment, false)...)
	}
	if d, err := parseTimeout(m.Timeout.ValueString()); err == nil {
		c.Command.Timeout = d
	}
	return &c, diags
}

// additionsFile is the file of a ruleset's or device's own rules: where a script or a
// delivery needs one and none is named, one beside the configuration.
func additionsFile(name string, additions, script types.String, deliver types.Object) string {
	if additions.ValueString() != "" || script.IsNull() && deliver.IsNull() {
		return additions.ValueString()
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:`, r) || r < ' ' {
			return '_'
		}
		return r
	}, name) + ".additions.json"
}

// checkDeliver tells what keeps the text from being read again, which a delivery needs.
func checkDeliver(diags *diag.Diagnostics, at path.Path, title string, content types.String, deliver types.Object) {
	if !deliver.IsNull() && !deliver.IsUnknown() && !content.IsNull() && !content.IsUnknown() {
		diags.AddAttributeError(at.AtName("deliver"), "Invalid delivery", fmt.Sprintf("The %s sets content, which never changes, so that nobody could tell whether a delivery has arrived. Set source to what reads the device.", title))
	}
}
