// Package spot finds where new rules have to stand in the chains of a packet
// filter so that they take effect: just before the first rule that would decide
// otherwise, behind those that are in nobody's way.
package spot

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Spot is a place in a chain: before the rule of that number, or at the end.
type Spot struct {
	Chain  string
	Number int
	End    bool
}

// Reader reads the place of a rule: the chain, and the number in it unless it is
// the end. ok is false for a rule that stands in no chain one can add to.
type Reader func(place string) (chain string, number int, end, ok bool)

// Filters reports whether the base of the insertion filters traffic of the family, whose
// addresses are all. Parsers say that it does not by a rule without a line that puts all of
// it in doubt.
func Filters(in rule.Insertion, all addr.Set) bool {
	return in.Base == nil || rule.Found(in, familyKey(all.String()), func() bool { return filters(in.Base, all) })
}

// familyKey is the key of whether a family is filtered.
type familyKey string

func filters(base *rule.Ruleset, all addr.Set) bool {
	for i := range base.Rules {
		r := &base.Rules[i]
		if r.Line == 0 && r.Place == "" && len(r.Unknown) > 0 && r.Traffic.Services.IsAny() &&
			r.Traffic.Sources.Equal(all) && r.Traffic.Destinations.Equal(all) {
			return false
		}
	}
	return true
}

// InChain reports whether the place is in the chain, which is not empty.
func InChain(place, chain string) bool {
	rest, ok := strings.CutPrefix(place, chain)
	return ok && chain != "" && (rest == "" || rest[0] == ' ')
}

// Find returns the spots, one in each chain that the traffic crosses, where the
// new rules of the insertion go together. Rules that are denied have to be in one
// chain only, since a packet that one chain drops is lost.
//
// A base without any places is a plain list: the spot is then that of rule
// in.Before in the chain list, counted from first. It returns an error if a rule
// that no new rule can come before decides the traffic.
func Find(list string, first int, in rule.Insertion, read Reader) ([]Spot, error) {
	var base []rule.Rule
	if in.Base != nil {
		base = in.Base.Rules
	}
	if !anyPlace(base) {
		return []Spot{{Chain: list, Number: in.Before + first, End: in.Before >= len(base)}}, nil
	}
	order, chains, err := chainsOf(base, in, read)
	if err != nil {
		return nil, err
	}
	var spots []Spot
	opposed := slices.ContainsFunc(order, func(name string) bool { return chains[name].against })
	for _, name := range order {
		b := chains[name]
		if opposed && !b.against && !denies(in.Rules) {
			continue // it lets the traffic pass already
		}
		if b.after >= b.before {
			return nil, fmt.Errorf("no place in %s is before all rules that decide this traffic from rule %d on and after those above", name, in.Before+1)
		}
		s := Spot{Chain: name, Number: b.before, End: b.before == math.MaxInt}
		if denies(in.Rules) && !s.End {
			return []Spot{s}, nil
		}
		spots = append(spots, s)
	}
	switch {
	case len(order) == 0:
		return nil, fmt.Errorf("no rule of %s tells where a rule for this traffic would stand", list)
	case denies(in.Rules):
		// Only policies permit this. What the first chain accepts need not be in the
		// list, if others follow: the rule comes before.
		s := Spot{Chain: order[0], Number: max(first, chains[order[0]].after+1)}
		return []Spot{s}, nil
	}
	return spots, nil
}

// bounds are the numbers in a chain between which new rules take effect: after one
// and before the other.
type bounds struct {
	after, before int
	against       bool // a rule of the chain decides otherwise
}

// chainsOf returns the chains that the rules of the base are in, in their order, with
// the bounds in each.
func chainsOf(base []rule.Rule, in rule.Insertion, read Reader) (order []string, chains map[string]*bounds, err error) {
	const none = math.MaxInt
	chains = make(map[string]*bounds)
	for i := range base {
		r := &base[i]
		against := opposesAny(r, in.Rules)
		if n := len(order); !against && n > 0 && InChain(r.Place, order[n-1]) {
			continue // in a chain that is known, and in nobody's way
		}
		chain, number, end, ok := read(r.Place)
		if !ok {
			if against && i >= in.Before {
				return nil, nil, fmt.Errorf("%s decides this traffic where no rule of the list can come before it", in.Base.Describe(i))
			}
			continue
		}
		if chains[chain] == nil {
			chains[chain] = &bounds{after: math.MinInt, before: none}
			order = append(order, chain)
		}
		b := chains[chain]
		b.against = b.against || against
		switch {
		case !against:
		case end && i < in.Before:
			b.after = none // nothing comes after a policy
		case end:
		case i < in.Before:
			b.after = max(b.after, number)
		default:
			b.before = min(b.before, number)
		}
	}
	return order, chains, nil
}

func anyPlace(rules []rule.Rule) bool {
	for i := range rules {
		if rules[i].Place != "" {
			return true
		}
	}
	return false
}

func denies(rules []rule.Rule) bool {
	return !slices.ContainsFunc(rules, func(r rule.Rule) bool { return r.Action != rule.Deny })
}

// opposesAny reports whether r opposes one of the rules.
func opposesAny(r *rule.Rule, rules []rule.Rule) bool {
	for i := range rules {
		if opposes(r, &rules[i]) {
			return true
		}
	}
	return false
}

// opposes reports whether r does the opposite with some of what n is for.
func opposes(r, n *rule.Rule) bool {
	if r.Action == n.Action {
		return false
	}
	never := rule.Established // of packets that open a connection
	if n.State == rule.Established {
		never = rule.New
	}
	return r.State != never && r.Traffic.Overlaps(n.Traffic) &&
		share(r, r.SourceZones, n.SourceZones) && share(r, r.DestinationZones, n.DestinationZones)
}

// share reports whether the zones of r, and others, may have one in common.
func share(r *rule.Rule, zones, others []string) bool {
	return len(zones) == 0 || len(others) == 0 || slices.ContainsFunc(others, func(z string) bool { return r.HasZone(zones, z) })
}
