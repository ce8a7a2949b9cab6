package policy

import (
	"strings"
	"time"
)

var ownerRequired = ReadyMadePolicy{
	Name: "owner_required", Scope: ScopeFlow, blocked: true,
	Doc:     "The application has an owner.",
	Message: "the application {application} has no owner",
	build: func(b *builder) node {
		return b.leaf(0, func(r *run, _ cell) answer { return truth(strings.TrimSpace(r.q.Application.Owner) != "") })
	},
}

var expiresRequired = ReadyMadePolicy{
	Name: "expires_required", Scope: ScopeFlow,
	Doc:     "The flow says when it expires.",
	Message: "the flow {flow} does not say when it expires",
	build: func(b *builder) node {
		return b.leaf(0, func(r *run, _ cell) answer { return truth(!r.q.Expires.IsZero()) })
	},
}

// maxDays bounds max_days, a hundred years, so that no sum of times overflows.
const maxDays = 36_500

var expiresValid = ReadyMadePolicy{
	Name: "expires_valid", Scope: ScopeFlow, Optional: []string{"max_days"},
	Doc:     "A flow that expires has not expired yet, and does so within max_days from now if that is given. A flow that never expires is passed: see expires_required.",
	Message: "the flow {flow} {detail}",
	build: func(b *builder) node {
		days := b.definition.Parameters.MaxDays
		if days < 0 || days > maxDays {
			b.bad(b.definition, "max_days", "is %d; write a number of days, 1 to %d", days, maxDays)
		}
		return b.leaf(0, func(r *run, _ cell) answer {
			switch expires := r.q.Expires; {
			case expires.IsZero():
				return yes
			case past(expires, r.now):
				return r.notef("expired on %s", deadlineText(expires))
			case days > 0 && expires.After(r.now.Add(time.Duration(days)*24*time.Hour)):
				return r.notef("expires on %s, which is more than %d days from now", deadlineText(expires), days)
			}
			return yes
		})
	},
}
