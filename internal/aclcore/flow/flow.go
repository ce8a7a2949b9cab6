// Package flow holds what is declared, a flow, and what it stands for: its
// literals, its products and its traffic.
package flow

import (
	"errors"
	"fmt"
	"iter"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// Flow is a declared flow whose names have been resolved.
type Flow struct {
	Sources, Destinations []addr.Literal
	Services              []service.Literal
}

// MaxProducts bounds the products of one flow. More is a mistake in a declaration
// (groups multiplied with groups) and is refused.
const MaxProducts = 10_000_000

// New resolves the three lists of a flow. The error joins a [FieldError] for all that is
// wrong in each.
func New(names *Names, sources, destinations, services []string) (*Flow, error) {
	f := &Flow{}
	var errs [3]error
	f.Sources, errs[0] = names.Addresses(sources)
	f.Destinations, errs[1] = names.Addresses(destinations)
	f.Services, errs[2] = names.Services(services)
	for i, list := range []struct {
		name string
		n    int
	}{{"sources", len(sources)}, {"destinations", len(destinations)}, {"services", len(services)}} {
		switch {
		case errs[i] != nil:
			errs[i] = InField(list.name, "", errs[i])
		case list.n == 0:
			errs[i] = InField(list.name, "", errors.New("is empty; list at least one entry"))
		}
	}
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	if n := len(f.Sources) * len(f.Destinations) * len(f.Services); n > MaxProducts {
		return nil, &FieldError{Problem: fmt.Errorf("the flow expands to %d products (%d sources × %d destinations × %d services); at most %d are accepted: use prefixes, or split it",
			n, len(f.Sources), len(f.Destinations), len(f.Services), MaxProducts)}
	}
	return f, nil
}

// Product is one (source, destination, service) of a flow: netutils' expanded rule.
type Product struct {
	Source, Destination addr.Literal
	Service             service.Literal
}

// Products yields the Cartesian product in netutils' order, the service varying
// fastest. A product from a single host to itself is left out: that traffic
// crosses no firewall.
func (f *Flow) Products() iter.Seq[Product] {
	return func(yield func(Product) bool) {
		for _, s := range f.Sources {
			for _, d := range f.Destinations {
				if sameHost(s, d) {
					continue
				}
				for _, v := range f.Services {
					if !yield(Product{s, d, v}) {
						return
					}
				}
			}
		}
	}
}

// Count returns how many products [Flow.Products] yields.
func (f *Flow) Count() int {
	pairs := len(f.Sources) * len(f.Destinations)
	hosts := make(map[string]int)
	for _, s := range f.Sources {
		if _, single := s.Set.Single(); single {
			hosts[s.Text]++
		}
	}
	for _, d := range f.Destinations {
		pairs -= hosts[d.Text]
	}
	return pairs * len(f.Services)
}

// sameHost goes by the text, as netutils does: 10.0.0.1 and 10.0.0.1/32 beside
// each other are taken as written.
func sameHost(s, d addr.Literal) bool {
	_, single := s.Set.Single()
	return single && s.Text == d.Text
}
