package asa

import (
	"bytes"
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
)

// autoRule is the rule of a network object, with what its place in the table depends on.
type autoRule struct {
	object string
	static bool
	// read says that size and first, the number of real addresses less one and the
	// lowest of them, are known.
	read  bool
	size  [16]byte
	first netip.Addr
	rules []device.Translation
}

// sizeOf returns the number of addresses of the range less one.
func sizeOf(r addr.Range) (size [16]byte) {
	from, to := r.From.As16(), r.To.As16()
	borrow := 0
	for i := 15; i >= 0; i-- {
		d := int(to[i]) - int(from[i]) - borrow
		borrow = 0
		if d < 0 {
			d, borrow = d+256, 1
		}
		size[i] = byte(d)
	}
	return size
}

// sortedAuto puts the rules of objects in the order in which an ASA tries them: static
// ones before dynamic ones, then by the number of real addresses, then by the lowest, then
// by the object's name ("NAT Rule Order" in the configuration guide). A rule whose real
// addresses are not known may be anywhere, so that it comes first. Where two names are in
// another order with letters of one case, neither rule is sure.
func sortedAuto(rules []autoRule) []autoRule {
	out := slices.Clone(rules)
	slices.SortStableFunc(out, func(a, b autoRule) int {
		return cmp.Or(a.compare(&b), strings.Compare(a.object, b.object))
	})
	for i := 1; i < len(out); i++ {
		a, b := &out[i-1], &out[i]
		if a.read && a.compare(b) == 0 && strings.ToLower(a.object) > strings.ToLower(b.object) {
			a.doubt(b.object)
			b.doubt(a.object)
		}
	}
	return out
}

func (a *autoRule) compare(b *autoRule) int {
	return cmp.Or(
		cmp.Compare(rank(!a.read), rank(!b.read)),
		cmp.Compare(rank(a.static), rank(b.static)),
		bytes.Compare(a.size[:], b.size[:]),
		a.first.Compare(b.first),
	)
}

// rank is 0 for what comes first.
func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}

func (a *autoRule) doubt(other string) {
	for i := range a.rules {
		a.rules[i].Unknown = append(slices.Clip(a.rules[i].Unknown),
			"its order with object "+other+" depends on whether an ASA sorts capital letters first")
	}
}
