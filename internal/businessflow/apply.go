package businessflow

import (
	"context"
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// An Outcome is what an apply came to.
type Outcome struct {
	Journal Journal
	// Seen and Found are how things stand after it, nil if that could not be read.
	Seen  *Comparison
	Found map[string]estate.Found
	// Delivered says that AlgoSec holds what is declared, or that nothing was to be
	// written.
	Delivered bool
	// Strange is an edit of somebody else that went along, "" for none.
	Strange string
	// Problems and Err are why the apply failed, if it did.
	Problems []Problem
	Err      *StepError
	// Unread is why it is not known how things stand after it.
	Unread error
}

// A StepError is what went wrong in a step: "use", "compare" or "write".
type StepError struct {
	Step string
	Err  error
}

// Error names the step and the cause.
func (e *StepError) Error() string { return fmt.Sprintf("%s: %s", e.Step, e.Err) }

// Unwrap returns the cause.
func (e *StepError) Unwrap() error { return e.Err }

// Apply makes AlgoSec hold what is declared. planned is what the plan rests on, nil if it
// has nothing to rest on but what Apply reads itself.
func (s Server) Apply(ctx context.Context, d Declaration, j Journal, planned *Comparison) Outcome {
	out := Outcome{Journal: j}
	seen, found, err := s.Compare(ctx, d, &out.Journal)
	if err != nil {
		out.Err = &StepError{"compare", err}
		return out
	}
	out.Seen, out.Found = seen, found
	if s.Enforcement == Advisory {
		out.Journal.Seen, out.Delivered = seen, true
		return out
	}
	if planned != nil && !d.Single && (planned.Revision != seen.Revision || planned.Status != seen.Status) {
		out.Problems = []Problem{{Kind: Stale, Reason: fmt.Sprintf("revision %d was %q, and revision %d is %q",
			planned.Revision, planned.Status, seen.Revision, seen.Status)}}
		return out
	}
	if out.Problems = seen.denials(); len(out.Problems) > 0 {
		return out
	}
	result, progress, err := s.apply(d)(ctx, d.Without(seen.Expired).desired(out.Journal.Base), out.Journal.Progress)
	out.Journal.Progress, out.Strange = progress, result.Strange
	out.Journal.opened(d, result)
	if err != nil {
		out.Err = &StepError{"write", err}
		return out
	}
	out.Delivered, out.Journal.Unfinished, out.Journal.Replaces = true, false, false
	s.compareAgain(ctx, d, &out)
	if result.ChangeRequest == nil && out.Seen != nil {
		out.Problems = out.Seen.unsettled(d)
	}
	return out
}

// apply returns the client's way to apply: a flow alone goes with others of its
// application.
func (s Server) apply(d Declaration) func(context.Context, algosec.Desired, algosec.Progress) (algosec.Result, algosec.Progress, error) {
	if d.Single {
		return s.Client.ApplyFlows
	}
	return s.Client.Apply
}

// opened notes the change request, and the flows that are to be checked once it is
// closed.
func (j *Journal) opened(d Declaration, result algosec.Result) {
	if result.ChangeRequest == nil {
		return
	}
	j.Request = result.ChangeRequest
	for name := range d.Flows {
		if slices.Contains(result.Add, name) || slices.Contains(result.Modify, name) {
			j.Unverified = append(j.Unverified, name)
		}
	}
	slices.Sort(j.Unverified)
	j.Unverified = slices.Compact(j.Unverified)
}

// compareAgain notes how things stand after an apply. That it cannot be read is no reason
// to fail: all was written.
func (s Server) compareAgain(ctx context.Context, d Declaration, out *Outcome) {
	d.Owned = nil
	seen, found, err := s.Compare(ctx, d, &out.Journal)
	if err != nil {
		out.Seen, out.Found, out.Unread = nil, nil, err
		return
	}
	out.Seen, out.Found, out.Journal.Seen = seen, found, seen
}

// Withdraw deletes the flows that the declaration owns. It returns what was done, and the
// progress of what failed.
func (s Server) Withdraw(ctx context.Context, d Declaration, j Journal) (algosec.Result, algosec.Progress, error) {
	d.Flows, d.Create, d.Exclusive = nil, false, false
	return s.apply(d)(ctx, d.desired(j.Base), j.Progress)
}
