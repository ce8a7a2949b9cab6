package estate

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
)

// ErrStale says that a ruleset is no longer what the plan was made from.
var ErrStale = errors.New("changed after this plan was made, plan again")

// VerifyJudgement compares what policies said when the plan was made with what they
// say now: an exception, or the flow, may have ended since.
func (a *Assessment) VerifyJudgement(deniedBy []string, expired bool) error {
	switch {
	case a.Expired != expired:
		return fmt.Errorf("whether the flow has expired %w", ErrStale)
	case slices.Equal(a.DeniedBy, deniedBy):
		return nil
	case a.Denied():
		return fmt.Errorf("what policies say of the flow %w; it is now denied by %s", ErrStale, quoted(a.DeniedBy))
	}
	return fmt.Errorf("what policies say of the flow %w; none denies it now", ErrStale)
}

// Verify compares the digests that a plan rests on with the rulesets as they are.
func (a *Assessment) Verify(planned map[string]string) error {
	var stale []string
	for name, d := range planned {
		if now, ok := a.Digests[name]; ok && now != d {
			stale = append(stale, name)
		}
	}
	if len(stale) == 0 {
		return nil
	}
	slices.Sort(stale)
	return fmt.Errorf("the ruleset %s %w", stale[0], ErrStale)
}

// ErrUnmet says that the flow is not as wanted although all that may be written
// has been.
var ErrUnmet = errors.New("the flow is not as wanted")

// ErrDenied says that a policy denies the flow.
var ErrDenied = errors.New("the flow may not be asked for")

// Deliver writes the rules that the assessment says the flow needs, and assesses
// again. The error wraps [ErrUnmet] where the flow then is not as wanted. It wraps
// [ErrDenied] where a policy denies the flow, and nothing is written then, but that an
// expired flow gives up its rules all the same. It wraps [ErrStale], and nothing is written, where a ruleset changed since the
// assessment. The assessment returned is the newest there is, also with an error.
func (e *Estate) Deliver(ctx context.Context, f Flow, a *Assessment) (*Assessment, error) {
	if a.Settled && (a.idle || !a.isNew) {
		return a, nil
	}
	if a.Denied() && !a.Expired {
		return a, a.denied()
	}
	stations, err := e.stations(f.Rulesets)
	if err != nil {
		return a, err
	}
	for _, s := range stations {
		same, err := s.unchanged(s.base)
		if err != nil {
			return a, fmt.Errorf("ruleset %q: %w", s.name, err)
		}
		if !same {
			return a, fmt.Errorf("the ruleset %s %w", s.name, ErrStale)
		}
	}
	for _, s := range stations {
		if !s.writable() {
			continue
		}
		if err := s.own(ctx, f.Owner(), a.Needs[s.name], a.Digests[s.name]); err != nil {
			return a, err
		}
	}
	after, err := e.assess(ctx, f, a.isNew)
	if err != nil {
		return a, err
	}
	switch {
	case after.Denied():
		return after, after.denied()
	case after.Now.Satisfied:
		return after, nil
	case !a.Deliverable:
		return after, fmt.Errorf("%w:\n%s", ErrUnmet, a.Unmet())
	}
	return after, fmt.Errorf("%w although its rules are written:\n%s", ErrUnmet, after.InTheWay())
}

func (a *Assessment) denied() error { return fmt.Errorf("%w:\n%s", ErrDenied, Indent(a.Denials)) }

// InTheWay names the rules that keep a delivered flow from being as wanted, each line
// indented.
func (a *Assessment) InTheWay() string {
	if !a.Deliverable {
		return a.Unmet()
	}
	var out []string
	for _, m := range a.Now.Missing {
		out = append(out, fmt.Sprintf("ruleset %q: %s %s", m.Ruleset, m.Reason, m.BlockedBy))
	}
	return Indent(out)
}

// own makes want the rules that owner owns in the ruleset's additions file.
func (rs *ruleset) own(ctx context.Context, owner string, want []additions.Rule, digest string) error {
	_, err := additions.Update(ctx, rs.config.Additions, owner, want, func(now *additions.File) error {
		if err := rs.apart(); err != nil {
			return err
		}
		if digest == "" {
			return nil
		}
		b, err := rs.load()
		if err != nil {
			return err
		}
		if b.digest+"+"+now.BaseDigest() != digest {
			return fmt.Errorf("the ruleset %s %w", rs.name, ErrStale)
		}
		return nil
	})
	if err != nil && !errors.Is(err, ErrStale) {
		return fmt.Errorf("ruleset %q: additions: %w", rs.name, err)
	}
	return err
}

// Release gives up every rule that owner owns in any additions file of the
// estate, except in the rulesets named in keep.
func (e *Estate) Release(ctx context.Context, owner string, keep ...string) error {
	var errs []error
	for _, name := range e.RulesetNames() {
		rs := e.rulesets[name]
		if rs.config.Additions == "" || slices.Contains(keep, name) {
			continue
		}
		if owns, err := additions.Owns(rs.config.Additions, owner); !owns && err == nil {
			continue
		}
		if err := rs.own(ctx, owner, nil, ""); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
