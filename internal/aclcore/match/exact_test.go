package match

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

func questionOf(c enginetest.Case) Question {
	return Question{Products: c.Products, SourceZone: c.SourceZone, DestinationZone: c.DestinationZone}
}

// A verifier knows what the oracle says of a case.
type verifier struct {
	enginetest.Case
	packets []verifiedPacket // all of the universe
	verdict string           // "" if no packet was asked for
}

var universe = enginetest.Packets([]traffic.Product{traffic.Any()}, "", "")

type verifiedPacket struct {
	oracle.Packet
	asked   bool
	outcome Outcome
	oracle.Decision
}

func newVerifier(c enginetest.Case) *verifier {
	v := &verifier{Case: c}
	var asked []oracle.Packet
	for _, p := range universe {
		p.SourceZone, p.DestinationZone = c.SourceZone, c.DestinationZone
		one := verifiedPacket{Packet: p, asked: slices.ContainsFunc(c.Products, p.In)}
		if one.asked {
			asked = append(asked, p)
			one.Decision = oracle.Decide(c.Rules, p)
			one.outcome = outcomeOf(one.Permit, one.Deny)
		}
		v.packets = append(v.packets, one)
	}
	if len(asked) > 0 {
		v.verdict = oracle.Verdict([]*rule.Ruleset{c.Rules}, asked)
	}
	return v
}

// check compares an answer with the oracle's decision for every packet of the
// universe: the packets that were asked for are in exactly one part each, no others
// are in any, and outcome, rule, direction and intent are right.
func (v *verifier) check(t *testing.T, a Answer) {
	t.Helper()
	for _, part := range a.Parts {
		if part.IsEmpty() || (part.Reason != "") != (part.Outcome == Unknown) {
			t.Fatalf("%s\npart %s, outcome %s, reason %q", v, part.Product, part.Outcome, part.Reason)
		}
	}
	for _, p := range v.packets {
		holding := 0
		for _, part := range a.Parts {
			if !part.Contains(p.From, p.To, p.Protocol, p.SourcePort, p.DestinationPort) {
				continue
			}
			if holding++; !p.asked {
				t.Fatalf("%s\n%v was not asked for and is in the part %s", v, p.Packet, part.Product)
			}
			if part.Outcome != p.outcome || part.Rule != p.Rule || part.Return != p.Return || part.Intent != p.Intent {
				t.Fatalf("%s\n%v: %s by rule %d, of replies %t, intent %d; want %s by rule %d, of replies %t, intent %d",
					v, p.Packet, part.Outcome, part.Rule, part.Return, part.Intent, p.outcome, p.Rule, p.Return, p.Intent)
			}
		}
		if holding > 1 || holding == 0 && p.asked && !a.Cut {
			t.Fatalf("%s\n%v is in %d parts", v, p.Packet, holding)
		}
	}
	if got := a.Verdict().String(); got != v.verdict && v.verdict != "" {
		t.Fatalf("%s\nverdict %s, want %s", v, got, v.verdict)
	}
}

// checkEveryWay answers a case in every way that there is, which must make no
// difference: scanning the rules, in the forest, streaming them, and with limits so
// low that pieces are followed alone and parts are cut short.
func checkEveryWay(t *testing.T, c enginetest.Case) {
	t.Helper()
	q, v := questionOf(c), newVerifier(c)
	scanning, indexed := New(c.Rules), New(c.Rules)
	indexed.forward.planted()
	indexed.replies.planted()
	for _, l := range []limits{defaultLimits, {1, defaultLimits.work, defaultLimits.steps}, {2, 0, defaultLimits.steps}, {1, 4 * hitWork, defaultLimits.steps}, {32, 7 * hitWork, defaultLimits.steps}} {
		scanning.limits, indexed.limits = l, l
		a := scanning.Match(q)
		v.check(t, a)
		if a.Cut && l == defaultLimits {
			t.Fatalf("%s\ncut short", c)
		}
		if b := indexed.Match(q); !reflect.DeepEqual(a, b) {
			t.Fatalf("%s\nscanned:\n%s\nindexed:\n%s", c, describeParts(a), describeParts(b))
		}
		for _, b := range New(c.Rules).withLimits(l).MatchAll([]Question{q, q}) {
			if !reflect.DeepEqual(a, b) {
				t.Fatalf("%s\nalone:\n%s\nwith others:\n%s", c, describeParts(a), describeParts(b))
			}
		}
		if got := indexed.Verdict(q); got != a.Verdict() {
			t.Fatalf("%s\nverdict alone %s, of the parts %s", c, got, a.Verdict())
		}
	}
}

func (x *Index) withLimits(l limits) *Index {
	x.limits = l
	return x
}

func describeParts(a Answer) string {
	var b strings.Builder
	fmt.Fprintln(&b, "cut:", a.Cut)
	for _, p := range a.Parts {
		fmt.Fprintln(&b, p)
	}
	return b.String()
}

func TestMatchAgainstOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	rounds := 1500
	if raceDetector {
		rounds = 100 // there is nothing to race with
	}
	for range rounds {
		checkEveryWay(t, enginetest.DrawCase(r, 6))
	}
}

func FuzzMatch(f *testing.F) {
	seeds(f, 60)
	f.Fuzz(func(t *testing.T, data []byte) {
		dice := enginetest.Bytes(data)
		checkEveryWay(t, enginetest.DrawCase(&dice, 8))
	})
}

// FuzzEveryWay compares the ways to answer with each other on rulesets that have
// too many rules for the oracle.
func FuzzEveryWay(f *testing.F) {
	seeds(f, 400)
	f.Fuzz(func(t *testing.T, data []byte) {
		dice := enginetest.Bytes(data)
		c := enginetest.DrawCase(&dice, 100)
		q := questionOf(c)
		indexed := planted(c.Rules)
		indexed.replies.planted()
		for _, l := range []limits{defaultLimits, {2, defaultLimits.work, defaultLimits.steps}, {4, 20 * hitWork, defaultLimits.steps}} {
			scanning := New(c.Rules).withLimits(l)
			a, b := scanning.Match(q), indexed.withLimits(l).Match(q)
			if !reflect.DeepEqual(a, b) {
				t.Fatalf("%s\nscanned:\n%s\nindexed:\n%s", c, describeParts(a), describeParts(b))
			}
			for _, b := range New(c.Rules).withLimits(l).MatchAll([]Question{q, q}) {
				if !reflect.DeepEqual(a, b) {
					t.Fatalf("%s\nalone:\n%s\nwith others:\n%s", c, describeParts(a), describeParts(b))
				}
			}
			if got := indexed.Verdict(q); got != a.Verdict() {
				t.Fatalf("%s\nverdict alone %s, of the parts %s", c, got, a.Verdict())
			}
			checkPartition(t, q, a)
		}
	})
}
