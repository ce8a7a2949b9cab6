package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// NewServer returns what serves the provider to Terraform and OpenTofu.
func NewServer(version string) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer {
		p := &aclProvider{version: version, now: time.Now}
		direct := newDirectResources(providerserver.NewProtocol6(p)(), p.session.Load)
		open := newOpenObjects(direct)
		return visibleMessages{nullArguments{boundedMatrix{open, open.schemas}}}
	}
}

// nullArguments takes an argument of a function that has no value at all, which is how
// OpenTofu (1.10 and 1.12, at least) sends null, for null. The framework would refuse it
// as a bug.
type nullArguments struct{ tfprotov6.ProviderServer }

// CallFunction implements tfprotov6.FunctionServer.
func (s nullArguments) CallFunction(ctx context.Context, req *tfprotov6.CallFunctionRequest) (*tfprotov6.CallFunctionResponse, error) {
	for i, a := range req.Arguments {
		if a == nil || len(a.MsgPack)+len(a.JSON) == 0 {
			req.Arguments[i] = &tfprotov6.DynamicValue{MsgPack: []byte{0xc0}} // nil
		}
	}
	return s.ProviderServer.CallFunction(ctx, req)
}
