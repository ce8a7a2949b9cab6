package policy

import (
	"errors"
	"strings"

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

// addresses returns the literals that the entries of the parameter stand for.
func (b *builder) addresses(parameter string, entries []string) (literals []addr.Literal, unresolved bool) {
	return literalsOf(b, parameter, entries, b.resolver.names.Addresses, flow.CheckAddress)
}

// services is addresses for services.
func (b *builder) services(parameter string, entries []string) (literals []service.Literal, unresolved bool) {
	return literalsOf(b, parameter, entries, b.resolver.names.Services, flow.CheckService)
}

func literalsOf[L any](b *builder, parameter string, entries []string, resolve func([]string) ([]L, error), check func(string) error) (literals []L, unresolved bool) {
	if len(entries) == 0 {
		b.bad(b.definition, parameter, "is empty; list at least one entry")
	}
	literals, err := resolve(entries)
	if err == nil {
		return literals, false
	}
	if !b.resolver.nameless {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			b.bad(b.definition, parameter, "%s", line)
		}
		return nil, false
	}
	for _, entry := range entries { // only what is no name can be judged
		if err := check(entry); err != nil {
			b.bad(b.definition, parameter, "%s", plain(err))
		}
	}
	return nil, true
}
