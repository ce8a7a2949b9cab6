package aws

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/spot"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

const (
	// last is the highest number that an entry of a network ACL can have; those above
	// are the default denies (Amazon VPC user guide, "Network ACL rules").
	last = 32766
	// step is the distance that is left between new entries where there is room.
	step = 10
)

// number gives the entries free rule numbers, in order, between those of the rules
// that they go between. Where there are too few they may pass rules that are in
// nobody's way: those that do the same, or that match other traffic.
func number(t target, entries []entry, in rule.Insertion) error {
	var base []rule.Rule
	if in.Base != nil {
		base = in.Base.Rules
	}
	if in.Before < 0 || in.Before > len(base) {
		return fmt.Errorf("list %s has no rule %d to come before", t, in.Before)
	}
	numbers := make([]int, len(base)) // 0 where a rule has none
	for i := range base {
		numbers[i] = numberOf(&base[i])
	}
	// The entries go after the numbers up to low and before those from high on; after
	// and before are the bounds that must hold.
	low, high, after, before := 0, last+1, 0, last+1
	taken := numbersIn(in.Beside, t.egress)
	used := make(map[int]bool)
	for _, n := range taken {
		used[int(n)] = true
	}
	for i, n := range numbers {
		used[n] = true
		against := slices.ContainsFunc(in.Rules, func(r rule.Rule) bool { return opposes(&base[i], &r) })
		switch {
		case n == 0:
		case i < in.Before:
			low = max(low, n)
			if against {
				after = max(after, n)
			}
		default:
			high = min(high, n)
			if against {
				before = min(before, n)
			}
		}
	}
	if low < high {
		if between := spot.Between(int64(low), int64(high), taken, len(entries), step); between != nil {
			for i := range entries {
				entries[i].number = int(between[i])
			}
			return nil
		}
	}
	return numberApart(t, entries, used, after, before, high)
}

// numberApart gives the entries free numbers between after and before that need not
// follow each other, as close as possible to at.
func numberApart(t target, entries []entry, used map[int]bool, after, before, at int) error {
	var free []int
	for n := after + 1; n < before; n++ {
		if !used[n] {
			free = append(free, n)
		}
	}
	if len(free) < len(entries) {
		advice := "renumber its entries, leaving room"
		if before <= last {
			advice = fmt.Sprintf("give entry %d a higher number first", before)
		}
		return fmt.Errorf("list %s has %d free rule numbers between %d and %d and needs %d: %s", t, len(free), after, before, len(entries), advice)
	}
	first, _ := slices.BinarySearch(free, at)
	first = max(0, min(first-len(entries), len(free)-len(entries)))
	for i := range entries {
		entries[i].number = free[first+i]
	}
	return nil
}

// numbered finds the numbers of the entries of a change, and their direction.
var numbered = regexp.MustCompile(`(?m)^  rule_number +=  *([0-9]+)\n  egress +=  *(true|false)$`)

// numbersIn returns the rule numbers that changes give to their entries of the
// direction.
func numbersIn(changes []string, egress bool) (numbers []int64) {
	for _, change := range changes {
		for _, parts := range numbered.FindAllStringSubmatch(change, -1) {
			if n, err := strconv.ParseInt(parts[1], 10, 64); err == nil && parts[2] == strconv.FormatBool(egress) {
				numbers = append(numbers, n)
			}
		}
	}
	return numbers
}

// numberOf reads the number of an entry of a network ACL from its place, 0 if it has
// none. The default entries come after all others.
func numberOf(r *rule.Rule) int {
	parts := place.FindStringSubmatch(r.Place)
	if parts == nil || parts[3] == "" {
		return 0
	}
	if parts[3] == "*" {
		return last + 1
	}
	n, err := strconv.Atoi(parts[3])
	if err != nil {
		return 0
	}
	return n
}

// opposes reports whether it matters which of the rules comes first.
func opposes(a, b *rule.Rule) bool { return a.Action != b.Action && a.Traffic.Overlaps(b.Traffic) }
