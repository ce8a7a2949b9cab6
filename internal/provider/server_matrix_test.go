package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// TestMatrixIsBounded: a matrix with a cell for each pair of 300 zones is refused
// before the framework spends a minute on it, one of 100 zones is read.
func TestMatrixIsBounded(t *testing.T) {
	server := NewServer("test")()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	kind := schemas.Provider.ValueType().(tftypes.Object)
	for _, tt := range []struct {
		zones int
		want  string
	}{{100, ""}, {300, "The matrix has 90000 cells; at most 10000 are accepted. Write in default what most pairs of zones have"}} {
		config, err := tfprotov6.NewDynamicValue(kind, squareMatrix(kind, tt.zones))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := server.ValidateProviderConfig(t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: &config})
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		for _, d := range resp.Diagnostics {
			told = append(told, d.Detail)
		}
		if got := strings.Join(told, "\n"); tt.want == "" && got != "" || !strings.HasPrefix(got, tt.want) {
			t.Errorf("%d zones: %q, want %q", tt.zones, got, tt.want)
		}
	}
}

// squareMatrix is a provider configuration with a cell for each pair of zones.
func squareMatrix(kind tftypes.Object, zones int) tftypes.Value {
	matrix := kind.AttributeTypes["matrix"].(tftypes.Object)
	rowsType := matrix.AttributeTypes["cells"].(tftypes.Map)
	rowType := rowsType.ElementType.(tftypes.Map)
	cellType := rowType.ElementType.(tftypes.Map)
	list := func(kind tftypes.Type, text string) tftypes.Value {
		return tftypes.NewValue(kind, []tftypes.Value{tftypes.NewValue(tftypes.String, text)})
	}
	declared, rows := map[string]tftypes.Value{}, map[string]tftypes.Value{}
	for i := range zones {
		name := fmt.Sprintf("z%d", i)
		declared[name] = list(tftypes.List{ElementType: tftypes.String}, fmt.Sprintf("10.%d.%d.0/24", i/256, i%256))
		row := map[string]tftypes.Value{}
		for j := range zones {
			row[fmt.Sprintf("z%d", j)] = tftypes.NewValue(cellType, map[string]tftypes.Value{"allow": list(cellType.ElementType, "tcp/443")})
		}
		rows[name] = tftypes.NewValue(rowType, row)
	}
	attributes := map[string]tftypes.Value{}
	for name, t := range kind.AttributeTypes {
		attributes[name] = tftypes.NewValue(t, nil)
	}
	attributes["matrix"] = tftypes.NewValue(matrix, map[string]tftypes.Value{
		"zones": tftypes.NewValue(matrix.AttributeTypes["zones"], declared), "cells": tftypes.NewValue(rowsType, rows),
		"default": tftypes.NewValue(matrix.AttributeTypes["default"], nil),
	})
	return tftypes.NewValue(kind, attributes)
}
