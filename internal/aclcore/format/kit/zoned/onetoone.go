package zoned

import (
	"math/big"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
)

// OneToOne tells why addresses are not translated one to one, empty if they are: both are
// one range of the same size, or the second is one address.
func OneToOne(from, to addr.Set) (why string) {
	a, b := from.Ranges(), to.Ranges()
	if _, one := to.Single(); one {
		if b[0].Is4() && a != nil && !a[len(a)-1].Is4() && !from.IsAny() {
			return "it translates between IPv4 and IPv6, which is not followed"
		}
		return ""
	}
	if len(a) != 1 || len(b) != 1 || a[0].Is4() != b[0].Is4() || distance(a[0]).Cmp(distance(b[0])) != 0 {
		return "it does not map one range of addresses to one of the same size"
	}
	return ""
}

// distance returns how far the ends of a range are apart.
func distance(r addr.Range) *big.Int {
	from, to := new(big.Int).SetBytes(r.From.AsSlice()), new(big.Int).SetBytes(r.To.AsSlice())
	return to.Sub(to, from)
}
