package aws_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/aws"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/rendertest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// TestClosesGap: what a flow misses, for itself or for its replies, is there once the
// changes are applied one after the other.
func TestClosesGap(t *testing.T) {
	for _, list := range []string{"sg-1 ingress", "sg-1 egress", "acl-1 ingress", "acl-1 egress"} {
		closed, replies := 0, 0
		for seed := range uint64(40) {
			dice := rand.New(rand.NewPCG(seed, 3))
			actions := []rule.Action{rule.Permit}
			if strings.HasPrefix(list, "acl") {
				actions = append(actions, rule.Deny)
			}
			id, _, _ := strings.Cut(list, " ")
			var have []block
			for _, direction := range []string{" ingress", " egress"} {
				text := render(t, id+direction, rule.Insertion{Base: &rule.Ruleset{}, Rules: draw(dice, 3, actions...)})
				have = append(have, blocks(t, text)...)
			}
			wanted := draw(dice, 1, rule.Permit)
			if len(wanted) == 0 {
				continue
			}
			region := flow.Region{Possible: oneFamily(wanted[0].Traffic)}
			if region.Possible == nil {
				continue
			}
			rs := export(t, list, have)
			for step := 0; ; step++ {
				x := match.New(rs)
				f := match.Check([]match.Matcher{x}, match.Request{Region: region, Want: rule.Permit})
				if f.Verdict == match.Allowed {
					closed += min(step, 1)
					break
				}
				if step == 300 {
					t.Fatalf("%s: %v is still %s after %d changes", list, region.Possible, f.Verdict, step)
				}
				m := f.Missing[0]
				r := rule.Rule{Action: rule.Permit, Traffic: m.Product}
				base := rs
				if m.Replies {
					replies++
					r.Traffic = traffic.Product{Sources: m.Destinations, Destinations: m.Sources, Services: m.Services.Reverse()}
					back := *rs
					back.Rules, base = rs.Return, &back
				}
				before := m.Before
				if before < 0 {
					before = len(base.Rules)
				}
				text, err := aws.Write(list, rule.Insertion{Base: base, Before: before, Rules: []rule.Rule{r}})
				if err != nil {
					if !strings.Contains(err.Error(), "free rule number") && !strings.Contains(err.Error(), "1,000 resources") {
						t.Fatalf("%s: %v", m.Product, err)
					}
					break
				}
				added := blocks(t, text)
				for i := range added {
					added[i].name = fmt.Sprintf("step%d-%d", step, i)
				}
				have = slices.Concat(have, added)
				rs = export(t, list, have)
			}
		}
		if closed < 5 || strings.HasPrefix(list, "acl") != (replies > 0) {
			t.Errorf("%s: %d gaps closed, %d of them for replies, which tests too little", list, closed, replies)
		}
	}
}

// TestTogether applies all the changes of one answer, one after the other.
func TestTogether(t *testing.T) {
	for _, list := range []string{"sg-1 ingress", "acl-1 ingress", "acl-1 egress"} {
		id, direction, _ := strings.Cut(list, " ")
		actions := []rule.Action{rule.Permit}
		if id == "acl-1" {
			actions = append(actions, rule.Deny)
		}
		several := 0
		for seed := range uint64(40) {
			dice := rand.New(rand.NewPCG(seed, 4))
			var have []block
			for _, direction := range []string{" ingress", " egress"} {
				have = append(have, blocks(t, render(t, id+direction, rule.Insertion{Base: &rule.Ruleset{}, Rules: draw(dice, 4, actions...)}))...)
			}
			rs := export(t, list, have)
			rs.Stateless = false // one way at a time; TestClosesGap goes both
			var answer rendertest.Answer
			for _, wanted := range draw(dice, 10, actions...) {
				if a := rendertest.Ask(rs, wanted.Traffic, wanted.Action); len(a.Missing) > len(answer.Missing) {
					answer = a
				}
			}
			changes, err := answer.Changes(func(in rule.Insertion) (string, error) { return aws.Write(list, in) })
			if err != nil || len(changes) < 2 {
				continue
			}
			several++
			text := strings.Join(changes, "\n\n")
			after := slices.Clone(have)
			for _, b := range blocks(t, text) { // fails where two have one name
				b.name = "new-" + b.name
				after = append(after, b)
			}
			var packets []oracle.Packet
			for _, p := range universe {
				widest := slices.ContainsFunc(answer.Missing, func(m match.Missing) bool {
					return slices.ContainsFunc(widened(direction == "egress", rule.Rule{Traffic: m.Product}), func(r rule.Rule) bool { return p.In(r.Traffic) })
				})
				exact := slices.ContainsFunc(answer.Missing, func(m match.Missing) bool { return p.In(m.Product) })
				real := p.Protocol != service.ICMPv6 && p.From.Is4() || p.Protocol != service.ICMP && p.From.Is6()
				if real && (exact || !widest) {
					packets = append(packets, p)
				}
			}
			got := export(t, list, after)
			got.Stateless = false
			answer.Prove(t, got, packets, text)
		}
		if several == 0 {
			t.Errorf("%s: no answer had several changes", list)
		}
	}
}

// TestTwoGaps is the least of it: two gaps before one entry get numbers of their own.
func TestTwoGaps(t *testing.T) {
	base := acl(t, "ingress", "100 permit 10.0.0.0/8 -> any tcp/80", "200 deny 10.0.0.0/8 -> any tcp", "* deny any -> any any")
	var changes []string
	for _, text := range []string{"10.1.0.0/16 -> any tcp/22", "10.2.0.0/16 -> any tcp/25", "10.2.0.0/16 -> any tcp/25"} {
		in := rule.Insertion{Base: base, Before: 1, Beside: changes, Rules: []rule.Rule{newRule(t, rule.Permit, "", strings.Replace(text, "any tcp", "0.0.0.0/0 tcp", 1))}}
		changes = append(changes, render(t, "acl-1 ingress", in))
	}
	if got := numbers(blocks(t, changes[0]+"\n"+changes[1])); got != "110 120" {
		t.Errorf("numbers %s, want 110 120", got)
	}
	if !strings.HasPrefix(changes[2], "# ") || len(blocks(t, changes[2])) > 0 {
		t.Errorf("what is said already is written again:\n%s", changes[2])
	}
	// Egress has numbers of its own.
	back := acl(t, "egress", "100 permit any -> 10.0.0.0/8 tcp/443", "* deny any -> any any")
	in := rule.Insertion{Base: back, Before: 1, Beside: changes, Rules: []rule.Rule{newRule(t, rule.Permit, "", "0.0.0.0/0 -> 10.9.0.1 tcp/22")}}
	if got := numbers(blocks(t, render(t, "acl-1 egress", in))); got != "110" {
		t.Errorf("number %s, want 110", got)
	}
}

// oneFamily splits a product into those of one address family.
func oneFamily(p traffic.Product) []traffic.Product {
	src4, src6 := p.Sources.Split()
	dst4, dst6 := p.Destinations.Split()
	var out []traffic.Product
	for _, f := range widened(false, rule.Rule{Traffic: p}) {
		q := traffic.Product{Sources: src4, Destinations: dst4, Services: f.Traffic.Services.Intersect(p.Services)}
		if !f.Traffic.Destinations.Ranges()[0].Is4() {
			q.Sources, q.Destinations = src6, dst6
		}
		if !q.IsEmpty() {
			out = append(out, q)
		}
	}
	return out
}
