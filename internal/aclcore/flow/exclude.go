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
	return without(literals, func(l addr.Literal) (left []string, part func(string) (addr.Literal, error)) {
		if !l.Set.Overlaps(gone) {
			return nil, nil
		}
		v4, v6 := l.Set.Split()
		return l.Set.Subtract(gone).Strings(), func(text string) (addr.Literal, error) {
			out, err := addr.Parse(text)
			out.Part = l.Part || !v4.IsEmpty() && !v6.IsEmpty()
			return out, err
		}
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
	return without(literals, func(l service.Literal) (left []string, part func(string) (service.Literal, error)) {
		if !l.Set.Overlaps(gone) {
			return nil, nil
		}
		return l.Set.Subtract(gone).Strings(), service.Parse
	})
}

// without returns the literals, those that change as the parts that are left of them.
// left returns the texts of these and what reads them, nil for what stays as it is.
func without[L any](literals []L, left func(L) ([]string, func(string) (L, error))) ([]L, error) {
	out := make([]L, 0, len(literals))
	for _, l := range literals {
		texts, parse := left(l)
		if parse == nil {
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
