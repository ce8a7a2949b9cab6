package audit

import (
	"math/big"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Count returns how many packets a product of one address family holds.
func Count(p traffic.Product) *big.Int {
	n := countAddresses(p.Sources)
	n.Mul(n, countAddresses(p.Destinations))
	return n.Mul(n, countServices(p.Services))
}

func countAddresses(s addr.Set) *big.Int {
	n := new(big.Int)
	for _, r := range s.Ranges() {
		from, to := new(big.Int).SetBytes(r.From.AsSlice()), new(big.Int).SetBytes(r.To.AsSlice())
		n.Add(n, to.Sub(to, from))
		n.Add(n, big.NewInt(1))
	}
	return n
}

func countServices(s service.Set) *big.Int {
	n := int64(0)
	for _, r := range s.Ranges() {
		for protocol := int(r.ProtoFrom); protocol <= int(r.ProtoTo); protocol++ {
			from, to := int64(r.SrcTo)-int64(r.SrcFrom)+1, int64(r.DstTo)-int64(r.DstFrom)+1
			switch p := uint8(protocol); {
			case service.HasPorts(p):
				n += from * to
			case service.HasTypes(p):
				n += to
			default:
				n++
			}
		}
	}
	return big.NewInt(n)
}

// CompareSizes compares sizes, of which nil is the least.
func CompareSizes(a, b *big.Int) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return a.Cmp(b)
}
