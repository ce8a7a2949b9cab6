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
		running, stop := context.WithCancel(context.Background())
		p := &aclProvider{version: version, now: time.Now, running: running}
		direct := newDirectResources(providerserver.NewProtocol6(p)(), p.session.Load)
		open := newOpenObjects(newDirectData(direct, p.session.Load))
		return stoppable{visibleMessages{nullArguments{boundedMatrix{open, open.schemas}}}, stop}
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

// stoppable ends what is read from firewalls when Terraform is interrupted.
type stoppable struct {
	tfprotov6.ProviderServer
	stop context.CancelFunc
}

// StopProvider implements tfprotov6.ProviderServer.
func (s stoppable) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	s.stop()
	return s.ProviderServer.StopProvider(ctx, req)
}
