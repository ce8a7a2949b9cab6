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
	Identity
}

// Identity is what a flow declares of its packets beside addresses and services: the
// applications and the users that they are of, by the names that firewalls have for
// them. A rule for some matches surely if it names all that are declared.
type Identity struct {
	Applications, Users []string
}

func (q *Question) crossing() crossing {
	return crossing{q.SourceZone, q.DestinationZone, rule.Established, q.Identity}
}

// reply returns the crossing of the replies.
func (c crossing) reply() crossing { return crossing{c.destination, c.source, rule.New, c.Identity} }

// meets reports whether the rule can match a packet of its traffic that crosses so,
// and whether it surely does.
func (c *crossing) meets(r *rule.Rule) (possible, sure bool) {
	if r.State == c.never {
		return false, false
	}
	from, surelyFrom := inZone(r, r.SourceZones, c.source)
	to, surelyTo := inZone(r, r.DestinationZones, c.destination)
	pair, surelyPair := c.paired(r)
	application, surelyApplication := ofApplication(r.Applications, c.Applications)
	possible = from && to && pair && application
	return possible, possible && surelyFrom && surelyTo && surelyPair && surelyApplication && ofUser(r.Users, c.Users) && len(r.Unknown) == 0
}

// meetsMasked is [crossing.meets] for traffic that the masks of the rule stand for.
func (c *crossing) meetsMasked(r *rule.Rule) (possible, sure bool) {
	unmasked := *r
	if len(r.Unknown) == r.Masks.Len() {
		unmasked.Unknown = nil
	}
	return c.meets(&unmasked)
}

// ofApplication reports whether a packet of one of the declared applications may be of
// one that the rule is for, and whether it surely is. An application whose name goes on
// with that of the rule, as facebook-base does with facebook, may be a part of it.
func ofApplication(names, declared []string) (possible, sure bool) {
	switch {
	case len(names) == 0:
		return true, true
	case len(declared) == 0:
		return true, false
	}
	sure = true
	for _, d := range declared {
		same := slices.Contains(names, d)
		part := slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(d, n+"-") })
		possible, sure = possible || same || part, sure && same
	}
	return possible, sure
}

// ofUser reports whether a packet of the declared users is surely of one that the rule
// is for. It always may be: which users are in which groups is not in the text.
func ofUser(names, declared []string) (sure bool) {
	if len(names) == 0 {
		return true
	}
	return len(declared) > 0 && !slices.ContainsFunc(declared, func(d string) bool { return !slices.Contains(names, d) })
}

// paired reports whether the zones of a packet may relate as the rule asks, and
// whether they surely do. Zones that are not declared, or may mean every zone, can
// relate in either way.
func (c *crossing) paired(r *rule.Rule) (possible, sure bool) {
	switch {
	case r.Pair == rule.AnyPair:
		return true, true
	case c.source == "", c.destination == "", rule.MayBeEveryZone(c.source), rule.MayBeEveryZone(c.destination):
		return true, false
	}
	met := (c.source == c.destination) == (r.Pair == rule.SameZone)
	return met, met
}

// inZone reports whether a packet of the declared zone may be in one of the zones of
// the rule, and whether it surely is. A zone called any is one like others, but a deny
// for it may be one for every zone, and a flow from it one from everywhere: to pass
// these over could make a false allowed.
func inZone(r *rule.Rule, zones []string, declared string) (possible, sure bool) {
	switch {
	case len(zones) == 0 || declared != "" && r.HasZone(zones, declared):
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
	if _, sure := c.paired(r); !sure {
		reasons = append(reasons, fmt.Sprintf("the rule is for traffic %s; declare the source zone and the destination zone of the flow", r.Pair))
	}
	if _, sure := ofApplication(r.Applications, c.Applications); !sure {
		reasons = append(reasons, unsureName("application", "network_applications", r.Applications, c.Applications))
	}
	if !ofUser(r.Users, c.Users) {
		reasons = append(reasons, unsureName("user", "users", r.Users, c.Users))
	}
	return strings.Join(reasons, "; ")
}

// maxNamed is how many names of a rule a reason tells.
const maxNamed = 4

func unsureName(kind, attribute string, names, declared []string) string {
	shown := strings.Join(names[:min(len(names), maxNamed)], ", ")
	if len(names) > maxNamed {
		shown += fmt.Sprintf(", … (%d)", len(names))
	}
	if len(declared) == 0 {
		return fmt.Sprintf("the rule is for the %s %s and the flow declares no %s", kind, shown, attribute)
	}
	return fmt.Sprintf("the rule is for the %s %s and the flow declares %s", kind, shown, strings.Join(declared, ", "))
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
