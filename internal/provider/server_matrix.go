package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

const (
	// maxCells bounds the cells of a matrix that are written: what the framework does
	// with 90,000 of them takes more than a minute.
	maxCells = 10_000
	// smallConfig is the size of a configuration that has no room for more cells.
	smallConfig = 10 * maxCells
)

// boundedMatrix refuses a matrix of too many cells before the framework reads it.
type boundedMatrix struct {
	tfprotov6.ProviderServer
	schemas func() (*tfprotov6.GetProviderSchemaResponse, error)
}

// ValidateProviderConfig implements tfprotov6.ProviderServer.
func (s boundedMatrix) ValidateProviderConfig(ctx context.Context, req *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	if c := req.Config; c != nil && len(c.MsgPack)+len(c.JSON) > smallConfig {
		schemas, err := s.schemas()
		if err != nil {
			return nil, err
		}
		config, err := c.Unmarshal(schemas.Provider.ValueType())
		if err != nil {
			return nil, err
		}
		if n := countCells(config); n > maxCells {
			return &tfprotov6.ValidateProviderConfigResponse{Diagnostics: []*tfprotov6.Diagnostic{{
				Severity: tfprotov6.DiagnosticSeverityError, Summary: "Invalid matrix",
				Detail: fmt.Sprintf("The matrix has %d cells; at most %d are accepted. Write in default what most pairs of zones have, and only the others as cells; "+
					"zones with the same rights can be one zone.", n, maxCells),
				Attribute: tftypes.NewAttributePath().WithAttributeName("matrix"),
			}}}, nil
		}
	}
	return s.ProviderServer.ValidateProviderConfig(ctx, req)
}

// countCells returns how many cells the matrix of a provider configuration has, as
// far as they are known.
func countCells(config tftypes.Value) (n int) {
	cells := field(field(config, "matrix"), "cells")
	var rows map[string]tftypes.Value
	if !cells.IsKnown() || cells.As(&rows) != nil {
		return 0
	}
	for _, row := range rows {
		var columns map[string]tftypes.Value
		if row.IsKnown() && row.As(&columns) == nil {
			n += len(columns)
		}
	}
	return n
}

// field returns an attribute of an object; of what is not known, null or none, it is the
// zero value, which is null.
func field(v tftypes.Value, name string) tftypes.Value {
	var attributes map[string]tftypes.Value
	if !v.IsKnown() || v.IsNull() || v.As(&attributes) != nil {
		return tftypes.Value{}
	}
	return attributes[name]
}
