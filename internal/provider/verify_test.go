package provider

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/schemas"
)

// TestVerifyOptions: the checks of expand and enforce, with netutils' own inputs.
func TestVerifyOptions(t *testing.T) {
	t.Parallel()
	const good = `{"src_ip": ["web"], "dst_ip": "10.0.0.2", "dst_port": "tcp/80"}`
	const names = `"addresses": {"web": ["10.0.0.1", "10.0.0.3"]}`
	for _, c := range []struct{ rule, options, want string }{
		{good, `{"input_data_verify": true, "result_data_verify": true, ` + names + `}`, ""},
		{`{"name": 5}`, `{}`, ""},
		{`{"name": 5}`, `{"input_data_verify": false, "input_data_schema": {"type": "array"}}`, ""},
		{`{"name": 5}`, `{"input_data_verify": true}`, `0: rule: /name: is a number; write a string`},
		{`{"src_zone": 5, "action": ["permit"]}`, `{"input_data_verify": true}`, `0: rule: /action: is a list; write a string; /src_zone: is a number; write the name of a zone, or a list of names; leave the key out for every zone`},
		{`{"dst_port": []}`, `{"input_data_verify": true}`, `0: rule: /dst_port: is an empty list; write a string, or a list of strings with at least one`},
		{`{"dst_port": "tcp/1-2"}`, `{"result_data_verify": true}`, ""},
		{`{"dst_port": ["tcp/80", "6/80"]}`, `{"input_data_verify": true}`, ""},
		{`{"dst_port": ["tcp/80", "6/80"]}`, `{"result_data_verify": true}`, `0: rule: with its names resolved: /dst_port: holds the same at 0 and 1; write services as protocol number and port, none of them twice`},
		{`{"dst_port": "tcp/1-2"}`, `{"result_data_schema": {"properties": {"dst_port": {"items": {"pattern": "^\\d+\\/\\d+$"}}}}}`,
			`0: rule: with its names resolved: /dst_port/0: is "6/1-2"; write text that matches ^\d+\/\d+$`},
		{good, `{"result_data_schema": {"properties": {"src_ip": {"maxItems": 1}}}, ` + names + `}`, `0: rule: with its names resolved: /src_ip: maxItems: got 2, want 1`},
		{good, `{"input_data_schema": {"required": ["name"]}, ` + names + `}`, `0: rule: name is missing`},
		{good, `{"input_data_schema": 5}`, `1: options: input_data_schema is not an object; write a JSON schema`},
		{good, `{"input_data_verify": "yes"}`, `1: options: input_data_verify is not true or false`},
	} {
		for _, f := range []struct {
			function.Function
			result  attr.Value
			options string
		}{
			{expandFunction{}, types.DynamicUnknown(), c.options},
			{enforceFunction{}, types.ListUnknown(types.ObjectType{AttrTypes: enforcedTypes}), strings.Replace(c.options, "{", `{"matrix_enforced": false, `, 1)},
		} {
			if _, problem := call(t, f.Function, f.result, c.rule, strings.Replace(f.options, ", }", "}", 1)); problem != c.want {
				t.Errorf("%T: %s %s:\n%s, want\n%s", f.Function, c.rule, c.options, problem, c.want)
			}
		}
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ data, schema, want string }{
		{`[]`, `"rule"`, ""},
		{`{"applications": []}`, `"inventory"`, ""},
		{`{"a": null}`, `{"type": "object"}`, ""},
		{`[{"action": "deny", "src": "any"}, {}]`, `"rule"`, `0: data: /0: unknown key "src"; accepted are action, comment, condition, destination_zone, destinations, dst_ip, dst_port, dst_zone, list, name, owners, services, source_zone, sources, src_ip, src_port, src_zone, state; ` +
			`/1: action is missing; write permit, allow, accept or pass; deny, drop, reject, block, discard, reset, reset-client, reset-server or reset-both`},
		{`5`, `"inventory"`, `0: data: is a number; write applications and the flows that they need`},
		{`"text"`, `{"type": "string"}`, ""},
		{`"{\"applications\": [{\"app_name\": \"A\", \"app_flows\": {\"f\": 1,\n\"f\": 2}}]}"`, `"inventory"`,
			`0: data: application "A", flow "f": /applications/0/app_flows/f: is there twice, the second time in line 2; only one of them would count`},
		{`"- action: alow"`, `"rule"`, `0: data: /0/action: is "alow"; write permit, allow, accept or pass; deny, drop, reject, block, discard, reset, reset-client, reset-server or reset-both`},
		{`"applications"`, `"inventory"`, `0: data: is a string; write applications and the flows that they need`},
		{`[]`, `"rules"`, `1: schema: is "rules"; write "inventory", "rule", or a JSON schema as an object`},
		{`[]`, `{"$ref": "file:///etc/passwd"}`, `1: schema: is not a JSON schema: failing loading "file:///etc/passwd": file:///etc/passwd is not part of the schema; put what is referred to under $defs`},
	} {
		args := []attr.Value{types.DynamicValue(dynamicOf(plainOf(t, c.data))), types.DynamicValue(dynamicOf(plainOf(t, c.schema)))}
		resp := function.RunResponse{Result: function.NewResultData(types.DynamicUnknown())}
		verifyFunction{}.Run(t.Context(), function.RunRequest{Arguments: function.NewArgumentsData(args)}, &resp)
		got := ""
		if resp.Error != nil {
			got = fmt.Sprintf("%d: %s", *resp.Error.FunctionArgument, resp.Error.Text)
		} else if !resp.Result.Value().Equal(args[0]) {
			t.Errorf("%s comes back as %s", c.data, resp.Result.Value())
		}
		if got != c.want {
			t.Errorf("%s %s:\n%s, want\n%s", c.data, c.schema, got, c.want)
		}
	}
}

