package report

import (
	"cmp"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

// A gravity is how much a flow asks for attention; the worst is the least.
type gravity int

// The gravities.
const (
	// gravityDenied: a policy denies the flow.
	gravityDenied gravity = iota
	// gravityOpen: traffic that must stay blocked is not.
	gravityOpen
	gravityBlocked
	gravityPartial
	// gravityUndecided: a condition that cannot be decided.
	gravityUndecided
	// gravityUnknown: not known before the apply.
	gravityUnknown
	gravityPending
	// gravityReview: as required, but a policy wants it looked at.
	gravityReview
	// gravityNoted: as required; policies note something, or it is excepted or expired,
	// or it owns rules that are no longer needed.
	gravityNoted
	gravityFine
)

// String returns the word that people read.
func (g gravity) String() string {
	return [...]string{
		"denied by policy", "open", "blocked", "partial", "undecided", "not known yet", "pending", "to review", "to note", "as wanted",
	}[g]
}

func (g gravity) symbol() string {
	return [...]string{"⛔", "🔓", "❌", "🟠", "❔", "❔", "⏳", "⚠️", "ℹ️", "✅"}[g]
}

// settled reports whether the flow is as it is required to be.
func (g gravity) settled() bool { return g >= gravityReview }

func (f Flow) gravity() gravity {
	switch {
	case f.denied():
		return gravityDenied
	case f.AsIs:
		return f.settledGravity()
	case f.Status == match.Pending:
		return gravityPending
	case f.Status == 0:
		return gravityUnknown
	case f.Status == match.Indeterminate:
		return gravityUndecided
	case f.Wanted == match.Blocked && f.Status != match.NotRouted:
		return gravityOpen
	case f.Status == match.Partial:
		return gravityPartial
	}
	return gravityBlocked
}

func (f Flow) settledGravity() gravity {
	switch {
	case slices.ContainsFunc(f.open(), func(v Violation) bool { return v.Severity != severityNotify }):
		return gravityReview
	case len(f.Violations) > 0 || len(f.Unneeded) > 0:
		return gravityNoted
	}
	return gravityFine
}

// A listed flow is one of all applications.
type listed struct {
	application string
	Flow
	gravity gravity
}

func (l listed) id() string { return l.application + "/" + l.Name }

// byGravity lists all flows, the worst first; of the same gravity those that the change
// adds or alters first.
func byGravity(applications []Application) []listed {
	var out []listed
	for _, a := range applications {
		for _, f := range a.Flows {
			out = append(out, listed{a.Name, f, f.gravity()})
		}
	}
	slices.SortStableFunc(out, func(a, b listed) int {
		return cmp.Or(cmp.Compare(a.gravity, b.gravity), cmp.Compare(changeOrder(a.Flow), changeOrder(b.Flow)))
	})
	return out
}

func changeOrder(f Flow) int {
	if f.Change == "" {
		return 1
	}
	return 0
}
