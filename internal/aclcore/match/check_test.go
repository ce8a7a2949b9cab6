package match_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// checkPath compares what Check says of a flow over up to three rulesets with what
// the oracle says of every packet: all of them have to permit it. Every second
// ruleset has its first rules on top of an index of the others.
func checkPath(t *testing.T, dice enginetest.Dice) {
	t.Helper()
	first := enginetest.DrawCase(dice, 5)
	rulesets := []*rule.Ruleset{first.Rules}
	for range dice.IntN(3) {
		rulesets = append(rulesets, enginetest.DrawCase(dice, 5).Rules)
	}
	var region flow.Region
	for _, p := range first.Products {
		v4, v6 := p.ByFamily()
		region.Possible = slices.DeleteFunc(append(region.Possible, v4, v6), traffic.Product.IsEmpty)
	}
	packets := enginetest.Packets(region.Possible, first.SourceZone, first.DestinationZone)
	if len(packets) == 0 {
		return
	}
	path := make([]match.Matcher, len(rulesets))
	for i, rs := range rulesets {
		if n := len(rs.Rules) / 2; i%2 == 0 {
			base := *rs
			base.Rules = rs.Rules[n:]
			path[i] = match.NewOverlay(&rule.Ruleset{Source: "top", Rules: rs.Rules[:n]}, match.New(&base))
			if rs.Return == nil {
				continue
			}
		}
		path[i] = match.New(rs)
	}
	q := match.Request{
		Region: region, SourceZone: first.SourceZone, DestinationZone: first.DestinationZone,
		Want: rule.Action(dice.IntN(2)), DenyAt: dice.IntN(len(path)),
	}
	f := match.Check(path, q)

	var permitted, denied, unknown bool
	for _, p := range packets {
		through, stopped := true, false
		for _, rs := range rulesets {
			d := oracle.Decide(rs, p)
			through = through && !d.Deny
			stopped = stopped || !d.Permit
		}
		permitted, denied, unknown = permitted || through, denied || stopped, unknown || !through && !stopped
		asWanted := through
		if q.Want == rule.Deny {
			asWanted = stopped
		}
		missing := slices.ContainsFunc(f.Missing, func(m match.Missing) bool { return p.In(m.Product) })
		if missing == asWanted {
			t.Fatalf("%s\nwant %s over %d rulesets: %v is missing %t, as wanted %t", first, q.Want, len(path), p, missing, asWanted)
		}
	}
	want := match.Blocked
	switch {
	case permitted && denied:
		want = match.Partial
	case unknown:
		want = match.Indeterminate
	case permitted:
		want = match.Allowed
	}
	if f.Verdict != want || f.Satisfied != (len(f.Missing) == 0) {
		t.Fatalf("%s\nover %d rulesets: %s, satisfied %t with %d missing; want %s", first, len(path), f.Verdict, f.Satisfied, len(f.Missing), want)
	}
}

func TestCheckAgainstOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 2000 {
		checkPath(t, r)
	}
}

func FuzzCheck(f *testing.F) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 8 {
		seed := make([]byte, 120)
		for i := range seed {
			seed[i] = byte(r.Uint32())
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		dice := enginetest.Bytes(data)
		checkPath(t, &dice)
	})
}
