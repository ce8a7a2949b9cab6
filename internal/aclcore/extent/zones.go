package extent

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Zones numbers the zones that can be told apart: zones that no rule names, which are
// one, then those that some rule names. Where a rule asks how the zones of a packet
// relate there is a second zone that none names; packets from it are like those from the
// first, and only those that come from the first go to it, so that no packet is told
// twice.
type Zones struct {
	names []string // sorted
	// unnamed is how many zones there are that no rule names.
	unnamed int
	all     ZoneSet
	// everywhere is all that packets can go between.
	everywhere []Between
}

// NewZones returns the zones that the lists, and names, tell apart.
func NewZones(names []string, lists ...[]rule.Rule) *Zones {
	seen := make(map[string]bool)
	for _, name := range names {
		if name != "" {
			seen[name] = true
		}
	}
	z := &Zones{unnamed: 1}
	for _, rules := range lists {
		for i := range rules {
			if rules[i].Pair != rule.AnyPair {
				z.unnamed = 2
			}
			for _, of := range [...][]string{rules[i].SourceZones, rules[i].DestinationZones} {
				for _, name := range of {
					seen[name] = true
				}
			}
		}
	}
	for name := range seen {
		z.names = append(z.names, name)
	}
	slices.Sort(z.names)
	for i := range z.unnamed + len(z.names) {
		z.all = z.all.with(i)
	}
	z.everywhere = []Between{{z.all, z.all}}
	if z.unnamed == 2 {
		first, second := ZoneSet(nil).with(0), ZoneSet(nil).with(1)
		z.everywhere = []Between{{first, z.all}}
		if rest := z.all.subtract(first).subtract(second); !rest.isEmpty() {
			z.everywhere = append(z.everywhere, Between{rest, z.all.subtract(second)})
		}
	}
	return z
}

// Everything returns every packet.
func (z *Zones) Everything() (out []Extent) {
	for _, b := range z.everywhere {
		out = append(out, Of(b, traffic.Any())...)
	}
	return out
}

// Declared returns the zones that a flow may mean: the one that it names, or all of
// them where it names none, or one that may be every zone.
func (z *Zones) Declared(name string) ZoneSet {
	if name == "" || rule.MayBeEveryZone(name) {
		return z.all
	}
	return z.named(name)
}

// named returns the one zone of that name, which is among those of z.
func (z *Zones) named(name string) ZoneSet {
	i, _ := slices.BinarySearch(z.names, name)
	return ZoneSet(nil).with(z.unnamed + i)
}

// All returns every zone.
func (z *Zones) All() ZoneSet { return z.all }

// What [Zones.Names] calls zones that no rule names.
const (
	Other   = "other zones"
	Same    = "the same of the other zones"
	Another = "another of the other zones"
)

// Names names the zones at both ends for people, none for all zones.
func (z *Zones) Names(b Between) (from, to []string) {
	name := func(s ZoneSet) (names []string) {
		for i, name := range z.names {
			if s.has(z.unnamed + i) {
				names = append(names, name)
			}
		}
		return names
	}
	if from, to = name(b.From), name(b.To); b.From.has(0) {
		from = append(from, Other)
	}
	switch same, another := b.To.has(0), z.unnamed == 2 && b.To.has(1); {
	case z.unnamed == 1 || !b.From.has(0) || same && another:
		if same || another {
			to = append(to, Other)
		}
	case same:
		to = append(to, Same)
	case another:
		to = append(to, Another)
	}
	if len(from) == len(z.names)+1 {
		from = nil
	}
	if len(to) == len(z.names)+1 && to[len(to)-1] == Other {
		to = nil
	}
	return from, to
}

// ZoneSet is an immutable set of zones by number.
type ZoneSet []uint64

func (s ZoneSet) has(i int) bool { return i/64 < len(s) && s[i/64]>>(i%64)&1 == 1 }

func (s ZoneSet) with(i int) ZoneSet {
	out := make(ZoneSet, max(len(s), i/64+1))
	copy(out, s)
	out[i/64] |= 1 << (i % 64)
	return out
}

func (s ZoneSet) word(i int) uint64 {
	if i < len(s) {
		return s[i]
	}
	return 0
}

func (s ZoneSet) isEmpty() bool {
	for _, w := range s {
		if w != 0 {
			return false
		}
	}
	return true
}

func (s ZoneSet) contains(o ZoneSet) bool {
	for i, w := range o {
		if w&^s.word(i) != 0 {
			return false
		}
	}
	return true
}

func (s ZoneSet) overlaps(o ZoneSet) bool {
	for i, w := range o {
		if w&s.word(i) != 0 {
			return true
		}
	}
	return false
}

func (s ZoneSet) intersect(o ZoneSet) ZoneSet {
	if o.contains(s) {
		return s
	}
	out := make(ZoneSet, len(s))
	for i := range out {
		out[i] = s[i] & o.word(i)
	}
	return out
}

func (s ZoneSet) subtract(o ZoneSet) ZoneSet {
	if !s.overlaps(o) {
		return s
	}
	out := make(ZoneSet, len(s))
	for i := range out {
		out[i] = s[i] &^ o.word(i)
	}
	return out
}

func (s ZoneSet) union(o ZoneSet) ZoneSet {
	if s.contains(o) {
		return s
	}
	out := make(ZoneSet, max(len(s), len(o)))
	for i := range out {
		out[i] = s.word(i) | o.word(i)
	}
	return out
}

// each yields the zones one by one.
func (s ZoneSet) each(yield func(one ZoneSet)) {
	for i := range 64 * len(s) {
		if s.has(i) {
			yield(ZoneSet(nil).with(i))
		}
	}
}

// first returns one zone of the set.
func (s ZoneSet) first() ZoneSet {
	for i := range 64 * len(s) {
		if s.has(i) {
			return ZoneSet(nil).with(i)
		}
	}
	return nil
}

// Equal reports whether both sets hold the same zones.
func (s ZoneSet) Equal(o ZoneSet) bool { return s.contains(o) && o.contains(s) }
