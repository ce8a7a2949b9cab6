package provider

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// plainValue turns a Terraform value of any type into nil, bool, string, int64,
// float64, []any or map[string]any.
func plainValue(v attr.Value) (any, error) {
	switch {
	case v == nil || v.IsNull():
		return nil, nil
	case v.IsUnknown():
		return nil, fmt.Errorf("is not known yet")
	}
	switch v := v.(type) {
	case types.Dynamic:
		return plainValue(v.UnderlyingValue())
	case types.String:
		return v.ValueString(), nil
	case types.Bool:
		return v.ValueBool(), nil
	case types.Number:
		return plainNumber(v.ValueBigFloat()), nil
	case types.Int64:
		return v.ValueInt64(), nil
	case types.Tuple:
		return plainList(v.Elements())
	case types.List:
		return plainList(v.Elements())
	case types.Set:
		return plainList(v.Elements())
	case types.Object:
		return plainMap(v.Attributes())
	case types.Map:
		return plainMap(v.Elements())
	}
	return nil, fmt.Errorf("has the type %T, which is not understood", v)
}

func plainNumber(f *big.Float) any {
	if i, exact := f.Int64(); exact == big.Exact {
		return i
	}
	n, _ := f.Float64()
	return n
}

func plainList(elements []attr.Value) (any, error) {
	out := make([]any, len(elements))
	for i, e := range elements {
		v, err := plainValue(e)
		if err != nil {
			return nil, fmt.Errorf("[%d] %w", i, err)
		}
		out[i] = v
	}
	return out, nil
}

func plainMap(elements map[string]attr.Value) (any, error) {
	out := make(map[string]any, len(elements))
	for k, e := range elements {
		v, err := plainValue(e)
		if err != nil {
			return nil, fmt.Errorf("%s %w", k, err)
		}
		out[k] = v
	}
	return out, nil
}

// askTheText says how to match against a device's text, where somebody tries to by way
// of its rules.
const askTheText = "to match against a text, name it in the provider's rulesets and ask the data source acl_match"

// plainRules reads a list of objects, the form in which rules are handed over.
func plainRules(v attr.Value) ([]map[string]any, error) {
	if d, ok := v.(types.Dynamic); ok {
		v = d.UnderlyingValue()
	}
	if _, ok := v.(types.Set); ok {
		return nil, errors.New("is a set, which Terraform sorts; the first rule that matches decides, so write a list (without toset)")
	}
	plain, err := plainValue(v)
	if err != nil {
		return nil, err
	}
	list, ok := plain.([]any)
	if _, text := plain.(string); text {
		return nil, fmt.Errorf("is a text and not a list of rules; %s", askTheText)
	}
	if !ok {
		return nil, fmt.Errorf("is not a list of rules; write [ { src_ip = …, dst_ip = …, dst_port = …, action = \"permit\" } ]")
	}
	out := make([]map[string]any, len(list))
	for i, e := range list {
		if out[i], ok = e.(map[string]any); !ok {
			return nil, fmt.Errorf("[%d] is not an object with the fields of a rule", i)
		}
		_, acl := out[i]["acl"]
		if _, indeterminate := out[i]["indeterminate"]; acl && indeterminate {
			return nil, fmt.Errorf("[%d] is a rule as acl_ruleset and parse_ruleset show it, up to a limit and for people to read; %s", i, askTheText)
		}
	}
	return out, nil
}

// rulesFrom reads rules that were handed over as a value; names may be nil.
func rulesFrom(v attr.Value, names flow.Dictionary) (*estate.Rules, error) {
	values, err := plainRules(v)
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	return estate.NewRules(values, names)
}

// toStrings reads a string or a list of strings; null is an empty one.
func toStrings(v any) ([]string, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		return []string{v}, nil
	case []any:
		out := make([]string, len(v))
		for i, e := range v {
			text, ok := e.(string)
			if !ok {
				return nil, fmt.Errorf("[%d] is %s; write a string", i, flow.KindOf(e))
			}
			out[i] = text
		}
		return out, nil
	}
	return nil, fmt.Errorf("is %s; write a string, or a list of strings", flow.KindOf(v))
}
