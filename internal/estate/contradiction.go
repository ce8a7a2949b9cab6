package estate

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// ErrContradiction says that two flows of one configuration want the opposite of the
// same traffic: no rules can make both as wanted.
var ErrContradiction = errors.New("the flow contradicts another one")

// declarations are the flows that one configuration declares, by application and name.
type declarations struct {
	mu    sync.Mutex
	flows [2]map[string]declaration // allowed ones, blocked ones
}

// A declaration is a declared flow. What it stands for is found out once it is needed.
type declaration struct {
	flow Flow
	want func() wanted
}

// wanted is the traffic of a flow and the rulesets that it crosses; none where nothing
// is wanted of it.
type wanted struct {
	match.Request
	path []string
}

// Declare notes that the configuration has the flow. The error wraps
// [ErrContradiction], and names both flows, where one that was declared before it wants
// the opposite of some of its traffic.
func (e *Estate) Declare(f Flow) error {
	d := declaration{f, sync.OnceValue(func() wanted { return e.wanted(f) })}
	mine, theirs := 0, 1
	if f.Deny {
		mine, theirs = 1, 0
	}
	c := &e.declared
	c.mu.Lock()
	if c.flows[mine] == nil {
		c.flows[mine] = map[string]declaration{}
	}
	c.flows[mine][f.ID()] = d
	delete(c.flows[theirs], f.ID())
	others := maps.Clone(c.flows[theirs])
	c.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(others)) {
		allow, deny := d, others[id]
		if f.Deny {
			allow, deny = deny, allow
		}
		if both, ok := contradiction(allow.want(), deny.want()); ok {
			return fmt.Errorf("%w: flow %q wants %s allowed, and flow %q wants it blocked, in the same rulesets; take this traffic out of one of them",
				ErrContradiction, allow.flow.ID(), both, deny.flow.ID())
		}
	}
	return nil
}

// wanted resolves the flow. One that cannot be resolved, that has expired or that a
// policy denies wants nothing.
func (e *Estate) wanted(f Flow) wanted {
	q, _, judgement, err := e.request(f)
	if err != nil || judgement.Expired || judgement.Denied() {
		return wanted{}
	}
	if e.findsWays(f) {
		return wanted{q, []string{ownWays}}
	}
	return wanted{q, e.Path(f)}
}

// ownWays stands in the path of a flow for the ways that it finds itself: the same traffic
// takes the same ways.
const ownWays = "its own ways"

// contradiction returns traffic that every ruleset of one path has to permit and one of
// these rulesets has to deny.
func contradiction(allow, deny wanted) (traffic.Product, bool) {
	if len(deny.path) == 0 || slices.ContainsFunc(deny.path, func(name string) bool { return !slices.Contains(allow.path, name) }) ||
		!meet(allow.SourceZone, deny.SourceZone) || !meet(allow.DestinationZone, deny.DestinationZone) {
		return traffic.Product{}, false
	}
	for _, a := range allow.Region.Possible {
		for _, d := range deny.Region.Possible {
			if a.Overlaps(d) {
				return a.Intersect(d), true
			}
		}
	}
	return traffic.Product{}, false
}

// meet reports whether a rule for one zone can be one for the other: "" is every zone.
func meet(a, b string) bool { return a == "" || b == "" || a == b }
