package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// directResources refreshes and plans resources without the framework, which walks each
// value of a resource nine times to do what these resources have none of: defaults, blocks,
// write-only attributes, values that are equal by meaning. What it marks as unknown in a
// plan is replaced by what is found out. Measured, that is two thirds of the time of a plan.
//
// Read and ModifyPlan of the resources are the same ones that the framework calls. What is
// left to the framework is all that it decides something about: creation and deletion, a
// resource that has to be replaced or is imported, and whatever has to do with AlgoSec.
type directResources struct {
	tfprotov6.ProviderServer
	session func() *session
	kinds   func() map[string]directKind
}

// A directKind is a type of resources.
type directKind struct {
	resource interface {
		resource.ResourceWithModifyPlan
		resource.ResourceWithConfigure
	}
	schema resource.SchemaResponse
	object tftypes.Type
	// fixed are the attributes that a resource has to be replaced for.
	fixed []string
}

func newDirectResources(s tfprotov6.ProviderServer, session func() *session) directResources {
	return directResources{s, session, sync.OnceValue(func() map[string]directKind {
		out := map[string]directKind{
			"acl_application": {resource: &applicationResource{}, fixed: []string{"name"}},
			"acl_flow":        {resource: &flowResource{}, fixed: []string{"application", "name"}},
		}
		ctx := context.Background()
		for name, k := range out {
			k.resource.Schema(ctx, resource.SchemaRequest{}, &k.schema)
			k.object = k.schema.Schema.Type().TerraformType(ctx)
			out[name] = k
		}
		return out
	})}
}

// kind returns the type of that name with the session of the provider; ok is false where
// the framework is to answer.
func (s directResources) kind(ctx context.Context, name string) (k directKind, ok bool) {
	session := s.session()
	if k, ok = s.kinds()[name]; !ok || !session.known() {
		return k, false
	}
	var none resource.ConfigureResponse
	switch k.resource.(type) {
	case *applicationResource:
		k.resource = &applicationResource{}
	case *flowResource:
		k.resource = &flowResource{}
	}
	k.resource.Configure(ctx, resource.ConfigureRequest{ProviderData: session}, &none)
	return k, true
}

// ReadResource implements tfprotov6.ResourceServer.
func (s directResources) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	k, ok := s.kind(ctx, req.TypeName)
	private, known := knownPrivate(req.Private)
	if !ok || !known {
		return s.ProviderServer.ReadResource(ctx, req)
	}
	state, err := req.CurrentState.Unmarshal(k.object)
	if err != nil || !ofRulesets(state) {
		return s.ProviderServer.ReadResource(ctx, req)
	}
	in := resource.ReadRequest{State: tfsdk.State{Raw: state, Schema: k.schema.Schema}}
	out := resource.ReadResponse{State: in.State}
	in.Private = fresh(in.Private)
	out.Private = in.Private
	for key, value := range private {
		out.Diagnostics.Append(in.Private.SetKey(ctx, key, value)...)
	}
	k.resource.Read(ctx, in, &out)
	resp := &tfprotov6.ReadResourceResponse{Diagnostics: protocolDiagnostics(out.Diagnostics)}
	if resp.NewState, err = dynamicValue(k.object, out.State.Raw); err != nil {
		return nil, err
	}
	for _, key := range privateKeys {
		if value, _ := out.Private.GetKey(ctx, key); len(value) > 0 {
			private[key] = value
		}
	}
	if len(private) > 0 {
		resp.Private, err = json.Marshal(private)
	}
	return resp, err
}

// PlanResourceChange implements tfprotov6.ResourceServer.
func (s directResources) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	k, ok := s.kind(ctx, req.TypeName)
	private, known := knownPrivate(req.PriorPrivate)
	if !ok || !known {
		return s.ProviderServer.PlanResourceChange(ctx, req)
	}
	prior, proposed, err := k.unmarshal(req)
	if err != nil || proposed.IsNull() || !ofRulesets(proposed) || !prior.IsNull() && !ofRulesets(prior) || k.replaced(prior, proposed) {
		return s.ProviderServer.PlanResourceChange(ctx, req)
	}
	in := resource.ModifyPlanRequest{
		Plan: tfsdk.Plan{Raw: proposed, Schema: k.schema.Schema}, State: tfsdk.State{Raw: prior, Schema: k.schema.Schema},
	}
	in.Private = fresh(in.Private)
	out := resource.ModifyPlanResponse{Plan: in.Plan, Private: in.Private}
	for key, value := range private {
		out.Diagnostics.Append(in.Private.SetKey(ctx, key, value)...)
	}
	k.resource.ModifyPlan(ctx, in, &out)
	resp := &tfprotov6.PlanResourceChangeResponse{Diagnostics: protocolDiagnostics(out.Diagnostics), PlannedPrivate: req.PriorPrivate}
	resp.PlannedState, err = dynamicValue(k.object, out.Plan.Raw)
	return resp, err
}

// unmarshal reads the states of a plan; where nothing has changed they are the same.
func (k directKind) unmarshal(req *tfprotov6.PlanResourceChangeRequest) (prior, proposed tftypes.Value, err error) {
	if prior, err = req.PriorState.Unmarshal(k.object); err != nil {
		return prior, proposed, err
	}
	if len(req.PriorState.MsgPack) > 0 && bytes.Equal(req.PriorState.MsgPack, req.ProposedNewState.MsgPack) {
		return prior, prior, nil
	}
	proposed, err = req.ProposedNewState.Unmarshal(k.object)
	return prior, proposed, err
}

// replaced reports whether the resource would be another one.
func (k directKind) replaced(prior, proposed tftypes.Value) bool {
	return !prior.IsNull() && slices.ContainsFunc(k.fixed, func(name string) bool { return !field(prior, name).Equal(field(proposed, name)) })
}

// ofRulesets reports whether the resource is known to be for the provider's rulesets, as one
// is that says nothing else.
func ofRulesets(v tftypes.Value) bool {
	target := field(v, "target")
	return v.IsKnown() && !v.IsNull() && target.IsKnown() && target.IsNull()
}

// privateKeys are the keys of the private state that a refresh writes.
var privateKeys = []string{evidenceKey, ownershipKey}

// knownPrivate reads a private state; ok is false where it holds what is somebody else's:
// the framework has keys of its own.
func knownPrivate(data []byte) (private map[string][]byte, ok bool) {
	private = map[string][]byte{}
	if len(data) > 0 && json.Unmarshal(data, &private) != nil {
		return nil, false
	}
	for key := range private {
		if !slices.Contains(privateKeys, key) {
			return nil, false
		}
	}
	return private, true
}

// fresh returns an empty value of the type of p, which is the framework's own for private
// states and has no name here.
func fresh[T any](*T) *T { return new(T) }

func dynamicValue(kind tftypes.Type, v tftypes.Value) (*tfprotov6.DynamicValue, error) {
	out, err := tfprotov6.NewDynamicValue(kind, v)
	return &out, err
}
