package policy

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common"
	celast "github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
)

// maxExpression bounds the characters of an expression.
const maxExpression = 16_384

// newEnv returns the environment of the expressions of one scope.
func newEnv(r *resolver, scope Scope) (*cel.Env, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, err
	}
	objects := map[string]*objectType{zonesType.name: zonesType}
	options := []cel.EnvOption{
		cel.CustomTypeAdapter(registry),
		cel.Variable("now", cel.TimestampType),
		cel.ASTValidators(cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals(), cel.ValidateRegexLiterals(), cel.ValidateHomogeneousAggregateLiterals()),
		cel.ParserExpressionSizeLimit(maxExpression),
	}
	for name, t := range variableTypes {
		objects[t.name] = t
		if name != "product" || scope == ScopeProduct {
			options = append(options, cel.Variable(name, t.celTyp))
		}
	}
	options = append(options, cel.CustomTypeProvider(provider{registry, objects}))
	for i := range functions {
		options = append(options, functions[i].declare(r))
	}
	return cel.NewEnv(options...)
}

// An expressionCompiler compiles the expressions of one scope.
type expressionCompiler struct {
	env      *cel.Env
	resolver *resolver
	options  Options
	scope    Scope
	leaves   *int
}

// compile returns the expression as a tree. The errors are without a policy and a
// field.
func (c *expressionCompiler) compile(text string) (node, []*DefinitionError) {
	checked, issues := c.env.Compile(text)
	if issues.Err() != nil {
		parsed, _ := c.env.Parse(text)
		return nil, c.describe(issues.Errors(), parsed)
	}
	ast := checked.NativeRep()
	if t := checked.OutputType(); !t.IsExactType(cel.BoolType) {
		return nil, []*DefinitionError{{Line: 1, Column: 1, Problem: fmt.Sprintf("the expression is of type %s; write one that is true or false", typeName(t))}}
	}
	l := linter{compiler: c, ast: ast}
	if l.visit(ast.Expr()); len(l.problems) > 0 {
		return nil, l.problems
	}
	n, err := c.split(ast, ast.Expr())
	if err != nil {
		return nil, []*DefinitionError{{Line: 1, Column: 1, Problem: err.Error()}}
	}
	return n, nil
}

// clearer takes out of CEL's messages what its users cannot know.
var clearer = strings.NewReplacer("acl.", "", "google.protobuf.", "", " (in container '')", "")

func typeName(t *cel.Type) string { return strings.ToLower(clearer.Replace(t.String())) }

var undefinedField = regexp.MustCompile(`^undefined field '(.*)'$`)

// describe turns the errors of the compiler into ours: with what there is instead.
func (c *expressionCompiler) describe(errs []*common.Error, parsed *cel.Ast) (out []*DefinitionError) {
	for _, e := range errs {
		problem := clearer.Replace(e.Message)
		switch {
		case strings.HasPrefix(problem, "undeclared reference to 'product'") && c.scope == ScopeFlow:
			problem += ": a policy of scope flow is asked once for the flow, not for each product; there are flow, application and now"
		case strings.HasPrefix(problem, "undeclared reference to"):
			problem += "; there are " + strings.Join(c.known(), ", ")
		case undefinedField.MatchString(problem) && parsed != nil:
			problem += fieldsBeside(parsed.NativeRep(), e.ExprID)
		}
		found := &DefinitionError{Problem: problem}
		if e.Location.Line() > 0 {
			found.Line, found.Column = e.Location.Line(), e.Location.Column()+1
		}
		out = append(out, found)
	}
	return out
}

// known lists the variables and functions of our own.
func (c *expressionCompiler) known() []string {
	out := []string{"product", "flow", "application", "now"}
	if c.scope == ScopeFlow {
		out = out[1:]
	}
	for _, f := range functions {
		out = append(out, f.name+"()")
	}
	return out
}

// fieldsBeside names the fields that an object has, given the selection of one that
// it does not have.
func fieldsBeside(ast *celast.AST, id int64) string {
	var out string
	celast.PreOrderVisit(ast.Expr(), celast.NewExprVisitor(func(e celast.Expr) {
		if e.ID() != id || e.Kind() != celast.SelectKind {
			return
		}
		path := selectPath(e.AsSelect().Operand())
		if len(path) == 0 {
			return
		}
		t, ok := variableTypes[path[0]]
		if ok && len(path) == 2 && path[0] == "product" && path[1] == "zones" {
			t = zonesType
		} else if len(path) > 1 {
			return
		}
		if ok {
			out = fmt.Sprintf("; %s has %s", strings.Join(path, "."), strings.Join(t.fieldNames(), ", "))
		}
	}))
	return out
}

// selectPath returns a.b.c as its names, and nil for what is no such chain.
func selectPath(e celast.Expr) []string {
	switch e.Kind() {
	case celast.IdentKind:
		return []string{strings.TrimPrefix(e.AsIdent(), ".")}
	case celast.SelectKind:
		if path := selectPath(e.AsSelect().Operand()); path != nil {
			return append(path, e.AsSelect().FieldName())
		}
	}
	return nil
}
