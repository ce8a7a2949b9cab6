package match

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// TestEntangled asks for any to any over rulesets of rules that cross each other in all
// dimensions, which no real ruleset has. The answer comes, and takes bounded memory.
func TestEntangled(t *testing.T) {
	for _, permits := range []int{1, 9} { // of ten rules
		rng := rand.New(rand.NewPCG(1, uint64(permits)))
		var path []Matcher
		for range 8 {
			rs := &rule.Ruleset{Default: rule.Deny}
			for range 60 {
				action := rule.Deny
				if rng.IntN(10) < permits {
					action = rule.Permit
				}
				rs.Rules = append(rs.Rules, rule.Rule{Action: action, Traffic: traffic.Product{
					Sources: randomRanges(rng), Destinations: randomRanges(rng), Services: randomPorts(rng),
				}})
			}
			path = append(path, New(rs))
		}
		for _, want := range []rule.Action{rule.Permit, rule.Deny} {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			f := Check(path, Request{Region: flow.Region{Possible: []traffic.Product{{Sources: addr.Any4(), Destinations: addr.Any4(), Services: service.Any()}}}, Want: want})
			runtime.ReadMemStats(&after)
			if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 4000 {
				t.Errorf("%d permits of 10: allocates %d MB", permits, mb)
			}
			if f.Satisfied != (len(f.Missing) == 0) || f.Verdict == Allowed {
				t.Errorf("%d permits of 10: %s, satisfied %t, %d missing", permits, f.Verdict, f.Satisfied, len(f.Missing))
			}
		}
	}
}

func randomRanges(rng *rand.Rand) addr.Set {
	var out []addr.Range
	for range 3 {
		a, b := rng.Uint32(), rng.Uint32()
		out = append(out, addr.RangeOf(address(min(a, b)), address(max(a, b))))
	}
	return addr.SetOf(out...)
}

func address(n uint32) netip.Addr {
	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, n)))
}

func randomPorts(rng *rand.Rand) service.Set {
	a, b := uint16(rng.Uint32()), uint16(rng.Uint32())
	c, d := uint16(rng.Uint32()), uint16(rng.Uint32())
	r := service.Ports(service.TCP, min(a, b), max(a, b))
	r.SrcFrom, r.SrcTo = min(c, d), max(c, d)
	return service.SetOf(r)
}

// TestGivenUp: where it is not known whether a packet passes both rulesets, none of the
// two answers is given.
func TestGivenUp(t *testing.T) {
	permits := func(third byte, hosts ...byte) *rule.Ruleset {
		rs := &rule.Ruleset{Default: rule.Deny}
		for _, h := range hosts {
			a := netip.AddrFrom4([4]byte{10, 0, third, h})
			rs.Rules = append(rs.Rules, rule.Rule{Action: rule.Permit, Traffic: traffic.Product{
				Sources: addr.SetOf(addr.RangeOf(a, a)), Destinations: addr.Any4(), Services: service.Any(),
			}})
		}
		return rs
	}
	first, second := permits(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), permits(1, 1, 2, 3, 4, 5, 6, 7, 8)
	second.Rules = append(second.Rules, first.Rules[8])
	for _, want := range []rule.Action{rule.Permit, rule.Deny} {
		check := func(steps int) Finding {
			l := limits{1, 0, steps}
			return Check([]Matcher{New(first).withLimits(l), New(second).withLimits(l)}, Request{
				Region: flow.Region{Possible: []traffic.Product{{Sources: addr.Any4(), Destinations: addr.Any4(), Services: service.Any()}}}, Want: want, DenyAt: 1,
			})
		}
		if f := check(defaultLimits.steps); f.Verdict != Partial || f.Satisfied {
			t.Errorf("%s: %s, satisfied %t", want, f.Verdict, f.Satisfied)
		}
		f := check(4)
		if f.Verdict != Indeterminate || f.Satisfied || len(f.Missing) == 0 || f.Missing[0].Reason != entangledReason {
			t.Errorf("%s, given up: %s, satisfied %t, %+v", want, f.Verdict, f.Satisfied, f.Missing)
		}
	}
}
