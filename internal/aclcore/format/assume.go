package format

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/rulelist"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// conditions are how the reasons begin that are conditions of a rule, which somebody can
// vouch for: a time range holds, a rate limit is not reached. Other reasons say that
// something was not understood, and nobody can vouch for that.
var conditions = []string{
	"time-range ", "schedule ", "user ", "object-group-user ", "security-group ", "application ", "tos ", "dscp ", "precedence ", "ttl ", "packet-length ",
	"-m ", "limit ", "fib ", "meta ", "quota ", "socket ", "ct ", "the destination is ", "rules outside of the file: ",
}

// isCondition reports whether a reason is a condition. In a rule list each is, since
// people write them.
func isCondition(name, reason string) bool {
	return name == rulelist.JSON || name == rulelist.YAML ||
		slices.ContainsFunc(conditions, func(c string) bool { return strings.HasPrefix(positive(reason), c) })
}

// positive returns a condition without the exclamation mark of its opposite.
func positive(condition string) string {
	return strings.TrimSpace(strings.TrimPrefix(condition, "!"))
}

// Assume returns the ruleset with conditions that somebody vouches for, by their text: true
// says that the condition holds, false that it does not. A condition that no rule has is an
// error, which lists those that are there.
func Assume(rs *rule.Ruleset, assume map[string]bool) (*rule.Ruleset, error) {
	out, err := AssumeEach([]*rule.Ruleset{rs}, assume)
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

// AssumeEach is [Assume] for the lists of one text: a condition that a rule of one of them
// has is no error.
func AssumeEach(lists []*rule.Ruleset, assume map[string]bool) ([]*rule.Ruleset, error) {
	if len(assume) == 0 {
		return lists, nil
	}
	a := assumer{assume: make(map[string]bool), used: make(map[string]bool), seen: make(map[string]bool)}
	for text, holds := range assume {
		if p := positive(text); p != strings.TrimSpace(text) {
			text, holds = p, !holds
		}
		a.assume[text] = holds
	}
	all := make([]*rule.Ruleset, len(lists))
	for i, rs := range lists {
		all[i] = a.list(rs)
	}
	for _, text := range slices.Sorted(maps.Keys(a.assume)) {
		if !a.used[text] {
			return nil, fmt.Errorf("assume: no rule has the condition %q; %s", text, a.there())
		}
	}
	return all, nil
}

// An assumer decides conditions of rules.
type assumer struct {
	format string
	// assume says of conditions whether they hold; used are those that a rule has, seen
	// all that rules have.
	assume     map[string]bool
	used, seen map[string]bool
	dismissed  []rule.Rule
}

// list returns the ruleset with what is assumed.
func (a *assumer) list(rs *rule.Ruleset) *rule.Ruleset {
	out := *rs
	a.format, a.dismissed = rs.Format, nil
	out.Rules = a.rules(rs.Rules)
	if rs.Return != nil {
		out.Return = a.rules(rs.Return)
	}
	out.Dismissed = a.dismissed
	return &out
}

// rules returns the rules with what is assumed. A rule whose condition does not hold
// keeps its place and matches nothing.
func (a *assumer) rules(rules []rule.Rule) []rule.Rule {
	out := slices.Clone(rules)
	if out == nil {
		return []rule.Rule{}
	}
	for i := range out {
		r := &out[i]
		// A verdict that is not known is a permit and a deny of the same packets: one of
		// its reasons is no condition.
		undecided := i > 0 && sameVerdict(&rules[i-1], &rules[i]) || i+1 < len(rules) && sameVerdict(&rules[i], &rules[i+1])
		var left []string
		for _, reason := range r.Unknown {
			if !isCondition(a.format, reason) {
				left = append(left, reason)
				continue
			}
			a.seen[positive(reason)] = true
			holds, known := a.assume[positive(reason)]
			if !known {
				left = append(left, reason)
				continue
			}
			a.used[positive(reason)] = true
			text := "assumed: " + positive(reason)
			if !holds {
				text = "assumed: not " + positive(reason)
			}
			r.Assumed = append(slices.Clip(r.Assumed), text)
			if holds != (positive(reason) == reason) {
				r.Traffic.Services = service.Set{}
			}
		}
		if undecided && len(left) == 0 {
			left, r.Assumed = r.Unknown, nil
		}
		r.Unknown = left
		if r.Traffic.IsEmpty() && !rules[i].Traffic.IsEmpty() {
			gone := rules[i]
			gone.Assumed = r.Assumed
			a.dismissed = append(a.dismissed, gone)
		}
	}
	return out
}

func sameVerdict(a, b *rule.Rule) bool {
	return a.Action == rule.Permit && b.Action == rule.Deny && len(a.Unknown) > 0 && a.Line == b.Line && a.Text == b.Text &&
		slices.Equal(a.Unknown, b.Unknown) && a.Traffic.Equal(b.Traffic)
}

// maxConditions is how many conditions an error lists.
const maxConditions = 20

// there lists the conditions that rules have.
func (a *assumer) there() string {
	all := slices.Sorted(maps.Keys(a.seen))
	if len(all) == 0 {
		return "no rule of it has a condition that can be vouched for"
	}
	more := ""
	if n := len(all) - maxConditions; n > 0 {
		all, more = all[:maxConditions], fmt.Sprintf(" and %d more", n)
	}
	for i, c := range all {
		all[i] = fmt.Sprintf("%q", c)
	}
	return "there are " + strings.Join(all, ", ") + more
}
