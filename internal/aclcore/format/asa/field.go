package asa

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// addresses is what an address argument stands for, as far as it is known: surely
// sure, at most possible. They are equal exactly when unknown, the reasons why
// they differ, is empty.
type addresses struct {
	sure, possible addr.Set
	unknown        []string
}

func knownAddresses(s addr.Set) addresses { return addresses{sure: s, possible: s} }

// unsureAddresses returns an argument of which only an upper bound is known.
func unsureAddresses(possible addr.Set, format string, args ...any) addresses {
	return addresses{possible: possible, unknown: []string{fmt.Sprintf(format, args...)}}
}

// services is what a protocol with its ports or types stands for, like addresses.
type services struct {
	sure, possible service.Set
	unknown        []string
}

func knownServices(s service.Set) services { return services{sure: s, possible: s} }

func unsureServices(possible service.Set, format string, args ...any) services {
	return services{possible: possible, unknown: []string{fmt.Sprintf(format, args...)}}
}

// widened returns the services with a further reason why they are not sure at all.
func (s services) widened(format string, args ...any) services {
	return services{possible: s.possible, unknown: joinReasons(s.unknown, []string{fmt.Sprintf(format, args...)})}
}

// maxReasons is how many reasons are kept for one rule: enough to act on.
const maxReasons = 5

// joinReasons returns the reasons of a and b once each, and never writes to them.
func joinReasons(a, b []string) []string {
	if len(b) == 0 {
		return a
	}
	out := slices.Clip(a)
	for _, reason := range b {
		if len(out) < maxReasons && !slices.Contains(out, reason) {
			out = append(out, reason)
		}
	}
	return out
}

// A budget bounds what a text can make the parser hold and compute, so that both
// stay in proportion to its size: nested groups and port pairs multiply.
type budget struct{ left int }

// freeBudget is what any text may use, in ranges of addresses or services.
const freeBudget = 1 << 20

func newBudget(textSize int) budget { return budget{freeBudget + textSize/16} }

// spend reports whether n more ranges may be kept.
func (b *budget) spend(n int) bool {
	if n > b.left {
		return false
	}
	b.left -= n
	return true
}

// tooLarge is the reason of everything that the budget does not allow for.
const tooLarge = "stands for more ranges than are kept"
