package estate

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/change"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// A draft is a ruleset with changes that are proposed and not made.
type draft struct {
	base    *base
	content string
	options format.Options
}

// newDraft is a ruleset as it is.
func newDraft(rs *ruleset) (*draft, error) {
	b, err := rs.load()
	if err != nil {
		return nil, err
	}
	d := &draft{base: b}
	if d.options, err = optionsOf(rs.name, rs.config); err != nil {
		return nil, &RulesetError{Ruleset: rs.name, Err: err}
	}
	d.options.Format = b.index.Ruleset().Format
	if d.content, err = contentOf(rs, b); err != nil {
		return nil, err
	}
	return d, nil
}

// contentOf returns the text that was loaded.
func contentOf(rs *ruleset, b *base) (string, error) {
	got, err := rs.text()
	if err == nil && rs.config.Path != "" && digest(got.content) != b.digest {
		err = fmt.Errorf("%s changed while it was read", rs.config.Path)
	}
	if err != nil {
		return "", &RulesetError{rs.name, rs.kind, err}
	}
	return string(got.content), nil
}

// apply makes a change: it reads the text again with the commands below it, or puts the
// rule in its place where the format has no commands.
func (d *draft) apply(text string, r change.Rule) error {
	now := *d.base
	if content, ok := format.Apply(d.options.Format, d.content, text); ok {
		rules, list, err := format.Parse([]byte(content), d.options)
		if err != nil {
			return fmt.Errorf("the commands are not read again: %w", err)
		}
		d.content, now.index, now.list = content, match.New(rules), list
	} else {
		now.index = match.New(inserted(d.base.index.Ruleset(), r))
	}
	now.targets = newTargets(now.index.Ruleset())
	d.base = &now
	return nil
}

// inserted returns the ruleset with one more rule.
func inserted(rs *rule.Ruleset, r change.Rule) *rule.Ruleset {
	out := *rs
	to := &out.Rules
	if r.Replies && rs.Return != nil {
		to = &out.Return
	}
	at := r.Before
	if at < 0 || at > len(*to) {
		at = len(*to)
	}
	*to = slices.Insert(slices.Clone(*to), at, r.Rule)
	return &out
}
