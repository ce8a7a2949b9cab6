package estate

import (
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/change"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// overruled describes the deny that the change for gap number k of the finding would
// overrule unasked: one narrower than any → any, which is somebody's intent. It is empty
// where there is none, or the flow overrides it.
func (w writer) overruled(f finding, k int) string {
	if w.overrideDeny {
		return ""
	}
	return f.overrules(w.q, k)
}

// overrules is overruled whatever the flow says.
func (f finding) overrules(q match.Request, k int) string {
	if f.way == nil {
		return change.Overrules(f.path, q, f.Finding, k)
	}
	a := f.way.Gaps[k].Asked
	if a == nil || !a.Step.Filter() || a.Step.Untold() || a.Step.Replies && a.Matcher.Tracked() {
		return ""
	}
	return change.Overrules(a.Path(), a.Request, a.Finding, f.way.Gaps[k].Number)
}

// overrulesText ends the reason of a gap for which no change is offered.
func overrulesText(deny, decides string) string {
	which := "the intentional deny " + deny
	if deny == decides {
		which = "this intentional deny"
	}
	return "; a change would override " + which + ": set override_deny = true, or name the deny in accepts"
}

// accept takes out of what the flow wants the traffic that rules deny which it accepts,
// and returns what they are. Only a deny counts that is somebody's intent: what is left
// of a flow that accepted any → any would be nothing, and as wanted.
//
// Rules of ours do not count: those of the flow give way to what it accepts.
func (w *assessor) accept() {
	if len(w.flow.Accepts) == 0 || w.flow.Deny {
		return
	}
	for range maxAccepted { // a list that is cut may hold more
		found := w.with(func(s station) []rule.Rule { return s.file.Base() })
		rest, accepted := w.q.Region.Possible, []string(nil)
		for k, m := range found.Missing {
			if !w.accepts(found.matcher(k), m) {
				continue
			}
			accepted = append(accepted, m.Refer)
			var left []traffic.Product
			for _, p := range rest {
				left = append(left, p.Subtract(m.Product)...)
			}
			rest = left
		}
		if len(accepted) == 0 || len(rest) == 0 {
			return
		}
		w.q.Region.Possible = traffic.Merge(rest)
		w.way = w.way.of(w.q)
		for _, refer := range accepted {
			if !slices.Contains(w.accepted, refer) {
				w.accepted = append(w.accepted, refer)
			}
		}
	}
}

// maxAccepted is how often what is left of a flow is asked for again.
const maxAccepted = 20

// accepts reports whether a gap is there because of a deny that the flow accepts, by the
// rule's name, its text, or its place and name as summaries have it.
func (w *assessor) accepts(x match.Matcher, m match.Missing) bool {
	if m.Ruleset < 0 || m.Rule < 0 || m.Outcome != match.Denied || m.Intent != m.By {
		return false
	}
	name, _ := x.Label(m.Rule, m.Replies)
	return slices.Contains(w.flow.Accepts, name) || slices.Contains(w.flow.Accepts, m.Refer) || slices.Contains(w.flow.Accepts, x.Says(m.Rule, m.Replies))
}
