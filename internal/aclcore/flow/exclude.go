package flow

import (
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// MaxExcludedServices bounds the separate services that one list takes away: the work
// grows with their number times what is left.
const MaxExcludedServices = 4096

// withoutAddresses returns the literals less the addresses of cut. What is left of
// one that loses some is written in prefixes and ranges.
func withoutAddresses(literals, cut []addr.Literal) ([]addr.Literal, error) {
	gone := union(cut)
	return without(literals, addr.Parse, func(l addr.Literal) (left []string, changed bool) {
		if !l.Set.Overlaps(gone) {
			return nil, false
		}
		return l.Set.Subtract(gone).Strings(), true
	})
}

// withoutServices is [withoutAddresses] for services. Source ports count: "tcp/80"
// less "tcp/80 from 1-1023" is "tcp/80" from the others.
func withoutServices(literals, cut []service.Literal) ([]service.Literal, error) {
	var ranges []service.Range
	for _, l := range cut {
		ranges = append(ranges, l.Set.Ranges()...)
	}
	gone := service.SetOf(ranges...)
	if n := len(gone.Ranges()); n > MaxExcludedServices {
		return nil, fmt.Errorf("the exclusions (!) take away %d separate services, more than %d; write ranges, or the services that are left", n, MaxExcludedServices)
	}
	return without(literals, service.Parse, func(l service.Literal) (left []string, changed bool) {
		if !l.Set.Overlaps(gone) {
			return nil, false
		}
		return l.Set.Subtract(gone).Strings(), true
	})
}

// without returns the literals, those that change as the texts that are left of them.
func without[L any](literals []L, parse func(string) (L, error), left func(L) ([]string, bool)) ([]L, error) {
	out := make([]L, 0, len(literals))
	for _, l := range literals {
		texts, changed := left(l)
		if !changed {
			out = append(out, l)
			continue
		}
		for _, text := range texts {
			part, err := parse(text)
			if err != nil {
				return nil, err
			}
			out = append(out, part)
		}
		if len(out) > MaxReduced {
			return nil, fmt.Errorf("the exclusions (!) leave more than %d entries; write prefixes", MaxReduced)
		}
	}
	return out, nil
}
