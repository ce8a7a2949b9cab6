package policy

import (
	"iter"
	"strings"

	celast "github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
)

// A linter finds what is wrong with an expression beyond its types: texts given to
// our functions that are no addresses, services or names, and zones where there are
// none. It keeps the meaning of texts that are right for evaluation.
type linter struct {
	compiler *expressionCompiler
	ast      *celast.AST
	problems []*DefinitionError
}

func (l *linter) visit(root celast.Expr) {
	celast.PreOrderVisit(root, celast.NewExprVisitor(func(e celast.Expr) {
		switch e.Kind() {
		case celast.CallKind:
			l.call(e.AsCall())
		case celast.SelectKind:
			if name, ok := l.isField(e); ok && name == "zones" && l.compiler.options.Zones == nil {
				l.report(e, "product.zones is not known: the provider has no matrix with zones")
			}
		}
	}))
}

func (l *linter) report(at celast.Expr, problem string) {
	where := l.ast.SourceInfo().GetStartLocation(at.ID())
	l.problems = append(l.problems, &DefinitionError{Line: where.Line(), Column: where.Column() + 1, Problem: problem})
}

func (l *linter) call(call celast.CallExpr) {
	switch call.FunctionName() {
	case operators.Equals, operators.NotEquals, operators.In:
		l.compared(call.Args()[0], call.Args()[1])
		l.compared(call.Args()[1], call.Args()[0])
	}
	f, ours := functionNamed(call.FunctionName())
	if !ours || len(call.Args()) != len(f.args) {
		return
	}
	for i, arg := range call.Args() {
		for at, text := range constants(arg) {
			if arg.Kind() == celast.ListKind {
				text = strings.TrimPrefix(text, "!") // which takes away from the list
			}
			l.text(at, f.args[i], text)
		}
	}
}

// constants yields the constant text that e is, or those that it lists.
func constants(e celast.Expr) iter.Seq2[celast.Expr, string] {
	return func(yield func(celast.Expr, string) bool) {
		texts := []celast.Expr{e}
		if e.Kind() == celast.ListKind {
			texts = e.AsList().Elements()
		}
		for _, t := range texts {
			if t.Kind() != celast.LiteralKind {
				continue
			}
			if text, ok := t.AsLiteral().(types.String); ok && !yield(t, string(text)) {
				return
			}
		}
	}
}

// text checks a constant. Without names, only what is meant as a literal can be.
func (l *linter) text(at celast.Expr, kind argument, text string) {
	r := l.compiler.resolver
	var err error
	switch kind {
	case services:
		err = r.services.learn(text, r.nameless)
	case group:
		if _, err = r.group(text); err == nil || r.nameless && isName(text) {
			err = r.addresses.learn(text, r.nameless)
		}
	default:
		err = r.addresses.learn(text, r.nameless)
	}
	if err != nil {
		l.report(at, plain(err))
	}
}

// isName reports whether the text may be a name of addresses.
func isName(text string) bool {
	_, err := addr.Parse(text)
	return err != nil && flow.CheckAddress(text) == nil
}

// isField reports whether e is a field of product, and which.
func (l *linter) isField(e celast.Expr) (name string, ok bool) {
	if e.Kind() != celast.SelectKind || l.ast.GetType(e.AsSelect().Operand().ID()) != productType.celTyp {
		return "", false
	}
	return e.AsSelect().FieldName(), true
}
