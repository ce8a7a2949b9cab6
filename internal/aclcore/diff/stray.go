package diff

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/extent"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// tellsStrays reports whether it is known which rules are for packets of no connection.
func (s *Side) tellsStrays() bool { return s.Strays != nil || len(s.Rules) == 0 }

// hasStrays reports whether the list treats those packets in another way than those that
// open a connection.
func (s *Side) hasStrays() bool {
	return hasState(s.Rules) || slices.ContainsFunc(s.Strays, func(of extent.Stray) bool { return of != extent.StrayAlike })
}

// asStraysMeet returns the list as [Related] or [Unconnected] packets meet it. A rule that
// names some of them may match any of its addresses: readers keep of its services those that
// open connections.
func (s *Side) asStraysMeet(packets Packets) *rule.Ruleset {
	related := packets == Related
	out := *s.Ruleset
	out.Rules = extent.AsStraysMeet(s.Rules, s.Strays, related)
	for i := range out.Rules {
		of := extent.StrayOf(s.Strays, i)
		if of != extent.StrayNamed && (of != extent.StrayUnrelated || related) {
			continue
		}
		r := &out.Rules[i]
		r.State, r.Traffic = rule.AnyState, s.Rules[i].Traffic
		r.Traffic.Services = service.Any()
		if r.Traffic.IsEmpty() {
			r.Traffic.Sources, r.Traffic.Destinations = addr.Any(), addr.Any()
		}
		r.Unknown = append(slices.Clip(r.Unknown), "which packets of no connection it matches is not read from its text")
	}
	return &out
}

// dropAgain drops what is said of packets of no connection where the same rules are said to
// do the same to packets that open one.
func (c *comparison) dropAgain() {
	type key struct {
		kind          Kind
		before, after Decided
	}
	keyOf := func(one *Change) key { return key{one.Kind, one.Before, one.After} }
	said := make(map[key]bool)
	for i := range c.done {
		if one := &c.done[i]; one.Packets == Opening {
			said[keyOf(one)] = true
		}
	}
	c.done = slices.DeleteFunc(c.done, func(one Change) bool { return one.Packets > Replies && said[keyOf(&one)] })
}
