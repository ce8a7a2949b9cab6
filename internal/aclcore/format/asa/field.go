package asa

import (
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/port"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// What is known of an address argument, of a protocol with its ports or types, and of
// a port argument.
type (
	addresses = known.Set[addr.Set]
	services  = known.Set[service.Set]
	ports     = known.Set[port.Set]
)

// unsureAddresses returns an argument of which only an upper bound is known.
func unsureAddresses(possible addr.Set, format string, args ...any) addresses {
	return known.AtMost(possible, fmt.Sprintf(format, args...))
}

func unsureServices(possible service.Set, format string, args ...any) services {
	return known.AtMost(possible, fmt.Sprintf(format, args...))
}

func unsurePorts(possible port.Set, format string, args ...any) ports {
	return known.AtMost(possible, fmt.Sprintf(format, args...))
}

// widened returns the services with a further reason why they are not sure at all.
func widened(s services, format string, args ...any) services {
	return known.AtMost(s.Possible, known.Reasons(s.Why, []string{fmt.Sprintf(format, args...)})...)
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
