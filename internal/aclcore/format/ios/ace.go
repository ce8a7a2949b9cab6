package ios

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// An ace is what is known of a permit or a deny.
type ace struct {
	from, to addresses
	services services
	// masks are those of from and to, see [address].
	masks rule.Masks
	state rule.State
	// conditions are reasons that concern the entry as a whole.
	conditions []string
}

// anything is an entry that matches all that the list can see.
func (r *resolver) anything() ace {
	all := known.Exactly(family(r.v6))
	return ace{from: all, to: all, services: known.Exactly(service.Any())}
}

func (e *ace) doubt(reason string) { e.conditions = append(e.conditions, reason) }

// exact reports whether all of the entry's fields are known.
func (e *ace) exact() bool { return e.from.IsExact() && e.to.IsExact() && e.services.IsExact() }

// rules appends what the entry means, each rule a copy of like with its traffic and
// its doubts: one rule if all is known, also for an entry that matches nothing; else
// one for what it surely matches, if anything, and one for what it may match.
func (e *ace) rules(out []rule.Rule, like rule.Rule) []rule.Rule {
	like.State = e.state
	like.Traffic = traffic.Product{Sources: e.from.Sure, Destinations: e.to.Sure, Services: e.services.Sure}
	sure := len(e.conditions)+len(like.Unknown) == 0
	switch {
	case sure && e.exact():
		return append(out, like)
	case sure && !like.Traffic.IsEmpty():
		out = append(out, like)
	}
	like.Traffic = traffic.Product{Sources: e.from.Possible, Destinations: e.to.Possible, Services: e.services.Possible}
	like.Unknown = slices.Concat(like.Unknown, e.services.Why, e.from.Why, e.to.Why, e.conditions)
	if e.masks.Len() > 0 {
		like.Masks = &e.masks
	}
	return append(out, like)
}
