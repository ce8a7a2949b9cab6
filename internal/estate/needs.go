package estate

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/change"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
)

// deliverable returns the rules that close what ruleset number i of the path lacks, as
// far as they may be added and can be written in its language. What no text of the
// ruleset can say would be a rule that no firewall ever gets.
func (w writer) deliverable(f finding, i int) []change.Rule {
	s := w.stations[i]
	var out []change.Rule
	for _, p := range w.plans(f, i) {
		if s.canAll(p.Rules) {
			out = append(out, p.Rules...)
			continue
		}
		// What cannot be written for all gaps together may well be for some of them.
		for _, k := range p.Closed {
			if rules := p.gap(k); s.canAll(rules) {
				out = append(out, rules...)
			}
		}
	}
	return out
}

func (s station) canAll(rules []change.Rule) bool {
	return !slices.ContainsFunc(rules, func(r change.Rule) bool { return s.cannot(r) != nil })
}

// cannot says why the rule cannot be among the additions of the ruleset, nil if it can.
func (s station) cannot(r change.Rule) error {
	if s.undeliverable != nil {
		return s.undeliverable
	}
	if r.Replies && s.replies == nil && !s.index.Ruleset().OneList() {
		return fmt.Errorf("it is for replies, which meet another list, %s, that these additions do not come before", s.index.Ruleset().ReturnList)
	}
	_, err := s.write(r, nil)
	return err
}

// additionsOf returns the rules as they stand in the additions of the station.
func (s station) additionsOf(rules []change.Rule) []additions.Rule {
	plain := make([]rule.Rule, len(rules))
	for i, r := range rules {
		plain[i] = r.Rule
	}
	list := ""
	if s.kind != "" {
		list = s.list
	}
	return additions.FromRules(plain, list)
}

// placeOf returns an additions rule with its place in the ruleset: that of the same rule
// of the plan, which planned tells of, or the top.
func (s station) placeOf(r additions.Rule, plan []change.Rule) (placed change.Rule, planned bool) {
	placed = change.Rule{Rule: r.Rule(), Replies: r.State == rule.Established}
	for i, same := range s.additionsOf(plan) {
		if same.Same(r) {
			placed.Before = plan[i].Before
			return placed, true
		}
	}
	return placed, false
}
