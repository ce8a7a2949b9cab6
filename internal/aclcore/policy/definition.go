package policy

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is the stage at which a policy is asked, as netutils has two of them.
type Kind string

// The kinds. The zero value stands for Enforce.
const (
	// Validate asks whether the question is well formed and reasonable: it runs
	// first, and what it refuses is not asked any further.
	Validate Kind = "validate"
	// Enforce asks whether the organisation allows it.
	Enforce Kind = "enforce"
)

// Severity is what a violation leads to.
type Severity string

// The severities, the strictest first. The zero value stands for Deny.
const (
	Deny   Severity = "deny"
	Review Severity = "review"
	Notify Severity = "notify"
)

// Scope is what a policy is asked about.
type Scope string

// The scopes. The zero value stands for ScopeProduct.
const (
	// ScopeProduct asks about each (source, destination, service) of a flow.
	ScopeProduct Scope = "product"
	// ScopeFlow asks once for the flow as a whole.
	ScopeFlow Scope = "flow"
)

// Definition is a policy as it is declared: an expression that must be true, or a
// ready-made policy by name.
type Definition struct {
	Name     string
	Kind     Kind
	Severity Severity
	Scope    Scope
	// Order sorts the policies of one kind, the lowest first; equal ones go by name.
	Order int
	// When is a CEL expression; where it is false the policy is not asked. Empty
	// means always.
	When string
	// Assert is the CEL expression that must be true. Exactly one of Assert and Use
	// is set.
	Assert string
	// Use names a ready-made policy, see [ReadyMade]; Parameters are its.
	Use        string
	Parameters Parameters
	// Message is what a violation says, with placeholders such as {source}; see
	// [Placeholders]. Empty means a message made from Assert, or the ready-made one.
	Message string
	// Flows selects applications by label: each of them must have that value. Empty
	// selects all.
	Flows map[string]string
}

// DefinitionError is one thing that is wrong with one definition.
type DefinitionError struct {
	// Policy is its name, Field the field that is wrong: "assert", "when", "message",
	// "kind", "use" …
	Policy, Field string
	// Line and Column, both from 1, stand where in the text of the field; both are 0
	// where the field is wrong as a whole.
	Line, Column int
	// Problem says what is wrong and what is accepted.
	Problem string
}

// Error writes the error as `policy "pci": assert:1:9: …`.
func (e *DefinitionError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("policy %q: %s: %s", e.Policy, e.Field, e.Problem)
	}
	return fmt.Sprintf("policy %q: %s:%d:%d: %s", e.Policy, e.Field, e.Line, e.Column, e.Problem)
}

// withDefaults returns d with the zero values of its words replaced.
func (d Definition) withDefaults() Definition {
	if m, ok := find(d.Use); ok && d.Scope == "" {
		d.Scope = m.Scope
	}
	if d.Kind == "" {
		d.Kind = Enforce
	}
	if d.Severity == "" {
		d.Severity = Deny
	}
	if d.Scope == "" {
		d.Scope = ScopeProduct
	}
	return d
}

// check appends what is wrong with the plain fields of d, which has defaults.
func (d Definition) check() (problems []error) {
	bad := func(field, format string, args ...any) {
		problems = append(problems, &DefinitionError{Policy: d.Name, Field: field, Problem: fmt.Sprintf(format, args...)})
	}
	if strings.TrimSpace(d.Name) == "" {
		bad("name", "is empty; name the policy")
	}
	if !slices.Contains([]Kind{Validate, Enforce}, d.Kind) {
		bad("kind", "is %q; write validate or enforce", d.Kind)
	}
	if !slices.Contains([]Severity{Deny, Review, Notify}, d.Severity) {
		bad("severity", "is %q; write deny, review or notify", d.Severity)
	}
	if !slices.Contains([]Scope{ScopeProduct, ScopeFlow}, d.Scope) {
		bad("scope", "is %q; write product or flow", d.Scope)
	}
	if _, ok := find(d.Use); d.Use != "" && !ok {
		bad("use", "there is no ready-made policy %q; there are %s", d.Use, readyMadeNames())
	}
	switch {
	case d.Assert == "" && d.Use == "":
		bad("assert", "is empty; write the expression that must be true, or name a ready-made policy with use")
	case d.Assert != "" && d.Use != "":
		bad("assert", "is set beside use; a policy has one of the two")
	}
	return problems
}

// selects reports whether the application is one that the policy speaks of.
func (d *Definition) selects(labels map[string]string) bool {
	for key, value := range d.Flows {
		if got, ok := labels[key]; !ok || got != value {
			return false
		}
	}
	return true
}
