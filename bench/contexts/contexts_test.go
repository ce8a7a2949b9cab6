package contexts

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tfsdklog"
)

// mapProvider has one resource, whose only argument is a map of strings.
type mapProvider struct{ provider.Provider }

func (mapProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "example"
}

func (mapProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (mapProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (mapProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return mapResource{} }}
}

type mapResource struct{ resource.Resource }

func (mapResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "example_map"
}

func (mapResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"id": schema.StringAttribute{Computed: true},
		"all": schema.MapNestedAttribute{Required: true, NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"text": schema.StringAttribute{Optional: true}, "other": schema.ListAttribute{Optional: true, ElementType: types.StringType},
		}}},
	}}
}

// BenchmarkPlan plans the creation of a resource with a map of n elements. Contexts nest
// where the logger of the framework is told of each path; without a logger they do not, and
// that is the floor.
func BenchmarkPlan(b *testing.B) {
	for _, logger := range []string{"default", "off", "none"} {
		for _, n := range []int{500, 1000, 2000, 4000} {
			b.Run(fmt.Sprintf("logger=%s/%d", logger, n), func(b *testing.B) {
				ctx := b.Context()
				b.Setenv("TF_LOG_SDK", "off") // as where Terraform logs nothing
				if logger == "off" {
					b.Setenv("TF_LOG_SDK_FRAMEWORK", "off")
				}
				if logger != "none" {
					ctx = tfsdklog.NewRootSDKLogger(ctx, tfsdklog.WithLevelFromEnv("TF_LOG_SDK"))
				}
				plan(b, ctx, n)
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/element")
			})
		}
	}
}

func plan(b *testing.B, ctx context.Context, n int) { //nolint:revive // the testing.B first, as helpers have it
	b.Helper()
	server := providerserver.NewProtocol6(mapProvider{})()
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		b.Fatal(err)
	}
	kind := schemas.ResourceSchemas["example_map"].ValueType().(tftypes.Object)
	elements, element := map[string]tftypes.Value{}, kind.AttributeTypes["all"].(tftypes.Map).ElementType
	for i := range n {
		elements[fmt.Sprintf("e%05d", i)] = tftypes.NewValue(element, map[string]tftypes.Value{
			"text": tftypes.NewValue(tftypes.String, strings.Repeat("x", 8)), "other": tftypes.NewValue(tftypes.List{ElementType: tftypes.String}, nil),
		})
	}
	config, err1 := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, map[string]tftypes.Value{
		"id": tftypes.NewValue(tftypes.String, nil), "all": tftypes.NewValue(kind.AttributeTypes["all"], elements),
	}))
	prior, err2 := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, nil))
	if err1 != nil || err2 != nil {
		b.Fatal(err1, err2)
	}
	b.ReportAllocs()
	for b.Loop() {
		resp, err := server.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{TypeName: "example_map", PriorState: &prior, ProposedNewState: &config, Config: &config})
		if err != nil || len(resp.Diagnostics) > 0 {
			b.Fatal(err, resp.Diagnostics)
		}
	}
}
