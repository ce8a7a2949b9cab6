package extent

import (
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// Label says what a rule means to a search that is for packets whose first labelled
// rule is Wanted.
type Label uint8

// The labels.
const (
	// Skip: the search takes no notice of the rule.
	Skip Label = iota
	// Wanted: a packet that comes to the rule is what is looked for.
	Wanted
	// Unwanted: a packet that comes to it is not.
	Unwanted
)

// Result says how a search ended.
type Result uint8

// The results.
const (
	// None: there is no such packet.
	None Result = iota
	// Found: there is one.
	Found
	// GivenUp: the steps did not suffice to find out.
	GivenUp
)

// Search looks for a packet of the extents whose first labelled rule is Wanted; end is
// the label of what meets no labelled rule. Rules from number before on are not asked
// for their label, and none before number wanted has the label Wanted. It tries at most so
// many packets as there are steps.
//
// It tries one packet. If the packet is not wanted then because of a rule, and all else
// that this rule takes is out of the question as well, but for what an earlier rule
// saves. So each step clears away all traffic of a rule, and no partition is made.
func (l *List) Search(extents []Extent, wanted, before int, label func(i int, sure bool) Label, end Label, steps int) Result {
	s := searcher{l, label, wanted, steps}
	for _, e := range extents {
		if s.find(e, before, end) {
			return Found
		}
	}
	if s.steps < 0 {
		return GivenUp
	}
	return None
}

type searcher struct {
	*List
	label func(i int, sure bool) Label
	// wanted is the first rule that may be Wanted.
	wanted int
	steps  int // -1 when they did not suffice
}

// find looks in e, in which rules from number before on are out of the question and
// what comes to them has the label end.
func (s *searcher) find(e Extent, before int, end Label) bool {
	open := []Extent{e}
	for len(open) > 0 {
		e := open[len(open)-1]
		open = open[:len(open)-1]
		if e.IsEmpty() {
			continue
		}
		if s.steps--; s.steps < 0 {
			return false
		}
		label, by, taken := s.first(pick(e), before)
		if by < 0 {
			label, by, taken = end, before, e
		}
		if label == Wanted {
			return true
		}
		if s.saved(e.Intersect(taken), by) {
			return true
		}
		open = e.Subtract(open, taken)
	}
	return false
}

// first returns the first labelled rule that the packet meets, and what it takes.
func (s *searcher) first(packet Extent, before int) (label Label, by int, taken Extent) {
	by = -1
	for i := range s.index.Overlapping(packet.Product, 0) {
		if i >= before {
			break
		}
		s.hits(i, packet, func(share Extent, sure bool) bool {
			if label = s.label(i, sure); label != Skip {
				by, taken = i, share
			}
			return false // a packet is in one share
		})
		if by >= 0 {
			break
		}
	}
	return label, by, taken
}

// saved looks in what a rule takes for packets that a wanted rule before it gets.
func (s *searcher) saved(taken Extent, by int) bool {
	found := false
	if s.wanted >= by {
		return false
	}
	for i := range s.index.Overlapping(taken.Product, s.wanted) {
		if i >= by {
			break
		}
		s.hits(i, taken, func(share Extent, sure bool) bool {
			if s.label(i, sure) == Wanted {
				found = s.find(taken.Intersect(share), i, Wanted)
			}
			return !found && s.steps >= 0
		})
		if found || s.steps < 0 {
			break
		}
	}
	return found
}

// pick returns one packet of e.
func pick(e Extent) Extent {
	lowest := func(s addr.Set) addr.Set {
		a := s.Ranges()[0].From
		return addr.SetOf(addr.RangeOf(a, a))
	}
	r := e.Services.Ranges()[0]
	r.ProtoTo, r.SrcTo, r.DstTo = r.ProtoFrom, r.SrcFrom, r.DstFrom
	e.From, e.To = e.From.first(), e.To.first()
	e.Sources, e.Destinations, e.Services = lowest(e.Sources), lowest(e.Destinations), service.SetOf(r)
	return e
}
