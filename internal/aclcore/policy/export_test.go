package policy

import (
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
)

// An Oracle evaluates whole expressions for one product at a time: the slow,
// obvious way.
type Oracle struct {
	env     *cel.Env
	options Options
}

// NewOracle returns an oracle for expressions of scope product.
func NewOracle(o Options) (*Oracle, error) {
	r := newResolver(o.Names)
	env, err := newEnv(r, ScopeProduct)
	return &Oracle{env, o}, err
}

// Program compiles an expression.
func (o *Oracle) Program(text string) (cel.Program, error) {
	checked, issues := o.env.Compile(text)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	return o.env.Program(checked)
}

// Eval evaluates a program for one product.
func (o *Oracle) Eval(program cel.Program, q *Question, p flow.Product, now time.Time) (value, failed bool) {
	adapter := o.env.CELTypeAdapter()
	address := func(l addr.Literal) *addressValue {
		return &addressValue{literal: l, text: types.String(addressText(l)), zones: func() ref.Val {
			return types.NewStringList(adapter, o.options.Zones(l))
		}}
	}
	v, _, err := program.Eval(map[string]any{
		"product":     &object{productType, &productValue{address(p.Source), address(p.Destination), newServiceValue(p.Service), action(q)}},
		"flow":        &object{flowType, newFlowValue(q, adapter)},
		"application": &object{applicationType, newApplicationValue(q.Application, adapter)},
		"now":         now,
	})
	return v == types.True, err != nil
}
