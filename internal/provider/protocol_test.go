package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tfsdklog"
)

// A client speaks with the provider as Terraform does, without a process of its own.
type client struct {
	testing.TB
	ctx     context.Context
	server  tfprotov6.ProviderServer
	schemas *tfprotov6.GetProviderSchemaResponse
	// tolerant says that the provider may answer with errors.
	tolerant bool
}

// newClient returns a client of a provider with the configuration, which is JSON.
func newClient(t testing.TB, config string) *client {
	t.Helper()
	return clientOf(t, NewServer("test")(), config)
}

func clientOf(t testing.TB, server tfprotov6.ProviderServer, config string) *client {
	t.Helper()
	// Without these loggers the framework does less than it does for Terraform. What is
	// set is what the provider sets.
	t.Setenv("TF_LOG_SDK_FRAMEWORK", "off")
	t.Setenv("TF_LOG_SDK", "off")
	ctx := tfsdklog.NewRootSDKLogger(t.Context(), tfsdklog.WithLevelFromEnv("TF_LOG_SDK"))
	c := &client{TB: t, ctx: ctx, server: server}
	var err error
	if c.schemas, err = c.server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{}); err != nil {
		t.Fatal(err)
	}
	resp, err := c.server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{Config: c.value(c.schemas.Provider, config)})
	c.check(err, resp.Diagnostics)
	return c
}

// value is a value of the schema's type with what JSON says; all else in it is null.
func (c *client) value(s *tfprotov6.Schema, text string) *tfprotov6.DynamicValue {
	c.Helper()
	var plain any
	if err := json.Unmarshal([]byte(text), &plain); err != nil {
		c.Fatal(err)
	}
	out, err := tfprotov6.NewDynamicValue(s.ValueType(), typed(s.ValueType(), plain))
	if err != nil {
		c.Fatal(err)
	}
	return &out
}

// typed gives a plain value a type.
func typed(kind tftypes.Type, v any) tftypes.Value {
	if v == nil {
		return tftypes.NewValue(kind, nil)
	}
	if v == "UNKNOWN" {
		return tftypes.NewValue(kind, tftypes.UnknownValue)
	}
	if kind.Is(tftypes.DynamicPseudoType) {
		kind = typeOf(v)
	}
	switch kind := kind.(type) {
	case tftypes.Object:
		out, from := map[string]tftypes.Value{}, v.(map[string]any)
		for name, t := range kind.AttributeTypes {
			out[name] = typed(t, from[name])
		}
		return tftypes.NewValue(kind, out)
	case tftypes.Map:
		out := map[string]tftypes.Value{}
		for name, e := range v.(map[string]any) {
			out[name] = typed(kind.ElementType, e)
		}
		return tftypes.NewValue(kind, out)
	case tftypes.Tuple:
		var out []tftypes.Value
		for i, e := range v.([]any) {
			out = append(out, typed(kind.ElementTypes[i], e))
		}
		return tftypes.NewValue(kind, out)
	case tftypes.List:
		out := []tftypes.Value{}
		for _, e := range v.([]any) {
			out = append(out, typed(kind.ElementType, e))
		}
		return tftypes.NewValue(kind, out)
	}
	return tftypes.NewValue(kind, v)
}

// typeOf is the type of a plain value where the schema has none.
func typeOf(v any) tftypes.Type {
	switch v := v.(type) {
	case []any:
		var out tftypes.Tuple
		for _, e := range v {
			out.ElementTypes = append(out.ElementTypes, typeOf(e))
		}
		return out
	case map[string]any:
		out := tftypes.Object{AttributeTypes: map[string]tftypes.Type{}}
		for name, e := range v {
			out.AttributeTypes[name] = typeOf(e)
		}
		return out
	}
	return tftypes.String
}

// check fails on an error, and returns what the warnings say.
func (c *client) check(err error, diagnostics []*tfprotov6.Diagnostic) string {
	c.Helper()
	var told []string
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError && !c.tolerant {
			c.Errorf("%s\n%s", d.Summary, d.Detail)
		}
		told = append(told, d.Summary+"\n"+d.Detail)
	}
	if err != nil {
		c.Fatal(err)
	}
	if c.Failed() {
		c.FailNow()
	}
	return strings.Join(told, "\n")
}

// A held resource is one with its state.
type held struct {
	*client
	kind           string
	config, state  *tfprotov6.DynamicValue
	private        []byte
	planned        *tfprotov6.DynamicValue
	plannedPrivate []byte
}

// hold is a resource that is not there yet, with its configuration.
func (c *client) hold(kind, config string) *held {
	c.Helper()
	s := c.schemas.ResourceSchemas[kind]
	return &held{client: c, kind: kind, config: c.value(s, config), state: c.value(s, "null")}
}

