package diff

import (
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/extent"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// unpaired returns, for each of two lists of rules, which are not paired with one of
// the other list. Paired rules say the same and are in the same order in both.
func unpaired(before, after []rule.Rule) (a, b []bool) {
	x, y := number(before, after)
	a, b = make([]bool, len(x)), make([]bool, len(y))
	start := 0
	for start < len(x) && start < len(y) && x[start] == y[start] {
		start++
	}
	endA, endB := len(x), len(y)
	for endA > start && endB > start && x[endA-1] == y[endB-1] {
		endA, endB = endA-1, endB-1
	}
	for i := start; i < endA; i++ {
		a[i] = true
	}
	for j := start; j < endB; j++ {
		b[j] = true
	}
	for _, pair := range anchors(x, y, start, endA, endB) {
		// What stands around a pair and is the same is paired as well.
		for i, j := pair[0], pair[1]; i < endA && j < endB && a[i] && b[j] && x[i] == y[j]; i, j = i+1, j+1 {
			a[i], b[j] = false, false
		}
	}
	return a, b
}

// anchors pairs the rules that stand once in each list, as many as are in the same
// order.
func anchors(x, y []int, start, endA, endB int) [][2]int {
	seen := make(map[int][2]int) // how often in each list
	place := make(map[int]int)
	for i := start; i < endA; i++ {
		n := seen[x[i]]
		n[0]++
		seen[x[i]] = n
	}
	for j := start; j < endB; j++ {
		n := seen[y[j]]
		n[1]++
		seen[y[j]], place[y[j]] = n, j
	}
	var pairs [][2]int
	for i := start; i < endA; i++ {
		if seen[x[i]] == [2]int{1, 1} {
			pairs = append(pairs, [2]int{i, place[x[i]]})
		}
	}
	return increasing(pairs)
}

// increasing returns a longest run of pairs, which are sorted by their first number,
// whose second numbers increase as well.
func increasing(pairs [][2]int) [][2]int {
	var ends []int // ends[n] is the pair with the lowest second number that ends a run of n+1
	previous := make([]int, len(pairs))
	for i, p := range pairs {
		n := sort.Search(len(ends), func(n int) bool { return pairs[ends[n]][1] > p[1] })
		previous[i] = -1
		if n > 0 {
			previous[i] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, i)
		} else {
			ends[n] = i
		}
	}
	var out [][2]int
	if len(ends) > 0 {
		for i := ends[len(ends)-1]; i >= 0; i = previous[i] {
			out = append(out, pairs[i])
		}
	}
	slices.Reverse(out)
	return out
}

// number gives rules that say the same the same number.
func number(before, after []rule.Rule) (x, y []int) {
	seed := maphash.MakeSeed()
	known := make(map[uint64][]*rule.Rule)
	numbers := make(map[*rule.Rule]int)
	of := func(r *rule.Rule) int {
		sum := hash(seed, r)
		for _, k := range known[sum] {
			if equal(k, r) {
				return numbers[k]
			}
		}
		known[sum] = append(known[sum], r)
		numbers[r] = len(numbers)
		return numbers[r]
	}
	x, y = make([]int, len(before)), make([]int, len(after))
	for i := range before {
		x[i] = of(&before[i])
	}
	for j := range after {
		y[j] = of(&after[j])
	}
	return x, y
}

func hash(seed maphash.Seed, r *rule.Rule) uint64 {
	b := make([]byte, 0, 256)
	b = append(b, byte(r.Action), byte(r.State), byte(r.Pair))
	for _, set := range [...]addr.Set{r.Traffic.Sources, r.Traffic.Destinations} {
		for _, of := range set.Ranges() {
			from, to := of.From.As16(), of.To.As16()
			b = append(append(b, from[:]...), to[:]...)
		}
		b = append(b, 0xff)
	}
	for _, s := range r.Traffic.Services.Ranges() {
		b = append(b, s.ProtoFrom, s.ProtoTo)
		for _, port := range [...]uint16{s.SrcFrom, s.SrcTo, s.DstFrom, s.DstTo} {
			b = binary.BigEndian.AppendUint16(b, port)
		}
	}
	return maphash.Bytes(seed, b)
}

func equal(a, b *rule.Rule) bool {
	return a.Action == b.Action && a.State == b.State && a.Pair == b.Pair && a.ZonePatterns == b.ZonePatterns &&
		slices.Equal(a.SourceZones, b.SourceZones) && slices.Equal(a.DestinationZones, b.DestinationZones) &&
		a.Traffic.Equal(b.Traffic) && condition(a) == condition(b)
}

// counted finds in the text of a rule what a device has counted, and by which number it
// knows the rule: [packets:bytes] of iptables-save -c, counters and handles of nft, and what
// Cisco devices show behind an entry.
var counted = regexp.MustCompile(`^\[\d+:\d+\] |\bpackets \d+ bytes \d+\b|\s*# handle \d+|\s*\(hitcnt=\d+\).*$|\s*[\[(](?:match=)?\d+(?: match(?:es)?)?[\])]\s*$`)

// condition identifies what makes a rule undecidable; "" for nothing. Two conditions
// with the same text are taken for the same: both turn out the same way for a packet. The
// number that a rule stands under is no part of it.
func condition(r *rule.Rule) string {
	if !extent.Conditional(r) {
		return ""
	}
	text := ""
	if len(r.Unknown) > 0 {
		text = strings.TrimLeft(counted.ReplaceAllString(r.Text, ""), "0123456789 ")
	}
	return fmt.Sprintf("%s\n%q %q %q", text, r.Unknown, r.Applications, r.Users)
}
