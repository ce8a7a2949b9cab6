package change_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/change"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// checkChange finds what a drawn flow needs, puts it before the rules, and asks the
// oracle about every packet: the flow is as wanted then, no packet outside it is
// treated otherwise than before, and no deny that is somebody's intent is overruled
// unasked.
func checkChange(t *testing.T, dice enginetest.Dice) {
	t.Helper()
	c := enginetest.DrawCase(dice, 6)
	c.Rules.Return = nil // rules on top of the others never meet replies that have a list of their own
	c.Rules.Tracked = c.Rules.Stateless && dice.IntN(2) == 1
	want, override := rule.Action(dice.IntN(2)), dice.IntN(2) == 1
	var region flow.Region
	for _, p := range c.Products {
		v4, v6 := p.ByFamily()
		region.Possible = slices.DeleteFunc(append(region.Possible, v4, v6), traffic.Product.IsEmpty)
	}
	if len(region.Possible) == 0 {
		return
	}
	q := match.Request{Region: region, Want: want, SourceZone: c.SourceZone, DestinationZone: c.DestinationZone}
	path := []match.Matcher{match.New(c.Rules)}
	before := match.Check(path, q)
	p := change.For(path, q, before, 0, change.Options{OverrideDeny: override})
	added := rulesOf(p.Rules)
	if before.Satisfied != (len(p.Rules)+len(p.Refused) == 0) {
		t.Fatalf("%s\nwant %s: satisfied %t, %d rules, %d refused", c, want, before.Satisfied, len(p.Rules), len(p.Refused))
	}
	n := len(traffic.Merge(region.Possible))
	if c.Rules.Stateless {
		n *= 2 // one for the packets, one for their replies
	}
	if len(p.Refused) == 0 && len(p.Rules) > n {
		t.Fatalf("%s\n%d rules, the whole flow takes %d", c, len(p.Rules), n)
	}

	changed := *c.Rules
	changed.Rules = slices.Concat(added, c.Rules.Rules)
	overlay := match.NewOverlay(&rule.Ruleset{Source: "additions", Rules: added}, match.New(c.Rules))
	for name, m := range map[string]match.Matcher{"whole": match.New(&changed), "overlay": overlay} {
		after := match.Check([]match.Matcher{m}, q)
		if after.Satisfied != (len(p.Refused) == 0) {
			t.Fatalf("%s\nwant %s, added %v, refused %d: satisfied %t in the %s ruleset", c, want, p.Rules, len(p.Refused), after.Satisfied, name)
		}
	}
	for _, packet := range enginetest.Packets([]traffic.Product{traffic.Any()}, c.SourceZone, c.DestinationZone) {
		was, is := oracle.Decide(c.Rules, packet), oracle.Decide(&changed, packet)
		touched := slices.ContainsFunc(added, func(r rule.Rule) bool {
			return packet.In(r.Traffic) && in(packet.SourceZone, r.SourceZones) && in(packet.DestinationZone, r.DestinationZones)
		})
		inside := slices.ContainsFunc(region.Possible, packet.In)
		reply, _ := packet.Reply()
		if c.Rules.Stateless && !inside && slices.ContainsFunc(added, func(r rule.Rule) bool { return packet.In(r.Traffic) || reply.In(r.Traffic) }) {
			continue // such a list cannot tell a reply from a packet that opens a connection
		}
		switch {
		case !inside && (was.Permit != is.Permit || was.Deny != is.Deny):
			t.Fatalf("%s\nwant %s, added %v: %v is outside the flow and is treated otherwise", c, want, p.Rules, packet)
		case touched && want == rule.Permit && !override && was.Intent >= 0 && was.Deny:
			t.Fatalf("%s\nadded %v: overrules rule %d on %v", c, p.Rules, was.Intent, packet)
		case inside && len(p.Refused) == 0 && (is.Permit != (want == rule.Permit) || is.Deny != (want == rule.Deny)):
			t.Fatalf("%s\nwant %s, added %v: %v can be permitted %t, denied %t", c, want, p.Rules, packet, is.Permit, is.Deny)
		}
	}
}

// in reports whether rules for these zones meet packets of the zone.
func in(zone string, zones []string) bool { return len(zones) == 0 || slices.Contains(zones, zone) }

func rulesOf(rules []change.Rule) []rule.Rule {
	out := make([]rule.Rule, len(rules))
	for i, r := range rules {
		out[i] = r.Rule
	}
	return out
}

func TestChangeAgainstOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 6000 {
		checkChange(t, r)
	}
}

func FuzzChange(f *testing.F) {
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
		checkChange(t, &dice)
	})
}

// A gap that is one product is closed by one rule that is no wider than the gap.
func TestChangeIsTheGap(t *testing.T) {
	names, err := flow.NewNames(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	region := func(src, dst, svc string) flow.Region {
		f, err := flow.New(names, []string{src}, []string{dst}, []string{svc})
		if err != nil {
			t.Fatal(err)
		}
		return f.Region()
	}
	permit := region("10.0.0.0/25", "10.1.0.0/24", "tcp/443")
	base := &rule.Ruleset{Rules: []rule.Rule{{Action: rule.Permit, Traffic: permit.Possible[0]}}}
	q := match.Request{Region: region("10.0.0.0/24", "10.1.0.5", "tcp/443"), Want: rule.Permit}
	path := []match.Matcher{match.New(base)}
	p := change.For(path, q, match.Check(path, q), 0, change.Options{})
	if len(p.Rules) != 1 || p.Rules[0].Traffic.String() != "10.0.0.128/25 -> 10.1.0.5 tcp/443" {
		t.Errorf("got %v", p.Rules)
	}
}