// plan plans the resource, and returns what the warnings say.
func (h *held) plan() string {
	h.Helper()
	resp, err := h.server.PlanResourceChange(h.ctx, &tfprotov6.PlanResourceChangeRequest{
		TypeName: h.kind, PriorState: h.state, ProposedNewState: h.proposed(), Config: h.config, PriorPrivate: h.private,
	})
	told := h.check(err, resp.Diagnostics)
	h.planned, h.plannedPrivate = resp.PlannedState, resp.PlannedPrivate
	return told
}

// proposed is the configuration with the state in the place of what is computed.
func (h *held) proposed() *tfprotov6.DynamicValue {
	h.Helper()
	kind := h.schemas.ResourceSchemas[h.kind].ValueType()
	state, err1 := h.state.Unmarshal(kind)
	config, err2 := h.config.Unmarshal(kind)
	if err1 != nil || err2 != nil {
		h.Fatal(err1, err2)
	}
	if state.IsNull() || config.IsNull() {
		return h.config
	}
	var of, from map[string]tftypes.Value
	if err := config.As(&of); err != nil {
		h.Fatal(err)
	}
	if err := state.As(&from); err != nil {
		h.Fatal(err)
	}
	for _, a := range h.schemas.ResourceSchemas[h.kind].Block.Attributes {
		if a.Computed && of[a.Name].IsNull() {
			of[a.Name] = from[a.Name]
		}
	}
	out, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, of))
	if err != nil {
		h.Fatal(err)
	}
	return &out
}

// apply applies what was planned.
func (h *held) apply() {
	h.Helper()
	resp, err := h.server.ApplyResourceChange(h.ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: h.kind, PriorState: h.state, PlannedState: h.planned, Config: h.config, PlannedPrivate: h.plannedPrivate,
	})
	h.check(err, resp.Diagnostics)
	h.state, h.private = resp.NewState, resp.Private
}

// refresh reads the resource.
func (h *held) refresh() string {
	h.Helper()
	resp, err := h.server.ReadResource(h.ctx, &tfprotov6.ReadResourceRequest{TypeName: h.kind, CurrentState: h.state, Private: h.private})
	told := h.check(err, resp.Diagnostics)
	h.state, h.private = resp.NewState, resp.Private
	return told
}

// hostFlows is JSON of that many flows to the same service, each from a host of its own.
func hostFlows(n int) string {
	var flows []string
	for i := range n {
		flows = append(flows, fmt.Sprintf(`"f%05d": {"sources": ["10.0.%d.%d"], "destinations": ["172.16.0.1"], "services": ["tcp/443"], "comment": "a flow"}`, i, i/200, i%200+1))
	}
	return "{" + strings.Join(flows, ", ") + "}"
}

// oneRuleset is a configuration of the provider with a ruleset that permits the first half of
// those flows, or as many of 1,000.
const oneRuleset = `{"enforcement": "advisory", "rulesets": {"edge": {"format": "json", "content": "[{\"src_ip\": \"10.0.0.0/23\", \"dst_ip\": \"172.16.0.1\", \"dst_port\": \"tcp/443\", \"action\": \"permit\"}]"}}}`

// An application that does not exist is planned, and one that has not changed is refreshed and
// planned again. The floor is the same work on the values alone: they are read and written.
// What is told by flow has to stay the same however many there are; an apply is the
// framework's own, the rest is not.
func BenchmarkApplication(b *testing.B) {
	for _, n := range []int{20, 100, 1000, 5000} {
		h := newClient(b, oneRuleset).hold("acl_application", `{"name": "app", "flows": `+hostFlows(n)+`}`)
		create := *h
		b.Run(fmt.Sprintf("create/%d", n), func(b *testing.B) {
			for b.Loop() {
				create.plan()
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/flow")
		})
		h.plan()
		b.Run(fmt.Sprintf("apply/%d", n), func(b *testing.B) {
			for b.Loop() {
				applied := *h
				applied.apply()
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/flow")
		})
		h.apply()
		b.Run(fmt.Sprintf("replan/%d", n), func(b *testing.B) {
			for b.Loop() {
				h.refresh()
				h.plan()
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/flow")
		})
		b.Run(fmt.Sprintf("floor/%d", n), func(b *testing.B) {
			kind := h.schemas.ResourceSchemas[h.kind].ValueType()
			for b.Loop() {
				for range 2 { // a refresh and a plan
					v, err := h.state.Unmarshal(kind)
					if err != nil {
						b.Fatal(err)
					}
					if _, err := tfprotov6.NewDynamicValue(kind, v); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/flow")
		})
	}
}
