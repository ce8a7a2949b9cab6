package estate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// unite makes one command of those that would each renumber the same list of a router:
// the list is renumbered once, and all new entries stand in the room that there is then.
// Changes that do not stand at one place stay as they are.
func (c *changer) unite() error {
	var done []string
	for _, first := range slices.Clone(c.set.Changes) {
		if slices.Contains(done, first.place) {
			continue
		}
		done = append(done, first.place)
		var own []Change
		for _, made := range c.set.Changes {
			if made.place == first.place {
				own = append(own, made)
			}
		}
		if len(own) < 2 || !slices.ContainsFunc(own[1:], func(m Change) bool { return strings.Contains(m.Command, "resequence") }) {
			continue
		}
		if err := c.uniteIn(own); err != nil {
			return err
		}
	}
	return nil
}

// uniteIn makes one of the changes of a list.
func (c *changer) uniteIn(own []Change) error {
	one := own[0]
	one.rules, one.Alternative = nil, ""
	for _, made := range own {
		if made.behind != one.behind || made.rules[0].Replies || made.Overrules != one.Overrules {
			return nil
		}
		one.rules = append(one.rules, made.rules...)
	}
	rs := one.station.rules()
	in := rule.Insertion{Base: rs, Before: len(rs.Rules) - one.behind}
	for _, r := range one.rules {
		in.Rules = append(in.Rules, r.Rule)
	}
	text, err := format.Change(rs.Format, one.station.list, in)
	if err != nil {
		return nil //nolint:nilerr // one by one they can be written
	}
	one.Command = text
	at := slices.IndexFunc(c.set.Changes, func(m Change) bool { return m.place == one.place })
	rest := slices.DeleteFunc(c.set.Changes, func(m Change) bool { return m.place == one.place })
	c.set.Changes = slices.Insert(rest, at, one)
	return c.again(one.station)
}

// again makes all changes of a ruleset or device once more, from its text.
func (c *changer) again(s station) error {
	c.drafts.reset(s)
	for i := range c.set.Changes {
		made := &c.set.Changes[i]
		if made.station.key() != s.key() {
			continue
		}
		var err error
		if made.undo, err = c.drafts.apply(made.station, made.Command, made.rules[0]); err != nil {
			return fmt.Errorf("%w: %s: %w", ErrChangeSet, s.title(), err)
		}
	}
	return nil
}
