package match

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// A crossing is what a rule may ask of a packet besides its traffic.
type crossing struct {
	// source and destination are the zones that the packet comes from and goes to,
	// "" if that is not declared.
	source, destination string
	// never is the state that the packet cannot be in: a packet that opens a
	// connection is not of an established one, and a reply is not new.
	never rule.State
}

func (q *Question) crossing() crossing {
	return crossing{q.SourceZone, q.DestinationZone, rule.Established}
}

// reply returns the crossing of the replies.
func (c crossing) reply() crossing { return crossing{c.destination, c.source, rule.New} }

// meets reports whether the rule can match a packet of its traffic that crosses so,
// and whether it surely does.
func (c *crossing) meets(r *rule.Rule) (possible, sure bool) {
	if r.State == c.never {
		return false, false
	}
	from, surelyFrom := inZone(r, r.SourceZones, c.source)
	to, surelyTo := inZone(r, r.DestinationZones, c.destination)
	return from && to, from && to && surelyFrom && surelyTo && len(r.Unknown) == 0
}

// inZone reports whether a packet of the declared zone may be in one of the zones of
// the rule, and whether it surely is. A zone called any is one like others, but a deny
// for it may be one for every zone, and a flow from it one from everywhere: to pass
// these over could make a false allowed.
func inZone(r *rule.Rule, zones []string, declared string) (possible, sure bool) {
	switch {
	case len(zones) == 0 || declared != "" && slices.Contains(zones, declared):
		return true, true
	case declared == "" || rule.MayBeEveryZone(declared):
		return true, false
	}
	return r.Action == rule.Deny && slices.ContainsFunc(zones, rule.MayBeEveryZone), false
}

// doubt says why it is not sure that the rule matches.
func (c *crossing) doubt(r *rule.Rule) string {
	reasons := slices.Clone(r.Unknown)
	if _, sure := inZone(r, r.SourceZones, c.source); !sure {
		reasons = append(reasons, unsureZone("source", r.SourceZones, c.source))
	}
	if _, sure := inZone(r, r.DestinationZones, c.destination); !sure {
		reasons = append(reasons, unsureZone("destination", r.DestinationZones, c.destination))
	}
	return strings.Join(reasons, "; ")
}

func unsureZone(side string, zones []string, declared string) string {
	of := fmt.Sprintf("the rule is for the %s zone %s and the flow ", side, strings.Join(zones, ", "))
	switch {
	case declared == "":
		return of + "declares none"
	case rule.MayBeEveryZone(declared):
		return of + fmt.Sprintf("declares %s, which may mean every zone; declare the zone's name", declared)
	}
	return of + fmt.Sprintf("declares %s; the deny may be meant for every zone, which a rule without zones says", declared)
}
