package provider

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// openObjects has an object that is unknown as a whole, as in flows = { web = var.web }
// while variables have no values, validated as one whose attributes are unknown. The
// framework would miss the required ones in it:
// https://github.com/hashicorp/terraform-plugin-framework/issues/186
type openObjects struct {
	tfprotov6.ProviderServer
	schemas func() (*tfprotov6.GetProviderSchemaResponse, error)
}

func newOpenObjects(s tfprotov6.ProviderServer) openObjects {
	return openObjects{s, sync.OnceValues(func() (*tfprotov6.GetProviderSchemaResponse, error) {
		return s.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	})}
}

// ValidateResourceConfig implements tfprotov6.ResourceServer.
func (s openObjects) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	schemas, err := s.schemas()
	if err != nil {
		return nil, err
	}
	if req.Config, err = opened(schemas.ResourceSchemas[req.TypeName], req.Config); err != nil {
		return nil, err
	}
	return s.ProviderServer.ValidateResourceConfig(ctx, req)
}

// ValidateDataResourceConfig implements tfprotov6.DataSourceServer.
func (s openObjects) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	schemas, err := s.schemas()
	if err != nil {
		return nil, err
	}
	if req.Config, err = opened(schemas.DataSourceSchemas[req.TypeName], req.Config); err != nil {
		return nil, err
	}
	return s.ProviderServer.ValidateDataResourceConfig(ctx, req)
}

// opened returns a configuration in which no object is unknown as a whole.
func opened(schema *tfprotov6.Schema, config *tfprotov6.DynamicValue) (*tfprotov6.DynamicValue, error) {
	if schema == nil || config == nil {
		return config, nil // of no type of ours, which the framework refuses
	}
	value, err := config.Unmarshal(schema.ValueType())
	if err != nil {
		return nil, err
	}
	found := false
	value, err = tftypes.Transform(value, func(_ *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		object, ok := v.Type().(tftypes.Object)
		if !ok || v.IsKnown() {
			return v, nil
		}
		found = true
		attributes := make(map[string]tftypes.Value, len(object.AttributeTypes))
		for name, kind := range object.AttributeTypes {
			attributes[name] = tftypes.NewValue(kind, tftypes.UnknownValue)
		}
		return tftypes.NewValue(object, attributes), nil
	})
	if err != nil || !found {
		return config, err
	}
	out, err := tfprotov6.NewDynamicValue(schema.ValueType(), value)
	return &out, err
}
