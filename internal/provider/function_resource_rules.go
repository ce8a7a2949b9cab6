package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/tfplan"
)

type resourceRulesFunction struct{}

func newResourceRulesFunction() function.Function { return resourceRulesFunction{} }

func (resourceRulesFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "resource_rules"
}

func (resourceRulesFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Turn firewall resources of the same configuration into a ruleset.",
		MarkdownDescription: "Returns the `content` of a ruleset in the format `terraform`: one security group, network ACL, network security group or VPC network " +
			"that has the rules that are given, and no others. Its lists are `this ingress` and `this egress`. " +
			"The text is known while planning if all attributes are that decide what a rule matches: ids that are known after apply do not count.\n\n" +
			"What a rule refers to by an id, such as another security group, is not looked up: the rule is `indeterminate`.",
		Parameters: []function.Parameter{function.DynamicParameter{
			Name: "resources", AllowUnknownValues: true,
			MarkdownDescription: "Object with a type of resource for each key, and for its value a resource, or a list or a map of them; or in place of a resource an object " +
				"with the arguments that it is given. Types: " + codeList(tfplan.Accepted()) + ". All are of one list.",
		}},
		Return: function.StringReturn{},
	}
}

func (resourceRulesFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var resources types.Dynamic
	if resp.Error = req.Arguments.Get(ctx, &resources); resp.Error != nil {
		return
	}
	plain, err := valueOrUnknown(resources)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, "resources: "+err.Error())
		return
	}
	if _, later := plain.(tfplan.Unknown); later {
		resp.Error = resp.Result.Set(ctx, types.StringUnknown())
		return
	}
	byType, ok := plain.(map[string]any)
	if !ok {
		resp.Error = function.NewArgumentFuncError(0, "resources: is no object; write { aws_vpc_security_group_ingress_rule = … }")
		return
	}
	text, later, err := tfplan.OneList(byType)
	switch {
	case err != nil:
		resp.Error = function.NewArgumentFuncError(0, "resources: "+err.Error())
	case len(later) > 0:
		resp.Error = resp.Result.Set(ctx, types.StringUnknown())
	default:
		resp.Error = resp.Result.Set(ctx, types.StringValue(text))
	}
}

// valueOrUnknown is like plainValue for a value of which parts are not known yet.
func valueOrUnknown(v attr.Value) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case types.Dynamic:
		if v.IsUnknown() || v.IsUnderlyingValueUnknown() {
			return tfplan.Unknown{}, nil
		}
		return valueOrUnknown(v.UnderlyingValue())
	}
	switch {
	case v.IsUnknown():
		return tfplan.Unknown{}, nil
	case v.IsNull():
		return nil, nil
	}
	switch v := v.(type) {
	case types.Tuple:
		return listOrUnknown(v.Elements())
	case types.List:
		return listOrUnknown(v.Elements())
	case types.Set:
		return listOrUnknown(v.Elements())
	case types.Object:
		return mapOrUnknown(v.Attributes())
	case types.Map:
		return mapOrUnknown(v.Elements())
	}
	return plainValue(v)
}

func listOrUnknown(elements []attr.Value) (any, error) {
	out := make([]any, len(elements))
	for i, e := range elements {
		var err error
		if out[i], err = valueOrUnknown(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func mapOrUnknown(elements map[string]attr.Value) (any, error) {
	out := make(map[string]any, len(elements))
	for key, e := range elements {
		var err error
		if out[key], err = valueOrUnknown(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}
