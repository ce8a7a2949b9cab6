package provider

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// plainOf decodes JSON into what plainValue makes of a configuration.
func plainOf(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// call runs a function whose arguments are a rule and options, as JSON.
func call(t *testing.T, f function.Function, result attr.Value, rule, options string) (attr.Value, string) {
	t.Helper()
	return callWith(t, f, result, options, rule)
}

// callWith runs a function whose arguments are values and then options, as JSON.
func callWith(t *testing.T, f function.Function, result attr.Value, options string, values ...string) (attr.Value, string) {
	t.Helper()
	var args []attr.Value
	for _, v := range values {
		args = append(args, types.DynamicValue(dynamicOf(plainOf(t, v))))
	}
	given, kinds := []attr.Value{}, []attr.Type{}
	if options != "" {
		given, kinds = append(given, types.DynamicValue(dynamicOf(plainOf(t, options)))), append(kinds, types.DynamicType)
	}
	args = append(args, types.TupleValueMust(kinds, given))
	resp := function.RunResponse{Result: function.NewResultData(result)}
	f.Run(t.Context(), function.RunRequest{Arguments: function.NewArgumentsData(args)}, &resp)
	if resp.Error != nil {
		return nil, fmt.Sprintf("%d: %s", *resp.Error.FunctionArgument, resp.Error.Text)
	}
	return resp.Result.Value(), ""
}

// textOf writes what a function returned as JSON, or else its error.
func textOf(t *testing.T, v attr.Value, problem string) (text string, refused bool) {
	t.Helper()
	if problem != "" {
		return problem, true
	}
	plain, err := plainValue(v)
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(plain)
	if err != nil {
		t.Fatal(err)
	}
	return string(out), false
}

func TestEnforce(t *testing.T) {
	t.Parallel()
	const rule = `{"src_ip": "10.1.0.1", "dst_ip": ["10.2.0.1", "10.1.0.2"], "dst_port": "tcp/80"}`
	const zones = `{"red": ["10.1.0.0/16"], "blue": ["10.2.0.0/16"]}`
	const allowed = `[{"action":"allow","obj":["10.1.0.1","10.2.0.1","6/80"]},{"action":"deny","obj":["10.1.0.1","10.1.0.2","6/80"]}]`
	const fellBack = `[{"action":"deny","obj":["10.1.0.1","10.2.0.1","6/80"]},{"action":"notify","obj":["10.1.0.1","10.1.0.2","6/80"]}]`
	for _, c := range []struct{ options, want string }{
		{`{"matrix": {"zones": ` + zones + `, "cells": {"red": {"blue": {"allow": ["tcp/80"]}}}}}`, allowed},
		{`{"zones": ` + zones + `, "matrix": {"cells": {"red": {"blue": {"allow": "tcp/80"}}}}}`, allowed},
		{`{"matrix_definition": ` + zones + `, "matrix": {"red": {"blue": {"allow": ["6/80"]}}}}`, allowed},
		{`{"matrix_definition": {"red": "10.1.0.0/16", "blue": ["servers"]}, "matrix": {"red": {"blue": {"allow": ["web"]}}}, "matrix_enforced": true,
			"addresses": {"servers": ["10.2.0.0/24"]}, "services": {"web": ["tcp/80"]}}`, allowed},
		{`{"matrix": {"zones": ` + zones + `, "cells": {"red": {"blue": {}}}, "default": {"notify": ["any"]}}}`, fellBack},
		{`{"matrix_definition": ` + zones + `, "matrix": {"red": {"blue": {"allow": ["6/80"]}}}, "matrix_enforced": false}`, `[]`},

		{"", `1: options: matrix is missing; write { zones = { … }, cells = { … } }, or netutils' matrix with matrix_definition beside it`},
		{`{"matrix": []}`, `1: options: matrix is not an object; write { zones = { … }, cells = { … } }, or netutils' matrix with matrix_definition beside it`},
		{`{"matrix": {}, "matrix_definition": ` + zones + `}`, `1: options: matrix is missing; write { zones = { … }, cells = { … } }, or netutils' matrix with matrix_definition beside it`},
		{`{"matrix": {"red": {}}, "matrix_definition": {}}`, `1: options: matrix_definition is empty; map zones to lists of prefixes`},
		{`{"matrix": {"red": {}}}`, `1: options: matrix.red: unknown key; write zones, cells and default, or give matrix_definition beside netutils' matrix`},
		{`{"matrix": {"cells": {}}}`, `1: options: matrix.zones is missing; map zones to lists of prefixes`},
		{`{"matrix": {"zones": {}}, "zones": {}}`, `1: options: zones are given beside matrix and in it; write them once`},
		{`{"matrix": {"cells": {}}, "zones": {}, "matrix_definition": {}}`, `1: options: zones and matrix_definition are two names for the zones; write one of them`},
		{`{"matrix": {"cells": {"red": {"blue": {"permit": []}}}}, "zones": {}}`, `1: options: matrix.cells["red"]["blue"]: unknown key "permit"; write any of allow, notify and deny`},
		{`{"matrix": {"cells": {"red": {"blue": {"allow": [80]}}}}, "zones": {}}`, `1: options: matrix.cells["red"]["blue"].allow [0] is a number; write a string`},
		{`{"matrix": {"cells": {"red": ["blue"]}}, "zones": {}}`, `1: options: matrix.cells["red"] is not an object; write { "to zone" = { allow = ["tcp/443"] } }`},
		{`{"matrix": {"cells": {"red": {"blue": {}}}}, "zones": {"red": ["10.0.0.0/8"], "green": ["10.0.0.0/8"]}}`,
			`1: options: zones["green"] and zones["red"]: both hold 10.0.0.0/8; an address is in one zone: leave it out of one of them; ` +
				`cells["red"]["blue"]: there is no zone "blue"; declare it in zones, or write one of "green", "red", or "" for addresses in no zone`},
		{`{"matrix_enforced": "yes"}`, `1: options: matrix_enforced is not true or false`},
		{`{"cells": {}}`, `1: options: unknown key "cells"; write any of addresses, services, matrix, matrix_definition, matrix_enforced, zones, input_data_verify, input_data_schema, result_data_verify and result_data_schema`},
	} {
		got, problem := call(t, enforceFunction{}, types.ListUnknown(types.ObjectType{AttrTypes: enforcedTypes}), rule, c.options)
		if text, _ := textOf(t, got, problem); text != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.options, text, c.want)
		}
	}
	const options = `{"matrix": {"zones": ` + zones + `, "cells": {}}}`
	for rule, want := range map[string]string{
		`{"src_ip": "10.1.0.1", "dst_ip": "10.2.0.1"}`: `0: rule: dst_port: is missing; a matrix decides traffic from somewhere to somewhere: write "any" for all of it`,
		`{"src_ip": "web", "dst_ip": "any", "dst_port": "any", "prot": ""}`: `0: rule: src_ip: address "web" is neither a name in addresses nor a host (10.0.0.1, 2001:db8::1), a prefix (10.0.0.0/24), a range (10.0.0.1-10.0.0.9) or any; ` +
			`unknown key "prot"; write name, src_ip, src_zone, dst_ip, dst_port, dst_zone, action, or sources, source_zone, destinations, destination_zone, services`,
		`["10.1.0.1"]`: `0: rule: is not an object with the fields of a rule`,
	} {
		if _, problem := call(t, enforceFunction{}, types.ListUnknown(types.ObjectType{AttrTypes: enforcedTypes}), rule, options); problem != want {
			t.Errorf("%s:\n%s, want\n%s", rule, problem, want)
		}
	}
}
