package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

type auditFunction struct{}

func newAuditFunction() function.Function { return auditFunction{} }

var auditTypes = map[string]attr.Type{
	"findings": types.ListType{ElemType: auditFindingShape.objectType()}, "rules": types.ListType{ElemType: auditRuleShape.objectType()},
	"summary": types.MapType{ElemType: types.Int64Type}, "unknown": types.Int64Type,
}

func (auditFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "audit"
}

func (auditFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary:             "Say what the rules of a list are for.",
		MarkdownDescription: "Audits rules in netutils style under first match and returns what the data source `acl_audit` computes: `findings`, `rules`, `summary`, `unknown`.",
		Parameters: []function.Parameter{
			function.DynamicParameter{Name: "rules", MarkdownDescription: rulesText},
			function.DynamicParameter{Name: "flows", AllowNullValue: true, MarkdownDescription: "Map of the declared flows by name, each an object with `sources`, `destinations`, `services`, and optionally `source_zone`, `destination_zone`, `action`. Null: rules are judged by the other rules alone."},
		},
		VariadicParameter: optionsParameter,
		Return:            function.ObjectReturn{AttributeTypes: auditTypes},
	}
}

const rulesText = "List of rules in order, as in the data source `acl_match`; they may use the names of the options."

func (auditFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var list, declared types.Dynamic
	var options []types.Dynamic
	if resp.Error = req.Arguments.Get(ctx, &list, &declared, &options); resp.Error != nil {
		return
	}
	e, lists, ferr := inlineRules([]types.Dynamic{list}, 2, options)
	if ferr != nil {
		resp.Error = ferr
		return
	}
	q := estate.AuditQuestion{}
	if plain, err := plainValue(declared); err != nil {
		resp.Error = function.NewArgumentFuncError(1, "flows: "+joined(err))
		return
	} else if plain != nil {
		q.Declared = true
		if q.Flows, err = declaredFlows(plain); err != nil {
			resp.Error = function.NewArgumentFuncError(1, joined(err))
			return
		}
	}
	found, err := e.AuditRules(lists[0], q)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(1, joined(err))
		return
	}
	summary, diags := types.MapValueFrom(ctx, types.Int64Type, found.Summary)
	if diags.HasError() {
		resp.Error = function.FuncErrorFromDiags(ctx, diags)
		return
	}
	resp.Error = resp.Result.Set(ctx, types.ObjectValueMust(auditTypes, map[string]attr.Value{
		"findings": auditFindingShape.list(found.Findings, blankEmpty), "rules": auditRuleShape.list(found.Rules, blankEmpty),
		"summary": summary, "unknown": types.Int64Value(found.Unknown),
	}))
}

// inlineRules reads lists of rules, which are the first arguments of a function, and its
// options.
func inlineRules(lists []types.Dynamic, position int64, options []types.Dynamic) (*estate.Estate, []*estate.Rules, *function.FuncError) {
	o, ferr := readOptions(position, options, nameOptions)
	if ferr != nil {
		return nil, nil, ferr
	}
	e := o.estate()
	names, err := e.Names()
	if err != nil {
		return nil, nil, function.NewArgumentFuncError(position, "options: "+joined(err))
	}
	var out []*estate.Rules
	for i, list := range lists {
		rules, err := rulesFrom(list, names)
		if err != nil {
			return nil, nil, function.NewArgumentFuncError(int64(i), joined(err))
		}
		out = append(out, rules)
	}
	return e, out, nil
}

type diffFunction struct{}

func newDiffFunction() function.Function { return diffFunction{} }

var diffTypes = map[string]attr.Type{
	"opened": types.ListType{ElemType: diffShape.objectType()}, "closed": types.ListType{ElemType: diffShape.objectType()},
	"uncertain": types.ListType{ElemType: diffShape.objectType()}, "same": types.BoolType, "complete": types.BoolType,
}

func (diffFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "diff"
}

func (diffFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary:             "Say what two lists of rules do differently.",
		MarkdownDescription: "Compares rules in netutils style under first match and returns what the data source `acl_diff` computes: `opened`, `closed`, `uncertain`, `same`, `complete`.",
		Parameters: []function.Parameter{
			function.DynamicParameter{Name: "before", MarkdownDescription: rulesText},
			function.DynamicParameter{Name: "after", MarkdownDescription: "What takes the place of `before`."},
		},
		VariadicParameter: optionsParameter,
		Return:            function.ObjectReturn{AttributeTypes: diffTypes},
	}
}

func (diffFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var before, after types.Dynamic
	var options []types.Dynamic
	if resp.Error = req.Arguments.Get(ctx, &before, &after, &options); resp.Error != nil {
		return
	}
	e, lists, ferr := inlineRules([]types.Dynamic{before, after}, 2, options)
	if ferr != nil {
		resp.Error = ferr
		return
	}
	found, err := e.Diff(estate.DiffSide{Rules: lists[0]}, estate.DiffSide{Rules: lists[1]})
	if err != nil {
		resp.Error = function.NewFuncError(joined(err))
		return
	}
	resp.Error = resp.Result.Set(ctx, types.ObjectValueMust(diffTypes, map[string]attr.Value{
		"opened": diffShape.list(found.Opened, blankEmpty), "closed": diffShape.list(found.Closed, blankEmpty),
		"uncertain": diffShape.list(found.Uncertain, blankEmpty), "same": types.BoolValue(found.Same), "complete": types.BoolValue(!found.Cut),
	}))
}
