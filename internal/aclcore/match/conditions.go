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
	sure = len(r.Unknown) == 0
	if len(r.SourceZones) > 0 {
		if c.source == "" {
			sure = false
		} else if !slices.Contains(r.SourceZones, c.source) {
			return false, false
		}
	}
	if len(r.DestinationZones) > 0 {
		if c.destination == "" {
			sure = false
		} else if !slices.Contains(r.DestinationZones, c.destination) {
			return false, false
		}
	}
	return true, sure
}

// doubt says why it is not sure that the rule matches.
func (c *crossing) doubt(r *rule.Rule) string {
	reasons := slices.Clone(r.Unknown)
	if len(r.SourceZones) > 0 && c.source == "" {
		reasons = append(reasons, undeclared("source", r.SourceZones))
	}
	if len(r.DestinationZones) > 0 && c.destination == "" {
		reasons = append(reasons, undeclared("destination", r.DestinationZones))
	}
	return strings.Join(reasons, "; ")
}

func undeclared(side string, zones []string) string {
	return fmt.Sprintf("the rule is for the %s zone %s and the flow declares none", side, strings.Join(zones, ", "))
}
