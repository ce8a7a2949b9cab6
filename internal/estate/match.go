package estate

import (
	"context"
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/rulelist"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Match says what the configured rulesets do with a flow, with every rule of ours. The
// flow's changes are added to those that it is beside.
func (e *Estate) Match(ctx context.Context, f Flow) (Found, error) {
	a, err := e.Assess(ctx, f)
	if err != nil {
		return Found{}, err
	}
	if f.Beside != nil {
		f.Beside.note(a.Now.Missing)
	}
	return a.Now, nil
}

// Rules is a rule list that was handed over as values and is matched instead of
// the configured rulesets.
type Rules struct {
	base *base
}

// NewRules reads rules; what they may hold is said at [rulelist.FromValues]. Names
// is the dictionary that they may use, nil for none.
func NewRules(rules []map[string]any, names flow.Dictionary) (*Rules, error) {
	doc, err := rulelist.FromValues("rules", rules, names)
	if err != nil {
		return nil, err
	}
	return &Rules{newBase(doc)}, nil
}

func newBase(doc *device.Document) *base {
	list := doc.Lists[0]
	return &base{index: match.New(&rule.Ruleset{
		Name: "rules", Source: "rules", Format: rulelist.JSON, Rules: list.Rules, Default: list.Default,
	})}
}

// MatchRules says what the rules do with a flow. The flow's own Rulesets do not
// matter.
func (e *Estate) MatchRules(r *Rules, f Flow) (Found, error) {
	q, products, judgement, err := e.request(f)
	if err != nil {
		return Found{}, err
	}
	stations := []station{{ruleset: &ruleset{name: "rules"}, base: r.base}}
	if err := askSelf(&q, stations); err != nil {
		return Found{}, err
	}
	return assess(f, q, products, nil, stations, judgement, false).Now, nil
}

// Render writes the rules in another format, for the access list of that name.
func (r *Rules) Render(name, list string) (string, error) {
	rules := r.base.index.Ruleset().Rules
	for i := range rules {
		if len(rules[i].Unknown) > 0 {
			return "", fmt.Errorf("rules[%d] has a condition, which cannot be written: %s", i, rules[i].Unknown[0])
		}
	}
	empty := &rule.Ruleset{Format: name}
	return format.Change(name, list, rule.Insertion{Base: empty, Rules: rules})
}
