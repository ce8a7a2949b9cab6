package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

type coversFunction struct{}

func newCoversFunction() function.Function { return coversFunction{} }

func (coversFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "covers"
}

func (coversFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Tell whether one address or service holds all of another.",
		MarkdownDescription: "`covers(\"10.0.0.0/8\", \"10.1.0.0/16\")` and `covers(\"tcp/1-1024\", \"tcp/443\")` are true. " +
			"Both are addresses or both are services; IPv4 and IPv6 never hold each other.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "a", MarkdownDescription: "The address or service that should hold the other."},
			function.StringParameter{Name: "b", MarkdownDescription: "The address or service that should be held."},
		},
		Return: function.BoolReturn{},
	}
}

func (coversFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var a, b string
	if resp.Error = req.Arguments.Get(ctx, &a, &b); resp.Error != nil {
		return
	}
	a1, errA := addr.Parse(a)
	b1, errB := addr.Parse(b)
	if errA == nil && errB == nil {
		resp.Error = resp.Result.Set(ctx, a1.Set.ContainsSet(b1.Set))
		return
	}
	a2, errA2 := service.Parse(a)
	b2, errB2 := service.Parse(b)
	switch {
	case errA2 == nil && errB2 == nil:
		resp.Error = resp.Result.Set(ctx, a2.Set.ContainsSet(b2.Set))
	case errA != nil && errA2 != nil:
		resp.Error = function.NewArgumentFuncError(0, fmt.Sprintf("%q is neither an address nor a service; write %s, or %s", a, addr.Accepted, service.Accepted))
	case errB != nil && errB2 != nil:
		resp.Error = function.NewArgumentFuncError(1, fmt.Sprintf("%q is neither an address nor a service; write %s, or %s", b, addr.Accepted, service.Accepted))
	default:
		resp.Error = function.NewArgumentFuncError(1, fmt.Sprintf("%q and %q are not of one kind; compare two addresses or two services", a, b))
	}
}
