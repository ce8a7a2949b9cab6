package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/schema"
)

type verifyFunction struct{}

func newVerifyFunction() function.Function { return verifyFunction{} }

func (verifyFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "verify"
}

func (verifyFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Check data against a JSON schema.",
		MarkdownDescription: "Returns the data unchanged if it fits the schema; otherwise the error names each place that does not, and what is accepted there. " +
			"In an inventory it names the application and the flow. " +
			"Terraform leaves out keys of a flow that it does not know, so that a mistyped `source_zone` goes unnoticed; the schema of inventories refuses them. " +
			"`jsondecode` and `yamldecode` keep the last of two flows with one name; of a text such a name is an error.",
		Parameters: []function.Parameter{
			function.DynamicParameter{Name: "data", AllowNullValue: true, MarkdownDescription: "The data. For the schemas of the provider it may be the text of a file in JSON or YAML, `file(\"inventory.json\")`, and what is returned then is the data in it."},
			function.DynamicParameter{Name: "schema", MarkdownDescription: "`\"inventory\"` or `\"rule\"` for the schemas in the directory `schemas` of the provider's repository, or a JSON schema of your own as an object."},
		},
		Return: function.DynamicReturn{},
	}
}

func (verifyFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var data, by types.Dynamic
	if resp.Error = req.Arguments.Get(ctx, &data, &by); resp.Error != nil {
		return
	}
	s, err := schemaFrom(by)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(1, "schema: "+joined(err))
		return
	}
	plain, err := plainValue(data)
	if text, isText := plain.(string); isText && s.Published() && err == nil {
		if plain, err = s.Read(text); err == nil {
			data = types.DynamicValue(dynamicOf(plain))
		}
	} else if err == nil {
		err = s.Check(plain)
	}
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, "data: "+joined(err))
		return
	}
	resp.Error = resp.Result.Set(ctx, data)
}

// schemaFrom returns the schema of a name, or the one that a value is.
func schemaFrom(v types.Dynamic) (*schema.Schema, error) {
	plain, err := plainValue(v)
	if err != nil {
		return nil, err
	}
	switch plain {
	case "inventory":
		return schema.Inventory()
	case "rule":
		return schema.Rules()
	}
	if _, ok := plain.(map[string]any); !ok {
		return nil, fmt.Errorf("is %#v; write \"inventory\", \"rule\", or a JSON schema as an object", plain)
	}
	return schema.Compile(plain)
}
