package estate

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"

// A target is a list as changes to it are written: what was looked up in it for one
// change is kept for the next.
type target struct {
	rules *rule.Ruleset
	kept  *rule.Lookup
}

// targets are the list that packets meet which open a connection, and the one that their
// replies meet. Often they are the same.
type targets struct{ opening, replies target }

func newTargets(rs *rule.Ruleset) *targets {
	t := &targets{opening: target{rs, rule.NewLookup(rs)}}
	t.replies = t.opening
	if back := rs.Replies(); back != rs {
		t.replies = target{back, rule.NewLookup(back)}
	}
	return t
}
