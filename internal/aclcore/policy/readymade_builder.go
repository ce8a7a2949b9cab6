package policy

import (
	"errors"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// A builder makes the node of a ready-made policy from the definition's parameters.
type builder struct {
	*compiler
	definition Definition
}

var errNameless = errors.New("the names in its parameters were not known when it was compiled")

// asks returns a leaf. If the parameters could not be resolved, for want of names,
// it has no answer.
func (b *builder) asks(by dims, unresolved bool, ask func(r *run, c cell) answer) node {
	if unresolved {
		return b.leaf(0, func(r *run, _ cell) answer { return r.fail("%s", errNameless) })
	}
	return b.leaf(by, ask)
}

// networks returns the literals that the parameter of that name stands for.
func (b *builder) addresses(parameter string, texts []string) (out []addr.Literal, unresolved bool) {
	if len(texts) == 0 {
		b.bad(b.definition, parameter, "is empty; list at least one entry")
	}
	for _, text := range texts {
		literals, err := b.resolver.names.Addresses([]string{text})
		if err == nil {
			out = append(out, literals...)
			continue
		}
		if b.resolver.nameless && flow.CheckAddress(text) == nil {
			unresolved = true
			continue
		}
		b.bad(b.definition, parameter, "%s", plain(err))
	}
	return out, unresolved
}

// services is addresses for services.
func (b *builder) services(parameter string, texts []string) (out []service.Literal, unresolved bool) {
	if len(texts) == 0 {
		b.bad(b.definition, parameter, "is empty; list at least one entry")
	}
	for _, text := range texts {
		literals, err := b.resolver.names.Services([]string{text})
		if err == nil {
			out = append(out, literals...)
			continue
		}
		if b.resolver.nameless && flow.CheckService(text) == nil {
			unresolved = true
			continue
		}
		b.bad(b.definition, parameter, "%s", plain(err))
	}
	return out, unresolved
}
