package zoned

import (
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Staged is a policy of one of several stages that are asked one after the other. Next
// says that what it matches is decided by a later stage, whatever the rest of its own
// would do with it: goto_next of Google Cloud, Pass of Kubernetes.
type Staged struct {
	Policy
	Next bool
}

// Stage returns the rules of one stage, in order. What goes on to the next stage is taken
// out of the rules behind it.
func Stage(policies []Staged) []rule.Rule {
	var out []rule.Rule
	var surely, perhaps []traffic.Product // what has gone on
	for i := range policies {
		for _, r := range policies[i].Rules() {
			switch {
			case !policies[i].Next:
				out = append(out, without(r, surely, perhaps)...)
			case len(r.Unknown) == 0:
				surely, perhaps = append(surely, r.Traffic), append(perhaps, r.Traffic)
			default:
				perhaps = append(perhaps, r.Traffic)
			}
		}
	}
	return out
}

// maxPieces bounds into how many pieces a rule is cut.
const maxPieces = 512

// without returns a rule without what has surely gone on; what only may have gone on is
// in doubt.
func without(r rule.Rule, surely, perhaps []traffic.Product) []rule.Rule {
	pieces := cut([]traffic.Product{r.Traffic}, surely)
	decided := cut(pieces, perhaps)
	if len(pieces) > maxPieces || len(decided) > maxPieces {
		r.Unknown = known.Reasons(r.Unknown, []string{"rules before it cut its traffic into too many pieces"})
		return []rule.Rule{r}
	}
	var out []rule.Rule
	for _, p := range decided {
		piece := r
		piece.Traffic = p
		out = append(out, piece)
	}
	for _, p := range cut(pieces, decided) {
		piece := r
		piece.Traffic = p
		piece.Unknown = known.Reasons(r.Unknown, []string{"a rule before it may send the traffic on to the next stage"})
		out = append(out, piece)
	}
	return out
}

func cut(pieces, by []traffic.Product) []traffic.Product {
	for _, b := range by {
		var next []traffic.Product
		for _, p := range pieces {
			next = append(next, p.Subtract(b)...)
		}
		if pieces = next; len(pieces) > 4*maxPieces {
			return pieces
		}
	}
	return pieces
}
