package match_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

func ask(c enginetest.Case) match.Answer {
	return match.New(c.Rules).Match(match.Question{Products: c.Products, SourceZone: c.SourceZone, DestinationZone: c.DestinationZone})
}

// outcomes returns what becomes of each packet of the universe that was asked for.
func outcomes(c enginetest.Case, a match.Answer) map[oracle.Packet]match.Outcome {
	out := make(map[oracle.Packet]match.Outcome)
	for _, part := range a.Parts {
		for _, p := range enginetest.Packets([]traffic.Product{part.Product}, c.SourceZone, c.DestinationZone) {
			out[p] = part.Outcome
		}
	}
	return out
}

// TestPermitAtTheEndNeverShrinks: a rule that permits, put after all others, takes
// nothing away from what is permitted or undecided, and one that denies adds
// nothing.
func TestPermitAtTheEndNeverShrinks(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for range 300 {
		c := enginetest.DrawCase(r, 5)
		before := outcomes(c, ask(c))
		last := enginetest.DrawRule(r)
		c.Rules.Rules = append(c.Rules.Rules, last)
		if c.Rules.Default == rule.Permit && last.Action == rule.Permit || c.Rules.Default == rule.Deny && last.Action == rule.Deny {
			// It changes nothing but who decides.
			if after := outcomes(c, ask(c)); fmt.Sprint(after) != fmt.Sprint(before) {
				t.Fatalf("%s\na last rule that does what the default does changes outcomes", c)
			}
			continue
		}
		for p, after := range outcomes(c, ask(c)) {
			better := rank(after) > rank(before[p])
			worse := rank(after) < rank(before[p])
			if last.Action == rule.Permit && worse || last.Action == rule.Deny && better {
				t.Fatalf("%s\n%v was %s and is %s with the last rule", c, p, before[p], after)
			}
		}
	}
}

// rank orders outcomes from denied to permitted.
func rank(o match.Outcome) int {
	return []int{match.Denied: 0, match.Permitted: 2, match.Unknown: 1}[o]
}

// A declaration is a flow as users write it.
type declaration struct{ sources, destinations, services []string }

var (
	addressTexts = []string{"10.0.0.0", "10.0.0.1", "10.0.0.0/31", "10.0.0.2", "any", "0.0.0.0/0", "2001:db8::", "::/0"}
	serviceTexts = []string{"tcp/80", "tcp/443", "tcp", "udp/80", "icmp/8", "icmpv6/128", "any", "esp"}
)

func drawDeclaration(r *rand.Rand) declaration {
	pick := func(from []string) (out []string) {
		for range 1 + r.IntN(3) {
			out = append(out, from[r.IntN(len(from))])
		}
		return out
	}
	return declaration{pick(addressTexts), pick(addressTexts), pick(serviceTexts)}
}

func (d declaration) flow(t *testing.T) *flow.Flow {
	t.Helper()
	names, err := flow.NewNames(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := flow.New(names, d.sources, d.destinations, d.services)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (d declaration) check(t *testing.T, c enginetest.Case) match.Finding {
	t.Helper()
	return match.Check([]match.Matcher{match.New(c.Rules)}, match.Request{
		Region: d.flow(t).Region(), SourceZone: c.SourceZone, DestinationZone: c.DestinationZone, Want: rule.Permit,
	})
}

// TestOrderOfListsIsIrrelevant shuffles the lists of a flow.
func TestOrderOfListsIsIrrelevant(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for range 300 {
		c := enginetest.DrawCase(r, 5)
		d := drawDeclaration(r)
		want := d.check(t, c)
		shuffled := declaration{slices.Clone(d.sources), slices.Clone(d.destinations), slices.Clone(d.services)}
		for _, list := range [][]string{shuffled.sources, shuffled.destinations, shuffled.services} {
			r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		}
		if got := shuffled.check(t, c); describeFinding(got) != describeFinding(want) {
			t.Fatalf("%s%v gives\n%s\nand %v gives\n%s", c, d, describeFinding(want), shuffled, describeFinding(got))
		}
	}
}

func describeFinding(f match.Finding) string {
	var b strings.Builder
	fmt.Fprintln(&b, f.Verdict, f.Satisfied, f.Cut)
	for _, m := range f.Missing {
		fmt.Fprintln(&b, "missing", m)
	}
	for _, d := range f.Decisions {
		fmt.Fprintln(&b, "decision", d)
	}
	return b.String()
}

// TestMatchingTheExpansion: what becomes of a packet of a flow is what becomes of
// it in any product of the flow, so that the verdict follows from those of the
// products.
func TestMatchingTheExpansion(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for range 300 {
		c := enginetest.DrawCase(r, 5)
		d := drawDeclaration(r)
		f := d.flow(t)
		c.Products = f.Region().Possible
		whole := outcomes(c, ask(c))
		seen := make(map[oracle.Packet]bool)
		for p := range f.Products() {
			one := declaration{[]string{p.Source.Text}, []string{p.Destination.Text}, []string{p.Service.Text}}
			c.Products = one.flow(t).Region().Possible
			for packet, outcome := range outcomes(c, ask(c)) {
				seen[packet] = true
				if whole[packet] != outcome {
					t.Fatalf("%s%v: %v is %s in the flow and %s in the product %v", c, d, packet, whole[packet], outcome, one)
				}
			}
		}
		if len(seen) != len(whole) {
			t.Fatalf("%s%v: %d packets in the flow, %d in its products", c, d, len(whole), len(seen))
		}
	}
}
