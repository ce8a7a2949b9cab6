package known_test

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
)

// universe are the addresses 10.0.0.0 to 10.0.0.7.
const universe = 8

func setOf(bits int) addr.Set {
	var s addr.Set
	for i := range universe {
		if bits>>i&1 == 1 {
			a := netip.AddrFrom4([4]byte{10, 0, 0, byte(i)})
			s = s.Union(addr.SetOf(addr.RangeOf(a, a)))
		}
	}
	return s
}

// draw returns a set that is known in part, and one that it may be.
func draw(dice *rand.Rand) (known.Set[addr.Set], int) {
	possible := dice.IntN(1 << universe)
	sure := possible & dice.IntN(1<<universe)
	meant := sure | possible&dice.IntN(1<<universe)
	return known.Between(setOf(sure), setOf(possible), "a reason"), meant
}

// TestLaw: whatever two sets that are known in part really are, what is said of their
// union, intersection and difference holds.
func TestLaw(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		a, x := draw(dice)
		b, y := draw(dice)
		for name, tt := range map[string]struct {
			got  known.Set[addr.Set]
			bits int
		}{
			"union":      {a.Union(b), x | y},
			"intersect":  {a.Intersect(b), x & y},
			"difference": {a.Subtract(b), x &^ y},
			"doubt":      {a.Doubt(setOf(y), "another"), (x &^ y) & dice.IntN(1<<universe)},
		} {
			meant := setOf(tt.bits)
			if !meant.ContainsSet(tt.got.Sure) || !tt.got.Possible.ContainsSet(meant) {
				t.Fatalf("%s of %v and %v: %v does not fit %v", name, a, b, tt.got, meant)
			}
			if tt.got.IsExact() != tt.got.Sure.Equal(tt.got.Possible) {
				t.Fatalf("%s of %v and %v: %v, exact %t", name, a, b, tt.got, tt.got.IsExact())
			}
		}
	}
}

func TestReasons(t *testing.T) {
	a := []string{"one", "two"}
	got := known.Reasons(a, []string{"two", "three", "four", "five", "six"})
	if len(got) != known.MaxReasons || got[4] != "five" {
		t.Errorf("Reasons = %q", got)
	}
	if len(a) != 2 || &got[0] == &a[0] {
		t.Error("the reasons that were there are written to")
	}
}
