package flow

import (
	"errors"
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// Names resolves declared names of addresses and services to literals. A name
// stands for literals and other names, nested up to [MaxNesting] deep. Names is
// immutable and safe for concurrent use.
type Names struct {
	addresses dictionary[addr.Literal]
	services  dictionary[service.Literal]
}

// Dictionary resolves names of addresses and services to literals, as [Names] does.
type Dictionary interface {
	Addresses(entries []string) ([]addr.Literal, error)
	Services(entries []string) ([]service.Literal, error)
}

// Unresolved is a Dictionary for as long as the names are not known: an entry that
// may be a name stands for nothing, and any other has to be a literal.
type Unresolved struct{}

// Addresses implements [Dictionary].
func (Unresolved) Addresses(entries []string) ([]addr.Literal, error) {
	return unresolved(entries, addr.Parse, CheckAddress)
}

// Services implements [Dictionary].
func (Unresolved) Services(entries []string) ([]service.Literal, error) {
	return unresolved(entries, service.Parse, CheckService)
}

func unresolved[L any](entries []string, parse func(string) (L, error), check func(string) error) (out []L, err error) {
	var errs []error
	for _, e := range entries {
		if l, err := parse(e); err == nil {
			out = append(out, l)
		} else if !IsExclusion(e) || check(e) != nil {
			errs = append(errs, check(e))
		}
	}
	return out, errors.Join(errs...)
}

// NewNames checks and keeps the two dictionaries. The error joins every bad entry:
// a literal that cannot be read, an unknown name, a cycle (with its chain), an
// empty list, a name that is itself a literal.
func NewNames(addresses, services map[string][]string) (*Names, error) {
	n := newNames(addresses, services)
	n.addresses.builtin, n.addresses.parseBuiltin = builtinAddresses(), parseBuiltin
	if problems := append(n.addresses.check(), n.services.check()...); len(problems) > 0 {
		return nil, fmt.Errorf("%s", strings.Join(problems, "\n"))
	}
	return n, nil
}

// NoNames is a dictionary without any name, not even a built-in one: what stands for
// what is not known yet.
func NoNames() *Names { return newNames(nil, nil) }

func newNames(addresses, services map[string][]string) *Names {
	return &Names{
		addresses: dictionary[addr.Literal]{
			kind: "address", attribute: "addresses", accepted: addr.Accepted, entries: addresses,
			parse: addr.Parse, notName: CheckAddress, spellings: addressSpellings,
			text: func(l addr.Literal) string { return l.Text }, without: withoutAddresses,
		},
		services: dictionary[service.Literal]{
			kind: "service", attribute: "services", accepted: service.Accepted, entries: services,
			parse: service.Parse, notName: CheckService, spellings: serviceSpellings,
			text: func(l service.Literal) string { return l.Text }, without: withoutServices,
		},
	}
}

// Addresses returns the literals that entries, names and literals, stand for, in
// order. Where a name is among them the literals are unique and sorted as text,
// which is what netutils' address groups give.
//
// An entry "!x" takes away what x stands for, wherever in the list it is; the same
// holds in the list of a name. A literal that loses nothing stays as it is written.
// A list that only takes away, or of which nothing is left, is an error.
func (n *Names) Addresses(entries []string) ([]addr.Literal, error) {
	return n.addresses.resolve(entries)
}

// Services is [Names.Addresses] for services.
func (n *Names) Services(entries []string) ([]service.Literal, error) {
	return n.services.resolve(entries)
}
