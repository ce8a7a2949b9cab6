package policy

import (
	"fmt"
	"strings"

	"github.com/google/cel-go/cel"
	celast "github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
)

// split cuts a checked boolean expression at its logical operators. Each leaf
// becomes a program of its own, which is asked once for each combination of what it
// depends on: "within(product.source, a) && product.port_low == 23" over 1,000
// sources and 10 services is 1,010 evaluations and not 10,000.
func (c *expressionCompiler) split(ast *celast.AST, e celast.Expr) (node, error) {
	if e.Kind() == celast.CallKind {
		call := e.AsCall()
		switch call.FunctionName() {
		case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional:
			operands := make([]node, len(call.Args()))
			for i, arg := range call.Args() {
				var err error
				if operands[i], err = c.split(ast, arg); err != nil {
					return nil, err
				}
			}
			return combine(call.FunctionName(), operands), nil
		}
	}
	part := celast.NewCheckedAST(celast.NewAST(e, ast.SourceInfo()), ast.TypeMap(), ast.ReferenceMap())
	options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	least, most := estimate(part)
	if least > CostLimit {
		return nil, fmt.Errorf("the expression takes at least %d steps for each product, more than the %d that are allowed", least, CostLimit)
	}
	if most > cheap {
		options = append(options, cel.CostTracking(costs{}), cel.CostLimit(CostLimit))
	}
	program, err := c.env.PlanProgram(part, options...)
	if err != nil {
		return nil, err
	}
	*c.leaves++
	where := ast.SourceInfo().GetStartLocation(e.ID())
	q := celQuestion{program: program, least: least, line: where.Line(), column: where.Column() + 1}
	return &leaf{index: *c.leaves - 1, by: dimsOf(e), ask: q.ask}, nil
}

func combine(operator string, operands []node) node {
	switch operator {
	case operators.LogicalAnd:
		return and(operands)
	case operators.LogicalOr:
		return or(operands)
	case operators.LogicalNot:
		return not{operands[0]}
	}
	return conditional{operands[0], operands[1], operands[2]}
}

// dimsOf tells what of a product an expression looks at. It may say too much, where
// a variable of a macro is named product, never too little.
func dimsOf(e celast.Expr) dims {
	if e.Kind() == celast.SelectKind {
		if path := selectPath(e); len(path) > 0 {
			if path[0] != "product" {
				return 0
			}
			return dimsOfPath(path[1:])
		}
	}
	switch e.Kind() {
	case celast.IdentKind:
		if strings.TrimPrefix(e.AsIdent(), ".") == "product" {
			return byAll
		}
		return 0
	case celast.SelectKind:
		return dimsOf(e.AsSelect().Operand())
	case celast.CallKind:
		var d dims
		call := e.AsCall()
		if call.IsMemberFunction() {
			d = dimsOf(call.Target())
		}
		for _, arg := range call.Args() {
			d |= dimsOf(arg)
		}
		return d
	case celast.ListKind:
		var d dims
		for _, element := range e.AsList().Elements() {
			d |= dimsOf(element)
		}
		return d
	case celast.MapKind:
		var d dims
		for _, entry := range e.AsMap().Entries() {
			d |= dimsOf(entry.AsMapEntry().Key()) | dimsOf(entry.AsMapEntry().Value())
		}
		return d
	case celast.ComprehensionKind:
		fold := e.AsComprehension()
		return dimsOf(fold.IterRange()) | dimsOf(fold.AccuInit()) | dimsOf(fold.LoopCondition()) | dimsOf(fold.LoopStep()) | dimsOf(fold.Result())
	case celast.LiteralKind:
		return 0
	}
	return byAll
}

// dimsOfPath is what the field of a product at the path depends on.
func dimsOfPath(path []string) dims {
	f, ok := productType.field(path[0])
	if !ok {
		return byAll
	}
	if path[0] == "zones" && len(path) > 1 {
		if z, ok := zonesType.field(path[1]); ok {
			return z.dims
		}
	}
	return f.dims
}
