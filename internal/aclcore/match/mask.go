package match

import (
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// maxMasked is how many ranges a mask may stand for within a piece of traffic. Of wider
// traffic it is not known which part it is.
const maxMasked = 256

// masked returns what the masks stand for of traffic that meets a rule. ok is false if
// that is in too many ranges.
func masked(m *rule.Masks, p traffic.Product) (part traffic.Product, ok bool) {
	if m.Source != nil {
		if p.Sources, ok = m.Source.Within(p.Sources, maxMasked); !ok {
			return traffic.Product{}, false
		}
	}
	if m.Destination != nil {
		if p.Destinations, ok = m.Destination.Within(p.Destinations, maxMasked); !ok {
			return traffic.Product{}, false
		}
	}
	return p, true
}
