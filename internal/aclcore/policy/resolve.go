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

// A resolver turns texts, literals and names, into sets. What it learns while
// policies are compiled is kept; after that it does not change.
type resolver struct {
	names *flow.Names
	// nameless says that the names are not known yet: only literals can be checked.
	nameless  bool
	addresses vocabulary[addr.Set]
	services  vocabulary[service.Set]
}

func newResolver(names *flow.Names) *resolver {
	r := &resolver{names: names}
	if names == nil {
		r.nameless = true
		r.names = flow.NoNames()
	}
	r.addresses = vocabulary[addr.Set]{
		known: make(map[string]addr.Set), check: flow.CheckAddress, union: unionOfAddresses, subtract: addr.Set.Subtract,
		parse: func(text string) (addr.Set, error) { l, err := addr.Parse(text); return l.Set, err },
		named: func(text string) (addr.Set, error) {
			literals, err := r.names.Addresses([]string{text})
			return unionOfAddresses(setsOf(literals, addressSet)), err
		},
	}
	r.services = vocabulary[service.Set]{
		known: make(map[string]service.Set), check: flow.CheckService, union: unionOfServices, subtract: service.Set.Subtract,
		parse: func(text string) (service.Set, error) { l, err := service.Parse(text); return l.Set, err },
		named: func(text string) (service.Set, error) {
			literals, err := r.names.Services([]string{text})
			return unionOfServices(setsOf(literals, serviceSet)), err
		},
	}
	return r
}

// group returns the addresses of a name; a literal is none.
func (r *resolver) group(name string) (addr.Set, error) {
	if _, err := addr.Parse(name); err == nil {
		return addr.Set{}, fmt.Errorf("%q is an address, not a name in addresses; use within", name)
	}
	return r.addresses.of(name)
}

// A vocabulary resolves texts of one kind, S being their set.
type vocabulary[S any] struct {
	known map[string]S
	// parse reads a literal, named a name; check tells what is wrong with what is
	// meant as a literal.
	parse, named func(text string) (S, error)
	check        func(text string) error
	union        func(sets []S) S
	subtract     func(from, cut S) S
}

// of returns the set of one text.
func (v *vocabulary[S]) of(text string) (S, error) {
	if s, ok := v.known[text]; ok {
		return s, nil
	}
	if s, err := v.parse(text); err == nil { // no name is a literal, see [flow.NewNames]
		return s, nil
	}
	if err := v.check(text); err != nil {
		var none S
		return none, err
	}
	return v.named(text)
}

// learn keeps what a constant means. It accepts what may be a name if the names are
// not known.
func (v *vocabulary[S]) learn(text string, nameless bool) error {
	s, err := v.of(text)
	switch {
	case err == nil:
		v.known[text] = s
	case nameless && v.check(text) == nil:
		return nil
	}
	return err
}

// all returns the set of a text, or of a list of texts in which "!x" takes x away.
func (v *vocabulary[S]) all(value ref.Val) (S, error) {
	var none S
	if text, ok := value.(types.String); ok {
		return v.of(string(text))
	}
	list, ok := value.(traits.Lister)
	if !ok {
		return none, errNoOverload
	}
	var kept, cut []S
	for it := list.Iterator(); it.HasNext() == types.True; {
		text, ok := it.Next().(types.String)
		if !ok {
			return none, errNoOverload
		}
		entry, excludes := strings.CutPrefix(string(text), "!")
		s, err := v.of(entry)
		switch {
		case err != nil:
			return none, err
		case excludes:
			cut = append(cut, s)
		default:
			kept = append(kept, s)
		}
	}
	if len(cut) == 0 {
		return v.union(kept), nil
	}
	return v.subtract(v.union(kept), v.union(cut)), nil
}

// pair returns the unions of two arguments.
func (v *vocabulary[S]) pair(args []ref.Val) (a, b S, err error) {
	if a, err = v.all(args[0]); err != nil {
		return a, b, err
	}
	b, err = v.all(args[1])
	return a, b, err
}

func setsOf[T, S any](items []T, set func(T) S) []S {
	sets := make([]S, len(items))
	for i, item := range items {
		sets[i] = set(item)
	}
	return sets
}

func addressSet(l addr.Literal) addr.Set       { return l.Set }
func serviceSet(l service.Literal) service.Set { return l.Set }

func unionOfAddresses(sets []addr.Set) addr.Set {
	if len(sets) == 1 {
		return sets[0]
	}
	var ranges []addr.Range
	for _, s := range sets {
		ranges = append(ranges, s.Ranges()...)
	}
	return addr.SetOf(ranges...)
}

func unionOfServices(sets []service.Set) service.Set {
	if len(sets) == 1 {
		return sets[0]
	}
	var ranges []service.Range
	for _, s := range sets {
		ranges = append(ranges, s.Ranges()...)
	}
	return service.SetOf(ranges...)
}

// plain makes one line of an error.
func plain(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
