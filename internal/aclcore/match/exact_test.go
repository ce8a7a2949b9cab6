package match

import (
	"math/rand/v2"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

func questionOf(c enginetest.Case) Question {
	return Question{c.Products, c.SourceZone, c.DestinationZone}
}

// checkAnswer compares an answer with the oracle's decision for every packet of
// the universe: the packets that were asked for are in exactly one part each, no
// others are in any, and outcome, rule, direction and intent are right.
func checkAnswer(t *testing.T, c enginetest.Case, a Answer) {
	t.Helper()
	asked := enginetest.Packets(c.Products, c.SourceZone, c.DestinationZone)
	for _, p := range asked {
		var holding []Part
		for _, part := range a.Parts {
			if p.In(part.Product) {
				holding = append(holding, part)
			}
		}
		if len(holding) > 1 || len(holding) == 0 && !a.Cut {
			t.Fatalf("%s\n%v is in %d parts", c, p, len(holding))
		}
		if len(holding) == 1 {
			checkPart(t, c, p, holding[0])
		}
	}
	for _, part := range a.Parts {
		if part.IsEmpty() || (part.Reason != "") != (part.Outcome == Unknown) {
			t.Fatalf("%s\npart %s, outcome %s, reason %q", c, part.Product, part.Outcome, part.Reason)
		}
		inside := enginetest.Packets([]traffic.Product{part.Product}, c.SourceZone, c.DestinationZone)
		for _, p := range inside {
			if !in(c.Products, p) {
				t.Fatalf("%s\n%v was not asked for and is in the part %s", c, p, part.Product)
			}
		}
	}
	if len(asked) == 0 {
		return
	}
	if got, want := a.Verdict().String(), oracle.Verdict(c.Rules, asked); got != want {
		t.Fatalf("%s\nverdict %s, want %s", c, got, want)
	}
}

func in(products []traffic.Product, p oracle.Packet) bool {
	for _, product := range products {
		if p.In(product) {
			return true
		}
	}
	return false
}

func checkPart(t *testing.T, c enginetest.Case, p oracle.Packet, part Part) {
	t.Helper()
	d := oracle.Decide(c.Rules, p)
	want := Denied
	switch {
	case d.Permit && d.Deny:
		want = Unknown
	case d.Permit:
		want = Permitted
	}
	if part.Outcome != want || part.Rule != d.Rule || part.Return != d.Return || part.Intent != d.Intent {
		t.Fatalf("%s\n%v: %s by rule %d, of replies %t, intent %d; want %s by rule %d, of replies %t, intent %d",
			c, p, part.Outcome, part.Rule, part.Return, part.Intent, want, d.Rule, d.Return, d.Intent)
	}
}

func TestMatchAgainstOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 1500 {
		c := enginetest.DrawCase(r, 6)
		c.Rules.Stateless = false
		checkAnswer(t, c, New(c.Rules).Match(questionOf(c)))
	}
}

func FuzzMatch(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 8 {
		seed := make([]byte, 60)
		for i := range seed {
			seed[i] = byte(r.Uint32())
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		dice := enginetest.Bytes(data)
		c := enginetest.DrawCase(&dice, 8)
		c.Rules.Stateless = false
		checkAnswer(t, c, New(c.Rules).Match(questionOf(c)))
	})
}
