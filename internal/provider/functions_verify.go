package provider

import (
	"errors"
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/schema"
)

// verifyOptions are the options of functions that check a rule against a JSON
// schema, before or after its names are resolved.
type verifyOptions struct{ input, result verification }

// verification is a check that may be asked for. A schema of the user's own is
// asked for by giving it.
type verification struct {
	// wanted is nil if nothing is said.
	wanted *bool
	own    *schema.Schema
}

// verifyKeys are the options that verifyOptions holds, those of netutils.
var verifyKeys = []string{"input_data_verify", "input_data_schema", "result_data_verify", "result_data_schema"}

const verifyText = "`input_data_verify` and `result_data_verify` are `true` for a check of the rule, as it is given and with its names resolved, against the JSON schemas of this provider, " +
	"or against your own in `input_data_schema` and `result_data_schema`."

func (o *verifyOptions) set(key string, value any) (err error) {
	switch key {
	case "input_data_verify":
		o.input.wanted, err = wanted(value)
	case "result_data_verify":
		o.result.wanted, err = wanted(value)
	case "input_data_schema":
		o.input.own, err = ownSchema(value)
	case "result_data_schema":
		o.result.own, err = ownSchema(value)
	}
	return err
}

func wanted(value any) (*bool, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case bool:
		return &v, nil
	}
	return nil, errors.New(" is not true or false")
}

func ownSchema(value any) (*schema.Schema, error) {
	if value == nil {
		return nil, nil
	}
	s, err := schema.Compile(value)
	if err != nil {
		return nil, fmt.Errorf(" %w", err)
	}
	return s, nil
}

// check checks data against the schema that is asked for, if any.
func (v verification) check(data any, published func() (*schema.Schema, error)) error {
	switch {
	case v.wanted != nil && !*v.wanted, v.wanted == nil && v.own == nil:
		return nil
	case v.own != nil:
		return v.own.Check(data)
	}
	s, err := published()
	if err != nil {
		return err
	}
	return s.Check(data)
}

// check checks a rule as it is given, and as it is with its names resolved.
func (o verifyOptions) check(names *flow.Names, rule map[string]any) error {
	if err := o.input.check(rule, schema.Asked); err != nil {
		return err
	}
	if o.result == (verification{}) {
		return nil
	}
	resolved, err := flow.ResolveRule(names, rule)
	if err != nil {
		return err
	}
	if err := o.result.check(resolved, schema.Result); err != nil {
		return fmt.Errorf("with its names resolved: %w", err)
	}
	return nil
}
