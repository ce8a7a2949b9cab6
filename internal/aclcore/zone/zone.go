package zone

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
)

// Map tells the zone of every address. Zones have numbers: those of the names in
// order, and 0 for outside of all of them. It is immutable and safe for concurrent
// use.
type Map struct {
	// names are the zones by number, sorted, "" first.
	names    []string
	segments segments
}

// Options of [New].
type Options struct {
	// Key is what error messages call the declaration: zones.
	Key string
	// MayBeEmpty accepts zones without entries.
	MayBeEmpty bool
}

// New compiles zones as they are declared: a name and its addresses and names of
// addresses. The zone "" holds what no other entry holds; it may be declared to take a
// part out of another zone. The error joins what is wrong: addresses that cannot be
// read, two zones with entries that are equal, or that overlap without one holding the
// other, and zones without entries. It joins a
// [flow.FieldError] for each, whose place is like zones["dmz"].
func New(names *flow.Names, declared map[string][]string, o Options) (*Map, error) {
	var problems []error
	fail := func(at string, err error) { problems = append(problems, flow.InField(o.Key, at, err)) }
	m := &Map{names: []string{""}}
	var entries []entry
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		number := 0
		if name != "" {
			number = len(m.names)
			m.names = append(m.names, name)
		}
		if len(declared[name]) == 0 && !o.MayBeEmpty {
			fail(fmt.Sprintf("[%q]", name), errors.New("is empty; list at least one prefix"))
		}
		literals, err := names.Addresses(declared[name])
		if err != nil {
			fail(fmt.Sprintf("[%q]", name), err)
		}
		for _, l := range literals {
			for _, r := range l.Set.Ranges() {
				entries = append(entries, entry{r, number, name})
			}
		}
	}
	found, overlaps := segmentsOf(entries)
	told := make(map[[2]int]bool)
	for _, v := range overlaps {
		// One is enough to find the others of the same two zones.
		if zones := [2]int{v.a.zone, v.b.zone}; !told[zones] {
			told[zones], told[[2]int{v.b.zone, v.a.zone}] = true, true
			fail(fmt.Sprintf("[%q] and %s[%q]", v.a.name, o.Key, v.b.name), errors.New(v.String()))
		}
	}
	m.segments = found
	return m, errors.Join(problems...)
}

// Len returns how many numbers there are, that of outside included.
func (m *Map) Len() int { return len(m.names) }

// Name returns the name of a zone by its number, "" for 0.
func (m *Map) Name(zone int) string { return m.names[zone] }

// Names returns the names of the zones, sorted.
func (m *Map) Names() []string { return slices.Clone(m.names[1:]) }

// Number returns the number of the zone of that name; "" has 0.
func (m *Map) Number(name string) (zone int, ok bool) { return slices.BinarySearch(m.names, name) }

// Whole returns the zone that holds all of the range, if one does.
func (m *Map) Whole(r addr.Range) (zone int, ok bool) { return m.segments.whole(r) }

// A Share is what one zone has of a set.
type Share struct {
	Zone int
	Set  addr.Set
}

// Split returns the shares of the zones that set touches, in order of zones.
func (m *Map) Split(set addr.Set) (out []Share) {
	if r := set.Ranges(); len(r) == 1 {
		if zone, ok := m.segments.whole(r[0]); ok {
			return []Share{{zone, set}}
		}
	}
	found := make([][]addr.Range, len(m.names))
	m.segments.walk(set, func(zone int, r addr.Range) { found[zone] = append(found[zone], r) })
	for zone, ranges := range found {
		if len(ranges) > 0 {
			out = append(out, Share{zone, addr.SetOf(ranges...)})
		}
	}
	return out
}

// Families says of which address families a set has addresses.
type Families uint8

// The two families.
const (
	V4 Families = 1 << iota
	V6
)

// Touched returns what the set has in each zone, by number.
func (m *Map) Touched(set addr.Set) []Families {
	out := make([]Families, len(m.names))
	m.segments.walk(set, func(zone int, r addr.Range) {
		if r.Is4() {
			out[zone] |= V4
		} else {
			out[zone] |= V6
		}
	})
	return out
}
