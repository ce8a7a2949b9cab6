package flow

import "errors"

// ErrDeclared says that something is not declared in a way that can be understood. Each
// [FieldError] is one.
var ErrDeclared = errors.New("the flow is not declared rightly")

// FieldError says what is wrong with one field of a declaration, so that whoever shows it
// knows where that is.
type FieldError struct {
	// Field is the attribute, such as "sources" or "cells"; empty where no one attribute
	// is wrong.
	Field string
	// At is where in it, as in `["dmz"]["inside"].allow`; empty for the whole.
	At string
	// Problem says what is wrong and what is accepted, in one line.
	Problem error
}

// Error writes the error as `exceptions["pci"]: gives no reason …`.
func (e *FieldError) Error() string {
	if e.Field == "" {
		return e.Problem.Error()
	}
	return e.Field + e.At + ": " + e.Problem.Error()
}

// Unwrap returns the problem.
func (e *FieldError) Unwrap() error { return e.Problem }

// Is reports whether the target is [ErrDeclared].
func (e *FieldError) Is(target error) bool { return target == ErrDeclared }

// InField returns an error for the field, one for each that err joins; nil for nil.
func InField(field, at string, err error) error {
	var out []error
	for _, e := range joined(err) {
		out = append(out, &FieldError{Field: field, At: at, Problem: e})
	}
	return errors.Join(out...)
}

// FieldErrors takes an error apart that joins several. One that is of no field has an
// empty one.
func FieldErrors(err error) []*FieldError {
	var out []*FieldError
	for _, e := range joined(err) {
		field, ok := e.(*FieldError) //nolint:errorlint // what is wrapped says more than the field
		if !ok {
			field = &FieldError{Problem: e}
		}
		out = append(out, field)
	}
	return out
}

// joined returns the errors that err joins, however deep; itself if it joins none.
func joined(err error) []error {
	if err == nil {
		return nil
	}
	all, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var out []error
	for _, e := range all.Unwrap() {
		out = append(out, joined(e)...)
	}
	return out
}
