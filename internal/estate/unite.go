package estate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/change"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// unite makes one command of those that would each renumber the same list of a router:
// the list is renumbered once, and all new entries stand in the room that there is then.
// Changes that do not stand at one place stay as they are.
func (c *changer) unite() error {
	for _, name := range c.set.Rulesets() {
		var own []Change
		for _, made := range c.set.Changes {
			if made.Ruleset == name {
				own = append(own, made)
			}
		}
		if len(own) < 2 || !slices.ContainsFunc(own[1:], func(m Change) bool { return strings.Contains(m.Command, "resequence") }) {
			continue
		}
		if err := c.uniteIn(name, own); err != nil {
			return err
		}
	}
	return nil
}

func (c *changer) uniteIn(name string, own []Change) error {
	fresh, err := newDraft(c.estate.rulesets[name])
	if err != nil {
		return err
	}
	one := Change{Ruleset: name, behind: own[0].behind}
	for _, made := range own {
		if made.behind != one.behind || made.rules[0].Replies || made.Overrules != own[0].Overrules {
			return nil
		}
		one.rules = append(one.rules, made.rules...)
	}
	one.Overrules = own[0].Overrules
	rs := fresh.base.index.Ruleset()
	in := rule.Insertion{Base: rs, Before: len(rs.Rules) - one.behind}
	for _, r := range one.rules {
		in.Rules = append(in.Rules, r.Rule)
	}
	text, err := format.Change(rs.Format, fresh.base.list, in)
	if err != nil {
		return nil //nolint:nilerr // one by one they can be written
	}
	one.Command, one.undo = text, format.Undo(rs.Format, fresh.content, text)
	if err := fresh.apply(text, change.Rule{}); err != nil {
		return fmt.Errorf("%w: ruleset %q: %w", ErrChangeSet, name, err)
	}
	c.drafts[name] = fresh
	at := slices.IndexFunc(c.set.Changes, func(m Change) bool { return m.Ruleset == name })
	rest := slices.DeleteFunc(c.set.Changes, func(m Change) bool { return m.Ruleset == name })
	c.set.Changes = slices.Insert(rest, at, one)
	return nil
}
