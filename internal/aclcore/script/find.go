package script

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Found is what a list has of rules of ours.
type Found struct {
	// At are the rules of the list that one of ours consists of, by number of ours; none
	// where the list does not have it, or has it with another content.
	At [][]int
	// OnTop says of each of ours that is there that the list would mean the same if it
	// stood above all others: no rule of others above it decides otherwise.
	OnTop []bool
	// Order are the numbers of those of ours that are OnTop, as they stand in the list.
	Order []int
	// Rest is the list without the rules of Order.
	Rest *rule.Ruleset
	// Parts are, for one of ours that is not there, what is left of it: rules of the list
	// that have its name, or would be among its entries, and do less than it does.
	Parts [][]int
	// Changed are the other rules of the list that have the name of one of ours: somebody
	// made them what they are.
	Changed []int
}

// Find looks for rules of ours in the list. Its error says that it cannot be known what
// ours look like in the language of the list.
func (l *List) Find(ours []rule.Rule) (*Found, error) {
	ours = l.onDevice(ours)
	f := &Found{At: make([][]int, len(ours)), OnTop: make([]bool, len(ours)), Parts: make([][]int, len(ours))}
	if hasNames(l.format()) {
		f.byName(l.Rules, ours)
	} else if err := f.byContent(l, ours); err != nil {
		return nil, err
	}
	f.judge(l.Rules, ours)
	f.Rest = without(l.Rules, f.lines(f.Order))
	return f, nil
}

// onDevice are rules of ours as the language has them: nftables lets the replies of both
// families pass by one rule.
func (l *List) onDevice(ours []rule.Rule) []rule.Rule {
	if l.format() != "nftables" {
		return ours
	}
	out := slices.Clone(ours)
	for i := range out {
		if t := &out[i].Traffic; out[i].State == rule.Established && out[i].Action == rule.Permit && t.Services.IsAny() &&
			(t.Sources.Equal(addr.Any4()) && t.Destinations.Equal(addr.Any4()) || t.Sources.Equal(addr.Any6()) && t.Destinations.Equal(addr.Any6())) {
			out[i].Traffic = traffic.Any()
		}
	}
	return out
}

// Lines are the rules of the list that those numbers of ours consist of, in order.
func (f *Found) lines(numbers []int) []int {
	var out []int
	for _, n := range numbers {
		out = append(out, f.At[n]...)
	}
	slices.Sort(out)
	return out
}

// without returns the list without some of its rules.
func without(rs *rule.Ruleset, gone []int) *rule.Ruleset {
	if len(gone) == 0 {
		return rs
	}
	out := *rs
	out.Rules = make([]rule.Rule, 0, len(rs.Rules)-len(gone))
	for i := range rs.Rules {
		if _, is := slices.BinarySearch(gone, i); !is {
			out.Rules = append(out.Rules, rs.Rules[i])
		}
	}
	return &out
}

// byName finds rules by the name that they have on the device.
func (f *Found) byName(rs *rule.Ruleset, ours []rule.Rule) {
	named := map[string][]int{}
	for i := range rs.Rules {
		if name := nameOf(&rs.Rules[i]); name != "" {
			named[name] = append(named[name], i)
		}
	}
	for n := range ours {
		at := named[ours[n].Name]
		if len(at) > 0 && saysSame(rs, at, &ours[n]) {
			f.At[n] = at
			continue
		}
		for _, i := range at {
			if isPart(&rs.Rules[i], &ours[n]) {
				f.Parts[n] = append(f.Parts[n], i)
			} else {
				f.Changed = append(f.Changed, i)
			}
		}
	}
	slices.Sort(f.Changed)
	f.Changed = slices.Compact(f.Changed)
}

// isPart reports whether a rule of the list does what one of ours does, to less traffic.
func isPart(r, our *rule.Rule) bool {
	like := *r
	like.Traffic = our.Traffic
	return our.Traffic.ContainsProduct(r.Traffic) && sameRule(&like, our)
}

// saysSame reports whether the rules of the list say together what one of ours does.
func saysSame(rs *rule.Ruleset, at []int, our *rule.Rule) bool {
	products := make([]traffic.Product, len(at))
	for k, i := range at {
		if !isPart(&rs.Rules[i], our) {
			return false
		}
		products[k] = rs.Rules[i].Traffic
	}
	v4, v6 := our.Traffic.ByFamily()
	rest := slices.DeleteFunc([]traffic.Product{v4, v6}, traffic.Product.IsEmpty)
	for _, p := range products {
		var left []traffic.Product
		for _, part := range rest {
			left = append(left, part.Subtract(p)...)
		}
		rest = left
	}
	return len(rest) == 0
}

