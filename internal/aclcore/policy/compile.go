package policy

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/google/cel-go/common/types"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
)

// MatrixName is the policy that violations of the matrix belong to.
const MatrixName = "matrix"

// Options are what policies know beside what they are asked.
type Options struct {
	// Names resolves names of addresses and services. Nil means that they are not
	// known yet: an expression is then checked as far as it goes without them.
	Names *flow.Names
	// Zones returns the zones that an address lies in, "" for what is in none. Nil
	// means that there are no zones, and product.zones is an error.
	Zones func(addr.Literal) []string
	// Matrix says what it has against a product. Nil means that there is no matrix.
	Matrix func(flow.Product) Ruling
}

// Ruling is what a matrix has against a product.
type Ruling struct {
	// Severity is Deny, Review or Notify, and empty for what is allowed.
	Severity Severity
	// Detail says why in words. Few distinct ones, such as a pair of zones, make few
	// violations.
	Detail string
}

// Set is a checked set of policies. It is immutable and safe for concurrent use. The
// zero value has no policies.
type Set struct {
	policies []*policy // in the order in which they run
	leaves   int
	adapter  types.Adapter
	options  Options
}

// policy is a compiled definition.
type policy struct {
	Definition
	when, assert node // when is nil for always
	message      template
}

// Compile checks the definitions and returns them as a set, in the order in which
// they run: the kind validate first, then by Order and Name. The error joins a
// [*DefinitionError] for everything that is wrong with any of them.
func Compile(definitions []Definition, o Options) (*Set, error) {
	resolver := newResolver(o.Names)
	c := compiler{resolver: resolver, options: o, envs: make(map[Scope]*expressionCompiler)}
	s := &Set{options: o}
	var err error
	if s.adapter, err = types.NewRegistry(); err != nil {
		return nil, err
	}
	seen := make(map[string]bool)
	for _, d := range definitions {
		d = d.withDefaults()
		if seen[d.Name] {
			c.bad(d, "name", "there are two policies of this name")
		}
		seen[d.Name] = true
		if d.Name == MatrixName && o.Matrix != nil {
			c.bad(d, "name", "is the name of the policy that the matrix makes; choose another")
		}
		s.policies = append(s.policies, c.policy(d))
	}
	if err := errors.Join(c.problems...); err != nil {
		return nil, err
	}
	if o.Matrix != nil {
		s.policies = append(s.policies, c.matrix())
	}
	s.leaves = c.leaves
	slices.SortStableFunc(s.policies, func(a, b *policy) int {
		return cmp.Or(cmp.Compare(stage(a.Kind), stage(b.Kind)), cmp.Compare(a.Order, b.Order), cmp.Compare(a.Name, b.Name))
	})
	return s, nil
}

func stage(k Kind) int {
	if k == Validate {
		return 0
	}
	return 1
}

// Names returns the names of the policies in the order in which they run.
func (s *Set) Names() []string {
	names := make([]string, len(s.policies))
	for i, p := range s.policies {
		names[i] = p.Name
	}
	return names
}

func (s *Set) has(name string) bool {
	return slices.ContainsFunc(s.policies, func(p *policy) bool { return p.Name == name })
}

// compiler compiles definitions and collects what is wrong with them.
type compiler struct {
	resolver *resolver
	options  Options
	envs     map[Scope]*expressionCompiler
	leaves   int
	problems []error
}

func (c *compiler) bad(d Definition, field, format string, args ...any) {
	c.problems = append(c.problems, &DefinitionError{Policy: d.Name, Field: field, Problem: fmt.Sprintf(format, args...)})
}

func (c *compiler) policy(d Definition) *policy {
	if problems := d.check(); len(problems) > 0 {
		c.problems = append(c.problems, problems...)
		return nil
	}
	p := &policy{Definition: d}
	text := d.Message
	if d.Use != "" {
		p.assert, text = c.readyMade(d)
	} else {
		p.assert = c.expression(d, "assert", d.Assert)
		if text == "" {
			text = "{flow} violates the policy {policy}: {detail} is not true"
			if d.Scope == ScopeProduct {
				text = "{source} → {destination} {service} violates the policy {policy}: {detail} is not true"
			}
		}
	}
	if d.When != "" {
		p.when = c.expression(d, "when", d.When)
	}
	message, problem := parseTemplate(text, d.Scope)
	if problem != nil {
		problem.Policy = d.Name
		c.problems = append(c.problems, problem)
	}
	p.message = message
	return p
}

// expression compiles one expression of a definition.
func (c *compiler) expression(d Definition, field, text string) node {
	e := c.envs[d.Scope]
	if e == nil {
		env, err := newEnv(c.resolver, d.Scope)
		if err != nil {
			c.bad(d, field, "%s", err)
			return nil
		}
		e = &expressionCompiler{env: env, resolver: c.resolver, options: c.options, scope: d.Scope, leaves: &c.leaves}
		c.envs[d.Scope] = e
	}
	n, problems := e.compile(text)
	for _, p := range problems {
		p.Policy, p.Field = d.Name, field
		c.problems = append(c.problems, p)
	}
	return n
}

// leaf returns a leaf that is asked in Go.
func (c *compiler) leaf(by dims, ask func(*run, cell) answer) node {
	c.leaves++
	return &leaf{index: c.leaves - 1, by: by, ask: ask}
}
