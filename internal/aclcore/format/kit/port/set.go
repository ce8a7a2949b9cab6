// Package port holds sets of TCP, UDP and SCTP ports: what the comparisons of a
// rule say, eq 80 or range 20 25, and the services that they make with a protocol.
package port

import (
	"cmp"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// Max is the highest port.
const Max = 65535

// Run is a run of ports, both ends inclusive, From not above To.
type Run struct{ From, To uint16 }

// Set is a set of ports. The zero value is empty. Sets are immutable.
type Set struct {
	// runs are in order and neither overlap nor touch.
	runs []Run
}

var all = Set{[]Run{{0, Max}}}

// All returns the set of every port.
func All() Set { return all }

// Of returns the union of the runs, whose memory it takes over.
func Of(runs ...Run) Set {
	if len(runs) < 2 {
		return Set{runs}
	}
	slices.SortFunc(runs, func(a, b Run) int { return cmp.Compare(a.From, b.From) })
	out := runs[:1]
	for _, r := range runs[1:] {
		if last := &out[len(out)-1]; int(r.From) <= int(last.To)+1 {
			last.To = max(last.To, r.To)
			continue
		}
		out = append(out, r)
	}
	return Set{out}
}

// Compare returns the ports for which a comparison holds: eq, neq, lt, gt with a, or
// range from a to b. A range that is the wrong way round holds for none. ok is false
// for another operator.
func Compare(op string, a, b uint16) (set Set, ok bool) {
	switch op {
	case "eq":
		return Set{[]Run{{a, a}}}, true
	case "neq":
		return Set{[]Run{{a, a}}}.Complement(), true
	case "lt":
		return upTo(int(a) - 1), true
	case "gt":
		return upTo(int(a)).Complement(), true
	case "range":
		if b < a {
			return Set{}, true
		}
		return Set{[]Run{{a, b}}}, true
	}
	return Set{}, false
}

func upTo(last int) Set {
	if last < 0 {
		return Set{}
	}
	return Set{[]Run{{0, uint16(last)}}}
}

// Runs returns the runs in order; it must not be written to.
func (s Set) Runs() []Run { return s.runs }

// IsEmpty reports whether the set holds no port.
func (s Set) IsEmpty() bool { return len(s.runs) == 0 }

// IsAll reports whether the set holds every port.
func (s Set) IsAll() bool { return len(s.runs) == 1 && s.runs[0] == all.runs[0] }

// Equal reports whether both sets hold the same ports.
func (s Set) Equal(o Set) bool { return slices.Equal(s.runs, o.runs) }

// Union returns the ports of either set.
func (s Set) Union(o Set) Set {
	switch {
	case len(s.runs) == 0:
		return o
	case len(o.runs) == 0:
		return s
	}
	return Of(slices.Concat(s.runs, o.runs)...)
}

// Intersect returns the ports of both sets.
func (s Set) Intersect(o Set) Set {
	var out []Run
	for i, j := 0, 0; i < len(s.runs) && j < len(o.runs); {
		from, to := max(s.runs[i].From, o.runs[j].From), min(s.runs[i].To, o.runs[j].To)
		if from <= to {
			out = append(out, Run{from, to})
		}
		if s.runs[i].To < o.runs[j].To {
			i++
		} else {
			j++
		}
	}
	return Set{out}
}

// Subtract returns the ports of s that are not in o.
func (s Set) Subtract(o Set) Set { return s.Intersect(o.Complement()) }

// Complement returns the ports that are not in s.
func (s Set) Complement() Set {
	var out []Run
	next := 0
	for _, r := range s.runs {
		if int(r.From) > next {
			out = append(out, Run{uint16(next), r.From - 1})
		}
		next = int(r.To) + 1
	}
	if next <= Max {
		out = append(out, Run{uint16(next), Max})
	}
	return Set{out}
}

// AppendBoxes appends the services of the protocol that go from a source port to a
// destination port of the sets: one for each pair of runs.
func AppendBoxes(out []service.Range, protocol uint8, sources, destinations Set) []service.Range {
	for _, s := range sources.runs {
		for _, d := range destinations.runs {
			out = append(out, service.Range{
				ProtoFrom: protocol, ProtoTo: protocol, SrcFrom: s.From, SrcTo: s.To, DstFrom: d.From, DstTo: d.To,
			})
		}
	}
	return out
}

// Boxes returns how many services AppendBoxes appends.
func Boxes(sources, destinations Set) int { return len(sources.runs) * len(destinations.runs) }
