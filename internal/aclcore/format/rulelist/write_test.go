package rulelist_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/rulelist"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// TestRuleList reads back what is written, as the elements of a list.
func TestRuleList(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 1))
	zones := [][]string{nil, {"dmz"}, {"dmz", "in side"}, {`"quoted": #`}}
	for _, format := range []string{"json", "yaml"} {
		for range 200 {
			var rules []rule.Rule
			for range 1 + dice.IntN(4) {
				r := rule.Rule{
					Action: rule.Action(dice.IntN(2)), Traffic: enginetest.DrawProduct(dice),
					SourceZones: zones[dice.IntN(4)], DestinationZones: zones[dice.IntN(4)],
				}
				if dice.IntN(2) == 0 {
					r.Name = `a "b": <c>, 'd' # é`
				}
				rules = append(rules, r)
			}
			text, err := rulelist.Write(format, rule.Insertion{Rules: rules})
			if err != nil {
				t.Fatal(err)
			}
			list := text
			if format == "json" {
				list = "[" + strings.TrimSuffix(text, ",") + "]"
			}
			doc, err := rulelist.Parse(device.Input{Source: "r", Content: []byte(list)}, format)
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			if lines := strings.Count(text, "\n") + 1; lines != len(rules) || len(doc.Lists[0].Rules) != len(rules) {
				t.Fatalf("%d rules take %d lines and are read as %d rules\n%s", len(rules), lines, len(doc.Lists[0].Rules), text)
			}
			for i, got := range doc.Lists[0].Rules {
				want := rules[i]
				if got.Name != want.Name || got.Action != want.Action || !got.Traffic.Equal(want.Traffic) || len(got.Unknown) > 0 ||
					!slices.Equal(got.SourceZones, want.SourceZones) || !slices.Equal(got.DestinationZones, want.DestinationZones) {
					t.Fatalf("%s\nis read as %+v\nwant %+v", text, got, want)
				}
			}
		}
	}
}
