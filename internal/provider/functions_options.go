package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

const optionsText = "At most one object with any of `addresses` and `services`: names for lists, as in the provider's configuration."

// optionsParameter is the last parameter of functions that resolve names.
var optionsParameter = function.DynamicParameter{Name: "options", MarkdownDescription: optionsText}

// nameOptions are the options of every function that takes some.
var nameOptions = []string{"addresses", "services"}

// functionOptions are what a caller may hand to a function in place of the
// provider's configuration, which functions never see.
type functionOptions struct {
	addresses, services map[string][]string
	matrix              matrixOptions
	verify              verifyOptions
}

// readOptions reads the variadic options at the given argument position; accepted
// are the keys that the function has a use for.
func readOptions(position int64, options []types.Dynamic, accepted []string) (o functionOptions, ferr *function.FuncError) {
	if len(options) == 0 {
		return o, nil
	}
	fail := func(format string, args ...any) (functionOptions, *function.FuncError) {
		return o, function.NewArgumentFuncError(position, "options: "+fmt.Sprintf(format, args...))
	}
	if len(options) > 1 {
		return fail("%d objects are given; write one with any of %s", len(options), listed(accepted))
	}
	plain, err := plainValue(options[0])
	if err != nil {
		return fail("%s", err)
	}
	fields, ok := plain.(map[string]any)
	if !ok {
		return fail("is not an object; write { addresses = { … }, services = { … } }")
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(accepted, key) {
			return fail("unknown key %q; write any of %s", key, listed(accepted))
		}
		if err := o.set(key, fields[key]); err != nil {
			return fail("%s%s", key, err)
		}
	}
	if _, err := flow.NewNames(o.addresses, o.services); err != nil {
		return fail("%s", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return o, nil
}

// set reads the value of one option.
func (o *functionOptions) set(key string, value any) (err error) {
	switch key {
	case "addresses":
		o.addresses, err = namesFrom(value)
	case "services":
		o.services, err = namesFrom(value)
	default:
		if slices.Contains(verifyKeys, key) {
			return o.verify.set(key, value)
		}
		err = o.matrix.set(key, value)
	}
	return err
}

// listed writes keys as "a, b and c".
func listed(keys []string) string {
	last := len(keys) - 1
	return strings.Join(keys[:last], ", ") + " and " + keys[last]
}

func (o functionOptions) estate() *estate.Estate {
	return estate.New(estate.Config{Addresses: o.addresses, Services: o.services})
}

func namesFrom(v any) (map[string][]string, error) {
	if v == nil {
		return nil, nil
	}
	entries, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf(" is not a map of names to lists")
	}
	out := make(map[string][]string, len(entries))
	for name, e := range entries {
		list, err := toStrings(e)
		if err != nil {
			return nil, fmt.Errorf("[%q] %w", name, err)
		}
		out[name] = list
	}
	return out, nil
}

// dynamicOf turns a plain value into a Terraform one: lists become tuples, maps
// objects.
func dynamicOf(v any) attr.Value {
	switch v := v.(type) {
	case nil:
		return types.DynamicNull()
	case string:
		return types.StringValue(v)
	case bool:
		return types.BoolValue(v)
	case int64:
		return types.Int64Value(v)
	case float64:
		return types.Float64Value(v)
	case []any:
		elements, kinds := make([]attr.Value, len(v)), make([]attr.Type, len(v))
		for i, e := range v {
			elements[i] = dynamicOf(e)
			kinds[i] = elements[i].Type(context.Background())
		}
		return types.TupleValueMust(kinds, elements)
	case map[string]any:
		elements, kinds := make(map[string]attr.Value, len(v)), make(map[string]attr.Type, len(v))
		for k, e := range v {
			elements[k] = dynamicOf(e)
			kinds[k] = elements[k].Type(context.Background())
		}
		return types.ObjectValueMust(kinds, elements)
	}
	return types.StringValue(fmt.Sprint(v))
}

// ruleFields returns the fields of a rule that is the first argument of a function.
func ruleFields(rule types.Dynamic) (map[string]any, *function.FuncError) {
	plain, err := plainValue(rule)
	fields, ok := plain.(map[string]any)
	if err != nil || !ok {
		return nil, function.NewArgumentFuncError(0, "rule: is not an object with the fields of a rule")
	}
	return fields, nil
}
