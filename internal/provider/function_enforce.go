package provider

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
)

type enforceFunction struct{}

func newEnforceFunction() function.Function { return enforceFunction{} }

// enforcedTypes are the attributes of one answer, those of netutils.
var enforcedTypes = map[string]attr.Type{"obj": types.ListType{ElemType: types.StringType}, "action": types.StringType}

var enforceOptions = slices.Concat(nameOptions, matrixKeys, verifyKeys)

func (enforceFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "enforce"
}

func (enforceFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Say what a matrix of zones allows of a rule.",
		MarkdownDescription: "Returns one object for each product of the rule, in the order of `expand`, as netutils' `enforce` does: " +
			"`obj` is its source, destination and service, and `action` is `allow`, `notify` or `deny`.\n\n" +
			"The longest prefix decides the zone of an address; two zones with the same prefix are an error. A product may span zones and addresses in no zone, which are the zone `\"\"`: " +
			"the strictest of what its parts get is the answer, so that `allow` is said of nothing that is not allowed in whole. " +
			"A service in no list of its cell is denied, and so is a product of an IPv4 and an IPv6 address.",
		Parameters: []function.Parameter{function.DynamicParameter{Name: "rule", MarkdownDescription: "The rule, or a flow, as for `expand`. It has a source, a destination and a service."}},
		VariadicParameter: function.DynamicParameter{Name: "options", MarkdownDescription: "At most one object. " +
			"Either `matrix` has `zones` (names for lists of addresses), `cells` (source zone, destination zone, then any of `allow`, `notify` and `deny`: lists of services, of which the strictest counts where several hold a service) " +
			"and optionally `default` (the cell of each pair of zones without one, a zone and itself included; without it they are denied); `zones` may stand beside `matrix` as well. " +
			"Or `matrix_definition` and `matrix` are in the shape of netutils, where `allow` comes before `notify`. " +
			"Optional are `addresses` and `services`, names for lists that zones, cells and the rule may use, and `matrix_enforced`: `false` turns the matrix off, and the answer is an empty list. " + verifyText},
		Return: function.ListReturn{ElementType: types.ObjectType{AttrTypes: enforcedTypes}},
	}
}

func (enforceFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var rule types.Dynamic
	var options []types.Dynamic
	if resp.Error = req.Arguments.Get(ctx, &rule, &options); resp.Error != nil {
		return
	}
	o, ferr := readOptions(1, options, enforceOptions)
	if ferr != nil {
		resp.Error = ferr
		return
	}
	fields, ferr := ruleFields(rule)
	if ferr != nil {
		resp.Error = ferr
		return
	}
	answers, ferr := enforce(o, fields)
	if ferr != nil {
		resp.Error = ferr
		return
	}
	resp.Error = resp.Result.Set(ctx, types.ListValueMust(types.ObjectType{AttrTypes: enforcedTypes}, answers))
}

func enforce(o functionOptions, rule map[string]any) ([]attr.Value, *function.FuncError) {
	names, err := flow.NewNames(o.addresses, o.services)
	if err != nil {
		return nil, function.NewArgumentFuncError(1, "options: "+joined(err))
	}
	if err := o.verify.check(names, rule); err != nil {
		return nil, function.NewArgumentFuncError(0, "rule: "+joined(err))
	}
	if o.matrix.off {
		return []attr.Value{}, nil
	}
	m, err := o.matrix.compile(names)
	if err != nil {
		return nil, function.NewArgumentFuncError(1, "options: "+joined(err))
	}
	found, err := m.Enforce(names, rule)
	if err != nil {
		return nil, function.NewArgumentFuncError(0, "rule: "+joined(err))
	}
	answers := make([]attr.Value, len(found))
	for i, e := range found {
		answers[i] = types.ObjectValueMust(enforcedTypes, map[string]attr.Value{
			"obj":    stringsList([]string{e.Source, e.Destination, e.Service}),
			"action": types.StringValue(e.Decision.Action.String()),
		})
	}
	return answers, nil
}

// joined writes an error of several lines in one, as Terraform shows those of
// functions.
func joined(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
