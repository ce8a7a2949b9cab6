package provider

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

type parseRulesetFunction struct{}

func newParseRulesetFunction() function.Function { return parseRulesetFunction{} }

func (parseRulesetFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "parse_ruleset"
}

func (parseRulesetFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Read a ruleset in any language that is known.",
		MarkdownDescription: "Returns what the data source `acl_ruleset` computes: `format`, `acls`, `rule_count`, `indeterminate`, `rules`. " +
			"At most 1000 rules and lines are returned.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "text", MarkdownDescription: "The text of the ruleset."},
			function.StringParameter{Name: "format", AllowNullValue: true, MarkdownDescription: "Its language: " + codeList(format.Names) + ". Null or empty: detected."},
		},
		Return: function.ObjectReturn{AttributeTypes: inspectionTypes},
	}
}

func (parseRulesetFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text string
	var language *string
	if resp.Error = req.Arguments.Get(ctx, &text, &language); resp.Error != nil {
		return
	}
	c := estate.RulesetConfig{Content: text}
	if language != nil {
		c.Format = *language
	}
	if c.Format != "" && !slices.Contains(format.Names, c.Format) {
		resp.Error = function.NewArgumentFuncError(1, "format: unknown format \""+c.Format+"\"; write one of "+strings.Join(format.Names, ", "))
		return
	}
	in, err := estate.Inspect(c, defaultLimit)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, "text: "+err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, types.ObjectValueMust(inspectionTypes, inspectionValues(in)))
}

type renderFunction struct{}

func newRenderFunction() function.Function { return renderFunction{} }

func (renderFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "render"
}

func (renderFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Write rules in the language of a device.",
		MarkdownDescription: "Returns rules in netutils style as text in the given format, in the given order: what `change` of a `missing` entry is made with. " +
			"A third argument names the access list, for languages in which rules stand in a named list.",
		Parameters: []function.Parameter{
			function.DynamicParameter{Name: "rules", MarkdownDescription: "List of rules in order, as in the data source `acl_match`."},
			function.StringParameter{Name: "format", MarkdownDescription: "The language: " + codeList(format.Names) + "."},
		},
		VariadicParameter: function.StringParameter{Name: "acl", MarkdownDescription: "At most one name of an access list. Default: `ACL`."},
		Return:            function.StringReturn{},
	}
}

func (renderFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var list types.Dynamic
	var format string
	var names []string
	if resp.Error = req.Arguments.Get(ctx, &list, &format, &names); resp.Error != nil {
		return
	}
	name := "ACL"
	switch len(names) {
	case 0:
	case 1:
		name = names[0]
	default:
		resp.Error = function.NewArgumentFuncError(2, "acl: several names are given; write one")
		return
	}
	rules, err := rulesFrom(list, nil)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	text, err := rules.Render(format, name)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(1, "format: "+err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, text)
}
