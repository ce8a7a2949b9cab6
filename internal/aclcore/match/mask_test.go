package match

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// TestMasks: a rule with a mask decides as one with the addresses that the mask stands
// for. Only of traffic in which these are too many ranges it may be not known.
func TestMasks(t *testing.T) {
	dice := rand.New(rand.NewPCG(7, 11))
	undecided, decided := 0, 0
	for range 3000 {
		masks, listed := maskedRules(dice)
		q := Question{Products: []traffic.Product{{Sources: someOf(dice), Destinations: someOf(dice), Services: service.Any()}}}
		got, want := New(masks).Match(q), New(listed).Match(q)
		switch {
		case got.Verdict() == Indeterminate && want.Verdict() != Indeterminate:
			undecided++
		case got.Verdict() != want.Verdict():
			t.Fatalf("%s: %s with masks, %s with what they stand for\n%v", q.Products[0], got.Verdict(), want.Verdict(), masks.Rules)
		default:
			decided++
		}
		if v := New(masks).Verdict(q); v != got.Verdict() {
			t.Fatalf("%s: the verdict alone is %s, that of the parts %s", q.Products[0], v, got.Verdict())
		}
	}
	if decided < 10*undecided {
		t.Errorf("%d questions are decided, %d are not", decided, undecided)
	}
}

// maskedRules draws rules with masks, and the same with the addresses listed.
func maskedRules(dice *rand.Rand) (masks, listed *rule.Ruleset) {
	masks, listed = &rule.Ruleset{Stateless: dice.IntN(4) == 0}, &rule.Ruleset{}
	listed.Stateless = masks.Stateless
	for i := range 1 + dice.IntN(5) {
		with := rule.Rule{Line: i + 1, Action: rule.Action(dice.IntN(2)), Traffic: traffic.Product{Sources: addr.Any4(), Destinations: addr.Any4(), Services: service.Any()}}
		without := with
		with.Masks = &rule.Masks{}
		for _, side := range []struct {
			mask **addr.Mask
			set  *addr.Set
		}{{&with.Masks.Source, &without.Traffic.Sources}, {&with.Masks.Destination, &without.Traffic.Destinations}} {
			if dice.IntN(2) == 0 {
				continue
			}
			m := addr.Mask{
				Address: netip.AddrFrom4([4]byte{10, 0, byte(dice.IntN(4)), byte(dice.IntN(8))}),
				Free:    netip.AddrFrom4([4]byte{0, 0, byte(dice.IntN(256)), byte(dice.IntN(64))}),
			}
			*side.mask = &m
			*side.set, _ = addr.Wildcard(m.Address, m.Free)
			with.Unknown = append(with.Unknown, "a mask")
		}
		if with.Masks.Len() == 0 {
			with.Masks = nil
		}
		masks.Rules, listed.Rules = append(masks.Rules, with), append(listed.Rules, without)
	}
	return masks, listed
}

func someOf(dice *rand.Rand) addr.Set {
	first := netip.AddrFrom4([4]byte{10, 0, byte(dice.IntN(4)), byte(dice.IntN(8))})
	last := first
	for range dice.IntN(8) {
		last = last.Next()
	}
	if dice.IntN(20) == 0 {
		last = netip.AddrFrom4([4]byte{10, 0, 255, 255})
	}
	return addr.SetOf(addr.RangeOf(first, last))
}
