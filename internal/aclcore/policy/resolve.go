package policy

import (
	"fmt"
	"strings"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// A resolver turns texts, literals and names, into sets. What it has learned while
// policies are compiled is kept; after that it does not change.
type resolver struct {
	names *flow.Names
	// nameless says that the names are not known yet: only literals can be checked.
	nameless  bool
	addresses map[string]addr.Set
	services  map[string]service.Set
}

func newResolver(names *flow.Names) (*resolver, error) {
	r := &resolver{names: names, addresses: make(map[string]addr.Set), services: make(map[string]service.Set)}
	if names == nil {
		r.nameless = true
		none, err := flow.NewNames(nil, nil)
		if err != nil {
			return nil, err
		}
		r.names = none
	}
	return r, nil
}

func (r *resolver) address(text string) (addr.Set, error) {
	if s, ok := r.addresses[text]; ok {
		return s, nil
	}
	if l, err := addr.Parse(text); err == nil { // no name is a literal, see [flow.NewNames]
		return l.Set, nil
	}
	if err := flow.CheckAddress(text); err != nil {
		return addr.Set{}, err
	}
	literals, err := r.names.Addresses([]string{text})
	if err != nil {
		return addr.Set{}, err
	}
	return addressUnion(literals), nil
}

func addressUnion(literals []addr.Literal) addr.Set {
	if len(literals) == 1 {
		return literals[0].Set
	}
	var ranges []addr.Range
	for _, l := range literals {
		ranges = append(ranges, l.Set.Ranges()...)
	}
	return addr.SetOf(ranges...)
}

func (r *resolver) service(text string) (service.Set, error) {
	if s, ok := r.services[text]; ok {
		return s, nil
	}
	if l, err := service.Parse(text); err == nil {
		return l.Set, nil
	}
	if err := flow.CheckService(text); err != nil {
		return service.Set{}, err
	}
	literals, err := r.names.Services([]string{text})
	if err != nil {
		return service.Set{}, err
	}
	return serviceUnion(literals), nil
}

func serviceUnion(literals []service.Literal) service.Set {
	if len(literals) == 1 {
		return literals[0].Set
	}
	var ranges []service.Range
	for _, l := range literals {
		ranges = append(ranges, l.Set.Ranges()...)
	}
	return service.SetOf(ranges...)
}

// addressesOf returns the union of a text or a list of texts.
func (r *resolver) addressesOf(v ref.Val) (addr.Set, error) {
	if text, ok := v.(types.String); ok {
		return r.address(string(text))
	}
	var ranges []addr.Range
	err := eachText(v, func(text string) error {
		s, err := r.address(text)
		ranges = append(ranges, s.Ranges()...)
		return err
	})
	return addr.SetOf(ranges...), err
}

// servicesOf returns the union of a text or a list of texts.
func (r *resolver) servicesOf(v ref.Val) (service.Set, error) {
	if text, ok := v.(types.String); ok {
		return r.service(string(text))
	}
	var ranges []service.Range
	err := eachText(v, func(text string) error {
		s, err := r.service(text)
		ranges = append(ranges, s.Ranges()...)
		return err
	})
	return service.SetOf(ranges...), err
}

func eachText(v ref.Val, do func(string) error) error {
	list, ok := v.(traits.Lister)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v).(*types.Err)
	}
	for it := list.Iterator(); it.HasNext() == types.True; {
		text, ok := it.Next().(types.String)
		if !ok {
			return types.MaybeNoSuchOverloadErr(v).(*types.Err)
		}
		if err := do(string(text)); err != nil {
			return err
		}
	}
	return nil
}

// plain makes one line of an error.
func plain(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

func (r *resolver) addressPair(args []ref.Val) (a, b addr.Set, err error) {
	if a, err = r.addressesOf(args[0]); err != nil {
		return a, b, err
	}
	b, err = r.addressesOf(args[1])
	return a, b, err
}

func (r *resolver) servicePair(args []ref.Val) (a, b service.Set, err error) {
	if a, err = r.servicesOf(args[0]); err != nil {
		return a, b, err
	}
	b, err = r.servicesOf(args[1])
	return a, b, err
}

// group returns the addresses of a name; a literal is none.
func (r *resolver) group(v ref.Val) (addr.Set, error) {
	name, ok := v.(types.String)
	if !ok {
		return addr.Set{}, types.MaybeNoSuchOverloadErr(v).(*types.Err)
	}
	if _, err := addr.Parse(string(name)); err == nil {
		return addr.Set{}, fmt.Errorf("%q is an address, not a name in addresses; use within", name)
	}
	return r.address(string(name))
}