// TestVerifyText: what a text holds is returned as jsondecode and yamldecode would.
func TestVerifyText(t *testing.T) {
	t.Parallel()
	const flow = `{"sources": ["any"], "destinations": ["any"], "services": ["any"], "comment": null, "users": []}`
	const inventory = `{"applications": [{"app_name": "Ä", "app_flows": {"f": ` + flow + `}, "team": null}]}`
	args := []attr.Value{types.DynamicValue(types.StringValue("\ufeff" + inventory)), types.DynamicValue(types.StringValue("inventory"))}
	resp := function.RunResponse{Result: function.NewResultData(types.DynamicUnknown())}
	verifyFunction{}.Run(t.Context(), function.RunRequest{Arguments: function.NewArgumentsData(args)}, &resp)
	if resp.Error != nil {
		t.Fatal(resp.Error)
	}
	got, err := plainValue(resp.Result.Value())
	if want := plainOf(t, inventory); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
}

// TestInventorySchema: the schema knows the attributes of a flow, and no others.
func TestInventorySchema(t *testing.T) {
	t.Parallel()
	var document struct {
		Defs struct {
			Flow struct {
				Required   []string
				Properties map[string]any
			}
		} `json:"$defs"`
	}
	if err := json.Unmarshal(schemas.Inventory, &document); err != nil {
		t.Fatal(err)
	}
	var required []string
	attributes := declaredAttributes()
	for name, a := range attributes {
		if a.IsRequired() {
			required = append(required, name)
		}
	}
	flow := document.Defs.Flow
	if want, got := slices.Sorted(maps.Keys(attributes)), slices.Sorted(maps.Keys(flow.Properties)); !slices.Equal(want, got) {
		t.Errorf("the schema of inventories has the flow's keys %q, a flow has %q", got, want)
	}
	if want, got := slices.Sorted(slices.Values(required)), slices.Sorted(slices.Values(flow.Required)); !slices.Equal(want, got) {
		t.Errorf("the schema of inventories requires %q, a flow %q", got, want)
	}
}
