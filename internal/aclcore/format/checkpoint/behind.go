package checkpoint

import (
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// maxPieces bounds into how many pieces the rules of a layer may cut the traffic of a change
// while it is looked up which of them blocks.
const maxPieces = 4096

// blocker returns the place of the first rule of an ordered layer, or of an inline layer
// that it calls, that does not surely accept what comes to it of the traffic; false if all
// of it is accepted.
func (s *site) blocker(l *layer, t traffic.Product) (placeSite, bool) {
	alone := &site{export: s.export, names: s.names, gateway: s.gateway}
	r := &reader{export: s.export, names: s.names, gateway: s.gateway, site: alone, left: maxRules}
	r.layer(l, nil, scope{match: zoned.AnyMatch()}, 0)
	rest := []traffic.Product{t}
	last := placeSite{layer: l}
	for i := range r.rules {
		one := &r.rules[i]
		if p, ok := alone.places[one.Place]; ok {
			last = p
		}
		var left []traffic.Product
		for _, part := range rest {
			if !part.Overlaps(one.Traffic) {
				left = append(left, part)
				continue
			}
			if one.Action == rule.Deny || len(one.Unknown) > 0 {
				return last, true
			}
			left = append(left, part.Subtract(one.Traffic)...)
		}
		if rest = left; len(rest) == 0 {
			return placeSite{}, false
		}
		if len(rest) > maxPieces {
			break
		}
	}
	return last, true
}
