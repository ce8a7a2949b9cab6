package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
)

type expandFunction struct{}

func newExpandFunction() function.Function { return expandFunction{} }

var expandOptions = slices.Concat(nameOptions, verifyKeys)

func (expandFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "expand"
}

func (expandFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Expand a rule to its products.",
		MarkdownDescription: "Returns one object for each combination of the rule's values, with the rule's own keys, the last field varying fastest, as netutils' `expanded_rules` does. " +
			"A rule has any of `name`, `src_ip`, `src_zone`, `dst_ip`, `dst_port`, `dst_zone`, `action`, each a string or a list of strings, or `sources`, `destinations`, `services`, `source_zone`, `destination_zone` in their place; `comment`, `users` and `network_applications` may be there and do not count. " +
			"Services are returned as `protocol number/port` (`6/443`). A product from a single host to itself is left out.",
		Parameters:        []function.Parameter{function.DynamicParameter{Name: "rule", MarkdownDescription: "The rule, or a flow."}},
		VariadicParameter: function.DynamicParameter{Name: "options", MarkdownDescription: optionsText + " " + verifyText},
		Return:            function.DynamicReturn{},
	}
}

func (expandFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var rule types.Dynamic
	var options []types.Dynamic
	if resp.Error = req.Arguments.Get(ctx, &rule, &options); resp.Error != nil {
		return
	}
	o, ferr := readOptions(1, options, expandOptions)
	if ferr != nil {
		resp.Error = ferr
		return
	}
	fields, ferr := ruleFields(rule)
	if ferr != nil {
		resp.Error = ferr
		return
	}
	names, err := flow.NewNames(o.addresses, o.services)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(1, err.Error())
		return
	}
	if err := o.verify.check(names, fields); err != nil {
		resp.Error = function.NewArgumentFuncError(0, "rule: "+joined(err))
		return
	}
	products, err := flow.ExpandRule(names, fields)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, "rule: "+joined(err))
		return
	}
	out := make([]any, len(products))
	for i, p := range products {
		out[i] = p
	}
	resp.Error = resp.Result.Set(ctx, types.DynamicValue(dynamicOf(out)))
}