// byContent finds rules in a list that holds no entry twice: those that say what the
// writer of the language makes of ours.
func (f *Found) byContent(l *List, ours []rule.Rule) error {
	if len(ours) == 0 {
		return nil
	}
	index := map[string]int{}
	for i := range l.Rules.Rules {
		key := contentKey(&l.Rules.Rules[i])
		if _, twice := index[key]; !twice { // the others decide nothing
			index[key] = i
		}
	}
	for n := range ours {
		if ours[n].Action == rule.Deny && len(ours[n].SourceZones)+len(ours[n].DestinationZones) > 0 {
			continue // the list would deny more
		}
		entries, err := l.entries(ours[n])
		if err != nil {
			return err
		}
		var at []int
		for i := range entries {
			if k, ok := index[contentKey(&entries[i])]; ok {
				at = append(at, k)
			}
		}
		whole := len(at) == len(entries)
		slices.Sort(at)
		if at = slices.Compact(at); whole {
			f.At[n] = at
		} else {
			f.Parts[n] = at
		}
	}
	return nil
}

// contentKey is the same for rules that say the same.
func contentKey(r *rule.Rule) string {
	return fmt.Sprint(r.Action, r.State, r.Traffic.Sources, r.Traffic.Destinations, r.Traffic.Services, r.SourceZones, r.DestinationZones, condition(r), r.Implied)
}

// entries are the entries that the rule becomes in an empty list of the language.
func (l *List) entries(our rule.Rule) ([]rule.Rule, error) {
	empty := *l.Rules
	empty.Rules = nil
	name := "acl-entries"
	text, err := format.Change(l.format(), name, rule.Insertion{Base: &empty, Rules: []rule.Rule{plain(our)}})
	if err != nil {
		return nil, fmt.Errorf("rule %s: %w", our.Name, err)
	}
	rs, _, err := format.Parse([]byte(text+"\n"), format.Options{Name: name, Source: name, Format: l.format(), ACL: name})
	if err != nil {
		return nil, fmt.Errorf("rule %s is not read again: %w", our.Name, err)
	}
	return slices.DeleteFunc(rs.Rules, func(r rule.Rule) bool { return r.Implied || r.Line == 0 }), nil
}

// plain is the rule as lists without zones have it: there they are where a list is
// applied.
func plain(r rule.Rule) rule.Rule {
	r.SourceZones, r.DestinationZones = nil, nil
	return r
}

// judge finds out which of ours could as well stand on top.
func (f *Found) judge(rs *rule.Ruleset, ours []rule.Rule) {
	of := map[int]int{}
	for n, at := range f.At {
		for _, i := range at {
			of[i] = n
		}
	}
	if len(of) == 0 {
		return
	}
	hindered := make([]bool, len(ours))
	var above []int // rules of others, and of ours that are hindered
	var top []int
	for i := range rs.Rules {
		n, is := of[i]
		if !is {
			above = append(above, i)
			continue
		}
		if slices.ContainsFunc(above, func(k int) bool { return opposes(&rs.Rules[k], &rs.Rules[i]) }) {
			hindered[n] = true
		}
		if !slices.Contains(top, n) {
			top = append(top, n)
		}
	}
	// Of ours, those that stand against each other have to be apart from each other.
	for k, n := range top {
		for _, m := range top[:k] {
			if f.At[m][len(f.At[m])-1] > f.At[n][0] && opposes(&ours[m], &ours[n]) {
				hindered[n], hindered[m] = true, true
			}
		}
	}
	for changed := true; changed; { // what is hindered may stand above others of ours
		changed = false
		for _, n := range top {
			for _, m := range top {
				if hindered[m] && !hindered[n] && f.At[m][0] < f.At[n][len(f.At[n])-1] && opposes(&ours[m], &ours[n]) {
					hindered[n], changed = true, true
				}
			}
		}
	}
	for _, n := range top {
		if f.OnTop[n] = !hindered[n]; f.OnTop[n] {
			f.Order = append(f.Order, n)
		}
	}
}
