package provider

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Null is null, as Terraform sends it and as OpenTofu does.
func TestNullArguments(t *testing.T) {
	value := func(v any) *tfprotov6.DynamicValue {
		d, err := tfprotov6.NewDynamicValue(tftypes.String, tftypes.NewValue(tftypes.String, v))
		if err != nil {
			t.Fatal(err)
		}
		return &d
	}
	for name, null := range map[string]*tfprotov6.DynamicValue{"terraform": value(nil), "tofu": {}, "nothing": nil} {
		t.Run(name, func(t *testing.T) {
			resp, err := NewServer("test")().CallFunction(context.Background(), &tfprotov6.CallFunctionRequest{
				Name: "parse_ruleset", Arguments: []*tfprotov6.DynamicValue{value("- {src_ip: 10.0.0.1, action: permit}\n"), null},
			})
			if err != nil {
				t.Fatal(err)
			}
			if resp.Error != nil {
				t.Error(resp.Error.Text)
			}
		})
	}
}
