package same_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/same"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// What the index finds is compared with a pass over the whole list.
func TestIndex(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		rules := make([]rule.Rule, dice.IntN(40))
		var meanings, texts same.Index
		for i := range rules {
			rules[i] = rule.Rule{Action: rule.Action(dice.IntN(2)), Traffic: enginetest.DrawProduct(dice)}
			rules[i].Text = rules[i].Action.String() + rules[i].Traffic.String()
			if dice.IntN(4) == 0 { // not all are entered
				rules[i].Text = ""
				continue
			}
			meanings.Add(same.OfRule(rules[i].Action, rules[i].Traffic), i)
			texts.Add(same.OfText(rules[i].Text), i)
		}
		for range 20 {
			asked := rule.Rule{Action: rule.Action(dice.IntN(2)), Traffic: enginetest.DrawProduct(dice)}
			if n := len(rules); n > 0 && dice.IntN(2) == 0 {
				asked = rules[dice.IntN(n)]
			}
			asked.Text = asked.Action.String() + asked.Traffic.String()
			var want []int
			for i := range rules {
				if r := &rules[i]; r.Text != "" && r.Action == asked.Action && r.Traffic.Equal(asked.Traffic) {
					want = append(want, i)
				}
			}
			if got := meanings.At(same.OfRule(asked.Action, asked.Traffic)); !slices.Equal(got, want) {
				t.Fatalf("%s is at %v of %v, want %v", &asked, got, rules, want)
			}
			if got := texts.At(same.OfText(asked.Text)); !slices.Equal(got, want) {
				t.Fatalf("the text of %s is at %v of %v, want %v", &asked, got, rules, want)
			}
		}
	}
}
