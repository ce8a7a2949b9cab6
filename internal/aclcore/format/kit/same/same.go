// Package same finds the entries of a long list that say what a new one says. Devices
// take no entry twice, so that each change looks for its own among all that are there.
package same

import (
	"encoding/binary"
	"hash/maphash"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Hash stands for what an entry says. Entries that say the same have the same; who finds
// one by it still has to compare, since others may have it too.
type Hash uint64

var seed = maphash.MakeSeed()

// OfText is the hash of a text.
func OfText(text string) Hash { return Hash(maphash.String(seed, text)) }

// OfRule is the hash of what a rule does with certain traffic.
func OfRule(action rule.Action, p traffic.Product) Hash {
	b := make([]byte, 0, 128)
	b = append(b, byte(action))
	for _, side := range [...]addr.Set{p.Sources, p.Destinations} {
		for _, r := range side.Ranges() {
			b = append(append(b, r.From.AsSlice()...), r.To.AsSlice()...)
		}
		b = append(b, '>')
	}
	for _, r := range p.Services.Ranges() {
		b = append(b, r.ProtoFrom, r.ProtoTo)
		for _, port := range [...]uint16{r.SrcFrom, r.SrcTo, r.DstFrom, r.DstTo} {
			b = binary.BigEndian.AppendUint16(b, port)
		}
	}
	return Hash(maphash.Bytes(seed, b))
}

// Index finds the entries of a list by hash. It takes twelve bytes or so for each, and
// none of them by itself. The zero value is empty.
type Index struct {
	last map[Hash]int32
	// before is for each entry that was added the one before it with the same hash, with
	// its position.
	before []link
}

type link struct{ at, before int32 }

// Add enters the entry at a position. Positions come in ascending order.
func (x *Index) Add(h Hash, at int) {
	if x.last == nil {
		x.last = make(map[Hash]int32)
	}
	x.before = append(x.before, link{int32(at), x.last[h] - 1})
	x.last[h] = int32(len(x.before))
}

// At returns the positions that were added with the hash, in ascending order.
func (x *Index) At(h Hash) []int {
	var out []int
	for n := x.last[h] - 1; n >= 0; n = x.before[n].before {
		out = append(out, int(x.before[n].at))
	}
	slices.Reverse(out)
	return out
}
