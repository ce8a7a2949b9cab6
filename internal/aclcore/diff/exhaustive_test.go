package diff

import (
	"fmt"
	"net/netip"
	"os"
	"slices"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A tiny rule is for some of three hosts, by bit; no rule of these tests is for the third.
// It may have a condition, which is the same for all that have one.
type tiny struct {
	hosts       uint8
	action      rule.Action
	conditional bool
}

const tinyHosts = 3

func tinyPacket(host int) addr.Set {
	a := netip.AddrFrom4([4]byte{10, 0, 0, byte(2 * host)})
	return addr.SetOf(addr.RangeOf(a, a))
}

// mirrored returns the rule with the first two hosts, or permit and deny, in each other's
// place.
func (r tiny) mirrored(hosts, actions bool) tiny {
	if hosts {
		r.hosts = r.hosts&1<<1 | r.hosts>>1&1
	}
	if actions {
		r.action = 1 - r.action
	}
	return r
}

func (r tiny) order() int {
	n := int(r.hosts)<<2 | int(r.action)<<1
	if r.conditional {
		n++
	}
	return n
}

func compareTiny(a, b []tiny) int {
	return slices.CompareFunc(a, b, func(x, y tiny) int { return x.order() - y.order() })
}

// isCanonical reports whether a list with a default is the least of those that are the same
// with other names for hosts and actions.
func isCanonical(list []tiny, fallback rule.Action) bool {
	for mirror := 1; mirror < 4; mirror++ {
		hosts, actions := mirror&1 > 0, mirror&2 > 0
		other, otherDefault := make([]tiny, len(list)), fallback
		for i, r := range list {
			other[i] = r.mirrored(hosts, actions)
		}
		if actions {
			otherDefault = 1 - otherDefault
		}
		if otherDefault < fallback || otherDefault == fallback && compareTiny(other, list) < 0 {
			return false
		}
	}
	return true
}

// isSorted reports whether neighbours that do the same are in order, none twice: such lists
// stand for all that differ only in that.
func isSorted(list []tiny) bool {
	for i := 1; i < len(list); i++ {
		if a, b := list[i-1], list[i]; a.action == b.action && a.conditional == b.conditional && a.order() >= b.order() {
			return false
		}
	}
	return true
}

func (r tiny) rule() rule.Rule {
	var sources addr.Set
	for host := range tinyHosts {
		if r.hosts>>host&1 == 1 {
			sources = sources.Union(tinyPacket(host))
		}
	}
	out := rule.Rule{Action: r.action, Traffic: traffic.Product{Sources: sources, Destinations: tinyPacket(7), Services: service.Any()}}
	if r.conditional {
		out.Unknown = []string{"x"}
	}
	return out
}

// A fate is what becomes of the packets of a host: as outcome, and in both cases, that the
// condition holds and that it does not.
type fate struct {
	outcome       match.Outcome
	rule          int
	holds, failed rule.Action
}

func fateOf(list []tiny, fallback rule.Action, host int) fate {
	var perhaps []int
	final, last := fallback, -1
	for i, r := range list {
		if r.hosts>>host&1 == 0 {
			continue
		}
		if !r.conditional {
			final, last = r.action, i
			break
		}
		perhaps = append(perhaps, i)
	}
	f := fate{outcome: match.Denied, rule: last, holds: final, failed: final}
	if final == rule.Permit {
		f.outcome = match.Permitted
	}
	for _, i := range slices.Backward(perhaps) {
		f.holds = list[i].action
		if list[i].action != final {
			f.outcome, f.rule = match.Unknown, i
		}
	}
	return f
}

// checkTiny compares two lists and asks of each host whether it is told rightly of it.
func checkTiny(t *testing.T, before, after []tiny, beforeDefault, afterDefault rule.Action) {
	t.Helper()
	side := func(list []tiny, fallback rule.Action) Side {
		rules := make([]rule.Rule, len(list))
		for i, r := range list {
			rules[i] = r.rule()
		}
		return Side{Ruleset: &rule.Ruleset{Rules: rules, Default: fallback}}
	}
	got := Compare(side(before, beforeDefault), side(after, afterDefault))
	different := false
	for host := range tinyHosts {
		packet := traffic.Product{Sources: tinyPacket(host), Destinations: tinyPacket(7), Services: service.Any()}
		was, is := fateOf(before, beforeDefault, host), fateOf(after, afterDefault, host)
		differs := was.outcome != is.outcome || was.outcome == match.Unknown && (was.holds != is.holds || was.failed != is.failed)
		different = different || differs
		told := 0
		for _, c := range got.Changes {
			if !c.Overlaps(packet) {
				continue
			}
			told++
			kind := Uncertain
			switch {
			case was.outcome == match.Denied && is.outcome == match.Permitted:
				kind = Opened
			case was.outcome == match.Permitted && is.outcome == match.Denied:
				kind = Closed
			}
			if c.Kind != kind || c.Before.Outcome != was.outcome || c.After.Outcome != is.outcome || c.Before.Rule != was.rule || c.After.Rule != is.rule {
				t.Fatalf("%v %v to %v %v: host %d is %+v, want %s, %+v to %+v", before, beforeDefault, after, afterDefault, host, c, kind, was, is)
			}
		}
		if told > 1 || differs != (told == 1) {
			t.Fatalf("%v %v to %v %v: host %d is told of %d times; it was %+v and is %+v", before, beforeDefault, after, afterDefault, host, told, was, is)
		}
	}
	if got.Cut || got.Same == different {
		t.Fatalf("%v %v to %v %v: same %t, cut %t, different %t", before, beforeDefault, after, afterDefault, got.Same, got.Cut, different)
	}
}

// listsOf returns all lists of up to so many rules of a menu.
func listsOf(menu []tiny, most int) (lists [][]tiny) {
	lists = [][]tiny{nil}
	for start, length := 0, 1; length <= most; length++ {
		end := len(lists)
		for _, list := range lists[start:end] {
			for _, one := range menu {
				lists = append(lists, append(slices.Clip(list), one))
			}
		}
		start = end
	}
	return lists
}

// TestCompareEveryPair compares every list of up to four rules over two hosts with every
// other, but for what is the same under other names of hosts and actions, and for lists of
// rules without conditions that are not sorted. With ACL_EXHAUSTIVE=1 it takes those as well,
// and more rules.
func TestCompareEveryPair(t *testing.T) {
	sure := []tiny{{1, rule.Permit, false}, {2, rule.Permit, false}, {3, rule.Permit, false}, {1, rule.Deny, false}, {2, rule.Deny, false}, {3, rule.Deny, false}}
	perhaps := []tiny{{3, rule.Permit, true}, {3, rule.Deny, true}}
	menus := [][]tiny{sure, {{1, rule.Permit, false}, {3, rule.Deny, false}, {1, rule.Deny, true}, {3, rule.Permit, true}}}
	long := os.Getenv("ACL_EXHAUSTIVE") != ""
	if long {
		menus = [][]tiny{slices.Concat(sure, perhaps)}
	}
	for n, menu := range menus {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			lists, pairs := listsOf(menu, 4), 0
			for _, fallback := range []rule.Action{rule.Deny, rule.Permit} {
				for i, before := range lists {
					if !isCanonical(before, fallback) || !long && !isSorted(before) {
						continue
					}
					for j, after := range lists {
						if !long && !isSorted(after) && n == 0 {
							continue
						}
						other := fallback
						if (i+j)%4 == 0 {
							other = 1 - fallback
						}
						checkTiny(t, before, after, fallback, other)
						pairs++
					}
				}
			}
			t.Logf("%d pairs of %d lists", pairs, len(lists))
			if pairs < 10_000 {
				t.Error("hardly anything is compared")
			}
		})
	}
}
