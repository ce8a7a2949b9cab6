package aws_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/aws"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

var universe = enginetest.Packets([]traffic.Product{traffic.Any()}, "", "")

// draw makes rules that can be written.
func draw(dice enginetest.Dice, most int, actions ...rule.Action) []rule.Rule {
	var rules []rule.Rule
	for range dice.IntN(most + 1) {
		r := rule.Rule{Action: actions[dice.IntN(len(actions))], Traffic: enginetest.DrawProduct(dice)}
		// Not the complement of a host in every protocol but one: that is thousands.
		in, err := aws.Write("acl-1 ingress", rule.Insertion{Rules: []rule.Rule{r}})
		out, err2 := aws.Write("acl-1 egress", rule.Insertion{Rules: []rule.Rule{r}})
		if err == nil && err2 == nil && strings.Count(in+out, "resource ") < 60 {
			rules = append(rules, r)
		}
	}
	return rules
}

// widened is what AWS can say of a rule: one address, and no source ports.
func widened(egress bool, r rule.Rule) []rule.Rule {
	var out []rule.Rule
	src4, src6 := r.Traffic.Sources.Split()
	dst4, dst6 := r.Traffic.Destinations.Split()
	for _, f := range []struct {
		src, dst, all addr.Set
		other         uint8 // the ICMP of the other family
	}{{src4, dst4, addr.Any4(), service.ICMPv6}, {src6, dst6, addr.Any6(), service.ICMP}} {
		if f.src.IsEmpty() || f.dst.IsEmpty() {
			continue
		}
		if egress {
			f.src = f.all
		} else {
			f.dst = f.all
		}
		var services service.Set
		for _, s := range r.Traffic.Services.Ranges() {
			wide := s
			wide.SrcFrom, wide.SrcTo = 0, 65535
			set := service.SetOf(wide)
			if s.ProtoFrom > 58 || s.ProtoTo > 17 && !set.IsAny() {
				wide.DstFrom, wide.DstTo = 0, 65535
			}
			if !set.IsAny() {
				set = set.Subtract(service.SetOf(service.Whole(f.other)))
			}
			services = services.Union(set)
		}
		p := traffic.Product{Sources: f.src, Destinations: f.dst, Services: services}
		if !p.IsEmpty() {
			w := r
			w.Traffic = p
			out = append(out, w)
		}
	}
	return out
}

func allWidened(egress bool, rules []rule.Rule) []rule.Rule {
	var out []rule.Rule
	for _, r := range rules {
		out = append(out, widened(egress, r)...)
	}
	return out
}

// same fails unless both lists do the same with every packet on its way out.
func same(t *testing.T, got, want []rule.Rule, report string) {
	t.Helper()
	for _, p := range universe {
		g, w := oracle.Decide(&rule.Ruleset{Rules: got}, p), oracle.Decide(&rule.Ruleset{Rules: want}, p)
		if g.Permit != w.Permit || g.Deny != w.Deny {
			t.Fatalf("%+v is permitted %v, want %v, by\n%s", p, g.Permit, w.Permit, report)
		}
	}
}

// TestRoundTrip: what the rules of a change say when they are read back, as resources
// of Terraform and as AWS describes them.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(60) {
		dice := rand.New(rand.NewPCG(seed, 1))
		egress := dice.IntN(2) == 1
		direction := map[bool]string{false: " ingress", true: " egress"}[egress]
		for _, l := range []struct {
			id, address string
			actions     []rule.Action
		}{
			{"sg-1", "aws_security_group.web", []rule.Action{rule.Permit}},
			{"acl-1", "aws_network_acl.main", []rule.Action{rule.Permit, rule.Deny}},
		} {
			rules := draw(dice, 6, l.actions...)
			want := allWidened(egress, rules)
			text := render(t, l.id+direction, rule.Insertion{Base: &rule.Ruleset{}, Rules: rules})
			same(t, export(t, l.id+direction, blocks(t, text)).Rules, want, text)
			text = render(t, l.address+direction, rule.Insertion{Base: &rule.Ruleset{}, Rules: rules})
			same(t, state(t, l.address+direction, blocks(t, text)).Rules, want, text)
		}
	}
}

func render(t *testing.T, list string, in rule.Insertion) string {
	t.Helper()
	text, err := aws.Write(list, in)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestInsertion: new entries take effect where they were meant to, among entries that
// leave little room.
func TestInsertion(t *testing.T) {
	crowded := 0
	for seed := range uint64(150) {
		dice := rand.New(rand.NewPCG(seed, 2))
		both := []rule.Action{rule.Permit, rule.Deny}
		before := blocks(t, render(t, "acl-1 ingress", rule.Insertion{Base: &rule.Ruleset{}, Rules: draw(dice, 5, both...)}))
		n := 0
		for i := range before {
			n += 1 + dice.IntN(4)
			before[i].values["rule_number"], before[i].name = n, fmt.Sprintf("base-%d", n)
		}
		base := export(t, "acl-1 ingress", before)
		change := rule.Insertion{Base: base, Before: dice.IntN(len(base.Rules)), Rules: draw(dice, 2, both...)}
		text, err := aws.Write("acl-1 ingress", change)
		if err != nil {
			if !strings.Contains(err.Error(), "free rule numbers between") {
				t.Fatal(err)
			}
			crowded++
			continue
		}
		want := slices.Concat(base.Rules[:change.Before], allWidened(false, change.Rules), base.Rules[change.Before:])
		report := fmt.Sprintf("%d entries, before rule %d:\n%s", len(before), change.Before, text)
		after := slices.Concat(before, blocks(t, text))
		same(t, export(t, "acl-1 ingress", after).Rules, want, report)
	}
	if crowded == 0 || crowded > 75 {
		t.Errorf("%d of 150 changes found no free numbers, which tests too little", crowded)
	}
}
