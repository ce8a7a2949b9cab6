package known_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
)

// A line of a group: a member, as far as it is known, or one that is not understood.
type line struct {
	adds   bool
	member known.Set[addr.Set]
}

func drawLine(dice *rand.Rand) line {
	member, _ := draw(dice)
	return line{dice.IntN(4) > 0, member}
}

func group(lines []line) known.Set[addr.Set] {
	var m known.Members[addr.Set]
	for _, l := range lines {
		if l.adds {
			m.Add(l.member)
		} else {
			m.Unread("a line")
		}
	}
	return m.Set(setOf(1<<universe - 1))
}

// TestMembersLaw puts a line anywhere into a group. A permit of the group allows what
// it surely holds, and so grows only by what the line surely adds; a deny of it stops
// allowing what it may hold, which no line makes less.
func TestMembersLaw(t *testing.T) {
	dice := rand.New(rand.NewPCG(7, 8))
	for range 3000 {
		lines := make([]line, dice.IntN(6))
		for i := range lines {
			lines[i] = drawLine(dice)
		}
		more := drawLine(dice)
		before, after := group(lines), group(slices.Insert(slices.Clone(lines), dice.IntN(len(lines)+1), more))
		gained := after.Sure.Subtract(before.Sure)
		switch {
		case !after.Possible.ContainsSet(before.Possible):
			t.Fatalf("%+v and %+v: %v may hold less than %v", lines, more, after, before)
		case !more.adds && !after.Sure.IsEmpty():
			t.Fatalf("%+v and %+v: %v is sure of something", lines, more, after)
		case !more.member.Sure.ContainsSet(gained):
			t.Fatalf("%+v and %+v: %v is sure of more than %v", lines, more, after, before)
		case more.adds && after.IsExact() && !more.member.Sure.Equal(more.member.Possible) && !after.Sure.ContainsSet(more.member.Possible):
			t.Fatalf("%+v and %+v: the doubt is lost", lines, more)
		}
	}
}
